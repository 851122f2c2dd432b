"""One mailbot on made-up ports: started, stepped, killed and started again over the same database.

The parts are the product's own (Collector, Pipeline, Post, Desk); what is made up is what they stand on: clock, database
faults, mailbox, relay, chance. The service's four loops are four steps here, each a single thing at a time as in the
service; a step may be begun in the middle of another one wherever that one waits for the network.
"""

import asyncio
import logging
import random
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import update

from mailbot.errors import MailbotError
from mailbot.intake.collect import Collector
from mailbot.intake.parse import parse
from mailbot.intake.reader import Read
from mailbot.intake.screen import Own, screen
from mailbot.lifecycle.decide import Rules, Verdict
from mailbot.lifecycle.people import Directory
from mailbot.outbox.enqueue import Desk
from mailbot.outbox.post import Post
from mailbot.outbox.render import Renderer
from mailbot.pipeline import Pipeline
from mailbot.procedures.procedure import load
from mailbot.settings import Settings, build
from mailbot.store import schema
from mailbot.store.engine import Store, open_store
from mailbot.watch.duty import Watch
from models.tables import Instance
from tests.simulate.storage import Crash, FaultyStore
from tests.simulate.weather import Weather

COMPLAINTS = "complaints@company.example"
STAFF: list[dict[str, Any]] = [
    {"name": "Bob", "addresses": ["bob@company.example"], "department": "quality-dept", "language": "en"},
    {"name": "Wang", "addresses": ["wang@company.example"], "department": "customer-service", "language": "en"},
    {"name": "Carol", "addresses": ["carol@company.example"], "department": "customer-service", "role": "head", "language": "en"},
    {"name": "Chen", "addresses": ["chen@company.example"], "role": "manager", "language": "en"},
]
STEPS = ("look", "work", "clocks", "send")


def made_up_settings(folder: Path, *, journal: bool = False, plus_addressing: bool = False) -> Settings:
    """A company whose servers do not exist."""
    way_out = {"host": "smtp.invalid", "user": COMPLAINTS, "password": "none", "address": COMPLAINTS}
    return build(
        {
            "home": str(folder),
            "database": {"url": f"sqlite:///{folder}/mailbot.db", "reserve_mb": 0},
            "mailbox": [{"host": "imap.invalid", "user": COMPLAINTS, "password": "none"}],
            "smtp": {**way_out, "journal": journal, "plus_addressing": plus_addressing},
            "company": {"name": "Clear River", "language": "en"},
            "staff": [dict(member) for member in STAFF],
        }
    )


class InProcess:
    """Reads letters without a process of its own: what is simulated is not what a letter can do to its reader."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile = meanwhile

    def read(self, raw: bytes, own: Own) -> Read:
        self._meanwhile()
        return _read(raw, own)

    def close(self) -> None:
        """There is no process to end."""


@lru_cache(maxsize=512)
def _read(raw: bytes, own: Own) -> Read:
    message = parse(raw)
    return Read(message, screen(message, own))


class Constant:
    """A classifier that is always sure of the same; loading the real one takes longer than a whole seed."""

    threshold = 0.8

    def __call__(self, _subject: str, _fresh: str) -> Verdict:
        return Verdict("quality", 0.9, {"quality": 0.9}, (), None)

    def renew(self) -> None:
        """There is no other."""


class Inline(ThreadPoolExecutor):
    """Runs at once what is to run in another thread, so that a seed has one order of events."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - a crash too must reach whoever waits
            done.set_exception(error)
        return done


class Ports:
    """What a mailbot stands on: a session with its mailbox and a courier, made anew at every start; its clock, which can be
    set, and the seconds the machine has been up, which can't."""

    def __init__(
        self,
        room: Callable[[Any], Any],
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
        self._session: ExitStack | None = None
        self.store: FaultyStore | None = None
        self._rules, self._renderer = _rules(settings), _renderer(settings)
        random.seed(dice.random())  # the back-off's jitter
        self.database = _database(settings.database.url)
        self.database.close()
        _lay_out(settings)

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
        (box,) = self.settings.mailbox
        self._collector = Collector(box, store, ports.room(self.meanwhile))
        self._courier = ports.courier(self.meanwhile)
        self._post = Post(self.pipeline, ports.clock, self._courier)
        self._attempt("recover", lambda: self.pipeline.recover(ports.clock()))
        self._watch: Watch | None = None

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
        free = [name for name in STEPS if name not in self._busy]
        if free and len(self._busy) < 3 and self._dice.random() < 0.05:
            self._step(self._dice.choice(free))

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
            self._attempt(name, getattr(self, f"_{name}"))
        finally:
            self._busy.discard(name)

    def _attempt(self, name: str, act: Callable[[], object]) -> None:
        """As the service's loops do: what it knows waits for the next turn, anything else is a bug."""
        try:
            self.note(f"{name}: {act()}")
        except MailbotError as error:
            self.note(f"{name}: {type(error).__name__} {error}")
            if name == "look":
                self._hang_up()
        except Exception as error:  # noqa: BLE001 - the loop's boundary
            self.bugs.found.append(f"{name} broke: {type(error).__name__}: {error}")
            self.note(f"{name}: BUG {error!r}")

    def _look(self) -> int:
        if self._session is None:
            session = ExitStack()
            session.enter_context(self._collector.session(self._ports.clock()))
            self._session = session
        return self._collector.look(self._ports.clock())

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

    def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session:
            session.close()

    def _end(self) -> None:
        """The process is gone: its session, its lock, its connections."""
        if self.store:
            self.store.dead = True
            self._loop.run(self._courier.close())
        self._hang_up()
        self._open.close()
        self.store = None


class Bugs(logging.Handler):
    """What the product itself calls an error is one: nothing made up here is a reason for a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []
        log = logging.getLogger("mailbot")
        log.addHandler(self)
        self._before, log.propagate = log.propagate, False

    def emit(self, record: logging.LogRecord) -> None:
        why = f": {record.exc_info[1]}" if record.exc_info else ""
        self.found.append(f"logged: {record.getMessage()}{why}")

    def close(self) -> None:
        log = logging.getLogger("mailbot")
        log.removeHandler(self)
        log.propagate = self._before
        super().close()


@lru_cache(maxsize=1)
def _procedure() -> Any:
    return load("feedback", Path())


def _rules(settings: Settings) -> Rules:
    return Rules(_procedure(), Directory(settings))


@lru_cache(maxsize=4)
def _shared_renderer(zone: Any) -> Renderer:
    return Renderer(None, zone)


def _renderer(settings: Settings) -> Renderer:
    return _shared_renderer(settings.company.zone)


@lru_cache(maxsize=4)
def _database(url: str) -> Store:
    """Opened once a process: the statements SQLAlchemy has compiled last as long as their engine, and a start has no time for them."""
    return open_store(url)


def _lay_out(settings: Settings) -> None:
    """A database without a letter, with the same name and secret in every world."""
    path = Path(settings.database.url.removeprefix("sqlite:///"))
    empty = path.with_name("empty.db")
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    if not empty.exists():
        store = open_store(f"sqlite:///{empty}")
        schema.upgrade(store)
        with store.transaction() as tx:
            tx.execute(update(Instance).values(name="5eed5eed", secret="5e" * 32))
        store.close()
    shutil.copy(empty, path)
