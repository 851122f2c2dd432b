"""The running service: one thread per mailbox, one worker, one sender, one clock; nothing but loops.

What is to be done is always in the database, so a stop or a crash at any point loses nothing and the loops need no
memory. Wake-ups between the loops are hints that save waiting. SIGTERM ends every loop at its next step's border.
A part that fails says so, waits (back-off with jitter) and goes on; the other parts don't notice.
"""

import asyncio
import random
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from mailbot import maillog
from mailbot.errors import MailbotError, WrongSettings
from mailbot.intake.collect import Collector
from mailbot.outbox.post import Post
from mailbot.pipeline import Pipeline
from mailbot.store import schema

Clock = Callable[[], datetime]
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
STOP_SECONDS = 8.0


def system_clock() -> datetime:
    """Now, aware, in UTC; the only place where the service asks the machine for the time."""
    return datetime.now(UTC)


class Service:
    """`mailbot run`: construct, then `await serve()`; `stop` may be called from a signal handler or another thread."""

    def __init__(self, pipeline: Pipeline, clock: Clock = system_clock, tick_seconds: float = 20.0, config: Path | None = None) -> None:
        self._pipeline = pipeline
        self._clock = clock
        self._tick_seconds = tick_seconds
        self._config = config
        self._lesson: asyncio.subprocess.Process | None = None
        self._learning: asyncio.Task[None] | None = None
        self._collectors = [Collector(box, pipeline.store) for box in pipeline.settings.mailbox]
        self._stopping = threading.Event()
        self._letters = threading.Event()
        self._owed: asyncio.Event | None = None
        self._ended: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self) -> None:
        """Run until `stop`. Raises StoreUnusable when the database is held by another service."""
        self._loop = asyncio.get_running_loop()
        self._owed, self._ended = asyncio.Event(), asyncio.Event()
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread: the caller stops us
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.add_signal_handler(number, self.stop)
        schema.upgrade(self._pipeline.store)
        with self._pipeline.store.sole_service():
            self._pipeline.recover(self._clock())
            await self._serve()
        maillog.stopped()

    def stop(self) -> None:
        """Ask every loop to end at its next step's border."""
        if self._stopping.is_set():
            return
        maillog.stopping()
        self._stopping.set()
        self._letters.set()
        for collector in self._collectors:
            collector.interrupt()
        if self._loop and self._ended and self._owed:
            self._loop.call_soon_threadsafe(self._ended.set)
            self._loop.call_soon_threadsafe(self._owed.set)

    async def _serve(self) -> None:
        maillog.started(", ".join(c.box.account for c in self._collectors), self._clock())
        threads = [threading.Thread(target=self._read, args=(c,), name=f"mailbox {c.box.account}", daemon=True) for c in self._collectors]
        threads.append(threading.Thread(target=self._work, name="worker", daemon=True))
        for thread in threads:
            thread.start()
        scheduler = AsyncIOScheduler(timezone=UTC)
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler.add_job(self._tick, "interval", seconds=self._tick_seconds, next_run_time=datetime.now(UTC), **options)
        scheduler.start()
        sender = asyncio.create_task(self._send())
        assert self._ended
        await self._ended.wait()
        scheduler.shutdown(wait=False)
        if self._lesson and self._lesson.returncode is None:
            self._lesson.terminate()
        if self._learning:
            await asyncio.wait([self._learning], timeout=STOP_SECONDS)
        await asyncio.wait([sender], timeout=STOP_SECONDS)
        for thread in threads:
            await asyncio.to_thread(thread.join, STOP_SECONDS)

    def _read(self, collector: Collector) -> None:
        """A mailbox's loop: look, keep what is new, wait for more."""
        pause = Pause()
        while not self._stopping.is_set():
            try:
                with collector.session(self._clock()):
                    pause.reset()
                    while not self._stopping.is_set():
                        if collector.look(self._clock()):
                            self._letters.set()
                        collector.wait()
            except MailbotError as error:
                if not self._stopping.is_set():
                    self._rest(collector.box.account, error, pause)
            except Exception as error:  # noqa: BLE001 - the loop's boundary: this mailbox pauses, the rest goes on
                maillog.crashed(collector.box.account, error)
                self._rest(collector.box.account, error, pause)

    def _work(self) -> None:
        """The worker's loop: letters that are kept but have no fate yet."""
        pause = Pause()
        while not self._stopping.is_set():
            self._letters.clear()
            try:
                while not self._stopping.is_set() and self._pipeline.work(self._clock(), self._stopping.is_set):
                    self._wake_sender()
                self._wake_sender()
                pause.reset()
            except MailbotError as error:
                self._rest("worker", error, pause)
            except Exception as error:  # noqa: BLE001 - the loop's boundary
                maillog.crashed("worker", error)
                self._rest("worker", error, pause)
            self._letters.wait(self._tick_seconds)

    async def _tick(self) -> None:
        """The clock: what is due is read from the database."""
        try:
            if await asyncio.to_thread(self._pipeline.clocks, self._clock(), self._stopping.is_set):
                self._wake_sender()
            if self._config and not self._stopping.is_set() and await asyncio.to_thread(self._pipeline.lesson_due, self._clock()):
                self._learning = asyncio.create_task(self._learn(self._config))
        except MailbotError as error:
            maillog.trouble("clock", error, self._tick_seconds)
        except Exception as error:  # noqa: BLE001 - the loop's boundary
            maillog.crashed("clock", error)

    async def _learn(self, config: Path) -> None:
        """A lesson for the classifier, in a process of its own; it reports by letter, a failure to the log."""
        command = (sys.executable, "-m", "mailbot", "--config", str(config), "train", "--scheduled")
        try:
            process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
        except OSError as error:
            maillog.crashed("lesson", error)
            return
        self._lesson = process
        _, said = await process.communicate()
        maillog.lesson(process.returncode or 0, said.decode("utf-8", "replace").strip())

    async def _send(self) -> None:
        """The sender's loop: letters owed."""
        pause = Pause()
        post = Post(self._pipeline, self._clock)
        assert self._owed
        try:
            while not self._stopping.is_set():
                self._owed.clear()
                wait = self._tick_seconds
                try:
                    if await post.send_waiting(self._stopping.is_set):
                        pause.reset()
                    else:
                        wait = pause.next()
                except MailbotError as error:
                    wait = pause.next()
                    maillog.trouble("sender", error, wait)
                except Exception as error:  # noqa: BLE001 - the loop's boundary
                    wait = pause.next()
                    maillog.crashed("sender", error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._owed.wait(), wait)
        finally:
            await post.close()

    def _wake_sender(self) -> None:
        if self._loop and self._owed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._owed.set)

    def _rest(self, where: str, error: BaseException, pause: "Pause") -> None:
        seconds = pause.next()
        maillog.trouble(where, error, seconds)
        self._stopping.wait(seconds)


