"""How the record stands, counted from the tables alone: what waits and since when, what is set aside.

Gives plain values for `watch`; changes nothing. Works whether or not a service runs. Fails as `reading` does.
Statements hold their constants as literals: SQLite uses a partial index for no other.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, bindparam, func, literal_column, select, text

from mailbot.store.alarms import ALARMS
from models.base import core
from models.letters import OutgoingLetter, ReceivedLetter
from models.tables import Instance

LEDGER, OUTBOX, INSTANCE = core(ReceivedLetter), core(OutgoingLetter), core(Instance)
WAITING = select(func.count(), func.min(LEDGER.c.stored_at)).where(LEDGER.c.fate.is_(None))
QUARANTINED = select(func.count(), func.max(LEDGER.c.decided_at)).where(LEDGER.c.fate == literal_column("'quarantined'"))
TO_SEND = select(func.count(), func.min(OUTBOX.c.created_at)).where(OUTBOX.c.ended_at.is_(None), OUTBOX.c.held.is_(None))
# Only alarms that somebody was told of have an end worth telling.
OVER = select(ALARMS.c.name).where(ALARMS.c.ended_at >= bindparam("since"), ALARMS.c.told_at.is_not(None)).order_by(ALARMS.c.ended_at)
WRITTEN = (
    select(func.count())
    .select_from(OUTBOX)
    .where(OUTBOX.c.recipient == bindparam("to"), OUTBOX.c.created_at > bindparam("since"), OUTBOX.c.letter == bindparam("letter"))
)


class Incoming(Struct, frozen=True):
    """Letters received: those without a fate, since when the oldest waits; those set aside, the last of them when."""

    waiting: int
    oldest_at: datetime | None
    quarantined: int
    quarantined_at: datetime | None


def incoming(connection: Connection) -> Incoming:
    """What was received and how it stands."""
    waiting, oldest = connection.execute(WAITING).one()
    quarantined, last = connection.execute(QUARANTINED).one()
    return Incoming(waiting, oldest, quarantined, last)


def to_send(connection: Connection) -> tuple[int, datetime | None]:
    """How many letters are to be sent, and since when the oldest waits."""
    count, oldest = connection.execute(TO_SEND).one()
    return count, oldest


def over(connection: Connection, since: datetime) -> list[str]:
    """Names of alarms that somebody was told of and that have ended since then."""
    return list(connection.execute(OVER, {"since": since}).scalars())


def written_since(connection: Connection, recipient: str, letter: str, since: datetime) -> bool:
    """Whether somebody was owed a letter of this kind after then."""
    return bool(connection.execute(WRITTEN, {"to": recipient, "letter": letter, "since": since}).scalar_one())


def epoch(connection: Connection) -> int:
    """How many services have held this database so far."""
    found: int = connection.execute(select(INSTANCE.c.epoch)).scalar_one()
    return found


def database(connection: Connection) -> str:
    """Kind and version of the database, such as `SQLite 3.53.4`."""
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"
    return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"
