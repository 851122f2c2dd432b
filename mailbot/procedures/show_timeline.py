"""The time line of the page: each deadline hangs on the milestone it counts from, with what else belongs to that milestone."""

from collections.abc import Iterator

from rich.text import Text
from rich.tree import Tree

from mailbot.procedures.clauses import Deadline
from mailbot.procedures.naming import Names, span_text
from mailbot.procedures.show_rules import given, period

MATTER = "matter-"  # before what reaches no milestone: a recall, a return
# The milestone before which an approval or gate stands.
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
    for place, entry in _further(names):
        if place not in places:
            places[place] = top.add(Text(names.words[place] if place.startswith(MATTER) else names.milestone(place)))
        places[place].add(Text(entry))
    for duty in names.procedure.duties.values():
        top.add(Text(f"{period(duty.every, duty.on, names)} → {duty.label.text(names.language)} ({names.owner(duty.owner)})"))
    return top


def _deadline(deadline: Deadline, names: Names) -> str:
    within = span_text(deadline.within, names.language, always=deadline.always)
    return f"{within} → {deadline.label.text(names.language)} ({names.owner(deadline.owner)})"


def _further(names: Names) -> Iterator[tuple[str, str]]:
    """What stands at a milestone or matter beside deadlines: approvals and gates before it, tasks and the survey's reminder after it."""
    procedure, words = names.procedure, names.words
    for approval in procedure.approvals:
        told = words["approved-by"].format(who=names.owner(approval.by))
        yield from ((_before(matter), _under(told, names.when(approval.when), names)) for matter in approval.what)
    for gate in procedure.gates:
        needs = words["list"].join([*map(names.milestone, gate.needs), *map(names.task, gate.tasks)])
        yield _before(gate.order), _under(words["needs"].format(what=needs), names.when(gate.when), names)
    for kind in procedure.tasks.values():
        if kind.after:
            within = f"{names.span(kind.within)} → " if kind.within else "→ "
            yield kind.after, _under(f"{within}{kind.label.text(names.language)} ({names.owner(kind.owner)})", names.when(kind.when), names)
        elif given(kind, names):
            yield "received", _under(f"→ {kind.label.text(names.language)} ({names.owner(kind.owner)})", names.when(kind.when), names)
    if procedure.survey.remind:
        yield "surveyed", f"{names.span(procedure.survey.remind)} → {words['survey-reminder']}"


def _before(matter: str) -> str:
    return LEADS_TO.get(matter, f"{MATTER}{matter}")


def _under(entry: str, when: str, names: Names) -> str:
    return entry + names.words["condition"].format(when=when) if when else entry
