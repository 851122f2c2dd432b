"""Where a world's database lies: a SQLite file, or a PostgreSQL of this process's own; empty again in a few milliseconds.

An engine lasts as long as the process: the statements SQLAlchemy has compiled go with it, and a world has no time for them.
"""

import shutil
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from sqlalchemy import insert, text, update

from mailbot.store import schema
from mailbot.store.engine import Store, open_store
from models.tables import EVERY, Instance
from tests.servers.postgres import Postgres

SQLITE = "sqlite:///"
EMPTY = "TRUNCATE {} RESTART IDENTITY CASCADE"
SAME = {"name": "5eed5eed", "secret": "5e" * 32, "created_at": datetime(2026, 1, 1, tzinfo=UTC)}  # every world's mailbot


class Stores(Struct, frozen=True):
    """Which worlds lie on PostgreSQL: those whose seed `every` divides, where a server runs."""

    server: Postgres | None = None
    every: int = 1

    def url(self, seed: int, folder: Path) -> str:
        return _own(self.server) if self.server and seed % self.every == 0 else in_a_file(folder)


def in_a_file(folder: Path) -> str:
    """The URL of a world on SQLite."""
    return f"{SQLITE}{folder}/mailbot.db"


def lay_out(url: str) -> Store:
    """A database without a letter, opened."""
    if url.startswith(SQLITE):
        store = database_at(url)
        store.close()
        _copy(Path(url.removeprefix(SQLITE)))
        return store
    store = database_at(url)
    schema.upgrade(store)
    with store.transaction() as tx:
        tx.execute(text(EMPTY.format(", ".join(table.name for table in EVERY.sorted_tables))))
        tx.execute(insert(Instance), [{"id": 1, **SAME}])
    return store


@lru_cache(maxsize=4)
def database_at(url: str) -> Store:
    return open_store(url)


@lru_cache(maxsize=1)
def _own(server: Postgres) -> str:
    return server.database()


def _copy(path: Path) -> None:
    empty = path.with_name("empty.db")
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    if not empty.exists():
        store = open_store(f"{SQLITE}{empty}")
        schema.upgrade(store)
        with store.transaction() as tx:
            tx.execute(update(Instance).values(SAME))
        store.close()
    shutil.copy(empty, path)
