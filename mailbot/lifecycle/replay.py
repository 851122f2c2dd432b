"""A ticket's facts told by its story: what each line says has changed, folded, must be what the tables hold (V8).

Takes the ticket before and after a decision and gives what a line of the story carries under `FACTS`; takes the lines'
data in order and gives the facts again. Pure; knows no kind of line and no order. Limits: round, category, severity,
department, assignee and milestones; deadlines follow from milestones and the procedure, and are not told.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mailbot.lifecycle.letters import Entry
from mailbot.lifecycle.ticket import Reached, Ticket

FACTS = "facts"  # the key in a line's data
PLAIN = ("round", "category", "severity", "department", "assignee")


class Facts(Struct, frozen=True):
    """What a story determines: plain facts by name, and the milestones of every round."""

    plain: dict[str, Any]
    milestones: dict[tuple[int, str], Reached]


def with_facts(entries: tuple[Entry, ...], before: Ticket | None, after: Ticket) -> tuple[Entry, ...]:
    """The lines of a decision, the first of which tells what changed; a line of its own where there is none."""
    changed = _changed(before, after)
    if not changed:
        return entries
    first, *others = entries or (Entry("changed", "mailbot"),)
    return (replace(first, data={**first.data, FACTS: changed}), *others)


def replay(story: Iterable[Mapping[str, Any]]) -> Facts | None:
    """The facts that a whole story tells, from its lines' data in order; None where its beginning does not tell them."""
    plain: dict[str, Any] = {}
    milestones: dict[tuple[int, str], Reached] = {}
    for data in story:
        changed = dict(data.get(FACTS, {}))
        if not (plain or changed):
            return None
        reached = changed.pop("milestones", {})
        plain |= changed
        milestones |= {(plain["round"], name): Reached(datetime.fromisoformat(at), by) for name, (at, by) in reached.items()}
    return Facts(plain, milestones)


def _changed(before: Ticket | None, after: Ticket) -> dict[str, Any]:
    changed = {name: getattr(after, name) for name in PLAIN if before is None or getattr(before, name) != getattr(after, name)}
    known = before.milestones if before and before.round == after.round else {}
    reached = {name: [mark.at.isoformat(), mark.by] for name, mark in after.milestones.items() if name not in known}
    return changed | ({"milestones": reached} if reached else {})
