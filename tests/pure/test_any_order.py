"""Orders of staff, letters of customers and dealers, in any order and again: nothing breaks, is lost, or is done without a word."""

from datetime import datetime, timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.intake.parse import parse
from mailbot.lifecycle import dealers
from mailbot.lifecycle.carry_out import carry_out
from mailbot.lifecycle.clock import for_staff
from mailbot.lifecycle.consequences import consequences
from mailbot.lifecycle.decide import Rules, follow_up, open_ticket
from mailbot.lifecycle.escalate import Step, escalate, next_look
from mailbot.lifecycle.letters import Decision
from mailbot.lifecycle.milestones import settle
from mailbot.lifecycle.order_arguments import Reason
from mailbot.lifecycle.orders import OrderContext, parse_reply
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.roll import Known
from mailbot.lifecycle.ticket import Customer
from mailbot.lifecycle.work import Given
from mailbot.procedures.procedure import build
from tests.pure.people import ALICE, BOB, CAROL, CHEN, SURE, WANG, at, company, letter
from tests.pure.test_engine import RICH
from tests.pure.test_procedure_dump import LABEL

SERVICE, EAST = "customer-service", Address("East", "east@dealer.example")
COUNTED = {"label": LABEL, "owner": SERVICE, "fields": ["actual-quantity"], "tolerance": "1%"}
JUDGED = {"verify-by": "customer-service-head", "verify-within": "1wd"}
KINDS = {
    "fix": {"label": LABEL, **JUDGED},
    "return": {**COUNTED, **JUDGED, "within": "10wd"},
    "resale": {"label": LABEL, "owner": SERVICE, "follows": "return", "within": "30d", "fields": ["loss"]},
    "recall": {"label": LABEL, "owner": SERVICE, "within": "2wd", "fields": ["product", "actual-quantity"]},
    "visit": {"label": LABEL, "after": "resolved", "owner": SERVICE, "within": "1wd", "when": {"amount-from": 1000}},
    "allowance": {"label": LABEL, "owner": SERVICE, "within": "3wd"},
    "late": {"label": LABEL, "owner": "department-head", "within": "3wd"},
}
APPROVALS = [
    {"what": ["return", "resolve"], "by": "customer-service-head", "within": "1wd"},
    {"what": ["allowance", "recall", "resolve"], "by": "general-manager", "when": {"amount-from": 1000}},
]
PROCEDURE = build({**RICH, "task": KINDS, "approval": APPROVALS, "closing": {"slow": "late", "slow-after": "1wd"}}, "any-order.toml")
RULES = Rules(PROCEDURE, Directory(company()))
KNOWN = (Known(Customer(id=1, name=EAST.name, dealer=True), frozenset({EAST.address})),)
PICTURE = 'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nx\n--b\nContent-Disposition: attachment; filename="a.jpg"\n\nx\n--b--\n'
# {open}, {done} and {asked} are the numbers of the last task that is not done, not judged, not approved.
ORDERS = (
    "#task fix seal it", f"#task fix @{WANG} 1 Dec seal it", "#finish done", "#finish {open} done", "#finish {open} sold\n\nloss: 300",
    "#finish 1 done", "完成", "#judge effective", "#judge {done} effective", "#judge {done} ineffective no", "#judge 2 ineffective",
    "#return 100 pieces torn", "#returned 98 pieces", "#returned {open} 98 pieces", "#returned {open} 300", "#returned {open} 1万件",
    "#allowance 2000 torn", "#amount 5000", "#shares quality-dept 70%, sales-dept 30%", "#recall\nproduct: spinach",
    "#ack", "收到", "#ack 1 Dec", "#extend 5 Dec late", "#promise 9 Dec", "#ask which?", "#propose a new one", "#agree", "#urge",
    "#approve {asked}", "同意", "#refuse {asked} no", "#refuse 1 no", "#resolve\nsent", "#close", "#reopen", "#decline no", "#accept",
    "#verify ineffective", "#co sales-dept", "#severity major", "#severity minor", "#cause seal", "#rated 1 bad", "#rated 5",
    "#category price", f"#assign {BOB}", "Dear Alice", "#note x",
)  # fmt: skip
TASKS = tuple(
    order for order in ORDERS if order.startswith(("#finish", "#judge", "#return", "#approve", "#refuse", "#shares", "同意", "完成"))
)
BEGINNINGS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    ((BOB, "#task fix seal it"), (CHEN, "#finish 1 done")),
    ((BOB, "#return 100 pieces torn"), (CAROL, "#approve"), (WANG, "#returned 98 pieces")),
    ((BOB, "#return 100 pieces torn"), (CAROL, "#approve"), (WANG, "#returned 300 pieces")),
    ((CHEN, "#recall\nproduct: spinach"), (CAROL, "#recall\nproduct: spinach")),
    ((BOB, "#amount 5000"), (BOB, "#resolve\nsent"), (CAROL, "#approve")),
    ((CHEN, "#resolve\nsent"), (CHEN, "#close")),
    ((BOB, "#ask which?"), (BOB, "#propose a new one")),
)
WORDS = ("agree", "disagree", "it leaks again", "5", "1", "thanks")
happenings = st.one_of(
    st.tuples(st.sampled_from((BOB, WANG, CAROL, CHEN)), st.sampled_from(ORDERS)),
    st.tuples(st.sampled_from((CAROL, CHEN)), st.sampled_from(TASKS)),
    st.tuples(st.sampled_from((ALICE.address, EAST.address)), st.sampled_from(WORDS)),
)
stories = st.lists(st.tuples(st.sampled_from((0, 7, 240, 2000)), happenings), min_size=5, max_size=14)


