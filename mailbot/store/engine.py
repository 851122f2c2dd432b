"""The database connection: opening, locking, transactions.

Takes a SQLAlchemy URL, gives a `Store`. A write transaction on SQLite begins IMMEDIATE and takes a lock of
this process, so that threads queue instead of failing with "database is locked"; WAL and synchronous=FULL
make a commit durable. Fails as `trouble` says, each time with the cure. Knows nothing of mail.
"""

import os
import sqlite3.dbapi2
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from mailbot.errors import StoreBusy, StoreUnusable, WrongSettings
from mailbot.store import lease, trouble

BUSY_SECONDS = 30
IDLE_SECONDS = 300
RESERVE_MB = 100
SQLITE = {"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None}
# A server that vanished without a word is noticed within a minute; waiting for a lock ends as on SQLite, and a stopped process
# can't keep its locks for ever.
POSTGRES = {
    "connect_timeout": 15,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "options": f"-c lock_timeout={BUSY_SECONDS}s -c idle_in_transaction_session_timeout={IDLE_SECONDS}s",
}


class Store:
    """An opened database. `transaction` writes, `reading` reads; both give a Core connection.

    `epoch` is the one this process began as the service; None as long as it never was."""

    def __init__(self, engine: Engine, place: str, reserve_mb: int = RESERVE_MB) -> None:
        self.engine = engine
        self.place = place
        self.epoch: int | None = None
        self._reserve = reserve_mb * 1_000_000
        self._writer = engine.execution_options(mailbot_write=True)
        self._one_writer: threading.RLock | None = threading.RLock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: everything in it becomes durable together, or nothing does.

        Raises StoreBusy (locked for 30 s, full, away), StoreBroken (disk failed, read-only, damaged: end the process)
        or Fenced (another service took the database over)."""
        if self._one_writer is None:
            with self._begun() as connection:
                yield connection
            return
        with self._one_writer, self._begun() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; nothing is written. Raises as `transaction` does."""
        with trouble.translated(self.place), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def sole_service(self) -> Iterator[None]:
        """Hold the database as its one running service; its tables have to be there.

        A thread that still runs afterwards is fenced by the next service, so `epoch` stays.
        Raises StoreUnusable when another service holds it."""
        with lease.held(self.engine, self.place):
            self.epoch = None
            with self.transaction() as tx:
                epoch = lease.next_epoch(tx)
            self.epoch = epoch
            yield

    def service_running(self) -> bool:
        """Whether a service, here or elsewhere, holds the database."""
        return lease.taken(self.engine, self.place)

    def has_room(self) -> bool:
        """Whether the reserve (`database.reserve_mb`) is still free on the disk of a SQLite database.

        PostgreSQL keeps its own disk: always true there, and DiskFull comes as StoreBusy."""
        database = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not database or database == ":memory:":
            return True
        disk = os.statvfs(Path(database).parent)
        return disk.f_bavail * disk.f_frsize >= self._reserve

    def require_room(self) -> None:
        """Before mail is taken in. Raises StoreBusy below the reserve: mail waits on its server, and what was taken in goes on."""
        if not self.has_room():
            free = f"less than {self._reserve // 1_000_000} MB (database.reserve_mb) are free on its disk"
            raise StoreBusy(f"database {self.place}: {free}; make room, mail waits on its server meanwhile")

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        with trouble.translated(self.place), self._writer.begin() as connection:
            if self.epoch is not None:
                lease.check(connection, self.epoch, self.place)
            yield connection


def open_store(url: str, home: Path = Path(), reserve_mb: int = RESERVE_MB) -> Store:
    """Connect to the database at `url`; a relative SQLite file lies in `home`.

    Raises WrongSettings for a URL that means nothing, StoreUnusable when the database can't be reached."""
    try:
        parsed = located(url, home)
        engine = create_engine(parsed, **_options(parsed))
    except (ArgumentError, NoSuchModuleError) as error:
        raise _meaningless(url, error) from None
    except ModuleNotFoundError as error:
        raise WrongSettings(f"database.url: the driver {error.name} is not installed; pip install 'mailbot[postgres]'") from None
    place = parsed.database or "(memory)" if parsed.get_backend_name() == "sqlite" else parsed.render_as_string(hide_password=True)
    store = Store(engine, place, reserve_mb)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    _try(store)
    return store


def located(url: str, home: Path) -> URL:
    """The URL with a relative SQLite file put into `home`. Raises WrongSettings for one that means nothing."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
            return parsed.set(database=str(Path(home, parsed.database or "")))
    except (ArgumentError, NoSuchModuleError) as error:
        raise _meaningless(url, error) from None
    return parsed


def lone_file(file: Path) -> Engine:
    """A SQLite file to look at, such as a backup: nothing is written, not even beside it."""
    module = sqlite_module()
    name = f"file:{quote(str(file))}?mode=ro&immutable=1"
    return create_engine("sqlite://", module=module, creator=lambda: module.connect(name, uri=True), poolclass=NullPool)


def _meaningless(url: str, error: Exception) -> WrongSettings:
    cure = "write sqlite:///file.db or postgresql+psycopg://user@host/name"
    return WrongSettings(f"database.url: {_without_password(url)}: {error}; {cure}")


def _options(url: URL) -> dict[str, Any]:
    """What mailbot asks of a connection; what the URL says comes first."""
    sqlite = url.get_backend_name() == "sqlite"
    opening = {name: value for name, value in (SQLITE if sqlite else POSTGRES).items() if name not in url.query}
    more = {"module": sqlite_module()} if sqlite else {"pool_pre_ping": True}
    return {"connect_args": opening, "pool_size": 8, **more}


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: the system's is often old enough to have known bugs in WAL mode (`durability`)."""
    try:
        from pysqlite3 import dbapi2 as packaged  # noqa: PLC0415 - not on every platform
    except ModuleNotFoundError:
        return sqlite3.dbapi2
    newest: ModuleType = max(sqlite3.dbapi2, packaged, key=lambda module: module.sqlite_version_info)
    return newest


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # pysqlite opens no transaction of its own any more (isolation_level=None): DDL is covered too, and a
        # writer takes the write lock at once instead of failing when it upgrades a read.
        writes = connection.get_execution_options().get("mailbot_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _try(store: Store) -> None:
    try:
        with store.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (DBAPIError, OSError) as error:
        store.close()
        raise StoreUnusable(f"database {store.place}: {trouble.reason(error)}") from None


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.split(':')[0]}:…@{tail}" if at else url
