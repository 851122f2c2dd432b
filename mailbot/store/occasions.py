"""Recurring clauses in the record: since when each is in force, and for which period and customer it was carried out."""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from models.base import core
from models.tables import Occasion, TicketRow

OCCASION, TICKET = core(Occasion), core(TicketRow)
Kind = Literal["poll", "duty"]
NOBODY = 0
IN_FORCE = ""  # the period of the row that tells since when


class Turn(Struct, frozen=True):
    """A clause's turn: its table and id in the procedure file, the period, and the customer where there is one for each."""

    kind: Kind
    key: str
    period: str
    customer_id: int = NOBODY


def come_into_force(tx: Connection, kind: Kind, key: str, now: datetime) -> None:
    """The clocks look at the clause for the first time. A period that began before is not made up for."""
    take(tx, Turn(kind, key, IN_FORCE), now)


def since(connection: Connection, kind: Kind, key: str) -> datetime | None:
    """Since when the clause is in force; None where the clocks have not looked at it yet."""
    row = OCCASION.c.kind == kind, OCCASION.c.key == key, OCCASION.c.period == IN_FORCE
    found: datetime | None = connection.execute(select(OCCASION.c.at).where(*row)).scalar()
    return found


def take(tx: Connection, turn: Turn, now: datetime, ticket_id: int | None = None, note: str = "") -> bool:
    """True the first time a turn is taken, in the transaction that does what it asks for; False ever after.

    `ticket_id` is the case that was opened; without one `note` says why."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    row = dialect.insert(OCCASION).values(**asdict(turn), ticket_id=ticket_id, at=now, note=note)
    return tx.execute(row.on_conflict_do_nothing().returning(OCCASION.c.kind)).first() is not None


def is_taken(connection: Connection, turn: Turn) -> bool:
    """Whether a turn was taken."""
    row = [OCCASION.c[name] == value for name, value in asdict(turn).items()]
    return connection.execute(select(OCCASION.c.kind).where(*row)).first() is not None


def say(tx: Connection, turn: Turn, ticket_id: int | None, note: str = "") -> None:
    """What came of a turn that was taken in this transaction."""
    row = [OCCASION.c[name] == value for name, value in asdict(turn).items()]
    tx.execute(update(OCCASION).where(*row).values(ticket_id=ticket_id, note=note))


def pass_on(tx: Connection, gone: int, kept: int) -> None:
    """A customer's turns are another's from now on, unless that one had its own: nobody is asked twice in a period."""
    turn = tuple_(OCCASION.c.kind, OCCASION.c.key, OCCASION.c.period)
    had = select(OCCASION.c.kind, OCCASION.c.key, OCCASION.c.period).where(OCCASION.c.customer_id == kept)
    tx.execute(update(OCCASION).where(OCCASION.c.customer_id == gone, turn.not_in(had)).values(customer_id=kept))


def cases_since(connection: Connection, kind: Kind, since: datetime) -> int:
    """How many cases clauses of this kind have opened since then."""
    meant = OCCASION.c.kind == kind, OCCASION.c.ticket_id.is_not(None), OCCASION.c.at > since
    return int(connection.execute(select(func.count()).where(*meant)).scalar_one())


def of_customer(connection: Connection, customer_id: int) -> list[tuple[str, str, str, str | None, str]]:
    """What was done for a customer, the latest first: kind, clause, period, number of the case, and why there is none."""
    columns = OCCASION.c.kind, OCCASION.c.key, OCCASION.c.period, TICKET.c.number, OCCASION.c.note
    query = select(*columns).select_from(OCCASION.outerjoin(TICKET, TICKET.c.id == OCCASION.c.ticket_id))
    rows = connection.execute(query.where(OCCASION.c.customer_id == customer_id).order_by(OCCASION.c.at.desc()))
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def last_times(connection: Connection, kind: Kind, key: str) -> dict[int, datetime]:
    """When the clause was last carried out for each customer (0: for none)."""
    mine = OCCASION.c.kind == kind, OCCASION.c.key == key, OCCASION.c.period != IN_FORCE
    query = select(OCCASION.c.customer_id, func.max(OCCASION.c.at)).where(*mine).group_by(OCCASION.c.customer_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def taken(connection: Connection, kind: Kind, key: str, period: str) -> frozenset[int]:
    """Customers for whom the clause was carried out in a period (0: it was, once)."""
    these = OCCASION.c.kind == kind, OCCASION.c.key == key, OCCASION.c.period == period
    return frozenset(connection.execute(select(OCCASION.c.customer_id).where(*these)).scalars())
