"""Reading the record: tickets, stories and letters as the commands print them, and what the digest counts.

Gives plain dictionaries in the form of the stable JSON contract. Changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select

from mailbot.lifecycle.clock import VERIFY
from mailbot.lifecycle.replay import FACTS
from mailbot.lifecycle.ticket import OWN_WORK, Due, Facts, Reached, Task, Ticket
from mailbot.store import tasks, tickets
from models.base import core
from models.letters import OutgoingLetter, RawLetter, ReceivedLetter
from models.tables import DeadlineRow, Event, MilestoneRow, Participant, TicketRow

PAGE = 500
RECEIVED = ("id", "account", "uid", "message_id", "fate", "reason", "received_at", "kind", "sender", "subject")
SENT = ("id", "message_id", "fate", "reason", "ended_at", "created_at", "letter", "recipient", "attempts")
TICKET = core(TicketRow)
OF_CUSTOMERS = TICKET.c.kind.not_in(OWN_WORK)
HISTORY = (
    select(TICKET.c.id, TICKET.c.number)
    .where(TICKET.c.requester_address == bindparam("address"), TICKET.c.id != bindparam("not_this"), OF_CUSTOMERS)
    .order_by(TICKET.c.id.desc())
    .limit(bindparam("most"))
)


class Overdue(Struct, frozen=True):
    """A deadline that has passed, with what a manager needs to see of its ticket."""

    number: str
    subject: str
    customer: str
    category: str | None
    department: str | None
    assignee: str | None
    milestone: str
    due_at: datetime
    kind: str = "complaint"
    task: Task | None = None


def all_tickets(connection: Connection, *, own_work: bool = False) -> Iterator[dict[str, Any]]:
    """Every ticket, oldest first, a page of the table at a time; with `own_work` polls and duties of the company's too."""
    last = 0
    meant = select(TicketRow) if own_work else select(TicketRow).where(OF_CUSTOMERS)
    while rows := connection.execute(meant.where(TicketRow.id > last).order_by(TicketRow.id).limit(PAGE)).all():
        yield from _described(connection, rows)
        last = rows[-1].id


def one_ticket(connection: Connection, number: str) -> dict[str, Any] | None:
    """One ticket as `all_tickets` gives it, or None."""
    row = connection.execute(select(TicketRow).where(TicketRow.number == number)).first()
    return next(_described(connection, [row])) if row else None


def rounds(connection: Connection, number: str) -> list[Ticket]:
    """The ticket in each of its rounds, the current one last; empty where there is none. Of earlier rounds only milestones and
    deadlines are known, facts belong to the current one."""
    ticket = tickets.load(connection, number)
    if ticket is None or ticket.id is None:
        return []
    reached = _by_ticket(connection, MilestoneRow, [ticket.id])[ticket.id]
    due = _by_ticket(connection, DeadlineRow, [ticket.id])[ticket.id]
    earlier = [
        replace(
            ticket,
            round=number_of,
            milestones={m.name: Reached(m.at, m.by) for m in reached if m.round == number_of},
            due={d.name: Due(d.name, d.due_at, d.since, d.ended_at) for d in due if d.round == number_of},
            facts=Facts(),
        )
        for number_of in range(1, ticket.round)
    ]
    return [*earlier, ticket]


def ticket_id(connection: Connection, number: str) -> int:
    """The row id of a ticket that exists."""
    return connection.execute(select(TicketRow.id).where(TicketRow.number == number)).scalar_one()


def story(connection: Connection, of_ticket: int) -> list[dict[str, Any]]:
    """A ticket's events in order; when, what and by whom is what their row says, whatever their data does."""
    rows = connection.execute(select(Event).where(Event.ticket_id == of_ticket).order_by(Event.id))
    return [{key: row.data[key] for key in row.data if key != FACTS} | {"at": row.at, "kind": row.kind, "by": row.by} for row in rows]


def letters(connection: Connection, of_ticket: int | None = None) -> Iterator[dict[str, Any]]:
    """Every letter with its fate, received ones first; of one ticket when `of_ticket` (its row id) is given."""
    received = select(*_columns(ReceivedLetter, RECEIVED), TicketRow.number).outerjoin(TicketRow, TicketRow.id == ReceivedLetter.ticket_id)
    sent = select(*_columns(OutgoingLetter, SENT), TicketRow.number).outerjoin(TicketRow, TicketRow.id == OutgoingLetter.ticket_id)
    if of_ticket is not None:
        received, sent = received.where(ReceivedLetter.ticket_id == of_ticket), sent.where(OutgoingLetter.ticket_id == of_ticket)
    yield from map(_received, connection.execute(received.order_by(ReceivedLetter.received_at, ReceivedLetter.id)))
    yield from map(_sent, connection.execute(sent.order_by(OutgoingLetter.id)))


def raw(connection: Connection, letter_id: str) -> bytes | None:
    """The bytes of a letter by its id in `letters` (in-12, out-7), or None."""
    direction, _, key = letter_id.partition("-")
    if not key.isdigit():
        return None
    if direction == "out":
        return connection.execute(select(OutgoingLetter.data).where(OutgoingLetter.id == int(key))).scalar()
    joined = select(RawLetter.content).join(ReceivedLetter, ReceivedLetter.sha256 == RawLetter.sha256)
    return connection.execute(joined.where(ReceivedLetter.id == int(key))).scalar()


