"""Returns, losses and recalls beside their stories: ratios, sums, what follows what, who is a dealer."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from mailbot.identity import Identity
from mailbot.intake.message import Address
from mailbot.intake.parse import parse
from mailbot.lifecycle import dealers, recall
from mailbot.lifecycle.carry_out import carry_out
from mailbot.lifecycle.decide import Rules, follow_up, open_ticket
from mailbot.lifecycle.escalate import escalate, next_look
from mailbot.lifecycle.goods import loss, tolerance
from mailbot.lifecycle.letters import Decision, Owed, to_customer
from mailbot.lifecycle.manual import by_phone
from mailbot.lifecycle.orders import OrderContext, parse_reply
from mailbot.lifecycle.own_tasks import followed
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.roll import Known
from mailbot.lifecycle.tasks import give
from mailbot.lifecycle.ticket import Customer, Facts, Ticket
from mailbot.lifecycle.work import Given
from mailbot.outbox import view
from mailbot.outbox.scene import Scene
from mailbot.outbox.words import Words
from tests.pure.people import ALICE, BOB, CAROL, SURE, WANG, at, company, letter
from tests.pure.test_settle import LABEL, procedure

SERVICE = "customer-service"
WORDS = Words.load()
KINDS: dict[str, dict[str, Any]] = {
    "return": {"label": LABEL, "owner": SERVICE, "within": "10wd", "fields": ["actual-quantity"], "tolerance": "1.5%"},
    "resale": {"label": LABEL, "owner": SERVICE, "follows": "return", "within": "30d", "fields": ["loss"]},
    "recall": {"label": LABEL, "owner": SERVICE, "within": "2wd", "fields": ["product", "actual-quantity"]},
}
EAST = Address("East", "east@dealer.example")


def rules(**more: Any) -> Rules:
    return Rules(procedure(task=KINDS, **more), Directory(company()))


def case(by: Rules) -> Ticket:
    return open_ticket("2026-000001", letter(), SURE, at(16, 10), by).ticket


def recalled(by: Rules, address: str = EAST.address) -> Ticket:
    return give(case(by), "recall", "East", "", BOB, at(16, 10), by, None, dealer="East", addresses=[address], phone="", named={})


def answer(of: Ticket, by: Rules, who: str, text: str, known: tuple[Known, ...] = (), picture: str = "") -> Decision:
    """What a member's reply does at noon."""
    member = by.people.member(who)
    assert member
    lines = ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"', "", "--b", "", "x"]
    lines += ["--b", f'Content-Disposition: attachment; filename="{picture}"', "", "data"] if picture else []
    message = parse("\r\n".join([f"From: {who}", "Message-ID: <r@company.example>", *lines, "--b--", ""]).encode())
    reply = parse_reply(text, OrderContext(by.people.staff, by.procedure, at(16, 12).date(), member))
    return carry_out(of, Given(member, reply, message, at(16, 12), known), at(16, 12), by)


def refusals(decision: Decision) -> list[str]:
    return [reason for entry in decision.entries if entry.kind == "order-refused" for reason in entry.data["reasons"]]


@pytest.mark.parametrize(
    ("tags", "percent"),
    [((), "1.5"), (("老客户",), "1.5"), (("容差2%",), "2"), (("超量允收：0.5％",), "0.5"), (("老客户", "tolerance=3%"), "3")],
)
def test_a_customers_own_ratio_goes_before_the_kinds(tags: tuple[str, ...], percent: str) -> None:
    assert tolerance(Customer(id=1, name="East", tags=tags), rules().procedure.tasks["return"]) == Decimal(percent)
    assert tolerance(None, rules().procedure.tasks["return"]) == Decimal("1.5")


def test_the_loss_is_what_resales_reported_or_else_the_sum_at_stake() -> None:
    by = rules()
    known = replace(case(by), facts=Facts(amount=Decimal(900)))
    assert loss(case(by)) is None
    assert loss(known) == 900
    sold = known
    for said in ("1,000.50 元", "20"):
        sold = give(sold, "resale", "", "", BOB, at(16, 10), by, None, loss=said)
    assert loss(sold) == 900
    done = tuple(replace(task, done_at=at(17, 10)) for task in sold.tasks)
    assert loss(replace(sold, tasks=done)) == Decimal("1020.50")
    wrong = (done[0], replace(done[1], verdict="ineffective"))
    assert loss(replace(sold, tasks=wrong)) == Decimal("1000.50")


