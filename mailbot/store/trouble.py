"""What a driver's error means for mailbot: wait, stop at once, or look for a bug.

Takes what SQLAlchemy raises, gives StoreBusy or StoreBroken with the cure, or nothing: constraint and programming
errors are bugs and rise as they are. Decided by SQLite's result codes (sqlite.org/rescode.html) and PostgreSQL's
SQLSTATE (its manual, appendix A), never by words. After an error at COMMIT nobody knows whether it was carried out;
each step therefore reads its state again before it acts.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from mailbot.errors import StoreBroken, StoreBusy

# SQLite: BUSY, LOCKED, FULL, CANTOPEN (also: no descriptor left), PROTOCOL; IOERR_SHMSIZE is a full disk, too.
SQLITE_BUSY = frozenset({5, 6, 13, 14, 15})
SQLITE_IOERR_SHMSIZE = 10 | 19 << 8
# SQLite: PERM, READONLY (also: the file was moved away), IOERR, CORRUPT, NOTADB.
SQLITE_BROKEN = frozenset({3, 8, 10, 11, 26})
# PostgreSQL: connection lost, rolled back (serialization, deadlock), resources (disk full), lock timeout, going down.
POSTGRES_BUSY = ("08", "40", "53", "55P03", "57")
# PostgreSQL: read-only, its own input or output failed, idle session ended by it, data or index corrupted.
POSTGRES_BROKEN = ("25006", "58", "XX001", "XX002")
POSTGRES_ENDED_SESSION = ("25P03", "25P04")

CURES = (
    ("unable to open", "the folder is missing or can't be written; create it or change database.url"),
    ("readonly", "the file is read-only; give mailbot's user the right to write it and its folder"),
    ("read-only", "it is read-only; point database.url to the primary"),
    ("is locked", "another program holds it; stop that program"),
    ("lock timeout", "another session holds it; end that session"),
    ("disk is full", "the disk is full; make room, mail waits on the server meanwhile"),
    ("no space left", "the disk is full; make room, mail waits on the server meanwhile"),
    (
        "disk i/o error",
        "the disk fails, is full or is read-only; look at df and the system's log, then start mailbot again or restore a backup",
    ),
    ("not a database", "the file is not a SQLite database; change database.url or restore a backup"),
    ("malformed", "the file is damaged; restore a backup"),
    ("password authentication failed", "the password is wrong; check database.url"),
    ("does not exist", "create it with createdb, or change database.url"),
    ("connection", "it can't be reached; is the server running and database.url right?"),
)


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Errors of the database at `place` come out as StoreBusy or StoreBroken; bugs come out as they are."""
    try:
        yield
    except DBAPIError as error:
        kind = meaning(error)
        if kind is None:
            raise
        raise kind(f"database {place}: {reason(error)}") from error
    except NoConnectionFree as error:
        raise StoreBusy(f"database {place}: every connection is in use; it is tried again") from error
    except InvalidRequestError as error:
        if str(error) != "This connection is closed":  # the pool's words after its second try to reach the server
            raise
        raise StoreBusy(f"database {place}: the connection was lost; is the server running?") from error


def meaning(error: DBAPIError) -> type[StoreBusy | StoreBroken] | None:
    """StoreBusy, StoreBroken, or None for a bug."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _of_sqlite(code)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _of_postgres(state)
    # Without a code the driver speaks of the connection itself: refused, reset, closed, timed out.
    away = error.connection_invalidated or (isinstance(error, OperationalError | InterfaceError) and hasattr(error.orig, "sqlstate"))
    return StoreBusy if away else None


def reason(error: BaseException) -> str:
    """The driver's first line with the cure; statements and parameters stay out of it."""
    first = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    cure = next((cure for sign, cure in CURES if sign in first.lower()), "see the database's own log")
    return f"{first}; {cure}"


def _of_sqlite(code: int) -> type[StoreBusy | StoreBroken] | None:
    primary = code & 0xFF
    if primary in SQLITE_BUSY or code == SQLITE_IOERR_SHMSIZE:
        return StoreBusy
    return StoreBroken if primary in SQLITE_BROKEN else None


def _of_postgres(state: str) -> type[StoreBusy | StoreBroken] | None:
    if state.startswith(POSTGRES_BUSY) or state in POSTGRES_ENDED_SESSION:
        return StoreBusy
    return StoreBroken if state.startswith(POSTGRES_BROKEN) else None
