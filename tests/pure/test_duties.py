"""A recurring duty as a case: when its clock runs, which orders fit, when it is over; how a finding is read."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.intake.parse import parse
from mailbot.lifecycle import duties
from mailbot.lifecycle.carry_out import carry_out
from mailbot.lifecycle.consequences import consequences
from mailbot.lifecycle.decide import Rules, open_ticket
from mailbot.lifecycle.duties import Occasion
from mailbot.lifecycle.letters import Decision
from mailbot.lifecycle.order_words import ORDERS
from mailbot.lifecycle.orders import GivenOrder, OrderContext, parse_reply
from mailbot.lifecycle.ticket import Customer, Task, Ticket
from mailbot.lifecycle.work import Given
from tests.pure.orders_cast import BOB as HANDLER
from tests.pure.orders_cast import only, wrong
from tests.pure.people import CAROL, SURE, at, letter
from tests.pure.people import rules as company_rules

RULES = company_rules()
BEGAN = at(2, 9)


def begun(rules: Rules = RULES, name: str = "spot-check", customer: Customer | None = None) -> Decision:
    """A duty of November that is begun a day late, after an outage."""
    occasion = Occasion(name, rules.procedure.duties[name], "2026-11", BEGAN)
    return duties.begin("2026-000001", occasion, Address("清河电器", ""), customer, {}, BEGAN + timedelta(days=1), rules)


def written(ticket: Ticket, text: str, named: dict[str, Ticket] | None = None, rules: Rules = RULES) -> Decision:
    """What Carol's reply does to a ticket, with what follows from it."""
    member = next(m for m in RULES.people.staff if m.key == CAROL)
    reply = parse_reply(text, OrderContext(RULES.people.staff, RULES.procedure, date(2026, 11, 3), member))
    given = Given(member, reply, parse(f"From: {CAROL}\n\n{text}".encode()), at(3, 10), named=named or {})
    return consequences(ticket, carry_out(ticket, given, at(3, 10), rules), at(3, 10), rules)


def done(ticket: Ticket, **changes: object) -> Decision:
    """The first task of a duty done, and what follows."""
    task: Task = replace(ticket.tasks[0], done_at=at(3, 10), **changes)
    return duties.ended(Decision(replace(ticket, tasks=(task, *ticket.tasks[1:]))), at(3, 10), RULES)


def test_clock_of_a_duty_runs_from_the_periods_moment_also_when_it_is_begun_late() -> None:
    task = begun().ticket.tasks[0]
    assert (task.since, task.due_at) == (BEGAN, at(9, 9))


def test_duty_is_told_to_its_owner_and_to_nobody_else() -> None:
    assert [(owed.letter, owed.to.address) for owed in begun().letters] == [("staff/duty", CAROL)]


def test_duty_about_a_customer_names_the_customer() -> None:
    ticket = begun(customer=Customer(id=7, name="清河商贸")).ticket
    assert "清河商贸" in ticket.subject
    assert ticket.customer
    assert ticket.requester.address == ""


def test_duty_has_no_clock_but_that_of_its_task() -> None:
    assert begun().ticket.due.keys() == {"task-1"}


def test_duty_is_open_until_its_task_is_done() -> None:
    ticket = begun().ticket
    assert ticket.status == "open"
    assert done(ticket).ticket.status == "closed"


def test_duty_whose_result_is_judged_waits_for_the_verdict() -> None:
    ticket = begun(name="trends").ticket
    assert done(ticket).ticket.status == "open"
    assert done(ticket, verdict="effective").ticket.status == "closed"


def test_duty_with_a_second_task_waits_for_it() -> None:
    given = written(begun().ticket, "#任务 改进措施 @质量部 换密封圈").ticket
    assert done(given).ticket.status == "open"


def test_duty_whose_work_is_counted_can_be_finished() -> None:
    kind = replace(RULES.procedure.tasks["improvement"], fields=("actual-quantity",), owner=f"staff:{CAROL}", verify_by="")
    counting = Rules(replace(RULES.procedure, tasks=RULES.procedure.tasks | {"spot-check": kind}), RULES.people)
    assert written(begun(counting).ticket, "#实退 98 件", rules=counting).ticket.status == "closed"


def test_duty_is_closed_once() -> None:
    closed = done(begun().ticket)
    again = duties.ended(Decision(closed.ticket), at(4, 10), RULES)
    assert [entry.kind for entry in closed.entries] == ["closed"]
    assert again.entries == ()


