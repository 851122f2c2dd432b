"""What a duty's letter counts: deadlines by owner, content customers, mean scores."""

from pathlib import Path

from msgspec.structs import replace

from mailbot.lifecycle.tally import Counted, Kept, Voted, content, means, timeliness, varied
from mailbot.procedures.clauses import Vary
from mailbot.procedures.procedure import load
from mailbot.procedures.rules import Circumstances, When
from tests.pure.people import CHINA

FEEDBACK = load("feedback", Path(), CHINA)
ROWS = [
    Counted("quality-dept", "classified", Kept(3, 4)),
    Counted("quality-dept", "planned", Kept(1, 2)),
    Counted("quality-dept", "resolved", Kept(2, 2)),
    Counted(None, "planned", Kept(0, 1)),
    Counted("quality-dept", "answered", Kept(4, 4)),
    Counted("quality-dept", "surveyed", Kept(9, 9)),
    Counted("quality-dept", "task-1", Kept(0, 5)),
    Counted("quality-dept", "of-an-older-procedure", Kept(0, 5)),
]


def test_deadlines_count_for_whoever_owns_them_and_for_nobody_where_mailbot_does() -> None:
    handled = timeliness(ROWS, FEEDBACK, registration=False)
    assert handled == {"quality-dept": Kept(3, 4), "customer-service": Kept(4, 5)}


def test_a_deadline_that_a_case_gives_to_another_owner_counts_for_that_one() -> None:
    major = Vary(when=When(severity=("major",)), owner="sales-dept")
    varied_ = replace(FEEDBACK, deadlines=FEEDBACK.deadlines | {"planned": replace(FEEDBACK.deadlines["planned"], vary=(major,))})
    assert varied(varied_) == {"planned"}
    rows = [Counted("quality-dept", "planned", Kept(1, 1), Circumstances(severity=severity)) for severity in ("major", "minor")]
    assert timeliness(rows, varied_, registration=False) == {"sales-dept": Kept(1, 1), "quality-dept": Kept(1, 1)}


def test_registration_is_counted_apart_from_handling() -> None:
    assert timeliness(ROWS, FEEDBACK, registration=True) == {"customer-service": Kept(3, 4)}


def test_a_customer_is_content_when_no_answer_of_the_round_is_low() -> None:
    votes = [Voted(1, 1, "price", 5), Voted(1, 1, "design", 2), Voted(1, 2, "price", 4), Voted(2, 1, "overall", 3)]
    assert content(votes, 2) == Kept(2, 3)
    assert content([], 2) == Kept(0, 0)


def test_questions_have_their_own_mean() -> None:
    assert means([Voted(1, 1, "price", 5), Voted(2, 1, "price", 2), Voted(2, 1, "design", 4)]) == {"price": 3.5, "design": 4.0}
