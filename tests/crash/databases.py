"""A database that can be put back to how it was before a run, in a few milliseconds: SQLite in memory's file system, PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg

from tests.servers import postgres


class Database(Protocol):
    """Where a run's store lies."""

    url: str

    def keep(self) -> None:
        """What is in it now is what `put_back` brings back; nobody may be connected."""

    def put_back(self) -> None:
        """As it was."""


class Sqlite:
    """A file, with what SQLite lays beside it."""

    def __init__(self, home: Path) -> None:
        self._live, self._kept = home / "database", home / "kept"
        self._live.mkdir()
        self.url = f"sqlite:///{self._live}/mailbot.db"

    def keep(self) -> None:
        shutil.copytree(self._live, self._kept)

    def put_back(self) -> None:
        shutil.rmtree(self._live)
        shutil.copytree(self._kept, self._live)


class PostgreSql:
    """A database of a running server, made anew from a template."""

    def __init__(self, server: postgres.Postgres) -> None:
        self._server = server
        self._name = f"crash_{os.getpid()}"
        self.url = server.url(self._name)
        self._do(f"CREATE DATABASE {self._name} TEMPLATE template0")

    def keep(self) -> None:
        self._do(f"ALTER DATABASE {self._name} RENAME TO {self._name}_kept")
        self._do(f"CREATE DATABASE {self._name} TEMPLATE {self._name}_kept")

    def put_back(self) -> None:
        self._do(f"DROP DATABASE {self._name} WITH (FORCE)")
        self._do(f"CREATE DATABASE {self._name} TEMPLATE {self._name}_kept")

    def _do(self, statement: str) -> None:
        with psycopg.connect(f"host={self._server.socket} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that costs no disk: a kill takes nothing from the kernel's memory, so a disk would only be slower."""
    shared = Path("/dev/shm")
    home = (shared if shared.is_dir() else Path("/tmp")) / f"mailbot-crash-{os.getpid()}"
    home.mkdir()
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
