"""Tickets in the record: load, save the difference, participants, events, steps taken.

`save` writes what changed between two values of the same ticket; the ticket itself stays a frozen value.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from msgspec import convert, to_builtins
from msgspec.structs import replace
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.intake.message import Address
from mailbot.lifecycle import replay
from mailbot.lifecycle.letters import Entry
from mailbot.lifecycle.ticket import MILESTONES, Customer, Due, Facts, Reached, Task, Ticket
from mailbot.store import customers, seals, tasks
from models.base import core
from models.tables import Counter, DeadlineRow, EscalationRow, Event, MilestoneRow, Participant, TicketRow

PLAIN = (
    "number", "subject", "language", "opened_at", "round", "category", "confidence", "scores", "terms", "also", "severity", "signals",
    "department", "assignee", "by_customer_at", "by_staff_at", "kind",
)  # fmt: skip
Fired = frozenset[tuple[str, str]]
ORDER = {name: place for place, name in enumerate(MILESTONES)}
NO_FACTS = Facts()

# Statements are built once: building one costs more than running it.
TICKET, MILESTONE, DEADLINE, STEP = core(TicketRow), core(MilestoneRow), core(DeadlineRow), core(EscalationRow)
PARTICIPANT, EVENT, COUNTER = core(Participant), core(Event), core(Counter)
COUNT = {
    name: new.on_conflict_do_update(index_elements=["year"], set_={"value": COUNTER.c.value + 1}).returning(COUNTER.c.value)
    for name, new in (
        ("sqlite", sqlite.insert(COUNTER).values(year=bindparam("year"), value=1)),
        ("postgresql", postgresql.insert(COUNTER).values(year=bindparam("year"), value=1)),
    )
}
NEW_TICKET = insert(TICKET).returning(TICKET.c.id)
NEW_MILESTONE, NEW_DEADLINE, NEW_PARTICIPANT, NEW_EVENT = insert(MILESTONE), insert(DEADLINE), insert(PARTICIPANT), insert(EVENT)
STORED = (*PLAIN, "facts", "tasks", "customer_id", "requester_name", "requester_address", "wake_at")
BY_NUMBER = select(TICKET).where(TICKET.c.number == bindparam("that"))
BY_ID = select(TICKET).where(TICKET.c.id == bindparam("that"))
NUMBER = select(TICKET.c.number).where(TICKET.c.id == bindparam("that"))
CHANGE = update(TICKET).where(TICKET.c.id == bindparam("that")).values({name: bindparam(f"new_{name}") for name in STORED})
ALL_MILESTONES = select(MILESTONE).where(MILESTONE.c.ticket_id == bindparam("that"))
ROUND_MILESTONES = select(MILESTONE).where(MILESTONE.c.ticket_id == bindparam("that"), MILESTONE.c.round == bindparam("of"))
ROUND_DEADLINES = select(DEADLINE).where(DEADLINE.c.ticket_id == bindparam("that"), DEADLINE.c.round == bindparam("of"))
LOCK = select(TICKET.c.id).where(TICKET.c.id == bindparam("that")).with_for_update()
LAST_SEAL = select(EVENT.c.seal).where(EVENT.c.ticket_id == bindparam("that")).order_by(EVENT.c.id.desc()).limit(1)
STORIES = select(EVENT, TICKET.c.number).join_from(EVENT, TICKET, TICKET.c.id == EVENT.c.ticket_id).order_by(EVENT.c.ticket_id, EVENT.c.id)
POSTPONE = update(TICKET).where(TICKET.c.id == bindparam("that")).values(wake_at=bindparam("until"))
STEPS = select(STEP.c.milestone, STEP.c.step).where(
    STEP.c.ticket_id == bindparam("that"), (STEP.c.round == bindparam("of")) | STEP.c.milestone.startswith("task-")
)
PEOPLE = (
    select(PARTICIPANT.c.name, PARTICIPANT.c.address).where(PARTICIPANT.c.ticket_id == bindparam("that")).order_by(PARTICIPANT.c.joined_at)
)
THIS_DEADLINE = DEADLINE.c.ticket_id == bindparam("that"), DEADLINE.c.round == bindparam("of"), DEADLINE.c.name == bindparam("called")
MOVE_DEADLINE = update(DEADLINE).where(*THIS_DEADLINE).values({name: bindparam(f"new_{name}") for name in ("due_at", "since", "ended_at")})
VOID_DEADLINE = delete(DEADLINE).where(*THIS_DEADLINE)
END_ROUND = (
    update(DEADLINE)
    .where(DEADLINE.c.ticket_id == bindparam("that"), DEADLINE.c.round == bindparam("of"), DEADLINE.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"))
)


def next_number(tx: Connection, year: int) -> str:
    """The next ticket number of the year, such as 2026-000123."""
    return f"{year}-{tx.execute(COUNT[tx.dialect.name], {'year': year}).scalar_one():06d}"


def load(connection: Connection, number: str) -> Ticket | None:
    """The ticket with this number in its current round, or None."""
    row = connection.execute(BY_NUMBER, {"that": number}).first()
    return _build(connection, row) if row else None


def load_by_id(connection: Connection, ticket_id: int) -> Ticket | None:
    """The ticket with this row id in its current round, or None."""
    row = connection.execute(BY_ID, {"that": ticket_id}).first()
    return _build(connection, row) if row else None


def number(connection: Connection, ticket_id: int) -> str:
    """The number of the ticket with this row id."""
    return str(connection.execute(NUMBER, {"that": ticket_id}).scalar_one())


def save(tx: Connection, before: Ticket | None, after: Ticket, wake_at: datetime | None) -> Ticket:
    """Write what differs between `before` (None: a new ticket) and `after`; gives `after` with its row id."""
    values = {name: getattr(after, name) for name in PLAIN} | {"wake_at": wake_at, "terms": list(after.terms)}
    values |= {"requester_name": after.requester.name.replace("\0", ""), "requester_address": after.requester.address[:320]}
    values["subject"] = after.subject.replace("\0", "")
    values |= {"facts": to_builtins(after.facts), "tasks": len(after.tasks), "customer_id": after.customer.id if after.customer else None}
    if before is None or before.id is None:
        ticket_id: int = tx.execute(NEW_TICKET, values).scalar_one()
    else:
        ticket_id = before.id
        tx.execute(CHANGE, {"that": ticket_id} | {f"new_{name}": values[name] for name in STORED})
    same_round = before if before and before.round == after.round else None
    _save_milestones(tx, ticket_id, same_round, after)
    _save_deadlines(tx, ticket_id, same_round, after)
    tasks.save(tx, ticket_id, before.tasks if before else (), after.tasks)
    if before and same_round is None:
        _end_old_round(tx, ticket_id, before, after)
    return replace(after, id=ticket_id)


def participants(connection: Connection, ticket_id: int) -> list[Address]:
    """The customers who take part, the first one first."""
    return [Address(row.name, row.address) for row in connection.execute(PEOPLE, {"that": ticket_id})]


def add_participants(tx: Connection, ticket_id: int, people: Iterable[Address], now: datetime) -> None:
    """Customers who take part from now on; the store has no say in who may."""
    rows = [{"ticket_id": ticket_id, "address": p.address[:320], "name": p.name.replace("\0", "")[:200], "joined_at": now} for p in people]
    if rows:
        tx.execute(NEW_PARTICIPANT, rows)


def log(tx: Connection, ticket_id: int, entries: Sequence[Entry], now: datetime) -> None:
    """Add lines to a ticket's story, each sealed upon the one before it (V8)."""
    if not entries:
        return
    tx.execute(LOCK, {"that": ticket_id})  # on PostgreSQL two threads must not both seal upon the same line
    last = tx.execute(LAST_SEAL, {"that": ticket_id}).scalar()
    rows = []
    for entry in entries:
        last = seals.seal(last, ticket_id=ticket_id, at=now, kind=entry.kind, by=entry.by, data=entry.data)
        rows.append({"ticket_id": ticket_id, "at": now, "kind": entry.kind, "by": entry.by, "data": entry.data, "seal": last})
    tx.execute(NEW_EVENT, rows)


