"""Tasks on a case: given to an owner, each with a clock of its own (S1.10-12, S2.3, S3a.2, S4.13). Pure."""

from datetime import datetime

from msgspec.structs import replace

from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.milestones import settle
from mailbot.lifecycle.ticket import Task, Ticket


def give(  # noqa: PLR0913, PLR0917 - a task is all of this, and each part is said by whoever gives it
    ticket: Ticket, kind: str, title: str, owner: str, by: str, now: datetime, rules: Rules, due: datetime | None = None, **data: object
) -> Ticket:
    """The ticket with one more task of `kind`, its clock running.

    `owner` as in a procedure, or "staff:KEY"; "" is the kind's own. `due` (aware UTC) goes before the kind's `within`, which counts
    from `now` in the owner's working hours; with neither the task has no clock. Raises KeyError for a kind the procedure lacks.
    """
    rule = rules.procedure.tasks[kind]
    owner = owner or rule.owner
    if due is None and rule.within:
        due = rules.procedure.calendar_of(owner, ticket.department).add(now, rule.within)
    serial = max((task.serial for task in ticket.tasks), default=0) + 1
    task = Task(serial=serial, kind=kind, title=title, owner=owner, by=by, since=now, due_at=due, data=data)
    return settle(replace(ticket, tasks=(*ticket.tasks, task)), rules.procedure)