class Pause:
    """Back-off with jitter: 2 s, doubling to 5 minutes, a third of it random so that nobody comes in step."""

    def __init__(self) -> None:
        self._seconds = FIRST_PAUSE

    def reset(self) -> None:
        self._seconds = FIRST_PAUSE

    def next(self) -> float:
        """The seconds to wait now."""
        seconds, self._seconds = self._seconds, min(self._seconds * 2, LONGEST_PAUSE)
        return seconds * random.uniform(0.67, 1.0)  # noqa: S311 - spreads load, guards nothing


def run_once(pipeline: Pipeline, now: datetime | None, problems: list[str]) -> None:
    """Drain mailboxes, pipeline, timers and outbox once. What could not be reached is added to `problems`.

    `now` given is taken as the moment of everything (rehearsals); raises WrongSettings when it lies before the last run."""
    clock: Clock = system_clock if now is None else lambda: now
    schema.upgrade(pipeline.store)
    with pipeline.store.sole_service():
        _refuse_going_back(pipeline, clock())
        pipeline.recover(clock())
        for box in pipeline.settings.mailbox:
            collector = Collector(box, pipeline.store)
            try:
                with collector.session(clock()):
                    collector.look(clock())
            except MailbotError as error:
                problems.append(str(error))
        while pipeline.work(clock()):
            pass
        pipeline.clocks(clock())
        asyncio.run(_send_once(pipeline, clock, problems))


async def _send_once(pipeline: Pipeline, clock: Clock, problems: list[str]) -> None:
    post = Post(pipeline, clock)
    try:
        if not await post.send_waiting():
            problems.append(post.trouble)
    finally:
        await post.close()


def _refuse_going_back(pipeline: Pipeline, now: datetime) -> None:
    last = pipeline.last_run()
    if last and now < last - timedelta(seconds=1):
        raise WrongSettings(f"--now {now.isoformat()} lies before the last run ({last.isoformat()}); clocks only go forward")
