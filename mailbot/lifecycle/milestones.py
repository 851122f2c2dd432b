"""Milestones and the clocks that hang on them: what is due follows from the facts of a case, and from nothing else.

Pure: facts in, facts out. `settle` works out every due moment anew, so no order of events can lose or double one; who
changes a fact (milestone, category, grade, promised date, pause, task) need not know of clocks. A deadline is "milestone B
within D of milestone A"; it ends when B is reached, when a milestone of its `unless` is, or when the case closes. While the
customer has to say something first, clocks with `pause` stand still. Nothing here knows any deadline by name.
"""

from datetime import datetime

from msgspec.structs import replace

from mailbot.lifecycle.ticket import OWN_WORK, Due, Pause, Reached, Task, Ticket
from mailbot.procedures import follow_up
from mailbot.procedures.clauses import Deadline
from mailbot.procedures.procedure import Procedure

FINAL = frozenset({"closed", "declined"})
CARRIED_OVER = ("classified", "assigned")


def reach(ticket: Ticket, name: str, at: datetime, by: str, procedure: Procedure) -> Ticket:
    """The ticket with milestone `name` reached; the first time in a round counts."""
    if name in ticket.milestones:
        return ticket
    return settle(replace(ticket, milestones={**ticket.milestones, name: Reached(at, by)}), procedure)


def reopen(ticket: Ticket, at: datetime, by: str, procedure: Procedure) -> Ticket:
    """A new round: its clocks start now, category and department stay, what was told of dates does not; the old round stays on record."""
    carried = [name for name in CARRIED_OVER if name in ticket.milestones]
    facts = replace(ticket.facts, promised=None, extended={}, acknowledged={}, pauses=(), asked=None)
    milestones = {name: Reached(at, by) for name in ("received", *carried)}
    return settle(replace(ticket, round=ticket.round + 1, milestones=milestones, due={}, facts=facts), procedure)


def promise(ticket: Ticket, until: datetime, procedure: Procedure) -> Ticket:
    """Deadlines that a date told to the customer moves (S4.7) are due at that date from now on."""
    return settle(replace(ticket, facts=replace(ticket.facts, promised=until)), procedure)


def pause(ticket: Ticket, now: datetime) -> Ticket:
    """The customer has to say something first: clocks that wait for that stand still from `now` on (aware UTC)."""
    if any(pause.until is None for pause in ticket.facts.pauses):
        return ticket
    return replace(ticket, facts=replace(ticket.facts, pauses=(*ticket.facts.pauses, Pause(now))))


def resume(ticket: Ticket, now: datetime) -> Ticket:
    """The customer has spoken: the clocks go on from `now` (aware UTC)."""
    pauses = tuple(replace(pause, until=now) if pause.until is None else pause for pause in ticket.facts.pauses)
    return replace(ticket, facts=replace(ticket.facts, pauses=pauses))


def settle(ticket: Ticket, procedure: Procedure) -> Ticket:
    """The ticket with every due moment as its facts say; settling twice changes nothing more.

    A deadline that no longer applies has no row any more. Rows of deadlines that the procedure does not know stay as they are,
    and end with the case.
    """
    due = {row.name: _ended(row, ticket) for row in ticket.due.values() if not (_is_task(row.name) or row.name in procedure.deadlines)}
    case = ticket.circumstances
    for name, written in procedure.deadlines.items():
        begun = written.after in ticket.milestones and written.after not in FINAL and _concerns(name, ticket)
        deadline = procedure.in_force(name, case) if begun else None
        if deadline:
            due[name] = _deadline(deadline, ticket, procedure)
    due |= {row.name: row for task in ticket.tasks for row in _task(task, ticket, procedure)}
    return replace(ticket, due=due) if due != ticket.due else ticket


def _concerns(name: str, ticket: Ticket) -> bool:
    """Whether a deadline is for this kind of case: the company's own work has none of a complaint's, a poll those of a survey."""
    return ticket.kind not in OWN_WORK or (ticket.kind == "poll" and name in follow_up.NAMES)


def _deadline(deadline: Deadline, ticket: Ticket, procedure: Procedure) -> Due:
    """A deadline that has begun, as it stands."""
    start = ticket.milestones[deadline.after]
    calendar = procedure.calendar_of(deadline.owner, ticket.department, always=deadline.always)
    at, stopped = calendar.add(start.at, deadline.within), None
    for stop in ticket.facts.pauses if deadline.pause else ():
        since = max(stop.since, start.at)
        if since >= at or (stop.until and stop.until <= since):  # what was late before stays late
            continue
        if stop.until is None:
            stopped = since
            break
        elapsed = deadline.within.unit == "d"
        at = at + (stop.until - since) if elapsed else calendar.later(at, calendar.worked(since, stop.until))
    return _ended(Due(deadline.name, _told(deadline, ticket, start.at, at), start.at, stopped), ticket, deadline.unless)


def _told(deadline: Deadline, ticket: Ticket, since: datetime, at: datetime) -> datetime:
    """The due moment, unless the customer agreed to another or was told one."""
    agreed, told = ticket.facts.extended.get(deadline.name), ticket.facts.promised
    if agreed or not deadline.promise:
        return agreed or at
    before = ticket.due.get(deadline.name)
    if told is None and before and "promised" in ticket.milestones:  # told before dates were kept as facts
        return before.at
    return told if told and told > since else at


def _ended(row: Due, ticket: Ticket, unless: tuple[str, ...] = ()) -> Due:
    """The row, ended by the first milestone that ends it, never before it began."""
    ends = [ticket.milestones[name].at for name in {row.name, *unless} | FINAL if name in ticket.milestones]
    if not ends:
        return row
    end = max(row.since, min(ends))
    return replace(row, ended_at=min(end, row.ended_at) if row.ended_at else end)


def _task(task: Task, ticket: Ticket, procedure: Procedure) -> list[Due]:
    """The clocks of a task: until it is done, then until its result is judged. What ended before this round has none in it."""
    began = ticket.milestones["received"].at if "received" in ticket.milestones else ticket.opened_at
    kind = procedure.tasks.get(task.kind)
    rows = [Due(task.clock, task.due_at, task.since, task.done_at)] if task.due_at else []
    if task.done_at and kind and kind.verify_by and kind.verify_within:
        calendar = procedure.calendar_of(kind.verify_by, ticket.department)
        rows.append(Due(f"{task.clock}-verify", calendar.add(task.done_at, kind.verify_within), task.done_at, task.verdict_at))
    return [row for row in rows if row.ended_at is None or row.ended_at >= began]


def _is_task(name: str) -> bool:
    return name.startswith("task-")