def test_what_follows_a_task_begins_once_when_it_is_done_and_not_again_for_its_redoing() -> None:
    by = rules()
    before = give(case(by), "return", "A", "", BOB, at(16, 10), by)
    assert followed(before, Decision(before), at(16, 11), by).ticket == before
    done = replace(before, tasks=(replace(before.tasks[0], done_at=at(17, 10)),))
    after = followed(before, Decision(done), at(17, 10), by)
    assert [(task.kind, task.data.get("follows")) for task in after.ticket.tasks] == [("return", None), ("resale", 1)]
    assert [owed.letter for owed in after.letters] == ["staff/task"] * 2
    assert followed(after.ticket, Decision(after.ticket), at(17, 11), by).ticket == after.ticket
    again = after.ticket
    for attempt_before in (1, 3):
        again = give(again, "return", "A", "", BOB, at(18, 10), by, None, again_of=attempt_before)
        finished = replace(again, tasks=(*again.tasks[:-1], replace(again.tasks[-1], done_at=at(19, 10))))
        assert followed(again, Decision(finished), at(19, 10), by).ticket == finished
        again = finished


def test_a_return_the_procedure_does_not_know_is_refused() -> None:
    by = Rules(procedure(), Directory(company()))
    assert refusals(answer(case(by), by, BOB, "#return 5 boxes torn")) == ["unknown-task-kind"]
    assert refusals(answer(case(by), by, BOB, "#recall product: flask", picture="a.jpg")) == ["unknown-task-kind"]


def test_a_return_that_needs_nobodys_word_is_issued_at_once() -> None:
    by = rules()
    done = answer(case(by), by, BOB, "#return 5 boxes torn")
    assert done.ticket.tasks[0].data == {"approved-quantity": "5 boxes", "reason": "torn", "issued-by": BOB, "approved-by": []}
    assert {owed.to.address for owed in done.letters if owed.letter == "staff/goods-note"} == {CAROL, "wang@company.example"}
    assert not any(owed.letter.startswith("complainant/") for owed in done.letters)


def test_more_than_approved_is_asked_about_even_where_the_procedure_names_nobody() -> None:
    by = rules()
    issued = give(case(by), "return", "A", f"staff:{BOB}", BOB, at(16, 10), by, None, **{"approved-quantity": "200 boxes"})
    assert answer(issued, by, BOB, "#returned 203").ticket.tasks[0].done_at == at(16, 12)
    asked = answer(issued, by, BOB, "#returned 204 boxes")
    assert asked.ticket.tasks[0].done_at is None
    assert (asked.ticket.tasks[1].kind, asked.ticket.tasks[1].owner) == ("approval", SERVICE)
    assert answer(issued, by, CAROL, "#returned 204 boxes").ticket.tasks[0].done_at == at(16, 12)


def test_a_second_allowance_below_the_sum_at_stake_does_not_lower_it() -> None:
    by = Rules(procedure(task={"allowance": {"label": LABEL, "owner": SERVICE}}), Directory(company()))
    high = answer(case(by), by, BOB, "#allowance 5000 torn").ticket
    assert answer(high, by, BOB, "#allowance 20 scratched").ticket.facts.amount == 5000


def test_every_address_of_every_dealer_is_told_and_takes_part() -> None:
    by = rules()
    known = (
        Known(Customer(id=1, name="East", dealer=True), frozenset({"b@east.example", "a@east.example"})),
        Known(Customer(id=2, name="West", dealer=True), frozenset()),
    )
    done = answer(case(by), by, BOB, "#recall product: flask\nIt leaks.\nwest: 40 boxes", known, "flask.jpg")
    notices = [owed for owed in done.letters if owed.letter == "complainant/recall"]
    assert [owed.to.address for owed in notices] == ["a@east.example", "b@east.example"]
    assert {owed.automatic for owed in notices} == {None}
    assert {owed.facts["body"] for owed in notices} == {"It leaks."}
    assert [person.address for person in done.joined] == ["a@east.example", "b@east.example"]
    assert [task.data.get("sent-quantity") for task in done.ticket.tasks] == [None, "40 boxes"]


def test_a_picture_and_every_field_are_asked_for_before_any_dealer_is() -> None:
    by = rules()
    assert refusals(answer(case(by), by, BOB, "#recall flask")) == ["recall-lacks"]
    assert refusals(answer(case(by), by, BOB, "#recall product: flask")) == ["recall-lacks"]
    assert refusals(answer(case(by), by, BOB, "#recall product: flask", picture="flask.jpg")) == ["no-dealers"]


def test_a_dealers_letter_opens_nothing_and_marks_the_task_answered() -> None:
    by = rules()
    of = recalled(by)
    heard = follow_up(of, letter("ok", author=EAST), "participant", at(17, 10), by)
    assert heard.ticket.tasks[0].data["answered"]
    assert heard.ticket.by_customer_at == of.by_customer_at
    assert {owed.letter for owed in heard.letters} == {"staff/dealer-wrote"}


