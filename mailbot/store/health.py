"""How the record stands, counted from the tables alone: what waits and since when, what is set aside, held or in doubt.

Gives plain values for `watch`; changes nothing but `told`. Works whether or not a service runs. Fails as `reading` does.
"""

import fcntl
import os
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, bindparam, func, select, text, update

from mailbot.store.alarms import ALARMS
from mailbot.store.engine import LOCK_KEY, Store
from models.tables import Channel, DeadAddress, Instance, MailboxState, OutgoingLetter, ReceivedLetter, core

LATE = timedelta(hours=1)  # a letter without fate, or not settled on its server, for longer does not balance

LEDGER, OUTBOX, BOXES, DEAD, CHANNEL, INSTANCE = map(core, (ReceivedLetter, OutgoingLetter, MailboxState, DeadAddress, Channel, Instance))
OPEN = OUTBOX.c.ended_at.is_(None)
WAITING = select(func.count(), func.min(LEDGER.c.stored_at)).where(LEDGER.c.fate.is_(None))
QUARANTINED = select(func.count(), func.max(LEDGER.c.decided_at)).where(LEDGER.c.fate == "quarantined")
UNFATED = select(func.count()).select_from(LEDGER).where(LEDGER.c.fate.is_(None), LEDGER.c.stored_at < bindparam("before"))
UNSETTLED = select(func.count()).select_from(LEDGER).where(LEDGER.c.settled.is_(False), LEDGER.c.stored_at < bindparam("before"))
TO_SEND = select(func.count(), func.min(OUTBOX.c.created_at)).where(OPEN, OUTBOX.c.held.is_(None))
HELD = select(func.count()).select_from(OUTBOX).where(OPEN, OUTBOX.c.held.is_not(None))
IN_DOUBT = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.fate == "in-doubt")
# People's letters that went out twice perhaps, or not at all, and nobody was told.
UNTOLD = (
    select(OUTBOX.c.id, OUTBOX.c.recipient, OUTBOX.c.fate)
    .where(OUTBOX.c.doubts > 0, OUTBOX.c.ended_at.is_not(None), OUTBOX.c.automatic.is_(False), OUTBOX.c.told_at.is_(None))
    .order_by(OUTBOX.c.id)
)
TOLD = update(OUTBOX).where(OUTBOX.c.id.in_(bindparam("ids", expanding=True))).values(told_at=bindparam("at"))
# Only alarms that somebody was told of have an end worth telling.
OVER = select(ALARMS.c.name).where(ALARMS.c.ended_at >= bindparam("since"), ALARMS.c.told_at.is_not(None)).order_by(ALARMS.c.ended_at)
WRITTEN = (
    select(func.count())
    .select_from(OUTBOX)
    .where(OUTBOX.c.recipient == bindparam("to"), OUTBOX.c.created_at > bindparam("since"), OUTBOX.c.letter == bindparam("letter"))
)
PG_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND (classid::bigint << 32 | objid::bigint) = :key AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Incoming(Struct, frozen=True):
    """Letters received: those without a fate, since when the oldest waits; those set aside; those that don't balance after an hour."""

    waiting: int
    oldest_at: datetime | None
    quarantined: int
    quarantined_at: datetime | None
    without_fate: int
    unsettled: int


class Doubtful(Struct, frozen=True):
    """A person's letter of which nobody knows whether it arrived, or arrived twice."""

    id: int
    recipient: str
    fate: str


class Outgoing(Struct, frozen=True):
    """Letters owed: those to send, since when the oldest waits; those held; those in doubt, and which of them nobody was told of."""

    waiting: int
    oldest_at: datetime | None
    held: int
    in_doubt: int
    untold: list[Doubtful]


class Mailbox(Struct, frozen=True):
    """What is known of a mailbox that is read; `held` is how many letters lay in it at the last look."""

    account: str
    mailbox: str
    looked_at: datetime | None
    good_at: datetime | None
    held: int
    trouble: str | None
    trouble_since: datetime | None


class WayOut(Struct, frozen=True):
    """The way out, open while `closed_until` is None."""

    failures: int = 0
    closed_until: datetime | None = None
    trouble: str | None = None
    trouble_since: datetime | None = None


def incoming(connection: Connection, now: datetime) -> Incoming:
    """What was received and how it stands."""
    waiting, oldest = connection.execute(WAITING).one()
    quarantined, last = connection.execute(QUARANTINED).one()
    late = {"before": now - LATE}
    unfated, unsettled = connection.execute(UNFATED, late).scalar_one(), connection.execute(UNSETTLED, late).scalar_one()
    return Incoming(waiting, oldest, quarantined, last, unfated, unsettled)


def outgoing(connection: Connection) -> Outgoing:
    """What is owed and how it stands."""
    waiting, oldest = connection.execute(TO_SEND).one()
    held, in_doubt = connection.execute(HELD).scalar_one(), connection.execute(IN_DOUBT).scalar_one()
    return Outgoing(waiting, oldest, held, in_doubt, [Doubtful(*row) for row in connection.execute(UNTOLD)])


def told(tx: Connection, letters: Sequence[Doubtful], now: datetime) -> None:
    """Somebody was told of these doubts."""
    if letters:
        tx.execute(TOLD, {"ids": [letter.id for letter in letters], "at": now})


def mailboxes(connection: Connection) -> list[Mailbox]:
    """Every mailbox that was ever looked at."""
    columns = [BOXES.c[name] for name in Mailbox.__struct_fields__]
    return [Mailbox(*row) for row in connection.execute(select(*columns).order_by(BOXES.c.account, BOXES.c.mailbox))]


def way_out(connection: Connection) -> WayOut:
    """How the way out stands."""
    row = connection.execute(select(*(CHANNEL.c[name] for name in WayOut.__struct_fields__))).first()
    return WayOut(*row) if row else WayOut()


def dead_addresses(connection: Connection) -> list[str]:
    """Addresses to which letters are held."""
    return list(connection.execute(select(DEAD.c.address).order_by(DEAD.c.since, DEAD.c.address)).scalars())


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


def service_running(store: Store) -> bool:
    """Whether a service holds the database at this moment."""
    if store.engine.dialect.name == "sqlite":
        return _is_held(f"{store.engine.url.database}.service")
    with store.reading() as connection:
        return bool(connection.execute(PG_HELD, {"key": LOCK_KEY}).scalar_one())


def _is_held(name: str) -> bool:
    try:
        handle = os.open(name, os.O_RDONLY)
    except FileNotFoundError:
        return False
    with closing(os.fdopen(handle)):
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