def fates(connection: Connection) -> dict[str, int]:
    """How many received letters ended in which fate; "waiting" for those without one."""
    rows = connection.execute(select(ReceivedLetter.fate, func.count()).group_by(ReceivedLetter.fate))
    return {fate or "waiting": count for fate, count in rows}


def set_aside_since(connection: Connection, moment: datetime) -> int:
    """How many letters were quarantined since then and still are."""
    where = ReceivedLetter.fate == "quarantined", ReceivedLetter.decided_at >= moment
    return connection.execute(select(func.count()).select_from(ReceivedLetter).where(*where)).scalar_one()


def history(connection: Connection, address: str, before_id: int | None, limit: int = 5) -> list[Row[Any]]:
    """The customer's earlier tickets, newest first."""
    return list(connection.execute(HISTORY, {"address": address, "not_this": before_id or 0, "most": limit}))


def overdue(connection: Connection, now: datetime) -> list[Overdue]:
    """Every running deadline that has passed, the longest overdue first."""
    return _running(connection, DeadlineRow.due_at < now)


def due_by(connection: Connection, now: datetime, until: datetime, names: Collection[str]) -> list[Overdue]:
    """Running deadlines of these names that are due from `now` to before `until`, the soonest first."""
    return _running(connection, DeadlineRow.due_at >= now, DeadlineRow.due_at < until, DeadlineRow.name.in_(names))


def _running(connection: Connection, *when: ColumnElement[bool]) -> list[Overdue]:
    query = (
        select(
            TicketRow.number,
            TicketRow.subject,
            TicketRow.requester_name,
            TicketRow.requester_address,
            TicketRow.category,
            TicketRow.department,
            TicketRow.assignee,
            DeadlineRow.name,
            DeadlineRow.due_at,
            TicketRow.kind,
            TicketRow.id,
        )
        .join(TicketRow, TicketRow.id == DeadlineRow.ticket_id)
        .where(DeadlineRow.ended_at.is_(None), *when)
        .order_by(DeadlineRow.due_at, TicketRow.id)
    )
    rows = connection.execute(query).all()
    with_tasks = select(DeadlineRow.ticket_id).where(DeadlineRow.ended_at.is_(None), DeadlineRow.name.startswith("task-"), *when)
    work = tasks.of_several(connection, with_tasks)
    return [Overdue(r[0], r[1], r[2] or r[3], *r[4:10], work.get((r[10], r[7].removesuffix(VERIFY)))) for r in rows]


def open_by_category(connection: Connection) -> dict[str | None, int]:
    """How many customers' tickets have running deadlines, by category."""
    running = select(DeadlineRow.ticket_id).where(DeadlineRow.ended_at.is_(None))
    counted = select(TicketRow.category, func.count()).where(TicketRow.id.in_(running), OF_CUSTOMERS).group_by(TicketRow.category)
    rows = connection.execute(counted)
    return {row[0]: row[1] for row in rows}


def _described(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[dict[str, Any]]:
    ids = [row.id for row in rows]
    people: dict[int, list[str]] = defaultdict(list)
    for p in connection.execute(select(Participant).where(Participant.ticket_id.in_(ids)).order_by(Participant.joined_at)):
        people[p.ticket_id].append(p.address)
    counts: dict[int | None, int] = defaultdict(int)
    for table in (ReceivedLetter, OutgoingLetter):
        counted = select(table.ticket_id, func.count()).where(table.ticket_id.in_(ids)).group_by(table.ticket_id)
        for ticket_id, count in connection.execute(counted):
            counts[ticket_id] += count
    milestones = _by_ticket(connection, MilestoneRow, ids)
    deadlines = _by_ticket(connection, DeadlineRow, ids)
    for row in rows:
        ticket = tickets.from_rows(row, milestones[row.id], deadlines[row.id])
        yield {
            "number": ticket.number,
            "subject": ticket.subject,
            "status": ticket.status,
            "category": ticket.category,
            "confidence": round(ticket.confidence, 4),
            "severity": ticket.severity,
            "requester": {"name": ticket.requester.name, "address": ticket.requester.address},
            "participants": people[row.id],
            "department": ticket.department,
            "assignee": ticket.assignee,
            "round": ticket.round,
            "opened_at": ticket.opened_at,
            "milestones": {name: reached.at for name, reached in ticket.milestones.items()},
            "due": {due.name: due.at for due in ticket.due.values()},
            "letters": counts[row.id],
        }


def _by_ticket(connection: Connection, table: type[MilestoneRow | DeadlineRow], ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.ticket_id.in_(ids))):
        found[row.ticket_id].append(row)
    return found


def _columns(table: type[ReceivedLetter | OutgoingLetter], names: Sequence[str]) -> list[Any]:
    return [getattr(table, name) for name in names]


def _received(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the columns above
    return {
        "id": f"in-{row.id}",
        "direction": "in",
        "account": row.account,
        "uid": row.uid,
        "message_id": row.message_id,
        "fate": row.fate or "waiting",
        "reason": row.reason,
        "ticket": row.number,
        "at": row.received_at,
        "kind": row.kind,
        "sender": row.sender,
        "subject": row.subject,
    }


def _sent(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the columns above
    return {
        "id": f"out-{row.id}",
        "direction": "out",
        "account": None,
        "uid": None,
        "message_id": row.message_id,
        "fate": row.fate,
        "reason": row.reason,
        "ticket": row.number,
        "at": row.ended_at or row.created_at,
        "letter": row.letter,
        "recipient": row.recipient,
        "attempts": row.attempts,
    }
