"""Whatever happens in whatever order: no step twice, no deadline lost, nothing depends on the way there, nothing gets stuck."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import convert
from msgspec.structs import replace

from mailbot.errors import WrongSettings
from mailbot.lifecycle.clock import for_staff
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.escalate import Step, escalate, next_look
from mailbot.lifecycle.milestones import pause, promise, reach, reopen, resume, settle
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.ticket import Task, Ticket
from mailbot.procedures.check import errors
from mailbot.procedures.check_reach import AFTER_RESOLVED, ENDS, REACHED_BY, REACHED_BY_ORDER
from mailbot.procedures.procedure import Procedure, build
from mailbot.procedures.rules import Gate
from tests.pure.people import BOB, at, company
from tests.pure.test_procedure_dump import LABEL, SHIPPED
from tests.pure.test_settle import ticket

RICH = {
    **SHIPPED,
    "calendar": "none",
    "department": {**SHIPPED["department"], "sales-dept": {"label": LABEL, "hours": "07:00-11:00, 15:00-19:00", "workdays": "tue-sat"}},
    "task": {"fix": {"label": LABEL, "verify-by": "customer-service", "verify-within": "1wd"}},
    "deadline": {
        **SHIPPED["deadline"],
        "first-answered": {"within": "3h", "after": "received", "label": LABEL, "always": True, "when": {"severity": ["major"]}},
        "investigated": {
            "within": "2wd", "after": "assigned", "label": LABEL, "unless": ["resolved"],
            "vary": [
                {"when": {"amount-from": 1000}, "within": "10th", "owner": "sales-dept"},
                {"when": {"severity": ["minor"]}, "none": True},
            ],
        },
        "verified": {"within": "5d", "after": "resolved", "label": LABEL, "pause": False, "owner": "general-manager"},
    },
}  # fmt: skip
PROCEDURE = build(RICH, "rich.toml")
RULES = Rules(PROCEDURE, Directory(company()))
Event = Callable[[Ticket, datetime], Ticket]


def reached(name: str, case: Ticket, now: datetime) -> Ticket:
    return reach(case, name, now, BOB, PROCEDURE)


def changed(values: dict[str, Any], case: Ticket, _now: datetime) -> Ticket:
    return replace(case, **values)


def known(values: dict[str, Any], case: Ticket, _now: datetime) -> Ticket:
    return replace(case, facts=replace(case.facts, **values))


def promised(days: int, case: Ticket, now: datetime) -> Ticket:
    return promise(reach(case, "promised", now, BOB, PROCEDURE), now + timedelta(days=days), PROCEDURE)


def agreed(name: str, case: Ticket, now: datetime) -> Ticket:
    return replace(case, facts=replace(case.facts, extended={**case.facts.extended, name: now + timedelta(days=3)}))


def acknowledged(hours: int, case: Ticket, now: datetime) -> Ticket:
    clocks = for_staff(case, PROCEDURE)
    names = {clocks[0].due.name: now + timedelta(hours=hours)} if clocks else {}
    return replace(case, facts=replace(case.facts, acknowledged={**case.facts.acknowledged, **names}))


def tasked(hours: int, case: Ticket, now: datetime) -> Ticket:
    due_at = now + timedelta(hours=hours)
    task = Task(serial=len(case.tasks) + 1, kind="fix", title="x", owner="quality-dept", by=BOB, since=now, due_at=due_at)
    return replace(case, tasks=(*case.tasks, task))


def worked(field: str, case: Ticket, now: datetime) -> Ticket:
    """The first task that is not done, or not judged, is."""
    open_now = (task for task in case.tasks if getattr(task, field) is None and (field == "done_at" or task.done_at))
    first = next(open_now, None)
    return replace(case, tasks=tuple(replace(task, **{field: now}) if task is first else task for task in case.tasks))


def again(case: Ticket, now: datetime) -> Ticket:
    return reopen(case, now, "customer", PROCEDURE) if case.status in ("resolved", "closed") else case


events: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from(["accepted", "planned", "first-answered", "investigated", "resolved", "answered", "verified", "closed"]).map(
        lambda name: partial(reached, name)
    ),
    st.sampled_from([{"severity": "major"}, {"severity": "minor"}, {"department": "sales-dept"}]).map(
        lambda values: partial(changed, values)
    ),
    st.sampled_from([{"amount": Decimal(5000)}, {"amount": Decimal(0)}]).map(lambda values: partial(known, values)),
    st.sampled_from([pause, resume, again]),
    st.integers(1, 9).map(lambda days: partial(promised, days)),
    st.sampled_from(["planned", "resolved", "investigated"]).map(lambda name: partial(agreed, name)),
    st.integers(1, 50).map(lambda hours: partial(acknowledged, hours)),
    st.integers(1, 50).map(lambda hours: partial(tasked, hours)),
    st.sampled_from(["done_at", "verdict_at"]).map(lambda field: partial(worked, field)),
)
stories = st.lists(st.tuples(st.integers(1, 60 * 40), events), max_size=14)


class Desk:
    """The clocks of one case, looked at whenever they ask for it."""

    def __init__(self) -> None:
        self.case = settle(ticket(PROCEDURE), PROCEDURE)
        self.steps: dict[int, list[Step]] = {}

    def taken(self) -> frozenset[Step]:
        own = self.steps.get(self.case.round, [])
        tasks = [step for steps in self.steps.values() for step in steps if step[0].startswith("task-")]
        return frozenset((*own, *tasks))

    def run(self, since: datetime, until: datetime) -> None:
        """Look at every moment the clocks name; each must owe something, and nothing may be owed in between."""
        now = since
        while (look := next_look(self.case, self.taken(), now, RULES)) is not None and look <= until:
            halfway = now + (look - now) / 2
            assert look <= now or not escalate(self.case, self.taken(), halfway, RULES).steps
            now = max(now, look)
            owed = escalate(self.case, self.taken(), now, RULES)
            assert owed.steps, f"woken at {now} for nothing"
            assert self.taken().isdisjoint(owed.steps), "a step was taken twice"
            assert len(set(owed.steps)) == len(owed.steps)
            self.steps.setdefault(self.case.round, []).extend(owed.steps)
            self.case = settle(owed.ticket, PROCEDURE)


@settings(max_examples=150, deadline=None)
@given(stories)
def test_no_step_is_taken_twice_and_no_deadline_is_lost(story: list[tuple[int, Event]]) -> None:
    desk, now = Desk(), at(16, 10)
    for minutes, event in story:
        desk.run(now, now := now + timedelta(minutes=minutes))
        desk.case = settle(event(desk.case, now), PROCEDURE)
    desk.run(now, now + timedelta(days=90))
    for running in for_staff(desk.case, PROCEDURE):
        steps = {step for name, step in desk.taken() if name == running.due.name}
        assert steps == {rung.step for rung in PROCEDURE.escalations}, f"nobody was told of {running.due}"


@settings(max_examples=150, deadline=None)
@given(stories)
def test_what_is_due_does_not_depend_on_the_way_there(story: list[tuple[int, Event]]) -> None:
    case, now = ticket(PROCEDURE), at(16, 10)
    for minutes, event in story:
        now += timedelta(minutes=minutes)
        case = settle(event(case, now), PROCEDURE)
    assert settle(replace(case, due={}), PROCEDURE).due == case.due


conditions = st.fixed_dictionaries({}, optional={"severity": st.sampled_from([["minor"], ["major"]]), "round-from": st.integers(1, 2)})
needs = st.lists(st.sampled_from([*sorted({*REACHED_BY} - {"approved", "confirmed"}), "surveyed", "on site"]), min_size=1, max_size=3)
gates = st.lists(
    st.fixed_dictionaries({"order": st.sampled_from(sorted(REACHED_BY_ORDER.values())), "needs": needs, "when": conditions}), max_size=4
)


def steps_open(case: Ticket, procedure: Procedure) -> set[str]:
    """Milestones that an order or mailbot's letter reaches from here, the gates being what they are."""
    reached = case.milestones.keys() - ENDS
    shut = {gate.order for gate in procedure.gates if gate.when.holds(case.circumstances) and not set(gate.needs) <= reached}
    ours = {name for name in ({*REACHED_BY} | {*procedure.milestones}) - AFTER_RESOLVED if REACHED_BY_ORDER.get(name) not in shut}
    letters = {due.name for due in case.running if procedure.deadlines[due.name].letter}
    resolved = AFTER_RESOLVED if "resolved" in case.milestones else set()
    return (ours | letters | resolved) - {"approved", "confirmed"} - case.milestones.keys()


