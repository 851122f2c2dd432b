"""Durability (F8): a commit is on the disk before anybody is told, and whoever can't promise that is named.

That a power cut takes un-fsynced pages away can't be played here (it needs a file system that forgets them); what can be
shown is the order: the log is written, then flushed, and only then is anybody told.
"""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mailbot.errors import StoreUnusable
from mailbot.store import durability
from mailbot.store.engine import Store, open_store
from tests.faults.writer import opened, traced
from tests.servers import needs, postgres


@needs("strace")
def test_f8_a_commit_is_on_the_disk_before_anybody_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    with opened(url):
        pass
    log = tmp_path / "calls"
    ended = traced(url, "-y", "-o", str(log), "-e", "trace=pwrite64,fdatasync,fsync,write")
    calls = [_call(line) for line in log.read_text("utf-8", "replace").splitlines()]
    commits = "".join(calls).split("B")[1:]
    assert ended.returncode == 0
    assert len(commits) == 40
    assert all(re.search(r"w[^w]*s[^w]*K", commit) for commit in commits), commits


def _call(line: str) -> str:
    """w: the log is written, s: it is flushed, B and K: the writer says it begins and has kept; nothing: other files."""
    if "-wal>" in line:
        return {"pwrite64": "w", "fdatasync": "s", "fsync": "s"}.get(line.partition("(")[0], "")
    return "B" if '"begin ' in line else "K" if '"kept ' in line else ""


def test_f8_a_durable_server_is_fine_and_a_forgetful_one_is_refused(postgres_server: postgres.Postgres) -> None:
    with postgres.running(durable=True) as server, closing(open_store(server.database())) as durable:
        assert durability.require(durable, durable=True) == []
    with closing(open_store(postgres_server.database())) as forgetful:
        with pytest.raises(StoreUnusable, match=r"fsync is off.*postgresql\.conf.*database\.durable = false"):
            durability.require(forgetful, durable=True)
        named = durability.require(forgetful, durable=False)
    assert [name for name in ("fsync", "full_page_writes", "synchronous_commit") if any(f"{name} is off" in line for line in named)] == [
        "fsync",
        "full_page_writes",
        "synchronous_commit",
    ]


def test_f8_the_sqlite_in_use_is_fine(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/x.db")) as store:
        assert [flaw for flaw in durability.flaws(store) if flaw.certain] == []


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_f8_builds_with_the_wal_reset_bug_are_known(version: tuple[int, int, int], *, affected: bool) -> None:
    assert durability.has_wal_reset_bug(version) is affected


def test_f8_a_journal_that_is_no_wal_is_named(tmp_path: Path, forgetful: Callable[[Store], None]) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/x.db")) as store:
        forgetful(store)
        with pytest.raises(StoreUnusable, match="journal mode is delete, not WAL"):
            durability.require(store, durable=True)


@pytest.fixture
def forgetful() -> Callable[[Store], None]:
    """Takes a database out of WAL mode, as a network share does."""

    def leave_wal(store: Store) -> None:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
            connection.exec_driver_sql("BEGIN")

    return leave_wal
