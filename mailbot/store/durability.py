"""Whether a commit survives a power cut: SQLite's build and journal, PostgreSQL's settings.

Asked once, at the start of the service, and by `mailbot check`. What could lose a commit is refused unless
`database.durable` is false; SQLite's known bug is only warned about, as it needs two connections that meet at
the wrong moment. Limits: a disk that lies about fsync can't be seen from here.
"""

from msgspec import Struct
from sqlalchemy import text

from mailbot.errors import StoreUnusable
from mailbot.store.engine import Store

# A checkpoint that runs while another connection resets the log may lose pages (sqlite.org/wal.html, "The WAL-Reset Bug").
WAL_RESET_BUG = ((3, 7, 0), (3, 51, 3))
WAL_RESET_MENDED = ((3, 44, 6), (3, 50, 7))  # these and later ones of the same branch
POSTGRES_NEEDS = {
    "fsync": "set fsync = on in postgresql.conf and restart PostgreSQL",
    "full_page_writes": "set full_page_writes = on in postgresql.conf and reload PostgreSQL",
    "synchronous_commit": "set it on in postgresql.conf, or: ALTER ROLE … SET synchronous_commit = on",
}


class Flaw(Struct, frozen=True):
    """What may lose a commit, with the cure; `certain` when a power cut is enough."""

    what: str
    cure: str
    certain: bool


def flaws(store: Store) -> list[Flaw]:
    """Everything that is wrong with this database's promise to keep what was committed."""
    return _of_sqlite(store) if store.engine.dialect.name == "sqlite" else _of_postgres(store)


def require(store: Store, *, durable: bool) -> list[str]:
    """Sentences to warn with. Raises StoreUnusable when a power cut may lose commits and `durable` asks that none can."""
    found = flaws(store)
    certain = [flaw for flaw in found if flaw.certain]
    if certain and durable:
        flaw = certain[0]
        raise StoreUnusable(
            f"database {store.place}: {flaw.what}; {flaw.cure}, or accept that a power cut loses letters: database.durable = false"
        )
    return [f"database {store.place}: {flaw.what}; {flaw.cure}" for flaw in found]


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Whether this SQLite (major, minor, patch) has it."""
    first, mended = WAL_RESET_BUG
    return first <= version < mended and not any(version[:2] == early[:2] and version >= early for early in WAL_RESET_MENDED)


def _of_sqlite(store: Store) -> list[Flaw]:
    with store.reading() as connection:
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
        version = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar_one())
    found = []
    if has_wal_reset_bug(tuple(int(part) for part in version.split("."))):
        cure = "pip install pysqlite3 brings a current one, as does a system with SQLite 3.51.3"
        found.append(Flaw(f"SQLite {version} has the WAL-reset bug, which can rarely damage a database", cure, certain=False))
    if journal not in ("wal", "memory"):
        found.append(Flaw(f"its journal mode is {journal}, not WAL", "put it on a local disk, not on a network share", certain=True))
    if synchronous < 2:  # FULL
        found.append(Flaw("synchronous is not FULL", "use a SQLite that lets mailbot set it", certain=True))
    return found


def _of_postgres(store: Store) -> list[Flaw]:
    with store.reading() as connection:
        asked = text("SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')")
        setting = {row.name: row.setting for row in connection.execute(asked)}
    return [Flaw(f"{name} is off", cure, certain=True) for name, cure in POSTGRES_NEEDS.items() if setting.get(name) == "off"]
