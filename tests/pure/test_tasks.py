"""Tasks on a case: number, owner, clock; who may finish and judge them; which come of themselves."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from mailbot.intake.parse import parse
from mailbot.lifecycle.carry_out import carry_out
from mailbot.lifecycle.consequences import consequences
from mailbot.lifecycle.decide import Rules, open_ticket
from mailbot.lifecycle.letters import Decision
from mailbot.lifecycle.milestones import reach, reopen, settle
from mailbot.lifecycle.order_arguments import Wrong, read_numbered
from mailbot.lifecycle.order_tasks import Wanted, read_task
from mailbot.lifecycle.orders import OrderContext, parse_reply
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.task_values import values
from mailbot.lifecycle.tasks import give
from mailbot.lifecycle.ticket import Ticket
from mailbot.lifecycle.work import Given
from mailbot.settings import Member
from tests.pure.people import BOB, CAROL, CHEN, SURE, WANG, at, company, letter
from tests.pure.test_settle import LABEL, procedure


def rules(**kind: Any) -> Rules:
    return Rules(procedure(task={"visit": {"label": LABEL, **kind}}), Directory(company()))


def case(by: Rules) -> Ticket:
    return open_ticket("2026-000001", letter(), SURE, at(16, 10), by).ticket


def test_task_is_due_within_its_kinds_span() -> None:
    by = rules(within="3h")
    given = give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by)
    assert given.due["task-1"].at == at(16, 10) + timedelta(hours=3)


def test_day_said_with_the_task_goes_before_its_kinds_span() -> None:
    by = rules(within="3h")
    given = give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by, at(20, 10))
    assert given.due["task-1"].at == at(20, 10)


def test_task_without_span_or_day_has_no_clock() -> None:
    by = rules()
    given = give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by)
    assert given.tasks[0].due_at is None
    assert "task-1" not in given.due


def test_second_task_leaves_the_first_alone_and_has_a_number_of_its_own() -> None:
    by = rules(within="3h")
    first = give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by)
    second = give(first, "visit", "Visit again", "general-manager", "mailbot", at(16, 11), by, place="Shanghai")
    assert second.tasks[0] == first.tasks[0]
    assert (second.tasks[1].serial, second.tasks[1].owner, second.tasks[1].data) == (2, "general-manager", {"place": "Shanghai"})


def test_task_nobody_was_named_for_goes_to_its_kinds_owner() -> None:
    by = rules(owner="general-manager")
    assert give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by).tasks[0].owner == "general-manager"


def test_kind_the_procedure_lacks_is_refused() -> None:
    by = rules()
    with pytest.raises(KeyError, match="recall"):
        give(case(by), "recall", "Recall", "", "mailbot", at(16, 10), by)


def answer(case_: Ticket, by: Rules, who: str, text: str) -> Decision:
    """What a member's reply does at noon, as it is written down."""
    member = by.people.member(who)
    assert member
    message = parse(f"From: {who}\r\nSubject: Re\r\nMessage-ID: <r@company.example>\r\n\r\n{text}".encode())
    reply = parse_reply(text, OrderContext(by.people.staff, by.procedure, at(16, 12).date(), member))
    decision = carry_out(case_, Given(member, reply, message, at(16, 12)), at(16, 12), by)
    return replace(decision, ticket=settle(decision.ticket, by.procedure))


def refusals(decision: Decision) -> list[str]:
    return [reason for entry in decision.entries if entry.kind == "order-refused" for reason in entry.data["reasons"]]


def test_owner_and_day_of_a_task_may_stand_in_either_order_and_names_may_have_several_words() -> None:
    members = (Member(name="Bob Reed", addresses=(BOB,)),)
    first = read_task("visit @Bob Reed 1 Dec See the machine", rules().procedure, members, date(2026, 11, 16), "en")
    assert first == read_task("事项 12月1日 @Bob Reed See the machine", rules().procedure, members, date(2026, 11, 16), "en")
    assert first == Wanted("visit", members[0], date(2026, 12, 1), "See the machine")
    for named in (BOB, f"Bob Reed <{BOB}>"):
        assert read_task(f"visit @{named} 1 Dec See the machine", rules().procedure, members, date(2026, 11, 16), "en") == first


@pytest.mark.parametrize(
    ("text", "reason"),
    [("picnic", "unknown-task-kind"), ("visit @Nobody", "unknown-person"), ("visit 2026-11-01 too late", "past-date")],
)
def test_a_task_that_cannot_be_read_is_refused(text: str, reason: str) -> None:
    wrong = read_task(text, rules().procedure, (), date(2026, 11, 16), "en")
    assert isinstance(wrong, Wrong)
    assert wrong.reason == reason