def verify(connection: Connection) -> list[str]:
    """Numbers of the tickets whose story was changed after it was written: a line altered, removed or put in.

    Lines from before seals existed are passed over; that the last lines of a story are missing can't be seen."""
    rows = connection.execution_options(yield_per=1_000).execute(STORIES)
    broken = [number for number, story in groupby(rows, attrgetter("number")) if not seals.holds(story)]
    connection.execution_options(yield_per=None)
    return broken


def strayed(connection: Connection) -> list[str]:
    """Numbers of the tickets whose rows are not what their story tells (V8).

    Stories from before lines told facts are passed over. Reads a ticket at a time: for proofs, not for every day."""
    found = []
    for number, story in groupby(connection.execute(STORIES).all(), attrgetter("number")):
        lines = list(story)
        told = replay.replay(line.data for line in lines)
        if told is not None and told != _facts(connection, lines[0].ticket_id):
            found.append(number)
    return found


def postpone(tx: Connection, ticket_id: int, until: datetime) -> None:
    """Look at this ticket's clocks again at `until`, whatever they say."""
    tx.execute(POSTPONE, {"that": ticket_id, "until": until})


def steps_taken(connection: Connection, ticket: Ticket) -> Fired:
    """Steps of the ladder already taken in this round, and those of tasks in any: a task goes on from round to round."""
    rows = connection.execute(STEPS, {"that": ticket.id, "of": ticket.round})
    return frozenset((row.milestone, row.step) for row in rows)


