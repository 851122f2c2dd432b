"""The running service: one thread per mailbox, one worker, one sender, one clock; nothing but loops.

What is to be done is always in the database, so a stop or a crash at any point loses nothing and the loops need no
memory. Wake-ups between the loops are hints that save waiting. SIGTERM ends every loop at its next step's border.
A part that fails says so, waits (back-off with jitter) and goes on; the other parts don't notice.
"""

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from mailbot import maillog
from mailbot.errors import Fenced, MailbotError, StoreBroken
from mailbot.intake.collect import Collector
from mailbot.intake.imap import LoginRefused
from mailbot.lessons import Lessons
from mailbot.outbox.post import Post
from mailbot.pauses import FIRST_REFUSAL, LONGEST_PAUSE, LONGEST_REFUSAL, Pause
from mailbot.pipeline import Pipeline
from mailbot.store import durability, schema
from mailbot.watch import metrics
from mailbot.watch.duty import Watch

Clock = Callable[[], datetime]
STOP_SECONDS, ABANDON_SECONDS = 7.0, 9.0  # the parts have so long to end, and then the process


def system_clock() -> datetime:
    """Now, aware, in UTC; the only place where the service asks the machine for the time."""
    return datetime.now(UTC)


class Service:
    """`mailbot run`: construct, then `await serve()`; `stop` may be called from a signal handler or another thread.

    `watched`: the clock is guarded, alarms are told and metrics served; not where time is scaled, as in the demo.
    `abandon` is called with an exit status when a part has not ended some seconds after `stop`; it ends the process."""

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock = system_clock,
        tick_seconds: float = 20.0,
        config: Path | None = None,
        *,
        watched: bool = False,
        abandon: Callable[[int], None] | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._clock = clock
        self._tick_seconds = tick_seconds
        self._lessons = Lessons(config) if config else None
        self._watched = watched
        self._watch: Watch | None = None
        self._abandon = abandon
        self._fatal: MailbotError | None = None
        self._collectors = [Collector(box, pipeline.store) for box in pipeline.settings.mailbox]
        self._stopping = threading.Event()
        self._letters = threading.Event()
        self._owed: asyncio.Event | None = None
        self._ended: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self) -> None:
        """Run until `stop`. Raises StoreUnusable when the database is held by another service, breaks or is taken over."""
        self._loop = asyncio.get_running_loop()
        self._owed, self._ended = asyncio.Event(), asyncio.Event()
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread: the caller stops us
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.add_signal_handler(number, self.stop)
            # Settings are read at the start only: a log rotation or a closed terminal must not end the service (F51, F53).
            self._loop.add_signal_handler(signal.SIGHUP, maillog.hung_up)
        prepare(self._pipeline)
        with self._pipeline.store.sole_service():
            self._pipeline.recover(self._clock())
            if self._watched:
                self._watch = open_watch(self._pipeline, self._clock())
            await self._serve()
        if self._fatal:
            raise self._fatal
        maillog.stopped()

    def stop(self) -> None:
        """Ask every loop to end at its next step's border."""
        if self._stopping.is_set():
            return
        maillog.stopping()
        self._stopping.set()
        self._letters.set()
        if self._abandon:
            timer = threading.Timer(ABANDON_SECONDS, self._abandon, (1 if self._fatal else 0,))
            timer.daemon = True
            timer.start()
        for collector in self._collectors:
            collector.interrupt()
        self._pipeline.desk.reader.interrupt()
        self._wake(self._ended, self._owed)

    async def _serve(self) -> None:
        maillog.started(", ".join(c.box.account for c in self._collectors), self._clock())
        assert self._ended
        async with AsyncExitStack() as stack:
            if self._watch:
                look = self._watch.state
                port = self._pipeline.settings.operation.metrics_port
                await stack.enter_async_context(metrics.serving(port, lambda: look(self._clock())))
            threads = [
                threading.Thread(target=self._read, args=(c,), name=f"mailbox {c.box.account}", daemon=True) for c in self._collectors
            ]
            threads.append(threading.Thread(target=self._work, name="worker", daemon=True))
            for thread in threads:
                thread.start()
            scheduler = AsyncIOScheduler(timezone=UTC)
            options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
            scheduler.add_job(self._tick, "interval", seconds=self._tick_seconds, next_run_time=datetime.now(UTC), **options)
            scheduler.start()
            sender = asyncio.create_task(self._send())
            await self._ended.wait()
            scheduler.shutdown(wait=False)
        await self._wind_up(sender, threads)

    async def _wind_up(self, sender: asyncio.Task[None], threads: list[threading.Thread]) -> None:
        """Everybody ends side by side, under one deadline; whoever does not is left where it is."""
        joined = asyncio.create_task(asyncio.to_thread(_join, threads, time.monotonic() + STOP_SECONDS))
        await asyncio.wait({sender, joined, *(self._lessons.end() if self._lessons else ())}, timeout=STOP_SECONDS)

    def _read(self, collector: Collector) -> None:
        """A mailbox's loop: look, keep what is new, wait for more."""
        pause, refused = Pause(), Pause(FIRST_REFUSAL, LONGEST_REFUSAL)
        while not self._stopping.is_set():
            try:
                with collector.session(self._clock()):
                    while not self._stopping.is_set():
                        if collector.look(self._clock()):
                            self._letters.set()
                        pause.reset()
                        refused.reset()
                        collector.wait()
            except Exception as error:  # noqa: BLE001 - the loop's boundary: this mailbox pauses, the rest goes on
                # A login tried again and again locks the account (F49).
                self._rest(collector.box.account, error, refused if isinstance(error, LoginRefused) else pause)

    def _work(self) -> None:
        """The worker's loop: letters that are kept but have no fate yet."""
        pause = Pause()
        while not self._stopping.is_set():
            self._letters.clear()
            try:
                while not self._stopping.is_set() and self._pipeline.work(self._clock(), self._stopping.is_set):
                    self._wake_sender()
                pause.reset()
            except Exception as error:  # noqa: BLE001 - the loop's boundary
                self._rest("worker", error, pause)
            self._wake_sender()
            self._letters.wait(self._tick_seconds)

    async def _tick(self) -> None:
        """The clock: what is due is read from the database."""
        try:
            if await asyncio.to_thread(self._look_at_clocks):
                self._wake_sender()
            if self._lessons and not self._stopping.is_set() and await asyncio.to_thread(self._pipeline.lesson_due, self._clock()):
                self._lessons.begin()
        except Exception as error:  # noqa: BLE001 - the loop's boundary
            self._trouble("clock", error, self._tick_seconds)

    def _look_at_clocks(self) -> int:
        """What clocks and watch owe; gives how many letters. A clock that jumped holds what it would set off."""
        now = self._clock()
        held, owed = False, 0
        if self._watch:
            held = self._watch.holds_clocks(now)
            owed = self._watch.tell(now)
        return owed if held else owed + self._pipeline.clocks(now, self._stopping.is_set)

    async def _send(self) -> None:
        """The sender's loop: letters owed. Where the way out is closed, no wake-up shortens the pause."""
        pause = Pause()
        post = Post(self._pipeline, self._clock)
        assert self._owed
        assert self._ended
        try:
            while not self._stopping.is_set():
                self._owed.clear()
                woken_by, wait = self._owed, self._tick_seconds
                try:
                    if await post.send_waiting(self._stopping.is_set):
                        pause.reset()
                    else:
                        woken_by, wait = self._ended, min(post.pause, LONGEST_PAUSE)
                except Exception as error:  # noqa: BLE001 - the loop's boundary
                    woken_by, wait = self._ended, pause.next()
                    self._trouble("sender", error, wait)
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken_by.wait(), wait)
        finally:
            await post.close()

    def _wake_sender(self) -> None:
        self._wake(self._owed)

    def _wake(self, *events: asyncio.Event | None) -> None:
        """Set events of the loop from any thread, all at once: after the first alone the loop may end before the next."""

        def set_all() -> None:
            for event in events:
                if event:
                    event.set()

        if self._loop:
            with suppress(RuntimeError):  # the loop is closed, so nobody waits for them any more
                self._loop.call_soon_threadsafe(set_all)

    def _rest(self, where: str, error: Exception, pause: Pause) -> None:
        seconds = pause.next()
        self._trouble(where, error, seconds)
        self._stopping.wait(seconds)

    def _trouble(self, where: str, error: Exception, seconds: float) -> None:
        """A part waits so many seconds after an error; one that spoils every further step ends the service (F33, F37)."""
        if isinstance(error, StoreBroken | Fenced):
            self._fatal = self._fatal or error
            self.stop()
        elif isinstance(error, MailbotError):
            if not self._stopping.is_set():
                maillog.trouble(where, error, seconds)
        else:
            maillog.crashed(where, error)


def _join(threads: list[threading.Thread], until: float) -> None:
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


def prepare(pipeline: Pipeline) -> None:
    """Tables brought to this version, durability looked at, the secret kept out of the log. Raises StoreUnusable with the cure."""
    schema.upgrade(pipeline.store)
    for sentence in durability.require(pipeline.store, durable=pipeline.settings.database.durable):
        maillog.doubtful_store(sentence)
    maillog.conceal(pipeline.identity.secret)


def open_watch(pipeline: Pipeline, now: datetime) -> Watch:
    """The watch of a service that begins now."""
    return Watch(pipeline.store, pipeline.desk, pipeline.identity, now)