@settings(max_examples=200, deadline=None)
@given(gates, st.lists(st.integers(0, 30), max_size=12), st.sampled_from(["minor", "ordinary", "major"]))
def test_from_any_state_of_any_sound_procedure_a_case_can_be_closed(rules: list[dict[str, Any]], way: list[int], severity: Any) -> None:
    try:
        procedure = build({**SHIPPED, "milestone": {"on site": {"label": LABEL}}, "gate": rules}, "random.toml")
    except WrongSettings:
        return  # a procedure that would get stuck is refused: see the next test
    case, now = replace(ticket(procedure), severity=severity), at(16, 10)
    for choice in way:  # any way, as long as the case is open
        open_now = sorted(steps_open(case, procedure) - {"closed", "declined"})
        if open_now:
            case = reach(case, open_now[choice % len(open_now)], now, BOB, procedure)
    while "closed" not in case.milestones:
        open_now = sorted(steps_open(case, procedure) - {"declined"})
        assert open_now, f"stuck with {sorted(case.milestones)}"
        case = reach(case, "closed" if "closed" in open_now else open_now[0], now, BOB, procedure)


@settings(max_examples=200, deadline=None)
@given(gates)
def test_only_procedures_that_would_get_stuck_are_refused(rules: list[dict[str, Any]]) -> None:
    bare = build({**SHIPPED, "milestone": {"on site": {"label": LABEL}}}, "bare.toml")
    shut = replace(bare, gates=convert([rule | {"when": {}} for rule in rules], tuple[Gate, ...]))
    refused = [flaw for flaw in errors(shut) if "for ever" in flaw.reason]
    case, now = ticket(shut), at(16, 10)
    while open_now := sorted(steps_open(case, shut) - {"declined", "closed"}):
        case = reach(case, open_now[0], now, BOB, shut)
    ends = case.milestones.keys() | steps_open(case, shut)
    if "closed" in ends:
        case = reach(case, "closed", now, BOB, shut)
        ends |= steps_open(case, shut)
    stuck = [gate for gate in shut.gates if not set(gate.needs) <= ends - ENDS]
    assert bool(refused) == bool(stuck)