def test_values_of_a_report_are_read_in_three_languages_and_the_rest_is_the_result() -> None:
    fields = ("approved-quantity", "loss", "weather")
    said = "All counted.\n批准数量：100 件\nLoss: 20\n損失金額 = 30\nweather: fine\nother: thing"
    assert values(said, fields) == ({"approved-quantity": "100 件", "loss": "30", "weather": "fine"}, "All counted.\nother: thing")


def test_numbers_of_tasks_are_read_and_words_are_left_alone() -> None:
    read = [read_numbered(text) for text in ("2 done", "2：done", "第2项 done", "#2, done", "20kg sent", "done 2", "2")]
    assert read == [(2, "done")] * 4 + [(None, "20kg sent"), (None, "done 2"), (2, "")]


def test_only_its_owner_its_giver_or_a_head_may_finish_a_task() -> None:
    by = rules(owner="customer-service")
    given = give(case(by), "visit", "Visit Alice", "", CHEN, at(16, 10), by)
    assert refusals(answer(given, by, BOB, "#finish 1 seen")) == ["not-your-task"]
    for who in (WANG, CAROL, CHEN):
        assert answer(given, by, who, "#finish seen").ticket.tasks[0].result == "seen"
    bobs = give(case(by), "visit", "Visit Alice", "", BOB, at(16, 10), by)
    assert answer(bobs, by, BOB, "#finish 1 seen").ticket.tasks[0].done_at == at(16, 12)


def test_one_of_several_tasks_has_to_be_named() -> None:
    by = rules(owner="customer-service")
    both = give(give(case(by), "visit", "A", "", CHEN, at(16, 10), by), "visit", "B", "", CHEN, at(16, 10), by)
    assert refusals(answer(both, by, WANG, "#finish seen")) == ["which-task"]
    done = answer(both, by, WANG, "#finish 2 seen").ticket
    assert [task.result for task in done.tasks] == ["", "seen"]
    assert answer(done, by, WANG, "#finish 12 boxes counted").ticket.tasks[0].result == "12 boxes counted"


def test_what_nobody_gave_or_judges_is_refused() -> None:
    by = rules(owner="customer-service")
    assert refusals(answer(case(by), by, WANG, "#finish seen")) == ["no-open-task"]
    done = answer(give(case(by), "visit", "A", "", CHEN, at(16, 10), by), by, WANG, "#finish seen")
    assert refusals(answer(done.ticket, by, CAROL, "#judge effective")) == ["nothing-to-judge"]
    assert [letter.to.address for letter in done.letters if letter.letter == "staff/task-done"] == [CHEN]


def test_an_ineffective_result_is_done_again_until_it_works() -> None:
    by = rules(owner="customer-service", within="3h", **{"verify-by": "customer-service-head", "verify-within": "2h"})
    done = answer(give(case(by), "visit", "A", "", CHEN, at(16, 10), by), by, WANG, "#finish seen").ticket
    assert done.due["task-1-verify"].at == at(16, 14)
    assert refusals(answer(done, by, WANG, "#judge effective")) == ["not-your-task"]
    again = answer(done, by, CAROL, "#judge ineffective it leaks still").ticket
    assert (again.tasks[0].verdict, again.tasks[1].data) == ("ineffective", {"again_of": 1, "why": "it leaks still"})
    assert (again.due["task-1-verify"].ended_at, again.due["task-2"].at) == (at(16, 12), at(16, 15))
    ended = answer(answer(again, by, WANG, "#finish dry now").ticket, by, CAROL, "#judge effective")
    assert ended.ticket.tasks[1].verdict == "effective"
    assert [letter.letter for letter in ended.letters] == ["staff/task-judged", "staff/receipt"]


def test_what_is_done_again_has_as_long_as_it_had_where_its_kind_says_nothing() -> None:
    by = rules(owner="customer-service", **{"verify-by": "customer-service-head"})
    given = give(case(by), "visit", "A", "", CHEN, at(16, 10), by, at(17, 10))
    again = answer(answer(given, by, WANG, "#finish seen").ticket, by, CAROL, "#judge ineffective").ticket
    assert (again.tasks[1].due_at, again.due["task-2"].at) == (at(17, 12), at(17, 12))