def test_a_stranger_with_a_dealers_address_is_no_dealer() -> None:
    by = rules()
    heard = follow_up(recalled(by), letter("ok", author=EAST), "third-party", at(17, 10), by)
    assert {owed.letter for owed in heard.letters} == {"staff/follow-up"}


def test_a_dealer_who_complained_stays_the_cases_customer() -> None:
    by = rules()
    of = recalled(by, ALICE.address)
    assert dealers.of(of, ALICE.address) == ()
    assert not dealers.is_silent(of, of.tasks[0])


def test_a_dealers_notice_is_given_nothing_of_the_complaint() -> None:
    by = rules()
    of = recalled(by)
    for author in (by.people.member(BOB), None):
        owed = Owed("complainant/recall", to_customer(EAST, "en"), {"task": of.tasks[0], "author": author})
        shown = str(view.context(Scene(owed, of, company(), by, WORDS, Identity("1", "5e" * 32, "company.example"), at(16, 12))))
        assert of.number in shown
        assert ALICE.address not in shown
        assert of.subject not in shown


def test_a_silent_dealer_is_reminded_once_in_working_hours_whatever_the_ladder_says() -> None:
    by = rules(escalation=[{"at": "-10%", "to": ["owner"], "letter": "reminder"}])
    of = recalled(by)
    due = of.due["task-1"].at
    reminded = ("task-1", dealers.REMINDED)
    taken = frozenset((row.name, step.step) for row in of.running for step in by.procedure.escalations)
    assert next_look(of, taken, at(16, 11), by) == due
    assert escalate(of, taken, due - timedelta(minutes=1), by).letters == ()
    told = escalate(of, taken, due, by)
    assert [(owed.letter, owed.to.address) for owed in told.letters] == [("complainant/recall-reminder", EAST.address)]
    assert told.steps == (reminded,)
    assert escalate(of, taken, at(18, 22), by).letters == ()
    assert escalate(of, taken | {reminded}, at(19, 10), by).letters == ()
    assert next_look(of, taken | {reminded}, at(16, 11), by) is None


def test_one_notice_urges_for_all_dealers_of_a_recall() -> None:
    by = rules()
    of = recalled(by)
    for name in ("West", "South"):
        of = give(of, "recall", name, "", BOB, at(16, 10), by, None, dealer=name, addresses=[], phone="", named={})
    of = give(of, "resale", "Sell it", "", BOB, at(16, 10), by, at(18, 10))
    urged = escalate(of, frozenset(), at(18, 10), by)
    about = [owed.facts["due"].name for owed in urged.letters if owed.to.address == CAROL and owed.letter == "staff/urging-notice"]
    assert about == ["task-1", "task-4"]
    assert {("task-1", "0"), ("task-2", "0"), ("task-3", "0")} <= set(urged.steps)


def test_a_dealer_is_written_to_where_the_customer_can_only_be_called() -> None:
    by = rules()
    nobody = replace(case(by), requester=Address("Alice", ""))
    notice = Owed("complainant/recall", to_customer(EAST, "en"))
    assert by_phone(nobody, (notice,), by.people) == ((notice,), ())


def test_a_recall_is_complete_with_its_own_dealers_and_without_counts_that_were_rejected() -> None:
    judged = KINDS["recall"] | {"verify-by": "customer-service-head"}
    by = Rules(procedure(task=KINDS | {"recall": judged}), Directory(company()))
    of = recalled(by)
    other = {"dealer": "West", "addresses": [], "phone": "", "named": {"product": "another"}}
    of = give(of, "recall", "West", "", BOB, at(16, 10), by, None, **other)
    for who, text in ((WANG, "#returned 1 60 boxes"), (CAROL, "#judge 1 ineffective"), (WANG, "#returned 3 1 box")):
        decision = answer(of, by, who, text)
        of = decision.ticket
    (told,) = [owed for owed in decision.letters if owed.letter == "staff/recall-complete"]
    assert recall.total(told.facts["tasks"]) == "1 box"


def test_what_came_back_is_summed_by_unit() -> None:
    by = rules()
    of = case(by)
    for counted in ("60 箱", "1,200 箱", "3 kg", "1公斤", "1 box", "20 boxes", ""):
        of = give(of, "recall", "", "", BOB, at(16, 10), by, None, **{"actual-quantity": counted})
    assert recall.total(list(of.tasks)) == "1,260 箱 + 4 kg + 21 boxes"
