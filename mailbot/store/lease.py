"""Who holds the database as its one running service: a lock that dies with its holder, and an epoch that outlives it.

The lock (a file beside a SQLite database, an advisory lock on PostgreSQL) refuses a second service. It can be lost while
the holder lives: a stopped process whose lock file was removed, a server that ended the lock's session. Therefore each
holder counts `instance.epoch` up once, and each of its transactions looks first whether the epoch is still its own (F37).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from mailbot.errors import Fenced, StoreUnusable
from mailbot.store.trouble import translated
from models.base import core
from models.tables import Instance

LOCK_KEY = 0x6D61696C626F74  # "mailbot": advisory lock of the one running service
GRACE_SECONDS = 2.0
INSTANCE = core(Instance)
# A key share never waits for `last_run_at` and the like; `NEXT` waits for every key share, so for all that began before it.
FENCE = select(INSTANCE.c.epoch).with_for_update(read=True, key_share=True)
TAKEN = text(  # a 64-bit key stands in pg_locks as two halves, with objsubid 1
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = :high AND objid = :low AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted)"
)
NEXT = select(INSTANCE.c.epoch).with_for_update()


@contextmanager
def held(engine: Engine, place: str) -> Iterator[None]:
    """The lock, until the block ends. Raises StoreUnusable when another service has it."""
    with held_by_file(engine.url.database) if engine.dialect.name == "sqlite" else _held_by_server(engine, place):
        yield


@contextmanager
def held_by_file(database: str | None) -> Iterator[None]:
    """The lock of a SQLite database by its path, which needn't be readable; a database in memory has none."""
    if not database or database == ":memory:":
        yield
        return
    try:
        handle = os.open(f"{database}.service", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnusable(f"database {database}: its folder can't be written ({error.strerror}); mailbot needs to write there") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreUnusable(f"database {database} is held by another running mailbot; stop that one first") from None
    try:
        yield
    finally:
        os.close(handle)


def taken(engine: Engine, place: str) -> bool:
    """Whether a service holds the lock now. Nothing is created; on SQLite the lock is touched for a moment."""
    if engine.dialect.name != "sqlite":
        with translated(place), engine.connect() as connection:
            return bool(connection.execute(TAKEN, {"high": LOCK_KEY >> 32, "low": LOCK_KEY & 0xFFFFFFFF}).scalar())
    try:
        handle = os.open(f"{engine.url.database}.service", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def next_epoch(tx: Connection, at_least: int = 0) -> int:
    """Begin a new epoch, later than the database's and than `at_least`: whoever held an earlier one writes no more."""
    epoch = max(int(tx.execute(NEXT).scalar_one()), at_least) + 1
    tx.execute(update(INSTANCE).values(epoch=epoch))
    return epoch


def check(tx: Connection, epoch: int, place: str) -> None:
    """Raises Fenced unless `epoch` is the database's."""
    found = tx.execute(FENCE).scalar()
    if found != epoch:
        raise Fenced(
            f"database {place}: another mailbot took it over (epoch {found}, this one has {epoch}) or a backup was put in its place; "
            "this one ends; see that only one is started"
        )


@contextmanager
def _held_by_server(engine: Engine, place: str) -> Iterator[None]:
    with translated(place):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        with translated(place):
            _lock(connection, place)
        yield
    finally:
        with suppress(DBAPIError):  # the session was lost, and the lock with it
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})
        connection.invalidate()
        connection.close()


def _lock(connection: Connection, place: str) -> None:
    """A holder that was killed just now has the lock until the server notices, so a short while is waited."""
    give_up_at = time.monotonic() + GRACE_SECONDS
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}).scalar():
        if time.monotonic() > give_up_at:
            raise StoreUnusable(f"database {place} is held by another running mailbot; stop that one first")
        time.sleep(0.05)
