"""Recurring clauses in the record: since when each is in force, and for which period and customer it was carried out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.lifecycle.ticket import Customer
from mailbot.store import customers
from models.base import core
from models.tables import CustomerRow, Occasion

OCCASION, CUSTOMER = core(Occasion), core(CustomerRow)
Kind = Literal["poll", "duty"]
NOBODY = 0
IN_FORCE = ""  # the period of the row that tells since when


class Turn(Struct, frozen=True):
    """A clause's turn: its table and id in the procedure file, the period, and the customer where there is one for each."""

    kind: Kind
    key: str
    period: str
    customer_id: int = NOBODY


def in_force_since(tx: Connection, kind: Kind, key: str, now: datetime) -> datetime:
    """When the clocks first looked at the clause: now, the first time. A period that began before is not made up for."""
    take(tx, Turn(kind, key, IN_FORCE), now)
    row = OCCASION.c.kind == kind, OCCASION.c.key == key, OCCASION.c.period == IN_FORCE
    since: datetime = tx.execute(select(OCCASION.c.at).where(*row)).scalar_one()
    return since


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


def last_times(connection: Connection, kind: Kind, key: str) -> dict[int, datetime]:
    """When the clause was last carried out for each customer (0: for none)."""
    mine = OCCASION.c.kind == kind, OCCASION.c.key == key, OCCASION.c.period != IN_FORCE
    query = select(OCCASION.c.customer_id, func.max(OCCASION.c.at)).where(*mine).group_by(OCCASION.c.customer_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def taken(connection: Connection, kind: Kind, key: str, period: str) -> frozenset[int]:
    """Customers for whom the clause was carried out in a period (0: it was, once)."""
    these = OCCASION.c.kind == kind, OCCASION.c.key == key, OCCASION.c.period == period
    return frozenset(connection.execute(select(OCCASION.c.customer_id).where(*these)).scalars())


def without(connection: Connection, turn: Turn, grades: Iterable[str]) -> Customer | None:
    """The first customer on file of these grades who has not had the clause's turn in the period."""
    had = select(OCCASION.c.customer_id).where(OCCASION.c.kind == turn.kind, OCCASION.c.key == turn.key, OCCASION.c.period == turn.period)
    meant = CUSTOMER.c.grade.in_(list(grades)), CUSTOMER.c.merged_into.is_(None), CUSTOMER.c.id.not_in(had)
    found = connection.execute(select(CUSTOMER.c.id).where(*meant).order_by(CUSTOMER.c.id).limit(1)).scalar()
    return customers.by_id(connection, found) if found else None


def opened(tx: Connection, turn: Turn, ticket_id: int) -> None:
    """The turn that was taken opened this case."""
    where = [OCCASION.c[name] == value for name, value in asdict(turn).items()]
    tx.execute(update(OCCASION).where(*where).values(ticket_id=ticket_id))