@pytest.mark.parametrize("word", ["完成", "完成。", "已完成", "done", "Done!", "完成\n\n王芳"])
def test_reply_that_is_only_the_word_done_reports_the_task(word: str) -> None:
    assert written(begun().ticket, word).ticket.status == "closed"


@pytest.mark.parametrize("order", [order for order in ORDERS if order.name not in duties.FIT], ids=lambda order: order.name)
def test_order_about_a_customer_does_not_fit_a_duty(order: object) -> None:
    name = getattr(order, "name", "")
    member = next(m for m in RULES.people.staff if m.key == CAROL)
    reply = parse_reply("", OrderContext(RULES.people.staff, RULES.procedure, date(2026, 11, 3)))
    given = Given(member, replace(reply, orders=(GivenOrder(name, f"#{name}"),)), parse(b""), at(3, 10))
    ticket = begun().ticket
    refused = carry_out(ticket, given, at(3, 10), RULES)
    assert refused.ticket == ticket
    assert [problem.reason for problem in refused.letters[0].facts["problems"]] == ["not-for-a-duty"]


def test_nothing_written_on_a_duty_goes_to_a_customer() -> None:
    decision = written(begun().ticket, "正在看，下周完成。")
    assert [owed.letter for owed in decision.letters] == ["staff/receipt"]
    assert [entry.data["text"] for entry in decision.entries] == ["正在看，下周完成。"]


def test_finding_changes_the_case_it_names_and_no_other() -> None:
    case = open_ticket("2026-000098", letter(), SURE, at(1, 10), RULES).ticket
    check = begun().ticket
    task = replace(check.tasks[0], data={"drawn": [case.number, "2026-000099"]})
    check = replace(check, tasks=(task,))
    decision = written(check, "#问题 2026-000098 没有记录原因", {case.number: case})
    ((before, found),) = decision.others
    assert before == case
    assert [(task.kind, task.title, task.by) for task in found.ticket.tasks] == [("finding", "没有记录原因", CAROL)]
    assert decision.ticket.tasks == check.tasks


def test_finding_on_a_case_outside_the_draw_is_refused_even_when_it_is_at_hand() -> None:
    case = open_ticket("2026-000098", letter(), SURE, at(1, 10), RULES).ticket
    decision = written(begun().ticket, "#问题 2026-000098 没有记录原因", {case.number: case})
    assert decision.others == ()
    assert [problem.reason for problem in decision.letters[0].facts["problems"]] == ["not-drawn"]


def test_complaint_knows_no_findings() -> None:
    case = open_ticket("2026-000098", letter(), SURE, at(1, 10), RULES).ticket
    assert duties.drawn(replace(case, tasks=(replace(begun().ticket.tasks[0], data={"drawn": [case.number]}),))) == ()


@pytest.mark.parametrize(
    ("line", "number", "day", "text"),
    [
        ("#问题 2026-000123 缺照片", "2026-000123", None, "缺照片"),
        ("＃问题：［＃２０２６-０００１２３］缺照片", "2026-000123", None, "缺照片"),
        ("#finding [#2026-000123] 1 Dec no photo", "2026-000123", date(2026, 12, 1), "no photo"),
        ("#finding 2026-000123: no photo", "2026-000123", None, "no photo"),
        ("#抽查问题 2026-0001234，12月1日 缺照片", "2026-0001234", date(2026, 12, 1), "缺照片"),
    ],
)
def test_finding_is_read_with_number_day_and_words(line: str, number: str, day: date | None, text: str) -> None:
    order = only(line)
    assert (order.choice, order.day, order.text) == (number, day, text)


def test_finding_names_its_owner() -> None:
    order = only("#finding 2026-000123 @Bob Reed 2026-12-01 no photo")
    assert (order.member, order.day, order.text) == (HANDLER, date(2026, 12, 1), "no photo")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("#问题 缺照片", "bad-number"),
        ("#问题 123 缺照片", "bad-number"),
        ("#问题 2026-0001234567 缺照片", "bad-number"),
        ("#问题 2026-000123", "missing-argument"),
        ("#问题", "missing-argument"),
        ("#问题 2026-000123 @无此人 缺照片", "unknown-person"),
        ("#问题 2026-000123 2026-11-01 缺照片", "past-date"),
    ],
)
def test_finding_that_can_not_be_read_is_refused(line: str, reason: str) -> None:
    assert wrong(line).reason == reason
