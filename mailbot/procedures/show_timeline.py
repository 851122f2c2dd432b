"""The time line of the page: each deadline hangs on the milestone it counts from, with what else belongs to that milestone."""

from collections.abc import Iterator

from rich.text import Text
from rich.tree import Tree

from mailbot.procedures.clauses import Deadline
from mailbot.procedures.naming import Names, span_text
from mailbot.procedures.show_rules import given, period

# The milestone before which an approval or gate stands; goods and recalls have none, the table of rules tells theirs.
LEADS_TO = {
    "answer": "answered", "plan": "planned", "resolve": "resolved", "decline": "declined", "close": "closed",
    "accept": "accepted", "promise": "promised",
}  # fmt: skip


def timeline(names: Names) -> Tree:
    """A drawing in which what follows stands deeper than what it waits for."""
    top = Tree(names.milestone("received"))
    places = {"received": top}
    waiting = dict(names.procedure.deadlines)
    while waiting:
        ready = [name for name, deadline in waiting.items() if deadline.after in places]
        if not ready:  # begins with something people do, such as an assignment
            first = next(d.after for d in waiting.values() if d.after not in waiting)
            places[first] = top.add(Text(names.milestone(first)))
            continue
        for name in ready:
            places[name] = places[waiting[name].after].add(Text(_deadline(waiting.pop(name), names)))
    for milestone, entry in _further(names):
        if milestone not in places:
            places[milestone] = top.add(Text(names.milestone(milestone)))
        places[milestone].add(Text(entry))
    for duty in names.procedure.duties.values():
        top.add(Text(f"{period(duty.every, duty.on, names)} → {duty.label.text(names.language)} ({names.owner(duty.owner)})"))
    return top


def _deadline(deadline: Deadline, names: Names) -> str:
    within = span_text(deadline.within, names.language, always=deadline.always)
    return f"{within} → {deadline.label.text(names.language)} ({names.owner(deadline.owner)})"


def _further(names: Names) -> Iterator[tuple[str, str]]:
    """What stands at a milestone beside deadlines: approvals and gates before it, tasks and the survey's reminder after it."""
    procedure, words = names.procedure, names.words
    for approval in procedure.approvals:
        told = words["approved-by"].format(who=names.owner(approval.by))
        yield from ((LEADS_TO[matter], _under(told, names.when(approval.when), names)) for matter in approval.what if matter in LEADS_TO)
    for gate in (gate for gate in procedure.gates if gate.order in LEADS_TO):
        needs = words["list"].join([*map(names.milestone, gate.needs), *map(names.task, gate.tasks)])
        yield LEADS_TO[gate.order], _under(words["needs"].format(what=needs), names.when(gate.when), names)
    for kind in procedure.tasks.values():
        if kind.after:
            within = f"{names.span(kind.within)} → " if kind.within else "→ "
            yield kind.after, _under(f"{within}{kind.label.text(names.language)} ({names.owner(kind.owner)})", names.when(kind.when), names)
        elif given(kind, names):
            yield "received", _under(f"→ {kind.label.text(names.language)} ({names.owner(kind.owner)})", names.when(kind.when), names)
    if procedure.survey.remind:
        yield "surveyed", f"{names.span(procedure.survey.remind)} → {words['survey-reminder']}"


def _under(entry: str, when: str, names: Names) -> str:
    return entry + names.words["condition"].format(when=when) if when else entry