def take_steps(tx: Connection, ticket: Ticket, steps: Iterable[tuple[str, str]], now: datetime) -> None:
    """Write down steps as taken; the key refuses a second time."""
    rows = [{"ticket_id": ticket.id, "round": ticket.round, "milestone": m, "step": s, "at": now} for m, s in steps]
    if rows:
        tx.execute(insert(STEP), rows)


def to_wake(connection: Connection, now: datetime, limit: int = 200) -> list[int]:
    """Row ids of tickets for which some clock has run out, the longest waiting first."""
    query = select(TICKET.c.id).where(TICKET.c.wake_at <= now).order_by(TICKET.c.wake_at).limit(limit)
    return list(connection.execute(query).scalars())


def from_rows(
    row: Row[Any],
    milestones: Iterable[Row[Any]],
    deadlines: Iterable[Row[Any]],
    work: tuple[Task, ...] = (),
    customer: Customer | None = None,
) -> Ticket:
    """The ticket's value from its row and the rows of all its rounds; only the current round counts."""
    facts: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    now = sorted((m for m in milestones if m.round == row.round), key=lambda m: (m.at, ORDER.get(m.name, len(ORDER))))
    return Ticket(
        **facts | {"terms": tuple(row.terms)},
        id=row.id,
        requester=Address(row.requester_name, row.requester_address),
        milestones={m.name: Reached(m.at, m.by) for m in now},
        due={d.name: Due(d.name, d.due_at, d.since, d.ended_at) for d in deadlines if d.round == row.round},
        facts=convert(row.facts, Facts, strict=False) if row.facts else NO_FACTS,
        tasks=work,
        customer=customer,
    )


def _facts(connection: Connection, ticket_id: int) -> replay.Facts:
    row = connection.execute(BY_ID, {"that": ticket_id}).one()
    milestones = connection.execute(ALL_MILESTONES, {"that": ticket_id})
    return replay.Facts({name: getattr(row, name) for name in replay.PLAIN}, {(m.round, m.name): Reached(m.at, m.by) for m in milestones})


def _build(connection: Connection, row: Row[Any]) -> Ticket:
    this = {"that": row.id, "of": row.round}
    milestones, deadlines = connection.execute(ROUND_MILESTONES, this).all(), connection.execute(ROUND_DEADLINES, this).all()
    work = tasks.of(connection, row.id) if row.tasks else ()
    return from_rows(row, milestones, deadlines, work, customers.by_id(connection, row.customer_id) if row.customer_id else None)


def _save_milestones(tx: Connection, ticket_id: int, before: Ticket | None, after: Ticket) -> None:
    old = before.milestones if before else {}
    rows = [
        {"ticket_id": ticket_id, "round": after.round, "name": name, "at": reached.at, "by": reached.by}
        for name, reached in after.milestones.items()
        if name not in old
    ]
    if rows:
        tx.execute(NEW_MILESTONE, rows)


def _save_deadlines(tx: Connection, ticket_id: int, before: Ticket | None, after: Ticket) -> None:
    old = before.due if before else {}
    new = [
        {"ticket_id": ticket_id, "round": after.round, "name": d.name, "since": d.since, "due_at": d.at, "ended_at": d.ended_at}
        for d in after.due.values()
        if d.name not in old
    ]
    if new:
        tx.execute(NEW_DEADLINE, new)
    for name in old.keys() - after.due.keys():
        tx.execute(VOID_DEADLINE, {"that": ticket_id, "of": after.round, "called": name})
    for due in after.due.values():
        if due.name in old and due != old[due.name]:
            key = {"that": ticket_id, "of": after.round, "called": due.name}
            tx.execute(MOVE_DEADLINE, key | {"new_due_at": due.at, "new_since": due.since, "new_ended_at": due.ended_at})


def _end_old_round(tx: Connection, ticket_id: int, before: Ticket, after: Ticket) -> None:
    """Clocks of an earlier round stop when the next one begins."""
    tx.execute(END_ROUND, {"that": ticket_id, "of": before.round, "at": after.milestones["received"].at})
