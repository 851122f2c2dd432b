"""The record of closed complaints, as duties look at it: which were closed in a time, what one lacks, how many of what."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, select

from mailbot.lifecycle.tally import Checked, Counted, Kept, Late, Voted
from mailbot.lifecycle.ticket import Ticket
from mailbot.store import tickets, votes
from models.base import core
from models.tables import DeadlineRow, MilestoneRow, TicketRow, Vote

TICKET, MILESTONE, DEADLINE, VOTE = core(TicketRow), core(MilestoneRow), core(DeadlineRow), core(Vote)
CLOSED = (
    select(TICKET.c.id, func.max(MILESTONE.c.at).label("at"))
    .join_from(TICKET, MILESTONE, MILESTONE.c.ticket_id == TICKET.c.id)
    .where(TICKET.c.kind == "complaint", MILESTONE.c.name == "closed")
    .where(MILESTONE.c.at >= bindparam("start"), MILESTONE.c.at < bindparam("end"))
    .group_by(TICKET.c.id)
    .subquery()
)
NUMBERS = select(TICKET.c.number).join(CLOSED, CLOSED.c.id == TICKET.c.id).order_by(TICKET.c.number)
RESPONSIBILITY = TICKET.c.facts["responsibility"].as_string()
KINDS = select(TICKET.c.category, RESPONSIBILITY).join(CLOSED, CLOSED.c.id == TICKET.c.id)
DEADLINES = select(DEADLINE).where(DEADLINE.c.ticket_id == bindparam("that")).order_by(DEADLINE.c.due_at, DEADLINE.c.name)
WORST = select(func.min(VOTE.c.score)).where(VOTE.c.ticket_id == bindparam("that"))
LAST_CLOSED = select(func.max(MILESTONE.c.at)).where(MILESTONE.c.ticket_id == bindparam("that"), MILESTONE.c.name == "closed")
IS_KEPT = DEADLINE.c.ended_at <= DEADLINE.c.due_at
settled_at = case((IS_KEPT, DEADLINE.c.ended_at), else_=DEADLINE.c.due_at)  # when it was known whether the deadline is kept
SETTLED_NOW = TICKET.c.kind == "complaint", settled_at >= bindparam("start"), settled_at < bindparam("end")
APART = DEADLINE.c.name.in_(bindparam("apart", expanding=True))
SETTLED = (
    select(TICKET.c.department, DEADLINE.c.name, func.sum(case((IS_KEPT, 1), else_=0)), func.count())
    .join_from(DEADLINE, TICKET, TICKET.c.id == DEADLINE.c.ticket_id)
    .where(*SETTLED_NOW, ~APART)
    .group_by(TICKET.c.department, DEADLINE.c.name)
    .order_by(TICKET.c.department, DEADLINE.c.name)
)
SETTLED_APART = (
    select(TICKET.c.id, DEADLINE.c.name, case((IS_KEPT, 1), else_=0))
    .join_from(DEADLINE, TICKET, TICKET.c.id == DEADLINE.c.ticket_id)
    .where(*SETTLED_NOW, APART)
    .order_by(TICKET.c.id, DEADLINE.c.name)
)
OF_CUSTOMER = (
    select(TICKET.c.id)
    .where(TICKET.c.customer_id == bindparam("that"), TICKET.c.kind == "complaint")
    .order_by(TICKET.c.id.desc())
    .limit(bindparam("most"))
)


def closed(connection: Connection, start: datetime, end: datetime) -> list[str]:
    """Numbers of the complaints closed from `start` to before `end` (aware UTC), also of those that were opened again since."""
    return list(connection.execute(NUMBERS, {"start": start, "end": end}).scalars())


def checked(connection: Connection, number: str, own: frozenset[str], now: datetime) -> Checked | None:
    """A closed case as a spot check looks at it; what is due later, tasks, and deadlines of `own`, which mailbot keeps itself, do not
    count."""
    ticket = tickets.load(connection, number)
    if ticket is None or ticket.id is None:
        return None
    this = {"that": ticket.id}
    fell_due = (row for row in connection.execute(DEADLINES, this) if row.ended_at or row.due_at < now)
    rows = [row for row in fell_due if row.name not in own and not row.name.startswith("task-")]
    late = tuple(Late(row.name, row.due_at, row.ended_at) for row in rows if row.ended_at is None or row.ended_at > row.due_at)
    score = connection.execute(WORST, this).scalar()
    said = {"cause": ticket.facts.cause, "responsibility": ticket.facts.responsibility, "outcome": ticket.facts.outcome, "rated": score}
    return Checked(
        number,
        ticket.subject,
        ticket.category,
        ticket.department,
        connection.execute(LAST_CLOSED, this).scalar() or ticket.opened_at,
        ticket.round,
        Kept(len(rows) - len(late), len(rows)),
        late,
        tuple(name for name, value in said.items() if not value),
        score,
    )


def kinds(connection: Connection, start: datetime, end: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """How many complaints were closed in that time, by category and by responsibility; "" where none is known."""
    rows = connection.execute(KINDS, {"start": start, "end": end}).all()
    return dict(Counter(row[0] or "" for row in rows)), dict(Counter(row[1] or "" for row in rows))


def settled(connection: Connection, start: datetime, end: datetime, apart: Collection[str] = ()) -> list[Counted]:
    """Deadlines and tasks of complaints that were kept in that time or passed in it, by leading department and name; those called as
    in `apart` each with its case."""
    this = {"start": start, "end": end, "apart": list(apart)}
    rows = [Counted(department, name, Kept(kept, count)) for department, name, kept, count in connection.execute(SETTLED, this)]
    for ticket_id, name, kept in connection.execute(SETTLED_APART, this).all() if apart else ():
        ticket = tickets.load_by_id(connection, ticket_id)
        if ticket:
            rows.append(Counted(ticket.department, name, Kept(kept, 1), ticket.circumstances))
    return rows


def voted(connection: Connection, start: datetime, end: datetime) -> list[Voted]:
    """What customers answered to surveys and polls in that time."""
    return [Voted(row.ticket_id, row.round, row.question, row.score) for row in votes.between(connection, start, end)]


def of_customer(connection: Connection, customer_id: int, most: int = 5) -> Sequence[Ticket]:
    """The customer's latest complaints, newest first."""
    ids = connection.execute(OF_CUSTOMER, {"that": customer_id, "most": most}).scalars()
    return [found for ticket_id in ids if (found := tickets.load_by_id(connection, ticket_id))]