def test_where_nothing_is_done_again_a_verdict_ends_the_task() -> None:
    by = rules(owner="customer-service", redo=False, **{"verify-by": "customer-service-head"})
    done = answer(give(case(by), "visit", "A", "", CHEN, at(16, 10), by), by, WANG, "#finish seen").ticket
    assert len(answer(done, by, CAROL, "#judge ineffective").ticket.tasks) == 1


def after(before: Ticket | None, ticket: Ticket, by: Rules, hour: int = 12, day: int = 16) -> Ticket:
    return consequences(before, Decision(ticket), at(day, hour), by).ticket


def test_a_task_comes_of_itself_once_a_round_when_its_condition_begins_to_hold() -> None:
    by = rules(owner="customer-service", when={"severity": ["major"]})
    quiet = after(None, case(by), by)
    assert quiet.tasks == ()
    loud = after(quiet, replace(quiet, severity="major"), by)
    assert [(task.kind, task.by) for task in loud.tasks] == [("visit", "mailbot")]
    assert after(loud, loud, by).tasks == loud.tasks
    done = replace(loud, tasks=(replace(loud.tasks[0], done_at=at(16, 12)),))
    assert after(done, done, by).tasks == done.tasks
    reopened = reopen(done, at(16, 14), CAROL, by.procedure)
    assert len(after(done, reopened, by, 14).tasks) == 2


def test_a_task_waits_for_its_milestone_and_a_finished_case_raises_none() -> None:
    by = rules(owner="customer-service", after="planned")
    opened = after(None, case(by), by)
    assert opened.tasks == ()
    closed = reach(reach(opened, "planned", at(16, 11), BOB, by.procedure), "closed", at(16, 11), BOB, by.procedure)
    assert after(opened, closed, by).tasks == ()
    assert len(after(opened, reach(opened, "planned", at(16, 11), BOB, by.procedure), by).tasks) == 1


def slow(after_: str) -> Rules:
    kind = {"visit": {"label": LABEL, "owner": "department-head", "within": "3h"}}
    return Rules(procedure(task=kind, closing={"slow": "visit", "slow-after": after_}), Directory(company()))


def test_each_department_that_was_slow_in_working_time_owes_an_explanation() -> None:
    by = slow("4h")
    opened = after(None, case(by), by, 10)  # quality, from 10:00
    moved = after(opened, replace(opened, department="customer-service"), by, 12)
    closed = after(moved, reach(moved, "closed", at(17, 9), CAROL, by.procedure), by, 9, 17)
    assert [(stay.department, stay.since, stay.until) for stay in closed.facts.stays] == [
        ("quality-dept", at(16, 10), at(16, 12)),
        ("customer-service", at(16, 12), at(17, 9)),
    ]
    assert [(task.owner, task.data["department"]) for task in closed.tasks] == [(f"staff:{CAROL}", "customer-service")]
    assert closed.tasks[0].data["took"] == timedelta(hours=6).total_seconds()
    assert after(closed, closed, by, 10, 17).tasks == closed.tasks


def test_a_department_within_its_time_owes_nothing() -> None:
    by = slow("3wd")
    opened = after(None, case(by), by, 10)
    assert after(opened, reach(opened, "closed", at(17, 9), CAROL, by.procedure), by, 9, 17).tasks == ()


def test_a_report_or_verdict_that_comes_twice_does_not_fall_on_another_task() -> None:
    by = rules(owner="customer-service", **{"verify-by": "customer-service-head"})
    both = give(give(case(by), "visit", "A", "", CHEN, at(16, 10), by), "visit", "B", "", CHEN, at(16, 10), by)
    once = answer(both, by, WANG, "#finish 1 seen").ticket
    assert refusals(answer(once, by, WANG, "#finish 1 seen")) == ["no-open-task"]
    done = answer(once, by, WANG, "#finish 2 seen too").ticket
    judged = answer(done, by, CAROL, "#judge 1 effective").ticket
    assert refusals(answer(judged, by, CAROL, "#judge 1 effective")) == ["nothing-to-judge"]


def test_who_gave_a_task_does_not_judge_its_result_in_the_place_of_whoever_has_to() -> None:
    by = rules(owner="customer-service", **{"verify-by": "customer-service-head"})
    given = give(case(by), "visit", "A", f"staff:{BOB}", BOB, at(16, 10), by)
    done = answer(given, by, BOB, "#finish 1 seen").ticket
    assert refusals(answer(done, by, BOB, "#judge 1 effective")) == ["not-your-task"]
