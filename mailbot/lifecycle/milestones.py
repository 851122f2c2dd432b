"""Milestones and the deadlines that hang on them: reaching one ends some clocks and starts others.

Pure: facts in, facts out. A deadline is "milestone B within D of milestone A"; it ends when B is reached, when a
milestone of its `unless` is, or when the ticket closes. Nothing here knows any deadline by name.
"""

from datetime import datetime

from msgspec.structs import replace

from mailbot.lifecycle.ticket import Due, Reached, Ticket
from mailbot.procedures.procedure import Procedure

FINAL = frozenset({"closed", "declined"})
CARRIED_OVER = ("classified", "assigned")


def reach(ticket: Ticket, name: str, at: datetime, by: str, procedure: Procedure) -> Ticket:
    """The ticket with milestone `name` reached; the first time in a round counts."""
    if name in ticket.milestones:
        return ticket
    milestones = {**ticket.milestones, name: Reached(at, by)}
    due = {d.name: _after(d, name, at, procedure) for d in ticket.due.values()}
    if name not in FINAL:
        for deadline in procedure.started_by(name):
            if deadline.name not in due:
                met = milestones.keys() & {deadline.name, *deadline.unless}
                due[deadline.name] = Due(deadline.name, procedure.due(deadline.name, at), at, at if met else None)
    return replace(ticket, milestones=milestones, due=due)


def reopen(ticket: Ticket, at: datetime, by: str, procedure: Procedure) -> Ticket:
    """A new round: its clocks start now, category and department stay; the old round stays on record."""
    carried = [name for name in CARRIED_OVER if name in ticket.milestones]
    ticket = replace(ticket, round=ticket.round + 1, milestones={}, due={})
    for name in ("received", *carried):
        ticket = reach(ticket, name, at, by, procedure)
    return ticket


def promise(ticket: Ticket, until: datetime, procedure: Procedure) -> Ticket:
    """Deadlines that a date told to the customer moves (S4.7) are due at that date from now on."""
    due = {
        d.name: replace(d, at=until) if d.ended_at is None and procedure.deadlines[d.name].promise else d
        for d in ticket.due.values()
    }  # fmt: skip
    return replace(ticket, due=due)


def _after(due: Due, name: str, at: datetime, procedure: Procedure) -> Due:
    deadline = procedure.deadlines.get(due.name)
    ends = name in FINAL or name == due.name or (deadline is not None and name in deadline.unless)
    return replace(due, ended_at=at) if ends and due.ended_at is None else due
