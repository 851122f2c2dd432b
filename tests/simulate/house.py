"""One mailbot on made-up ports: started, stepped, killed and started again over the same database.

The parts are the product's own (Collector, Pipeline, Post, Desk); what is made up is what they stand on: clock, database
faults, mailboxes, relay, chance. The service's loops are steps here, one for each mailbox and three more, each a single
thing at a time as in the service; a step may be begun in the middle of another one wherever that one waits for the network.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import Any

from mailbot.errors import MailbotError
from mailbot.intake.collect import Collector
from mailbot.outbox.enqueue import Desk
from mailbot.outbox.post import Post
from mailbot.pipeline import Pipeline
from mailbot.settings import Mailbox, Settings
from mailbot.store.engine import Store
from mailbot.watch.duty import Watch
from tests.simulate.databases import lay_out
from tests.simulate.parts import Bugs, Constant, Inline, InProcess, renderer_of, rules_of
from tests.simulate.storage import Crash, FaultyStore
from tests.simulate.weather import Weather

LOOKS = ("look", "look elsewhere")  # at the first mailbox, and at the second where there is one
STEPS = (*LOOKS, "work", "clocks", "send")


class Ports:
    """What a mailbot stands on: a session with each of its mailboxes and a courier, made anew at every start; its clock, which can be
    set, and the seconds the machine has been up, which can't."""

    def __init__(
        self,
        room: Callable[[Mailbox, Any], Any],
        courier: Callable[[Any], Any],
        clock: Callable[[], datetime],
        uptime: Callable[[], float],
    ) -> None:
        self.room = room
        self.courier = courier
        self.clock = clock
        self.uptime = uptime


class House:
    """A mailbot and its database; `moments` is the record of everything it did."""

    def __init__(self, settings: Settings, weather: Weather, dice: random.Random) -> None:
        self.settings = settings
        self.weather = weather
        self.moments: list[str] = []
        self.bugs = Bugs()
        self.restarts = 0
        self._dice = dice
        self._loop = asyncio.Runner()
        self._loop.get_loop().set_default_executor(Inline())
        self._open = ExitStack()
        self._busy: set[str] = set()
        self._sessions: dict[str, ExitStack] = {}
        self.store: FaultyStore | None = None
        self._rules, self._renderer = rules_of(settings), renderer_of(settings)
        random.seed(dice.random())  # the back-off's jitter
        self.database = lay_out(settings.database.url)

    def start(self, ports: Ports) -> None:
        """A new process over the same database."""
        self._ports = ports
        self._busy.clear()
        self.restarts += 1
        opened = Store(self.database.engine, self.database.place)
        self._open.callback(opened.close)
        self.store = store = FaultyStore(opened, self.weather, self.note)
        self._open.enter_context(opened.sole_service())
        self._desk = desk = Desk(self.settings, self._rules, self._renderer, InProcess(self.meanwhile))
        self.pipeline = Pipeline(self.settings, store, self._rules, Constant(), desk)
        boxes = zip(LOOKS, self.settings.mailbox, strict=False)
        self._collectors = {look: Collector(box, store, ports.room(box, self.meanwhile)) for look, box in boxes}
        self._courier = ports.courier(self.meanwhile)
        self._post = Post(self.pipeline, ports.clock, self._courier)
        self._attempt("recover", lambda: self.pipeline.recover(ports.clock()))
        self._watch: Watch | None = None

    @property
    def steps(self) -> list[str]:
        """What may have its turn: a look at a mailbox that this mailbot reads, and the other loops."""
        return [name for name in STEPS if name in self._collectors or name not in LOOKS]

    def step(self, name: str) -> None:
        """One turn of one of the service's loops; a crash starts the process anew."""
        try:
            self._step(name)
        except Crash as crash:
            self.note(f"CRASH {crash} in {name}")
            self.restart()

    def restart(self) -> None:
        """kill -9 and a new start, as often as it takes."""
        while True:
            self._end()
            try:
                self.start(self._ports)
            except Crash as crash:
                self.note(f"CRASH {crash} in the start")
            else:
                return

    def meanwhile(self) -> None:
        """The place where a step waits for the world: another loop may have its turn, or the process end."""
        if self.store is None or self.store.inside or self.weather.calm:
            return
        if self.weather.strikes("crash-elsewhere"):
            self.store.dead = True
            raise Crash("while it waited")
        free = [name for name in self.steps if name not in self._busy]
        if free and len(self._busy) < 3 and self._dice.random() < 0.05:
            self._step(self._dice.choice(free))

    def hang_up(self, name: str) -> None:
        """The session in which `name` looks at its mailbox ends, if there is one."""
        session = self._sessions.pop(name, None)
        if session:
            session.close()

    def close(self) -> None:
        """The end of this world."""
        self._end()
        self.bugs.close()
        self._loop.close()

    def note(self, what: str) -> None:
        """Write down what happened, when."""
        self.moments.append(f"{self._ports.clock().isoformat()} {what}")

    def _step(self, name: str) -> None:
        if name in self._busy:
            return
        self._busy.add(name)
        try:
            self._attempt(name, partial(self._look, name) if name in LOOKS else getattr(self, f"_{name}"))
        finally:
            self._busy.discard(name)

    def _attempt(self, name: str, act: Callable[[], object]) -> None:
        """As the service's loops do: what it knows waits for the next turn, anything else is a bug."""
        try:
            self.note(f"{name}: {act()}")
        except MailbotError as error:
            self.note(f"{name}: {type(error).__name__} {error}")
            self.hang_up(name)
        except Exception as error:  # noqa: BLE001 - the loop's boundary
            self.bugs.found.append(f"{name} broke: {type(error).__name__}: {error}")
            self.note(f"{name}: BUG {error!r}")

    def _look(self, name: str) -> int:
        collector = self._collectors[name]
        if name not in self._sessions:
            session = ExitStack()
            session.enter_context(collector.session(self._ports.clock()))
            self._sessions[name] = session
        return collector.look(self._ports.clock())

    def _work(self) -> int:
        return self.pipeline.work(self._ports.clock())

    def _clocks(self) -> int:
        now = self._ports.clock()
        if self._watch is None:
            self._watch = Watch(self.store, self._desk, self.pipeline.identity, now, self._ports.uptime)
        held = self._watch.holds_clocks(now)
        owed = self._watch.tell(now)
        return owed if held else owed + self.pipeline.clocks(now)

    def _send(self) -> bool:
        try:
            return self._loop.run(self._post.send_waiting())
        finally:
            self._post.trouble = ""

    def _end(self) -> None:
        """The process is gone: its session, its lock, its connections."""
        if self.store:
            self.store.dead = True
            self._loop.run(self._courier.close())
        for name in list(self._sessions):
            self.hang_up(name)
        self._open.close()
        self.store = None
