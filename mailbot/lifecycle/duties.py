"""Recurring duties as cases of their own: how one begins, which orders fit it, when it is over, what a spot check finds.

Pure: (facts, now, rules) -> (new facts, story, letters owed). Such a case has no customer: its requester is the company
without an address, whatever staff write on it stays in the company, and no deadline of the procedure runs but those of its
tasks. Which period has come, who is on file and what is drawn is for the caller to know (S4.14, S1.9, S2.6).
"""

from datetime import datetime, time
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.lifecycle.decide import MACHINE, Rules
from mailbot.lifecycle.letters import Decision, Entry, Label, Owed, to_member
from mailbot.lifecycle.milestones import reach, reopen
from mailbot.lifecycle.orders import GivenOrder, Reply
from mailbot.lifecycle.tasks import announce_task, give
from mailbot.lifecycle.ticket import Customer, Task, Ticket
from mailbot.lifecycle.work import Handler, Work
from mailbot.procedures.check_rules import FINDING
from mailbot.procedures.rules import Duty

KIND = "duty"
FIT = frozenset({"note", "assign", "urge", "ack", "help", "task", "finish", "judge", "returned", "finding"})


class Occasion(Struct, frozen=True):
    """A duty in one of its periods: its id, the period's name, the moment its work begins (aware UTC)."""

    name: str
    duty: Duty
    period: str
    at: datetime


def begin(  # noqa: PLR0913, PLR0917 - the occasion, the case's number, and whom and what it is about
    number: str, occasion: Occasion, company: Address, customer: Customer | None, told: dict[str, Any], now: datetime, rules: Rules
) -> Decision:
    """The case of a duty's period with its one task, and the letters to its owner; `told` are facts of the letter alone.

    `company` is written as who asks, and has no address. The task's clock runs from the occasion's moment, also when it is
    begun later after an outage; `told["drawn"]`, the cases of a spot check, is kept with the task."""
    duty, procedure, language = occasion.duty, rules.procedure, rules.people.language
    title = f"{duty.label.text(language)} {occasion.period}"
    subject = f"{title} {customer.name}" if customer else title
    department = duty.owner if duty.owner in procedure.departments else None
    ticket = Ticket(None, number, subject, language, company, now, kind=KIND, department=department, customer=customer)
    due = procedure.calendar_of(duty.owner, department).add(occasion.at, duty.within) if duty.within else None
    data = {"duty": occasion.name, "period": occasion.period, "drawn": [case.number for case in told.get("drawn", ())]}
    ticket = give(ticket, duty.task, subject, duty.owner, MACHINE, occasion.at, rules, due, **data)
    task = ticket.tasks[-1]
    people = rules.people.owners(ticket, duty.owner)
    letters = tuple(Owed("staff/duty", to_member(m, language), {"task": task, "duty": duty, **told}) for m in people)
    entry = Entry("duty-begun", MACHINE, {**data, "to": [m.key for m in people]})
    return Decision(ticket, (entry,), letters)


def ended(decision: Decision, now: datetime, rules: Rules) -> Decision:
    """The case closed, once none of its tasks waits to be done or judged any more; opened again by a task that is given later."""
    ticket = decision.ticket
    waits, closed_before = any(_open(task, rules) for task in ticket.tasks), "closed" in ticket.milestones
    if waits and closed_before:
        ticket = reopen(ticket, now, MACHINE, rules.procedure)
        return replace(decision, ticket=ticket, entries=(*decision.entries, Entry("reopened", MACHINE, {"round": ticket.round})))
    if waits or closed_before or not ticket.tasks:
        return decision
    closed = reach(ticket, "closed", now, MACHINE, rules.procedure)
    return replace(decision, ticket=closed, entries=(*decision.entries, Entry("closed", MACHINE)))


def hand_on(work: Work, owner: str) -> None:
    """The duty's own work, as far as it is not done, goes to whom the case is handed, with the cases of a spot check."""
    for task in work.ticket.tasks:
        if task.done_at is None and task.by == MACHINE:
            handed = replace(task, owner=owner)
            work.set_task(handed)
            told = replace(handed, data=handed.data | {"text": "\n".join(handed.data.get("drawn", ()))})
            work.letters += announce_task(work.ticket, told, work.rules, work.given.member)


def drawn(ticket: Ticket) -> tuple[str, ...]:
    """Numbers of the cases that a spot check is about; empty for every other case."""
    return tuple(number for task in ticket.tasks for number in task.data.get("drawn", ())) if ticket.inside else ()


def found_on(ticket: Ticket, reply: Reply) -> frozenset[str]:
    """Numbers of the cases on which a reply to a spot check reports findings; no other case can be reached from there."""
    return frozenset(order.choice for order in reply.orders if order.name == FINDING).intersection(drawn(ticket))


def _finding(work: Work, order: GivenOrder) -> None:
    """What is wrong with a case that was drawn: a task on that case, for whoever handled it or is named (S4.14)."""
    chosen = drawn(work.ticket)
    named = work.given.named.get(order.choice)
    if named is None or order.choice not in chosen:
        work.refuse(order, "not-drawn", *chosen)
        return
    title, _, text = order.text.partition("\n")
    before, so_far = work.others.get(order.choice, (named, Decision(named)))
    owner = f"staff:{order.member.key}" if order.member else order.department or ""
    due = datetime.combine(order.day, time(23, 59), work.rules.procedure.calendar.zone) if order.day else None
    data = {"found_by": work.ticket.number} | ({"text": text} if text else {})
    ticket = give(so_far.ticket, FINDING, title, owner, work.by, work.now, work.rules, due, **data)
    task = ticket.tasks[-1]
    entry = Entry("task-given", work.by, {"serial": task.serial, "task": FINDING, "title": title, "owner": task.owner, **data})
    letters = announce_task(ticket, task, work.rules, work.given.member)
    work.others[order.choice] = before, Decision(ticket, (*so_far.entries, entry), (*so_far.letters, *letters))
    work.note("finding", number=order.choice, serial=task.serial, text=order.text)
    work.did(order, number=order.choice, serial=task.serial, owner=Label("owner", task.owner))


def _open(task: Task, rules: Rules) -> bool:
    kind = rules.procedure.tasks.get(task.kind)
    return task.done_at is None or bool(kind and kind.verify_by and task.verdict is None)


HANDLERS: dict[str, Handler] = {"finding": _finding}
