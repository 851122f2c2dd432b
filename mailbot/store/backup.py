"""A backup of a SQLite record, and a backup put back in its place.

A backup is one file, made while the service runs, and opened and checked before it gets its name. A database that was
put back is held: nothing is sent until an operator lets go, because letters may have gone out since the backup (F34).
The one that was replaced stays beside it. PostgreSQL's way is in `dump`. Raises StoreBroken for a file that is no
whole record, RejectedInput for what would lose something.
"""

import os
from contextlib import closing
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError

from mailbot.errors import RejectedInput, StoreBroken, StoreUnusable
from mailbot.store import instance, lease, tickets
from mailbot.store.engine import Store, lone_file, open_store, sqlite_module
from mailbot.store.outgoing import OUTBOX
from mailbot.store.trouble import reason, translated
from models.base import core
from models.migrations import HEAD
from models.tables import Instance, TicketRow

FIRST_SCHEMA = "0004"  # the first that can be held
COUNTED = ("received_letter", "event", "outgoing_letter")  # rows are only ever added to these
PART = ".part"


class Contents(Struct, frozen=True):
    """What a record holds: its schema, how many rows of each table in `COUNTED`, tickets whose story was altered."""

    schema: str
    rows: dict[str, int]
    altered: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name.replace('_', ' ')}s" for name, count in self.rows.items())
        altered = f"; the stories of these tickets were altered: {', '.join(self.altered)}" if self.altered else ""
        return f"schema {self.schema}, {counts}{altered}"


class Unsure(Struct, frozen=True):
    """A letter that a restored record still owes; it may have gone out after the backup was made."""

    id: int
    number: str | None
    letter: str
    recipient: str
    automatic: bool
    created_at: datetime


def contents(connection: Connection) -> Contents:
    """Counts of an open record."""
    version = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    return Contents(version, {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in COUNTED})  # noqa: S608 - names from above


def with_stories(found: Contents, connection: Connection) -> Contents:
    """The same, after looking whether each ticket's story is as it was written."""
    return replace(found, altered=tuple(tickets.verify(connection)))


def save(store: Store, file: Path) -> Contents:
    """Copy the record into `file`, which must not be there yet; the service may run meanwhile."""
    refuse_existing(file)
    part = file.with_name(file.name + PART)
    part.unlink(missing_ok=True)
    try:
        copy(store.engine, part)
        found = check(part)
        publish(part, file)
    finally:
        part.unlink(missing_ok=True)
    return found


def copy(engine: Engine, file: Path) -> None:
    """SQLite's own copy, whole at any moment. Raises StoreUnusable when it can't be read or written."""
    sqlite = sqlite_module()
    try:
        with engine.connect() as connection, closing(sqlite.connect(str(file))) as target:
            source = connection.connection.driver_connection
            assert source
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    except (sqlite.Error, DBAPIError) as error:
        raise StoreUnusable(f"copy of the database to {file}: {reason(error)}") from error


def check(file: Path) -> Contents:
    """Open a backup and read all of it. Raises StoreBroken when it is damaged, StoreUnusable when it is of another mailbot."""
    if not file.is_file():
        raise RejectedInput(f"{file}: there is no such file; name one that `mailbot backup` made")
    engine = lone_file(file)
    with translated(str(file)), engine.connect() as connection:
        said = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if said != "ok" or connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise StoreBroken(f"{file} is damaged ({said}); take another backup")
        if not engine.dialect.has_table(connection, "alembic_version"):
            raise RejectedInput(f"{file} is no record of mailbot; name one that `mailbot backup` made")
        found = contents(connection)
        refuse_schema(file, found.schema)
        return with_stories(found, connection)


def put_back(file: Path, database: Path, now: datetime, *, force: bool) -> Path | None:
    """Put a backup in the place of `database`, held; gives where the replaced one lies now, None when there was none.

    Raises StoreUnusable while a service runs, RejectedInput when the present record has more than the backup and not `force`."""
    with lease.held_by_file(str(database)):
        saved = check(file)
        epoch = 0
        if database.exists():
            found = _present(database)  # None: too damaged to compare
            if found:
                refuse_newer(found[0], saved, str(database), force=force)
                epoch = found[1]
        part = database.with_name(database.name + PART)
        part.unlink(missing_ok=True)
        copy(lone_file(file), part)
        _hold(part, epoch, now)
        aside = _lay_aside(database, now) if database.exists() else None
        publish(part, database)
        return aside


