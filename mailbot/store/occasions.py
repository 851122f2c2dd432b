"""Recurring clauses in the record: since when each is in force, and for which period and customer it was carried out."""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from models.base import core
from models.tables import Occasion

OCCASION = core(Occasion)
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
