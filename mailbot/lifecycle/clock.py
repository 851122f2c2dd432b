"""What stands behind a due row of a case: a deadline of the procedure, a task, or the judgement of a task's result.

Pure. A row of a deadline that the procedure no longer has has nothing behind it: it is shown, and nobody is urged.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from mailbot.lifecycle.ticket import Due, Task, Ticket
from mailbot.procedures.clauses import MAILBOT, Deadline, OwnLetter, Procedure
from mailbot.procedures.worktime import Calendar

VERIFY = "-verify"
WORKED = ("h", "m", "wd")


class Clock(Struct, frozen=True):
    """A due row with who has to act, in whose hours, and how; `letter` where mailbot itself acts at `send_at` (aware UTC).

    `always`: its notices go out at any hour. `rests_until`: somebody said that the notices may rest until then.
    `counted`: the due moment was counted in working time, not told or a term.
    """

    due: Due
    owner: str
    calendar: Calendar
    kind: Literal["deadline", "task", "judgement"] = "deadline"
    task: Task | None = None
    always: bool = False
    letter: OwnLetter | None = None
    send_at: datetime | None = None
    rests_until: datetime | None = None
    counted: bool = False


def clock(ticket: Ticket, due: Due, procedure: Procedure) -> Clock | None:
    """The clock behind `due`, a row of `ticket`; None where nothing stands behind it any more."""
    rests = ticket.facts.acknowledged.get(due.name)
    task = ticket.task(due.name.removesuffix(VERIFY))
    if task:
        kind = procedure.tasks.get(task.kind)
        judged = due.name.endswith(VERIFY)
        owner, within = (kind.verify_by, kind.verify_within) if judged and kind else (task.owner, kind.within if kind else None)
        calendar = procedure.calendar_of(owner, ticket.department)
        counted = within is not None and within.unit in WORKED and calendar.add(due.since, within) == due.at
        return Clock(due, owner, calendar, "judgement" if judged else "task", task, rests_until=rests, counted=counted)
    deadline = procedure.in_force(due.name, ticket.circumstances) if due.name in procedure.deadlines else None
    if deadline is None:
        return None
    return Clock(
        due,
        deadline.owner,
        procedure.calendar_of(deadline.owner, ticket.department, always=deadline.always),
        always=deadline.always,
        letter=deadline.letter,
        send_at=procedure.send_at(due.name, due.since, due.at),
        rests_until=rests,
        counted=deadline.within.unit in WORKED and not deadline.always and not _told(deadline, due, ticket),
    )


def _told(deadline: Deadline, due: Due, ticket: Ticket) -> bool:
    """Whether the due moment is one that the customer agreed to or was told."""
    return due.name in ticket.facts.extended or (deadline.promise and due.at == ticket.facts.promised)


def for_staff(ticket: Ticket, procedure: Procedure) -> tuple[Clock, ...]:
    """The running clocks that people have to keep, soonest first."""
    clocks = (clock(ticket, due, procedure) for due in ticket.running)
    return tuple(c for c in clocks if c and c.letter is None and c.owner != MAILBOT)
