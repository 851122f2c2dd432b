"""The parts of the service: stopped in mid-letter, with a broken database, with a closed way out, hanging."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.errors import StoreBroken, Transient
from mailbot.intake.reader import NOBODY, Reader
from mailbot.limits import DEFAULT
from mailbot.outbox.post import Post
from mailbot.pipeline import Pipeline
from mailbot.service import Service
from mailbot.store import alarms
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


@contextmanager
def alive(service: Service) -> Iterator[threading.Thread]:
    """The service in a thread, stopped at the end whatever happens."""
    thread = threading.Thread(target=lambda: asyncio.run(service.serve()), daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        service.stop()
        thread.join(30)


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
    with alive(Service(idle, tick_seconds=0.05)):
        wait_for(lambda: bool(tries), "the first try", 90)
        for _ in range(5):  # each letter read wakes the sender
            night.passes(seconds=1)
            night.arrives()
            wait_for(lambda: night.watch.state(night.now).incoming.waiting == 0, "a letter read", 90)
    assert len(tries) == 1


def test_f53_a_stop_from_another_thread_survives_a_loop_that_ends_at_once(idle: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()
    monkeypatch.setattr(idle, "work", lambda *_: begun.set())
    at_once = asyncio.BaseEventLoop.call_soon_threadsafe

    with alive(Service(idle, tick_seconds=0.1)) as thread:

        def and_the_loop_ends(loop: asyncio.BaseEventLoop, callback: Callable[..., object], *args: object, **how: object) -> object:
            handle = at_once(loop, callback, *args, **how)
            if threading.current_thread() is threading.main_thread():
                thread.join(30)
            return handle

        assert begun.wait(90)
        monkeypatch.setattr(asyncio.BaseEventLoop, "call_soon_threadsafe", and_the_loop_ends)
    assert not thread.is_alive()


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
    with alive(service):
        assert begun.wait(90)
        service.stop()
        assert left.get(timeout=60) == 0
        free.set()


def test_f35_the_running_service_holds_its_clocks_after_a_jump(idle: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = timedelta(0)
    looked: list[datetime] = []
    real = idle.clocks
    monkeypatch.setattr(idle, "clocks", lambda now, stopping: (looked.append(now), real(now, stopping))[1])
    with alive(Service(idle, lambda: datetime.now(UTC) + ahead, tick_seconds=0.05, watched=True)):
        wait_for(lambda: len(looked) > 1, "two looks at the clocks", 90)
        ahead = timedelta(days=365)

        def told() -> bool:
            with idle.store.reading() as connection:
                return any(alarm.name == "clock" for alarm in alarms.running(connection))

        wait_for(told, "the alarm", 90)
    assert all(moment < datetime.now(UTC) + timedelta(days=1) for moment in looked)
