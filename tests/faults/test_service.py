"""The parts of the service: stopped in mid-letter, with a broken database, with a closed way out, hanging."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailbot.errors import StoreBroken, Transient
from mailbot.intake.reader import NOBODY, Reader
from mailbot.limits import DEFAULT
from mailbot.outbox.post import Post
from mailbot.pipeline import Pipeline
from mailbot.service import Service
from tests.faults.watched import Night, company
from tests.stories.world import wait_for


def test_f53_a_letter_that_is_being_read_does_not_keep_the_service() -> None:
    with Reader(DEFAULT, "tests.edges.wicked") as reader:
        ended: queue.Queue[BaseException] = queue.Queue()

        def read() -> None:
            try:
                reader.read(b"Subject: x\n\nhang", NOBODY)
            except Transient as error:
                ended.put(error)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        wait_for(lambda: reader._process is not None, "the reading process")
        reader.interrupt()
        assert "stopping" in str(ended.get(timeout=10))
        with pytest.raises(Transient):
            reader.read(b"Subject: x\n\nhello", NOBODY)


def test_f53_an_interrupted_letter_is_put_back_as_it_was(tmp_path: Path) -> None:
    with company(f"sqlite:///{tmp_path}/mailbot.db", tmp_path) as pipeline:
        night = Night(pipeline)
        night.arrives()
        pipeline.desk.reader.interrupt()
        with pytest.raises(Transient):
            pipeline.work(night.now)
        assert night.watch.state(night.now).incoming.waiting == 1
        with closing(sqlite3.connect(tmp_path / "mailbot.db")) as record:
            assert record.execute("SELECT attempts, fate FROM received_letter").fetchall() == [(0, None)]


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Pipeline]:
    with company(f"sqlite:///{tmp_path}/mailbot.db", tmp_path) as pipeline:
        yield pipeline


@pytest.mark.parametrize("part", ["work", "clocks"])
def test_f33_a_broken_database_ends_every_part_at_once(idle: Pipeline, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise StoreBroken("database mailbot.db: disk I/O error; restore a backup")

    monkeypatch.setattr(idle, part, broken)
    with pytest.raises(StoreBroken, match="restore a backup"):
        asyncio.run(Service(idle, tick_seconds=0.1).serve())


def test_f49_wake_ups_do_not_hurry_a_closed_way_out(idle: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    night = Night(idle)

    class Closed(Post):
        async def send_waiting(self, stopping: object = None) -> bool:
            tries.append(stopping)
            self.pause = 3_600.0
            return False

    monkeypatch.setattr("mailbot.service.Post", Closed)
    service = Service(idle, tick_seconds=0.05)

    def run() -> None:
        asyncio.run(service.serve())

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(lambda: bool(tries), "the first try")
    for _ in range(20):  # each letter read wakes the sender
        night.passes(seconds=1)
        night.arrives()
        time.sleep(0.05)
    wait_for(lambda: night.watch.state(night.now).incoming.waiting == 0, "twenty letters read")
    service.stop()
    thread.join(20)
    assert len(tries) == 1


def test_f53_a_part_that_hangs_is_left_behind(idle: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbot.service.ABANDON_SECONDS", 0.2)
    monkeypatch.setattr("mailbot.service.STOP_SECONDS", 0.4)
    left: queue.Queue[int] = queue.Queue()
    free = threading.Event()
    begun = threading.Event()

    def hangs(*_: object) -> int:
        begun.set()
        free.wait(30)
        return 0

    monkeypatch.setattr(idle, "work", hangs)
    service = Service(idle, tick_seconds=0.1, abandon=left.put)
    thread = threading.Thread(target=lambda: asyncio.run(service.serve()))
    thread.start()
    assert begun.wait(30)
    service.stop()
    assert left.get(timeout=20) == 0
    free.set()
    thread.join(30)
