"""The database and its disk: locked, full, failing, read-only, damaged, gone (F8, F31-F33), and who may be at fault."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mailbot.errors import StoreBroken, StoreBusy, StoreUnusable
from mailbot.store import durability, schema
from mailbot.store.engine import Store, open_store
from tests.servers import disk, needs, postgres

WRITE = text("INSERT INTO counter VALUES (:year, 1)")
LOCKER = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); input()"
# Writes years until the database refuses, and ends as `mailbot run` does.
WRITER = """
import os, sys
from sqlalchemy import text
from mailbot.errors import MailbotError
from mailbot.store.engine import open_store
store = open_store(sys.argv[1])
try:
    for year in range(1000, 1040):
        os.write(2, b"begin %d\\n" % year)
        with store.transaction() as tx:
            tx.execute(text("INSERT INTO counter VALUES (:year, 1)"), {"year": year})
        os.write(2, b"kept %d\\n" % year)
except MailbotError as error:
    print(type(error).__name__, error)
    sys.stdout.flush()
    os._exit(1)
"""


def write(store: Store, *years: int) -> None:
    with store.transaction() as tx:
        for year in years:
            tx.execute(WRITE, {"year": year})


def years(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute(text("SELECT year FROM counter ORDER BY year")).scalars())


@contextmanager
def opened(url: str) -> Iterator[Store]:
    with closing(open_store(url)) as store:
        schema.upgrade(store)
        yield store


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another program holds the write lock."""
    with subprocess.Popen([sys.executable, "-c", LOCKER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as locker:
        assert locker.stdout
        assert locker.stdout.readline() == b"locked\n"
        yield
        locker.communicate(b"\n")


def traced(url: str, *strace: str) -> subprocess.CompletedProcess[str]:
    """The writer under strace."""
    command = ["strace", "-qq", *strace, sys.executable, "-c", WRITER, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def kept(said: str) -> list[int]:
    return [int(year) for year in re.findall(r"^kept (\d+)$", said, re.MULTILINE)]


# F31: locked, busy, serialization, away


def test_f31_a_database_locked_by_another_program_is_busy_and_then_writable(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/x.db?timeout=0.1") as store:
        with locked(tmp_path / "x.db"), pytest.raises(StoreBusy, match="another program holds it"):
            write(store, 2026)
        write(store, 2027)
        assert years(store) == [2027]


def test_f31_a_lock_that_is_given_back_in_time_is_waited_for(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/x.db") as store:
        command = [sys.executable, "-c", LOCKER.replace("input()", "import time; time.sleep(0.5)"), str(tmp_path / "x.db")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as locker:
            assert locker.stdout
            assert locker.stdout.readline()
            write(store, 2026)
        assert years(store) == [2026]


def test_f31_a_table_locked_in_postgresql_is_busy(postgres_server: postgres.Postgres) -> None:
    def write_impatiently(store: Store) -> None:
        with store.transaction() as tx:
            tx.execute(text("SET LOCAL lock_timeout = '50ms'"))
            tx.execute(WRITE, {"year": 2026})

    with opened(postgres_server.database()) as store:
        with store.transaction() as other:
            other.execute(text("LOCK TABLE counter"))
            with pytest.raises(StoreBusy, match="another session holds it"):
                write_impatiently(store)
        write(store, 2027)
        assert years(store) == [2027]


def test_f31_every_wait_for_a_lock_in_postgresql_is_bounded(postgres_server: postgres.Postgres) -> None:
    with opened(postgres_server.database()) as store, store.reading() as connection:
        assert [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("lock_timeout", "tcp_user_timeout")] == ["30s", "0"]


def test_f31_a_session_ended_by_the_server_is_busy_and_the_next_transaction_works(postgres_server: postgres.Postgres) -> None:
    def lose_the_session(store: Store) -> None:
        with store.transaction() as tx:
            tx.execute(WRITE, {"year": 2026})
            pid = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(f"host={postgres_server.socket} user=postgres dbname=postgres", autocommit=True) as operator:
                operator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with opened(postgres_server.database()) as store:
        with pytest.raises(StoreBusy):
            lose_the_session(store)
        write(store, 2027)
        assert years(store) == [2027]


def test_f31_a_server_that_went_away_is_busy_each_time() -> None:
    with postgres.running() as server:
        store = open_store(server.database())
        schema.upgrade(store)
        write(store, 2026)
    for _ in range(3):
        with pytest.raises(StoreBusy):
            write(store, 2027)
        with pytest.raises(StoreBusy):
            years(store)
    store.close()


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        ("40001", StoreBusy),  # serialization failure
        ("40P01", StoreBusy),  # deadlock
        ("53100", StoreBusy),  # disk full
        ("53300", StoreBusy),  # too many connections
        ("57P01", StoreBusy),  # the server is being stopped
        ("08006", StoreBusy),  # connection lost
        ("58030", StoreBroken),  # input or output failed
        ("25006", StoreBroken),  # read-only
        ("XX001", StoreBroken),  # data corrupted
        ("23505", IntegrityError),  # a bug stays a bug
    ],
)
def test_f31_what_postgresql_says_has_its_meaning(postgres_server: postgres.Postgres, state: str, meaning: type[Exception]) -> None:
    with opened(postgres_server.database()) as store, pytest.raises(meaning), store.transaction() as tx:
        tx.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'said' USING ERRCODE = '{state}'; END $$"))


def test_f31_a_constraint_is_a_bug_and_not_the_databases_trouble(store: Store) -> None:
    with pytest.raises(IntegrityError):
        write(store, 2026, 2026)
    assert years(store) == []


# F32: the disk is full


def test_f32_below_the_reserve_there_is_no_room(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/x.db", reserve_mb=1)) as store, disk.small(4) as other:
        assert store.has_room()
        with closing(open_store(f"sqlite:///{other}/x.db", reserve_mb=5)) as narrow:
            assert not narrow.has_room()
            with pytest.raises(StoreBusy, match=r"less than 5 MB \(database\.reserve_mb\) are free"):
                narrow.require_room()


def test_f32_room_is_asked_of_the_disk_as_it_is_now() -> None:
    with disk.small(4) as path, closing(open_store(f"sqlite:///{path}/x.db", reserve_mb=1)) as store:
        before = store.has_room()
        ballast = disk.fill(path)
        full = store.has_room()
        ballast.unlink()
        assert (before, full, store.has_room()) == (True, False, True)


def test_f32_a_full_disk_is_busy_loses_nothing_and_goes_on_when_there_is_room() -> None:
    with disk.small(4) as path, opened(f"sqlite:///{path}/x.db") as store:
        write(store, 1)
        ballast = disk.fill(path)
        done = list(write_until(store, StoreBusy))
        ballast.unlink()
        write(store, 5000)
        assert years(store) == [1, *done, 5000]


def test_f32_a_disk_full_at_the_start_is_named_and_loses_nothing() -> None:
    with disk.small(4) as path:
        with opened(f"sqlite:///{path}/x.db") as store:
            write(store, 1)
        ballast = disk.fill(path)  # and there is neither a log nor its index yet
        with pytest.raises(StoreUnusable, match="is full"), closing(open_store(f"sqlite:///{path}/x.db")) as store:
            write(store, 2)
        ballast.unlink()
        with closing(open_store(f"sqlite:///{path}/x.db")) as store:
            write(store, 3)
            assert years(store) == [1, 3]


def test_f32_postgresql_on_a_full_disk_is_busy_and_goes_on_when_there_is_room() -> None:
    with disk.small(4) as path, postgres.running() as server, opened(server.database()) as store:
        space = path / "space"
        space.mkdir(mode=0o777)
        space.chmod(0o777)
        subprocess.run(["chown", f"{server.socket.owner()}", str(space)], check=True)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as operator:
            operator.execute(text(f"CREATE TABLESPACE small LOCATION '{space}'"))
            operator.execute(text("ALTER TABLE raw_letter SET TABLESPACE small"))
        ballast = disk.fill(path)
        letter = text("INSERT INTO raw_letter VALUES ('a', 100000, decode(repeat(md5(random()::text), 6000), 'hex'))")
        with pytest.raises(StoreBusy, match="the disk is full"), store.transaction() as tx:
            tx.execute(letter)
        ballast.unlink()
        with store.transaction() as tx:
            tx.execute(letter)


def write_until(store: Store, refusal: type[Exception]) -> Iterator[int]:
    for year in range(1000, 4000):
        try:
            write(store, year)
        except refusal:
            return
        yield year
    raise AssertionError("the disk never became full")


# F33: input or output error, read-only, damaged


@needs("strace")
@pytest.mark.parametrize("error", ["EIO", "EROFS"])
def test_f33_a_commit_that_cannot_reach_the_disk_ends_the_process(tmp_path: Path, error: str) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    with opened(url):
        pass
    ended = traced(url, "-o", "/dev/null", "-e", f"inject=fdatasync,fsync:error={error}:when=5+")
    with opened(url) as store:
        assert (ended.returncode, ended.stdout.split()[:1]) == (1, ["StoreBroken"])
        assert "disk" in ended.stdout
        assert set(kept(ended.stderr)) <= set(years(store))


@needs("strace")
def test_f33_a_write_that_fails_ends_the_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    with opened(url):
        pass
    ended = traced(url, "-o", "/dev/null", "-e", "inject=pwrite64:error=EIO:when=20+")
    with opened(url) as store:
        assert (ended.returncode, ended.stdout.split()[:1]) == (1, ["StoreBroken"])
        assert kept(ended.stderr) == years(store) != []


def test_f33_a_disk_that_became_read_only_is_named_at_the_start() -> None:
    with disk.small(4) as path:
        with opened(f"sqlite:///{path}/x.db") as store:
            write(store, 2026)
        disk.make_read_only(path)
        with (
            pytest.raises(StoreUnusable, match=r"can't be written"),
            closing(open_store(f"sqlite:///{path}/x.db")) as store,
        ):
            write(store, 2027)


def test_f33_a_damaged_file_is_broken_and_no_letters_fault(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/x.db") as store:
        write(store, 2026)
        with store.reading() as connection:
            page = connection.execute(text("SELECT rootpage FROM sqlite_master WHERE name = 'counter'")).scalar_one()
    file = tmp_path / "x.db"
    data = bytearray(file.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    file.write_bytes(data)
    with closing(open_store(f"sqlite:///{file}")) as store, pytest.raises(StoreBroken, match="restore a backup"):
        years(store)


# F8: what a power cut may take. That a power cut takes un-fsynced pages away can't be played here (it needs a file system
# that forgets them); what can be shown is the order: the log is written, then flushed, and only then is anybody told.


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
