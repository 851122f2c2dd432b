"""Fixtures that every room of the tests uses: databases of both kinds and the fixed people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from mailbot.store import schema
from mailbot.store.engine import Store, open_store
from tests.servers import postgres, require

# How long an example takes depends on the machine: speed lives in `make bench`.
settings.register_profile("mailbot", deadline=None)
settings.load_profile("mailbot")

pytest_plugins = ["tests.servers.plugin"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """A running PostgreSQL, for the whole session."""
    require("postgres")
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/mailbot.db"
    server: postgres.Postgres = request.getfixturevalue("postgres_server")
    return server.database()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A database of each kind with the current schema."""
    opened = open_store(database_url)
    schema.upgrade(opened)
    yield opened
    opened.close()