def refuse_newer(present: Contents, saved: Contents, place: str, *, force: bool) -> None:
    """Raises RejectedInput when something of the present record would be lost."""
    more = [f"{count - saved.rows[name]} {name.replace('_', ' ')}s" for name, count in present.rows.items() if count > saved.rows[name]]
    if more and not force:
        raise RejectedInput(f"database {place} has {', '.join(more)} that the backup lacks; --force replaces it all the same")


def refuse_schema(file: Path, schema: str) -> None:
    """Raises StoreUnusable for a record that this mailbot can't take up."""
    if not FIRST_SCHEMA <= schema <= HEAD:
        raise StoreUnusable(f"{file} has schema {schema}, this mailbot restores {FIRST_SCHEMA} to {HEAD}; install the mailbot that made it")


def refuse_existing(file: Path) -> None:
    """Raises RejectedInput rather than replace a backup."""
    if file.exists():
        raise RejectedInput(f"{file} is there already; name a new file")
    if not file.absolute().parent.is_dir():
        raise RejectedInput(f"{file.parent} is no folder; create it or name a file elsewhere")


def publish(part: Path, file: Path) -> None:
    """Give a finished file its name, durably."""
    _sync(part)
    part.replace(file)
    _sync(file.absolute().parent)


def unsure(connection: Connection) -> list[Unsure]:
    """Every letter that waits to be sent, the oldest first."""
    ticket = core(TicketRow)
    columns = (OUTBOX.c.id, ticket.c.number, OUTBOX.c.letter, OUTBOX.c.recipient, OUTBOX.c.automatic, OUTBOX.c.created_at)
    joined = OUTBOX.outerjoin(ticket, ticket.c.id == OUTBOX.c.ticket_id)
    query = select(*columns).select_from(joined).where(OUTBOX.c.ended_at.is_(None)).order_by(OUTBOX.c.id)
    return [Unsure(*row) for row in connection.execute(query)]


def skip_automatic(tx: Connection, now: datetime) -> int:
    """End the automatic ones of them as in doubt: at most once (V4). Gives how many."""
    waiting = OUTBOX.c.ended_at.is_(None), OUTBOX.c.automatic
    reason = "not sent: the record came from a backup, and this letter may have gone out before"
    values = {"fate": "in-doubt", "ended_at": now, "told_at": now, "leased_until": None, "reason": reason}
    return tx.execute(update(OUTBOX).where(*waiting).values(values)).rowcount


def _present(database: Path) -> tuple[Contents, int] | None:
    """Counts and epoch of the record to be replaced; None when it can't be read."""
    try:
        store = open_store(f"sqlite:///{database}")
    except StoreUnusable:
        return None
    with closing(store):
        try:
            with store.reading() as connection:
                if not store.engine.dialect.has_table(connection, "alembic_version"):
                    return None
                found = contents(connection)
                epoch = select(func.max(core(Instance).c.epoch))
                return found, (connection.execute(epoch).scalar() or 0) if found.schema >= FIRST_SCHEMA else 0
        except StoreBroken:
            return None


def _hold(part: Path, epoch: int, now: datetime) -> None:
    """Before it gets its name: nothing is sent from it, and whoever held the former one writes no more."""
    with closing(open_store(f"sqlite:///{part}")) as store, store.transaction() as tx:
        instance.hold(tx, now)
        lease.next_epoch(tx, at_least=epoch)


def _lay_aside(database: Path, now: datetime) -> Path:
    """A second name for the present file, and its log with it: a log must never meet another database."""
    aside = database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%S}")
    os.link(database, aside)
    for ending in ("-wal", "-shm"):
        log = database.with_name(database.name + ending)
        if log.exists():
            log.replace(aside.with_name(aside.name + ending))
    return aside


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
