"""Deadlines and the ladder: which reminders, urging notices and escalations are owed now.

Pure: (ticket facts, steps taken, now, rules) -> (steps taken now, letters owed, next moment to look). Each step
happens once per (ticket, round, milestone, step): the caller writes the step under a unique key. Staff is disturbed
in working time only; after an outage one notice, the highest, stands for all the steps that were missed.
"""

from datetime import datetime
from itertools import islice

from msgspec import Struct

from mailbot.lifecycle.decide import MACHINE, Rules
from mailbot.lifecycle.letters import Entry, Owed, to_customer, to_member
from mailbot.lifecycle.milestones import reach
from mailbot.lifecycle.ticket import Due, Ticket
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
    """Everything that is owed for the running deadlines of `ticket` at `now`."""
    result = Escalated(ticket, (), (), ())
    for due in ticket.running:
        deadline = rules.procedure.deadlines.get(due.name)
        if deadline is None:  # a deadline of an earlier procedure file: it is shown, and nobody is urged
            continue
        act = _send_letter if deadline.letter else _climb
        result = _joined(result, act(result.ticket, due, taken, now, rules))
    return result


def next_look(ticket: Ticket, taken: frozenset[Step], now: datetime, rules: Rules) -> datetime | None:
    """The next moment from `now` on at which `escalate` would give something, None when no clock runs."""
    moments = []
    for due in ticket.running:
        deadline = rules.procedure.deadlines.get(due.name)
        if deadline is None:
            continue
        send_at = rules.procedure.send_at(deadline.name, due.since, due.at)
        if send_at:
            moments.append(send_at)
        else:
            to_come = (step for step in rules.procedure.ladder(due.name) if (due.name, step.step) not in taken)
            moments += [max(_moment(step, due, rules), rules.procedure.calendar.next_working(now)) for step in islice(to_come, 1)]
    return min(moments, default=None)


def _climb(ticket: Ticket, due: Due, taken: frozenset[Step], now: datetime, rules: Rules) -> Escalated:
    """The steps of the ladder that have come, the highest of them as letters."""
    deadline = rules.procedure.deadlines[due.name]
    come = [s for s in rules.procedure.ladder(due.name) if (due.name, s.step) not in taken and _moment(s, due, rules) <= now]
    if not come or not rules.procedure.calendar.is_working(now):
        return Escalated(ticket, (), (), ())
    highest = come[-1]
    people = {m.key: m for role in highest.to for m in rules.people.by_role(role, ticket, deadline.owner)}
    letters = tuple(
        Owed(f"staff/{highest.letter}", to_member(m, rules.people.language), {"due": due, "owner": deadline.owner}) for m in people.values()
    )
    told = {"milestone": due.name, "step": highest.step, "letter": highest.letter, "to": sorted(people)}
    return Escalated(ticket, tuple((due.name, s.step) for s in come), (Entry("escalated", MACHINE, told),), letters)


def _send_letter(ticket: Ticket, due: Due, taken: frozenset[Step], now: datetime, rules: Rules) -> Escalated:
    """A deadline that mailbot keeps itself (survey, closing): its letter goes out and the milestone is reached."""
    deadline = rules.procedure.deadlines[due.name]
    send_at = rules.procedure.send_at(deadline.name, due.since, due.at)
    if send_at is None or send_at > now or (due.name, SEND) in taken:
        return Escalated(ticket, (), (), ())
    to = to_customer(ticket.requester, letter_language(ticket.language))
    reached = reach(ticket, due.name, now, MACHINE, rules.procedure)
    entry = Entry(due.name, MACHINE, {"letter": deadline.letter})
    return Escalated(reached, ((due.name, SEND),), (entry,), (Owed(f"complainant/{deadline.letter}", to),))


def _moment(step: Escalation, due: Due, rules: Rules) -> datetime:
    at = rules.procedure.escalation_at(step, due.since, due.at)
    return rules.procedure.calendar.next_working(at)


def _joined(first: Escalated, second: Escalated) -> Escalated:
    steps, entries, letters = first.steps + second.steps, first.entries + second.entries, first.letters + second.letters
    return Escalated(second.ticket, steps, entries, letters)
