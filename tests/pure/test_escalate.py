"""The ladder: which step is owed when, to whom, and when to look again."""

from mailbot.lifecycle.decide import open_ticket
from mailbot.lifecycle.escalate import escalate, next_look
from mailbot.lifecycle.milestones import promise, reach
from mailbot.lifecycle.ticket import Ticket
from tests.pure.people import BOB, CAROL, CHEN, SURE, at, letter, rules

RULES = rules()
NOTHING: frozenset[tuple[str, str]] = frozenset()


def ticket() -> Ticket:
    return open_ticket("2026-000001", letter(), SURE, at(16, 10), RULES).ticket


def owed(when: tuple[int, int, int], taken: frozenset[tuple[str, str]] = NOTHING, of: Ticket | None = None) -> list[tuple[str, str]]:
    return [(o.letter, o.to.address) for o in escalate(of or ticket(), taken, at(*when), RULES).letters]


def test_a_quarter_of_the_working_time_before_it_is_due_the_owner_is_reminded() -> None:
    assert owed((16, 16, 44)) == []
    assert owed((16, 16, 45)) == [("staff/reminder", BOB)]


def test_at_the_deadline_owner_and_head_get_the_urging_notice() -> None:
    assert owed((17, 10, 0), frozenset({("planned", "-25%")})) == [("staff/urging-notice", BOB), ("staff/urging-notice", CHEN)]


def test_later_steps_go_up_the_ladder() -> None:
    taken = frozenset((m, s) for m in ("planned", "resolved") for s in ("-25%", "0"))
    assert owed((18, 10, 0), taken) == [("staff/escalation", CAROL)]
    assert owed((20, 10, 0), taken | {("planned", "+1wd"), ("resolved", "+1wd")}) == [("staff/escalation", CHEN)]


def test_a_step_taken_is_not_owed_again() -> None:
    taken = frozenset({("planned", "-25%"), ("planned", "0")})
    assert owed((17, 11, 0), taken) == []


def test_missed_steps_are_all_taken_by_one_notice() -> None:
    result = escalate(ticket(), NOTHING, at(27, 10), RULES)
    assert {("planned", s) for s in ("-25%", "0", "+1wd", "+3wd")} <= set(result.steps)
    assert [o.letter for o in result.letters] == ["staff/escalation", "staff/escalation"]


def test_a_met_deadline_urges_nobody() -> None:
    done = reach(ticket(), "planned", at(16, 11), BOB, RULES.procedure)
    assert owed((17, 11, 0), of=done) == []


def test_a_promised_date_takes_the_deadlines_place() -> None:
    moved = promise(reach(ticket(), "planned", at(16, 11), BOB, RULES.procedure), at(25, 18), RULES.procedure)
    assert owed((19, 10, 0), of=moved) == []
    assert moved.due["resolved"].at == at(25, 18)


def test_the_survey_goes_out_by_itself_three_days_after_the_answer() -> None:
    answered = reach(reach(ticket(), "resolved", at(17, 10), BOB, RULES.procedure), "answered", at(17, 10), BOB, RULES.procedure)
    assert escalate(answered, NOTHING, at(20, 9), RULES).letters == ()
    result = escalate(answered, NOTHING, at(20, 10), RULES)
    assert [(o.letter, o.to.address) for o in result.letters] == [("complainant/survey", "alice@customer.example")]
    assert "surveyed" in result.ticket.milestones


def test_the_next_look_is_the_first_moment_at_which_something_is_owed() -> None:
    moment = next_look(ticket(), NOTHING, at(16, 10), RULES)
    assert moment is not None
    assert escalate(ticket(), NOTHING, moment, RULES).steps
    assert not escalate(ticket(), NOTHING, at(16, 16, 44), RULES).steps


def test_a_finished_ticket_needs_no_look() -> None:
    assert next_look(reach(ticket(), "closed", at(16, 11), BOB, RULES.procedure), NOTHING, at(16, 12), RULES) is None


def test_a_notice_missed_at_night_waits_for_the_morning() -> None:
    assert owed((17, 23, 0)) == []
    assert next_look(ticket(), NOTHING, at(17, 23), RULES) == at(18, 9)
    assert owed((18, 9, 0))[:2] == [("staff/urging-notice", BOB), ("staff/urging-notice", CHEN)]
