"""Two services on one store (F37): the second is refused, and a holder whose lock was lost writes nothing any more."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from mailbot.errors import Fenced, StoreBusy, StoreUnusable
from mailbot.store import lease, schema
from mailbot.store.engine import Store, open_store
from tests.stories.world import wait_for

# A service in a process of its own: each line it reads is a year to write; it answers with what became of it.
HOLDER = """
import sys
from sqlalchemy import text
from mailbot.errors import MailbotError
from mailbot.store.engine import open_store
store = open_store(sys.argv[1])
with store.sole_service():
    print("epoch", store.epoch, flush=True)
    for line in sys.stdin:
        try:
            with store.transaction() as tx:
                tx.execute(text("INSERT INTO counter VALUES (:year, 1)"), {"year": int(line)})
                if int(line) < 0:
                    print("open", flush=True)
                    sys.stdin.readline()
            print("written", flush=True)
        except MailbotError as error:
            print(type(error).__name__, flush=True)
"""


class Holder:
    """The process, and what it answers."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def say(self, word: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def heard(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def write(self, year: int) -> str:
        self.say(year)
        return self.heard()


@contextmanager
def holding(url: str) -> Iterator[Holder]:
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            holder = Holder(process)
            assert re.fullmatch(r"epoch \d+", holder.heard())
            yield holder
        finally:
            process.kill()


def take_the_lock_away(store: Store) -> None:
    """What happens to a holder that lives on: its lock file is removed, the server ends its lock's session."""
    if store.engine.dialect.name == "sqlite":
        Path(f"{store.engine.url.database}.service").unlink()
        return
    conninfo = store.engine.url.set(drivername="postgresql").render_as_string()
    with psycopg.connect(conninfo, autocommit=True) as operator:
        ended = operator.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'").fetchall()
    assert ended == [(True,)]


def years(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute(text("SELECT year FROM counter ORDER BY year")).scalars())


def write(store: Store, year: int) -> None:
    with store.transaction() as tx:
        tx.execute(text("INSERT INTO counter VALUES (:year, 1)"), {"year": year})


def test_f37_a_second_service_is_refused_and_told_why(store: Store, database_url: str) -> None:
    refused = pytest.raises(StoreUnusable, match="held by another running mailbot; stop that one first")
    with holding(database_url), refused, store.sole_service():
        raise AssertionError
    assert store.epoch is None


def test_f37_the_schema_is_not_changed_under_a_service_of_the_version_before(database_url: str) -> None:
    with closing(open_store(database_url)) as old, closing(open_store(database_url)) as new:
        with old.transaction() as tx:
            schema.run_scripts(tx, "0003")
        with lease.held(old.engine, old.place), pytest.raises(StoreUnusable, match="stop that one first"):
            schema.upgrade(new)
        assert schema.version(new) == "0003"
        assert schema.upgrade(new)[0] == "0003"


def test_f37_whoever_asks_sees_that_a_service_runs(store: Store, database_url: str) -> None:
    before = store.service_running()
    with holding(database_url):
        during = store.service_running()
    assert (before, during) == (False, True)
    wait_for(lambda: not store.service_running(), "the server to notice that the holder is gone")


def test_f37_a_stopped_holder_that_wakes_up_writes_nothing_any_more(store: Store, database_url: str) -> None:
    with holding(database_url) as first:
        assert first.write(2001) == "written"
        first.process.send_signal(signal.SIGSTOP)
        take_the_lock_away(store)
        with store.sole_service():
            write(store, 2002)
            first.process.send_signal(signal.SIGCONT)
            assert [first.write(2003), first.write(2004)] == ["Fenced", "Fenced"]
            write(store, 2005)
        assert first.write(2006) == "Fenced"
    assert years(store) == [2001, 2002, 2005]


def test_f37_a_holder_stopped_within_a_transaction_is_waited_for(store: Store, database_url: str) -> None:
    patience = {"sqlite": "timeout=0.2", "postgresql": "options=-clock_timeout%3D200"}[store.engine.dialect.name]
    with holding(database_url) as first:
        first.say(-1)
        assert first.heard() == "open"
        first.process.send_signal(signal.SIGSTOP)
        take_the_lock_away(store)
        hasty = f"{database_url}{'&' if '?' in database_url else '?'}{patience}"
        with closing(open_store(hasty)) as second, pytest.raises(StoreBusy), second.sole_service():
            raise AssertionError
        first.process.send_signal(signal.SIGCONT)
        first.say("")
        assert first.heard() == "written"
        with store.sole_service():
            assert first.write(2001) == "Fenced"
    assert years(store) == [-1]


def test_f37_a_thread_that_outlives_its_service_is_fenced_by_the_next(store: Store, database_url: str) -> None:
    with store.sole_service():
        write(store, 2001)
    with holding(database_url), pytest.raises(Fenced, match="another mailbot took it over"):
        write(store, 2002)
    with store.sole_service():
        write(store, 2003)
    assert years(store) == [2001, 2003]


def test_f37_a_command_beside_the_service_is_not_fenced(store: Store, database_url: str) -> None:
    with holding(database_url) as service:
        write(store, 2001)
        assert service.write(2002) == "written"
    assert years(store) == [2001, 2002]


def test_f37_each_holder_has_a_later_epoch_and_the_fence_costs_one_read(store: Store) -> None:
    epochs, asked = [], []
    for _ in range(3):
        with store.sole_service():
            epochs.append(store.epoch)
    with store.transaction() as tx:
        asked.append(str(lease.FENCE.compile(tx)).split("FROM")[0].split())
    assert epochs == [1, 2, 3]
    assert asked == [["SELECT", "instance.epoch"]]


def test_f37_the_lock_dies_with_its_holder(store: Store, database_url: str) -> None:
    with holding(database_url) as first:
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
        with store.sole_service():
            write(store, 2001)
    assert years(store) == [2001]
