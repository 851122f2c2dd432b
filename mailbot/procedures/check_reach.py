"""What can never happen under a procedure: clocks that wait for each other, milestones nobody reaches, gates that never open.

Takes a `Procedure`, gives flaws. Pure, never raises. Limit: a deadline is checked against the milestones this version
can reach (`REACHED_BY`), not against what people will really do.
"""

from collections.abc import Iterator

from mailbot.procedures import check_rules
from mailbot.procedures.clauses import Procedure
from mailbot.procedures.flaw import Flaw

# What reaches a milestone without a deadline's letter; a new way to reach one is added here.
REACHED_BY = {
    "received": "the complaint's arrival",
    "confirmed": "the customer's confirmation",
    "classified": "the classifier, or #category",
    "reviewed": "#review",
    "accepted": "#accept",
    "declined": "#decline",
    "assigned": "the category's department, or #assign",
    "first-answered": "the first reply to the customer",
    "investigated": "#cause",
    "reported": "#report",
    "planned": "#plan",
    "approved": "the last approver's word",
    "agreed": "the customer's agreement, or #agree",
    "promised": "#promise",
    "resolved": "#resolve",
    "verified": "#verify",
    "reported-back": "mailbot, when the ticket is resolved",
    "answered": "a reply to the customer once the ticket is resolved",
    "rated": "the customer's vote, or #rated",
    "closed": "#close",
}
NOTHING_REACHES = "no order and no letter reaches"
ENDS = frozenset({"closed", "declined"})  # nothing begins after these
AFTER_RESOLVED = frozenset({"reported-back", "answered"})
REACHED_BY_ORDER = {
    "accepted": "accept",
    "declined": "decline",
    "planned": "plan",
    "promised": "promise",
    "resolved": "resolve",
    "closed": "close",
}


def flaws(procedure: Procedure) -> Iterator[Flaw]:
    """Circles, milestones out of reach, gates that stay shut."""
    yield from _cycles(procedure)
    yield from _unreachable(procedure)
    yield from _locked(procedure)


def _cycles(procedure: Procedure) -> Iterator[Flaw]:
    """Each deadline waits for one milestone, so a circle is found by walking back until a name repeats."""
    seen: set[str] = set()
    for start in procedure.deadlines:
        path: list[str] = []
        name = start
        while name in procedure.deadlines and name not in path and name not in seen:
            path.append(name)
            name = procedure.deadlines[name].after
        if name in path:
            circle = " after ".join([*path[path.index(name) :], name])
            yield Flaw(
                f"deadline.{name}.after", f"the deadlines wait for each other in a circle ({circle})", "let one follow an earlier milestone"
            )
        seen.update(path)


def _unreachable(procedure: Procedure) -> Iterator[Flaw]:
    reached = _reachable(procedure)
    known = check_rules.milestones(procedure)
    cure = f"use one of {', '.join(sorted(reached))}"
    for deadline in procedure.deadlines.values():
        key = f"deadline.{deadline.name}"
        if deadline.name in known and deadline.name not in reached:
            yield Flaw(key, f"{NOTHING_REACHES} this milestone, so the deadline could never be met", cure)
        if deadline.after in known and deadline.after not in reached:
            yield Flaw(f"{key}.after", f"{NOTHING_REACHES} {deadline.after}, so the deadline would never begin", cure)
        if deadline.after in ENDS:
            yield Flaw(
                f"{key}.after", f"{deadline.after} ends the case, so the deadline would never begin", "let it follow an earlier milestone"
            )
        for name in deadline.when.reached:
            if name in known and name not in reached:
                yield Flaw(f"{key}.when.reached", f"{NOTHING_REACHES} {name}, so the deadline would never apply", cure)


def _reachable(procedure: Procedure) -> set[str]:
    """Milestones that something can reach in this procedure."""
    never = {"approved"} if not procedure.approvals else set()
    never |= {"confirmed"} if not procedure.registration.confirm else set()
    letters = {deadline.name for deadline in procedure.deadlines.values() if deadline.letter}
    return ({*REACHED_BY} - never) | letters | {*procedure.milestones}


def _locked(procedure: Procedure) -> Iterator[Flaw]:
    """Gates that could never open: what they need comes only after what they hold back."""
    open_now: set[str] = set()
    while True:
        free = {name for name in _reachable(procedure) - open_now if _may_come(name, open_now, procedure)}
        if not free:
            break
        open_now |= free
    for number, gate in enumerate(procedure.gates, 1):
        missing = [name for name in gate.needs if name in check_rules.milestones(procedure) and name not in open_now - ENDS]
        if missing:
            yield Flaw(
                f"gate[{number}].needs", f"#{gate.order} would wait for {', '.join(missing)} for ever", "take out what can't come before"
            )


def _may_come(name: str, reached: set[str], procedure: Procedure) -> bool:
    """Whether a milestone can be reached once those in `reached` are: by its order past every gate, or by mailbot's letter."""
    after = next((d.after for d in procedure.deadlines.values() if d.letter and d.name == name), None)
    if after in reached:
        return True
    if name in AFTER_RESOLVED:
        return "resolved" in reached
    needs = {need for gate in procedure.gates if gate.order == REACHED_BY_ORDER.get(name) for need in gate.needs}
    return name in REACHED_BY.keys() | procedure.milestones.keys() and needs <= reached - ENDS
