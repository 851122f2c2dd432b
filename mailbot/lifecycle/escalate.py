"""Clocks and the ladder: which reminders, urging notices and escalations are owed now.

Pure: (ticket facts, steps taken, now, rules) -> (steps taken now, letters owed, next moment to look). Each step
happens once per (ticket, round, clock, step): the caller writes the step under a unique key. Staff is disturbed in the
owner's working time only, unless the deadline runs round the clock; after an outage, or once a ladder that rested goes on,
one notice, the highest, stands for all the steps that were missed.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from mailbot.lifecycle import dealers
from mailbot.lifecycle.clock import Clock, clock
from mailbot.lifecycle.decide import MACHINE, Rules
from mailbot.lifecycle.letters import Entry, Owed, to_customer, to_member
from mailbot.lifecycle.milestones import reach
from mailbot.lifecycle.ticket import Ticket
from mailbot.procedures.procedure import Escalation
from mailbot.settings import letter_language

Step = tuple[str, str]
SEND = "send"


class Escalated(Struct, frozen=True):
    """What the clocks ask for: the ticket (milestones mailbot reached itself), steps, story, letters."""

    ticket: Ticket
    steps: tuple[Step, ...]
    entries: tuple[Entry, ...]
    letters: tuple[Owed, ...]


def escalate(ticket: Ticket, taken: frozenset[Step], now: datetime, rules: Rules) -> Escalated:
    """Everything that is owed for the running clocks of `ticket` at `now`."""
    result = Escalated(ticket, (), (), ())
    for due in ticket.running:
        due = result.ticket.due.get(due.name, due)  # noqa: PLW2901 - a letter of mailbot's own may have ended it
        running = clock(result.ticket, due, rules.procedure) if due.ended_at is None else None
        if running is None:
            continue
        act = _send_letter if running.letter else _climb
        asked = act(result.ticket, running, taken, now, rules)
        result = _joined(result, replace(asked, letters=_unsaid(asked.letters, running, result)))
        result = _joined(result, _remind_dealer(result.ticket, running, taken, now, rules))
    return result


def next_look(ticket: Ticket, taken: frozenset[Step], now: datetime, rules: Rules) -> datetime | None:
    """The next moment from `now` on at which `escalate` would give something, None when no clock runs."""
    clocks = (clock(ticket, due, rules.procedure) for due in ticket.running)
    moments = [_next(running, taken, now, rules) for running in clocks if running]
    return min((moment for moment in (*moments, *_next_reminders(ticket, taken, now, rules)) if moment), default=None)


def _next(running: Clock, taken: frozenset[Step], now: datetime, rules: Rules) -> datetime | None:
    if running.letter:
        return running.send_at
    to_come = next((step for step in rules.procedure.escalations if (running.due.name, step.step) not in taken), None)
    if to_come is None:
        return None
    return running.calendar.next_working(max(_moment(to_come, running, rules), running.rests_until or now, now))


def _climb(ticket: Ticket, running: Clock, taken: frozenset[Step], now: datetime, rules: Rules) -> Escalated:
    """The steps of the ladder that have come, the highest of them as letters."""
    name = running.due.name
    come = [s for s in rules.procedure.escalations if (name, s.step) not in taken and _moment(s, running, rules) <= now]
    if not come or not running.calendar.is_working(now) or (running.rests_until and now < running.rests_until):
        return Escalated(ticket, (), (), ())
    highest = come[-1]
    people = {m.key: m for role in highest.to for m in rules.people.by_role(role, ticket, running.owner)}
    facts = {"due": running.due, "owner": running.owner}
    letters = tuple(Owed(f"staff/{highest.letter}", to_member(m, rules.people.language), facts) for m in people.values())
    told = {"milestone": name, "step": highest.step, "letter": highest.letter, "to": sorted(people)}
    return Escalated(ticket, tuple((name, s.step) for s in come), (Entry("escalated", MACHINE, told),), letters)


def _remind_dealer(ticket: Ticket, running: Clock, taken: frozenset[Step], now: datetime, rules: Rules) -> Escalated:
    """A dealer who has not answered a recall by the time its task is due is reminded once (S3a.2)."""
    name, task = running.due.name, running.task
    step = (name, dealers.REMINDED)
    if task is None or step in taken or running.due.at > now or not running.calendar.is_working(now) or not dealers.is_silent(ticket, task):
        return Escalated(ticket, (), (), ())
    entries, letters = dealers.reminders(task, rules)
    return Escalated(ticket, (step,), entries, letters)


def _next_reminders(ticket: Ticket, taken: frozenset[Step], now: datetime, rules: Rules) -> Iterator[datetime]:
    """When dealers who have not answered are reminded."""
    for due in ticket.running:
        running = clock(ticket, due, rules.procedure)
        if running and running.task and (due.name, dealers.REMINDED) not in taken and dealers.is_silent(ticket, running.task):
            yield running.calendar.next_working(max(due.at, now))


def _send_letter(ticket: Ticket, running: Clock, taken: frozenset[Step], now: datetime, rules: Rules) -> Escalated:
    """A deadline that mailbot keeps itself (survey, closing): its letter goes out and the milestone is reached."""
    name = running.due.name
    if running.send_at is None or running.send_at > now or (name, SEND) in taken:
        return Escalated(ticket, (), (), ())
    to = to_customer(ticket.requester, letter_language(ticket.language))
    reached = reach(ticket, name, now, MACHINE, rules.procedure)
    if ticket.kind == "poll" and running.letter == "silence":
        reached = reach(reached, "closed", now, MACHINE, rules.procedure)
    entry = Entry(name, MACHINE, {"letter": running.letter})
    letters = () if running.letter == "silence" else (Owed(f"complainant/{running.letter}", to),)
    return Escalated(reached, ((name, SEND),), (entry,), letters)


def _unsaid(letters: tuple[Owed, ...], running: Clock, result: Escalated) -> tuple[Owed, ...]:
    """The letters without those that say of one dealer what was just said to the same reader of another of the recall."""
    if running.task is None or running.task.kind != dealers.KIND:
        return letters
    of_recall = {task.clock for task in result.ticket.tasks if task.kind == dealers.KIND}
    said = {(o.letter, o.to.person) for o in result.letters if "due" in o.facts and o.facts["due"].name in of_recall}
    return tuple(owed for owed in letters if (owed.letter, owed.to.person) not in said)


def _moment(step: Escalation, running: Clock, rules: Rules) -> datetime:
    """When a step's notice goes out: in the owner's working time."""
    at = rules.procedure.escalation_at(step, running.due.since, running.due.at, running.calendar)
    return running.calendar.next_working(at)


def _joined(first: Escalated, second: Escalated) -> Escalated:
    steps, entries, letters = first.steps + second.steps, first.entries + second.entries, first.letters + second.letters
    return Escalated(second.ticket, steps, entries, letters)
