"""A real PostgreSQL on a Unix socket, empty; without fsync unless `durable` is asked for: fast, and good for tests only.

`database()` makes a fresh database in about 20 ms. Runs as root too: the server itself is then an unprivileged user's.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

from tests.servers import process
from tests.servers.needs import program

ALONE = ("listen_addresses=", "max_connections=200")
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_serial = count(1)


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    socket: Path  # directory of its Unix socket
    log: Path

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy's URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket}"

    def database(self) -> str:
        """URL of a new, empty database."""
        name = f"test_{os.getpid()}_{next(_serial)}"
        with psycopg.connect(f"host={self.socket} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)


@contextmanager
def running(*, durable: bool = False) -> Iterator[Postgres]:
    """PostgreSQL until the block ends."""
    owner = process.owner()
    with process.directory("postgres") as path:
        if os.geteuid() == 0:
            os.chown(path, owner.pw_uid, owner.pw_gid)
        server = Postgres(path, path / "postgres.log")
        _initialise(path)
        settings = [word for setting in (*ALONE, *(() if durable else QUICK)) for word in ("-c", setting)]
        command = [program("postgres") or "postgres", "-D", str(path / "data"), "-k", str(path), *settings]
        ready = [program("pg_isready") or "pg_isready", "-q", "-h", str(path)]
        with process.running(command, server.log, lambda: subprocess.run(ready, check=False).returncode == 0, user=owner) as started:
            yield server
            started.send_signal(signal.SIGINT)  # ends the sessions that are left, too; SIGTERM would wait for them


def _initialise(path: Path) -> None:
    """Make the data directory, as the user who will run the server."""
    command = [program("initdb") or "initdb", "-D", str(path / "data"), "-U", "postgres", "-A", "trust"]
    command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    owner = process.owner()
    identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    made = subprocess.run(command, cwd=path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **identity)  # type: ignore[call-overload]
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{made.stderr}")
