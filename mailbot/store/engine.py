"""The database connection: opening, checking, locking, transactions.

Takes a SQLAlchemy URL, gives a `Store`. A write transaction on SQLite begins IMMEDIATE and takes a lock of
this process, so that threads queue instead of failing with "database is locked"; WAL and synchronous=FULL
make a commit durable. Raises StoreUnusable with the cure. Knows nothing of mail.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from mailbot.errors import StoreUnusable, WrongSettings

BUSY_SECONDS = 30
LOCK_KEY = 0x6D61696C626F74  # "mailbot": advisory lock of the one running service


class Store:
    """An opened database. `transaction` writes, `reading` reads; both give a Core connection."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place
        self._writer = engine.execution_options(mailbot_write=True)
        self._one_writer: threading.RLock | None = threading.RLock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: everything in it becomes durable together, or nothing does.

        Raises StoreUnusable when the database refuses (read-only, full, gone)."""
        if self._one_writer is None:
            with self._translated(), self._writer.begin() as connection:
                yield connection
            return
        with self._one_writer, self._translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; nothing is written."""
        with self._translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def sole_service(self) -> Iterator[None]:
        """Hold the database as its one running service.

        Raises StoreUnusable when another service holds it."""
        holder = self._held_by_file() if self.engine.dialect.name == "sqlite" else self._held_by_server()
        with holder:
            yield

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise StoreUnusable(f"database {self.place}: {_reason(error)}") from error

    @contextmanager
    def _held_by_file(self) -> Iterator[None]:
        database = self.engine.url.database
        if not database or database == ":memory:":
            yield
            return
        try:
            handle = os.open(f"{database}.service", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreUnusable(
                f"database {self.place}: its folder can't be written ({error.strerror}); mailbot needs to write there"
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise StoreUnusable(f"database {self.place} is held by another running mailbot; stop that one first") from None
        try:
            yield
        finally:
            os.close(handle)

    @contextmanager
    def _held_by_server(self) -> Iterator[None]:
        with self._translated():
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}).scalar():
                raise StoreUnusable(f"database {self.place} is held by another running mailbot; stop that one first")
            yield
        finally:
            connection.invalidate()
            connection.close()


def open_store(url: str, home: Path = Path()) -> Store:
    """Connect to the database at `url`; a relative SQLite file lies in `home`.

    Raises WrongSettings for a URL that means nothing, StoreUnusable when the database can't be reached."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
            parsed = parsed.set(database=str(Path(home, parsed.database or "")))
        engine = create_engine(parsed, **_options(parsed.get_backend_name()))
    except (ArgumentError, NoSuchModuleError) as error:
        raise WrongSettings(
            f"database.url: {_without_password(url)}: {error}; write sqlite:///file.db or postgresql+psycopg://user@host/name"
        ) from None
    except ModuleNotFoundError as error:
        raise WrongSettings(f"database.url: the driver {error.name} is not installed; pip install 'mailbot[postgres]'") from None
    place = parsed.database or "(memory)" if parsed.get_backend_name() == "sqlite" else parsed.render_as_string(hide_password=True)
    store = Store(engine, place)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    _try(store)
    return store


def _options(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None}, "pool_size": 8}
    return {"pool_size": 8, "pool_pre_ping": True}


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
        raise StoreUnusable(f"database {store.place}: {_reason(error)}") from None


CURES = (
    ("unable to open", "the folder is missing or can't be written; create it or change database.url"),
    ("readonly", "the file is read-only; give mailbot's user the right to write it and its folder"),
    ("read-only", "it is read-only; point database.url to the primary"),
    ("is locked", "another program holds it; stop that program"),
    ("disk is full", "the disk is full; make room, mail waits on the server meanwhile"),
    ("not a database", "the file is not a SQLite database; change database.url or restore a backup"),
    ("malformed", "the file is damaged; restore a backup"),
    ("password authentication failed", "the password is wrong; check database.url"),
    ("does not exist", "create it with createdb, or change database.url"),
    ("connection", "it can't be reached; is the server running and database.url right?"),
)


def _reason(error: BaseException) -> str:
    """The driver's first line with the cure; statements and parameters stay out of it."""
    first = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    cure = next((cure for sign, cure in CURES if sign in first.lower()), "see the database's own log")
    return f"{first}; {cure}"


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.split(':')[0]}:…@{tail}" if at else url
