"""The schema's version: what the database has, what this mailbot works with, and the way up.

A fresh database gets the schema at once; an older one is upgraded by the running service or by
`mailbot db upgrade`; a newer one is refused. Alembic is imported only when there is work to do.
"""

import secrets
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, inspect, select, text

from mailbot.errors import StoreUnusable
from mailbot.store import lease
from mailbot.store.engine import Store
from models.migrations import HEAD
from models.tables import Instance


def version(store: Store) -> str | None:
    """The schema version in the database; None when it is empty."""
    with store.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(store: Store) -> tuple[str | None, str]:
    """Bring the schema to HEAD in one transaction; gives the versions before and after.

    Raises StoreUnusable when the database is newer than this mailbot, or older and a service is still at work on it."""
    before = version(store)
    if before == HEAD:
        return before, HEAD
    if before is not None and before > HEAD:
        raise StoreUnusable(f"database {store.place} has schema {before}, this mailbot knows {HEAD}; install the newer mailbot")
    with lease.held(store.engine, store.place), store.transaction() as tx:
        run_scripts(tx, HEAD)
        _introduce(tx)
    return before, HEAD


def require(store: Store) -> None:
    """Raises StoreUnusable unless the schema is the one this mailbot works with."""
    found = version(store)
    if found is None:
        raise StoreUnusable(f"database {store.place} is empty; `mailbot run` or `mailbot db upgrade` creates the tables")
    if found != HEAD:
        cure = "run `mailbot db upgrade`" if found < HEAD else "install the newer mailbot"
        raise StoreUnusable(f"database {store.place} has schema {found}, this mailbot works with {HEAD}; {cure}")


def run_scripts(tx: Connection, target: str) -> None:
    """Run the migration scripts up to `target` on this connection."""
    from alembic import command  # noqa: PLC0415 - 0.2 s, and needed once in a database's life
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "models:migrations")
    config.attributes["connection"] = tx
    command.upgrade(config, target)


def _introduce(tx: Connection) -> None:
    """Give a new installation its name and its secret."""
    if tx.execute(select(Instance.id)).first() is None:
        row = {"id": 1, "name": secrets.token_hex(4), "secret": secrets.token_hex(32), "created_at": datetime.now(UTC)}
        tx.execute(insert(Instance), [row])