class Case:
    """One case as the service keeps it: what is decided is written down with what follows, clocks are looked at when they ask."""

    def __init__(self) -> None:
        self.now = at(16, 10)
        self.steps: dict[int, list[Step]] = {}
        self.ticket = open_ticket("2026-000001", letter(), SURE, self.now, RULES).ticket
        self.keep(None, Decision(self.ticket))

    def keep(self, before: object, decision: Decision) -> None:
        decision = consequences(self.ticket if before else None, decision, self.now, RULES)
        self.ticket = settle(decision.ticket, PROCEDURE)

    def taken(self) -> frozenset[Step]:
        own = self.steps.get(self.ticket.round, [])
        return frozenset((*own, *(step for steps in self.steps.values() for step in steps if step[0].startswith("task-"))))

    def run(self, until: datetime) -> None:
        while (look := next_look(self.ticket, self.taken(), self.now, RULES)) is not None and look <= until:
            self.now = max(self.now, look)
            owed = escalate(self.ticket, self.taken(), self.now, RULES)
            assert owed.steps, f"woken at {self.now} for nothing"
            assert self.taken().isdisjoint(owed.steps), "a step was taken twice"
            self.steps.setdefault(self.ticket.round, []).extend(owed.steps)
            self.keep(self.ticket, Decision(owed.ticket, owed.entries, owed.letters))
        self.now = until

    def told(self, who: str, text: str) -> None:
        told = self.ordered if RULES.people.member(who) else self.heard
        told(who, text.format(**self.numbers()))

    def numbers(self) -> dict[str, int]:
        approvals = [task for task in self.ticket.tasks if task.kind == "approval" and task.done_at is None]
        others = [task for task in self.ticket.tasks if task.kind != "approval"]
        chosen = {
            "open": [task for task in others if task.done_at is None],
            "done": [task for task in others if task.done_at and task.verdict is None],
            "asked": approvals,
        }
        return {name: tasks[-1].serial if tasks else 9 for name, tasks in chosen.items()}

    def heard(self, who: str, text: str) -> None:
        written = replace(letter(text, self.now, Address("", who)), attachments=())
        part = "participant" if who == ALICE.address or dealers.of(self.ticket, who) else "third-party"
        self.keep(self.ticket, follow_up(self.ticket, written, part, self.now, RULES))

    def ordered(self, who: str, text: str) -> None:
        member = RULES.people.member(who)
        assert member
        head = f"From: {who}\nMessage-ID: <{self.now.timestamp()}@company.example>\nMIME-Version: 1.0\n"
        message = parse((head + PICTURE).encode())
        reply = parse_reply(text, OrderContext(RULES.people.staff, PROCEDURE, self.now.date(), member))
        decision = carry_out(self.ticket, Given(member, reply, message, self.now, KNOWN), self.now, RULES)
        reasons = [reason for entry in decision.entries if entry.kind == "order-refused" for reason in entry.data["reasons"]]
        assert set(reasons) <= set(get_args(Reason)), "a refusal has a name"
        assert not reasons or decision.ticket == self.ticket, "what is refused changes nothing"
        assert decision.letters, f"{text} was neither carried out nor refused"
        assert reasons or decision.entries, f"{text} is not in the story"
        self.keep(self.ticket, decision)


def sound(case: Case) -> None:
    """Every open task has a clock that runs, or one its kind does not give."""
    for task in case.ticket.tasks:
        kind = PROCEDURE.tasks.get(task.kind)
        if task.done_at is None and task.due_at:
            assert case.ticket.due[task.clock].ended_at is None, f"{task} is open and its clock has ended"
        elif task.done_at is None:
            assert kind is None or kind.within is None, f"{task} has no clock"
        elif kind and kind.verify_within and task.verdict is None:
            assert case.ticket.due[f"{task.clock}-verify"].ended_at is None, f"{task} waits to be judged without a clock"
    asked = case.ticket.facts.asked
    stands_still = any(pause.until is None for pause in case.ticket.facts.pauses)
    assert not stands_still or (asked and asked.what == "question"), "clocks stand still, and nothing is asked"
    assert len({task.serial for task in case.ticket.tasks}) == len(case.ticket.tasks)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(BEGINNINGS), stories)
def test_no_order_of_letters_loses_a_task_or_a_clock_or_takes_a_step_twice(
    beginning: tuple[tuple[str, str], ...], story: list[tuple[int, tuple[str, str]]]
) -> None:
    case = Case()
    for minutes, (who, text) in (*((0, told) for told in beginning), *story):
        case.run(case.now + timedelta(minutes=minutes))
        case.told(who, text)
        sound(case)
    case.run(case.now + timedelta(days=60))
    sound(case)
    for running in for_staff(case.ticket, PROCEDURE):
        steps = {step for name, step in case.taken() if name == running.due.name}
        resting = running.rests_until and running.rests_until > case.now
        late = running.due.at + timedelta(days=30) < case.now
        assert resting or not late or steps >= {rung.step for rung in PROCEDURE.escalations}, f"nobody was told of {running.due}"
