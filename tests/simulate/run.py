"""A world from one seed: who does what when, what breaks, and what must hold when everything has come to rest.

`play(seed)` gives a `Report` with every broken promise and the whole record; the same seed gives the same record.
"""

import hashlib
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import func, select

from mailbot.errors import MailbotError, ServerRefused, Transient
from mailbot.watch import clock
from models.base import core
from models.letters import OutgoingLetter, ReceivedLetter
from tests.crash.invariants import Put, Seen, broken
from tests.simulate.databases import Stores, in_a_file
from tests.simulate.house import LOOKS, House, Ports
from tests.simulate.outside import MadeUp, Outside
from tests.simulate.parts import STAFF
from tests.simulate.people import CUSTOMERS, PARROT, People
from tests.simulate.storage import Crash
from tests.simulate.weather import Weather

RECEIVED, OUTBOX = core(ReceivedLetter), core(OutgoingLetter)
MONDAY = datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
A_MOMENT = timedelta(microseconds=417)
STEPS_OF_A_SEED = 150
REST = timedelta(minutes=30)
LONGEST_REST = 400  # turns in which everything must have come to rest: eight days, twice the age at which letters are given up
SHM = Path("/dev/shm")
TWO = 0.4  # of all worlds read two mailboxes
AROUND = "copied across", "moved across", "mailbox broken", "numbered anew", "taken away"  # what strikes beside the weather
AWAY = Transient("the made-up server is away; wait"), ServerRefused("the made-up server's folder is gone; make it again")
SQLITE_ALONE = Stores()


class Report(Struct, frozen=True):
    """What came of a seed."""

    seed: int
    faults: tuple[str, ...]
    record: tuple[str, ...]
    boxes: int
    store: str
    letters_in: int
    letters_out: int
    struck: dict[str, int]
    restarts: int


class World:
    """Everybody, the servers and one mailbot that reads one mailbox or two; what the scheduler and Hypothesis both move."""

    def __init__(
        self,
        folder: Path,
        weather: Weather,
        dice: random.Random,
        outside: Outside | None = None,
        *,
        url: str | None = None,
        boxes: int = 1,
    ) -> None:
        self.weather, self.dice = weather, dice
        self.boxes = range(boxes)
        self.broken: MailbotError | None = None  # what is wrong with one of the mailboxes
        self.outside = outside = outside or MadeUp()
        self.true_time = MONDAY
        self.wrong_by = timedelta(0)  # mailbot's clock against the world's
        self._was_behind = False
        self.people = People(dice, self.bring, outside.inbox)
        ways = {"journal": dice.random() < 0.3, "plus_addressing": dice.random() < 0.5}
        ours = outside.settings(folder, url or in_a_file(folder), boxes, **ways)
        self.house = House(ours, weather, dice)
        ports = Ports(
            lambda box, meanwhile: outside.room(box, weather, meanwhile),
            lambda meanwhile: outside.courier(ours, weather, meanwhile),
            self.clock,
            self.uptime,
        )
        try:
            self.house.start(ports)
        except Crash:
            self.house.restart()

    def bring(self, raw: bytes) -> None:
        """A letter reaches one of the mailboxes, each in a second of its own: copies that came in the same second can't be
        told apart by anybody once the server has numbered them anew. Some are written to both addresses (F23)."""
        first, *others = self.dice.sample(self.boxes, len(self.boxes))
        self._deliver(raw, first)
        if others and self.dice.random() < 0.15:
            self._copy(raw, others[0])

    def copy_across(self) -> None:
        """Somebody copies a letter, read or not, into the other mailbox."""
        source, *others = self.dice.sample(self.boxes, len(self.boxes))
        letters = self.outside.everything(source)
        if letters and others:
            self.weather.struck["copied across"] += 1
            self._copy(self.dice.choice(letters), others[0])

    def move_across(self) -> None:
        """Somebody moves a letter that nobody has read yet into the other mailbox, which keeps when it had come."""
        source, *others = self.dice.sample(self.boxes, len(self.boxes))
        unread = self._unread(source)
        if unread and others:
            self.weather.struck["moved across"] += 1
            raw = self.dice.choice(unread)
            self.outside.deliver(raw, self.outside.take_away(raw, source), others[0])

    def break_off(self) -> None:
        """A mailbox can't be reached or read, the other one works on; or it is mended."""
        self.broken = None if self.broken else self.dice.choice(AWAY)
        self.weather.struck["mailbox broken"] += bool(self.broken)
        broken = self.dice.choice(self.boxes)
        for box in self.boxes:
            self.outside.break_off(box, self.broken if box == broken else None)

    def clock(self) -> datetime:
        """The time as mailbot's machine has it, finer than the seconds in which servers date letters."""
        return self.true_time + self.wrong_by + A_MOMENT

    def uptime(self) -> float:
        """The seconds of a clock that nobody can set."""
        return self.true_time.timestamp()

    def wait(self, minutes: float) -> None:
        self.true_time += timedelta(minutes=minutes)

    def jump(self, minutes: float) -> None:
        """mailbot's clock is set; everybody else's stays."""
        self.wrong_by += timedelta(minutes=minutes)
        self._was_behind = self._was_behind or self.wrong_by < timedelta(0)

    def accept_clock(self) -> None:
        """The operator has looked: the clock is right as it is."""
        with self.house.database.transaction() as tx:
            clock.accept(tx, self.clock())

    def renumber(self) -> None:
        """A server builds its mailbox anew; the session with it ends. Not after our clock was behind: what came then is on record with the
        moment we thought it was, and is then hard to tell from a later copy of itself."""
        if self._was_behind:
            return
        self.weather.struck["numbered anew"] += 1
        box = self.dice.choice(self.boxes)
        self.outside.renumber(box)
        self.house.hang_up(LOOKS[box])

    def count_anew(self) -> None:
        """A broken server counts UIDs from one again."""
        self.outside.count_anew(self.dice.choice(self.boxes))

    def take_away(self) -> None:
        """Somebody with the same login deletes a letter that nobody has read yet: for mailbot it was never there."""
        box = self.dice.choice(self.boxes)
        unread = self._unread(box)
        for put in self.people.put:
            if not put.talk and put.raw in unread:
                self.outside.take_away(put.raw, box)
                self.people.put.remove(put)
                self.weather.struck["taken away"] += 1
                return

    def reports(self) -> None:
        """The relay brings copies of what it took over, and reports what it could not bring."""
        for raw in self.outside.copies():
            self.people.put.append(Put(raw))
            self.bring(raw)
        for sender, letter in self.outside.returned():
            self.people.report(sender, letter, self.true_time)

    def come_to_rest(self) -> None:
        """Nothing breaks any more and nobody writes; the clocks are right. Every letter and sending comes to its end."""
        self.weather.calm = True
        for box in self.boxes:
            self.outside.break_off(box, None)
        self.wrong_by = max(self.wrong_by, timedelta(0))  # a clock that is right again never shows a time it has shown before
        self.house.restart()
        self.accept_clock()
        for _ in range(LONGEST_REST):
            for name in self.house.steps:
                self.house.step(name)
            if self._rests():
                return
            self.true_time += REST

    def judge(self) -> list[str]:
        """Every promise that does not hold."""
        staff = frozenset(address for member in STAFF for address in member["addresses"])
        seen = Seen(
            put=self.people.put,
            arrived=self.outside.arrived(),
            now=self.clock(),
            there=[raw for box in self.boxes for raw in self.outside.everything(box)],
            staff=staff,
            may_quarantine=True,  # judged below
            budget=12,
            allowance=60,
        )
        with self.house.database.reading() as connection:
            return [*self.house.bugs.found, *broken(seen, connection), *self._set_aside(connection), *self._too_many(connection)]

    def _set_aside(self, connection: object) -> list[str]:
        """A letter is set aside only when nobody wrote it, three crashes hit it, or the server refused it three times."""
        rows = connection.execute(select(RECEIVED).where(RECEIVED.c.fate == "quarantined"))
        lawful = "names no author", "the service ended", "fetch: "
        found = [f"V2: in-{row.id} was set aside: {row.reason}" for row in rows if not any(sign in (row.reason or "") for sign in lawful)]
        crashed = connection.execute(
            select(func.count()).select_from(RECEIVED).where(RECEIVED.c.reason.contains("the service ended"))
        ).scalar_one()
        if crashed * 3 > self.house.restarts:
            found.append(f"V2: {crashed} letters were set aside for crashes, and there were {self.house.restarts}")
        return found

    def _too_many(self, connection: object) -> list[str]:
        """Nobody outside gets more than ten automatic letters in 24 hours."""
        found = []
        for customer in (*CUSTOMERS, PARROT):
            moments = sorted(
                connection.execute(select(OUTBOX.c.created_at).where(OUTBOX.c.recipient == customer, OUTBOX.c.automatic)).scalars()
            )
            most = max((sum(at <= other < at + timedelta(days=1) for other in moments) for at in moments), default=0)
            if most > 10:
                found.append(f"V6: {customer} was owed {most} automatic letters within a day")
        return found

    def _rests(self) -> bool:
        with self.house.database.reading() as connection:
            waiting = connection.execute(select(RECEIVED.c.id).where(RECEIVED.c.fate.is_(None)).limit(1)).first()
            owed = connection.execute(select(OUTBOX.c.id).where(OUTBOX.c.ended_at.is_(None), OUTBOX.c.held.is_(None)).limit(1)).first()
        return not (waiting or owed or any(self.outside.waiting(box) for box in self.boxes))

    def _deliver(self, raw: bytes, box: int) -> None:
        self.true_time += timedelta(seconds=1)
        self.outside.deliver(raw, self.true_time, box)

    def _copy(self, raw: bytes, box: int) -> None:
        self.people.put.append(next(put for put in self.people.put if put.raw == raw))
        self._deliver(raw, box)

    def _unread(self, box: int) -> list[bytes]:
        """The letters in a mailbox of which the ledger knows nothing, nor of another copy."""
        with self.house.database.reading() as connection:
            known = set(connection.execute(select(RECEIVED.c.sha256)).scalars())
        return [raw for raw in self.outside.waiting(box) if _digest(raw) not in known]


def play(seed: int, folder: Path, stores: Stores = SQLITE_ALONE) -> Report:
    """One world from its first letter to rest; `folder` is this process's alone, and may be used again."""
    dice = random.Random(seed)
    boxes = 2 if dice.random() < TWO else 1
    world = World(folder, Weather(dice), dice, url=stores.url(seed, folder), boxes=boxes)
    try:
        acts = _acts(world)
        names, weights = list(acts), [weight for weight, _ in acts.values()]
        for name in dice.choices(names, weights, k=STEPS_OF_A_SEED * (boxes + 3) // 4):
            acts[name][1]()
        world.come_to_rest()
        return _report(seed, world, world.judge())
    finally:
        world.house.close()


def play_apart(folder: Path, stores: Stores, seed: int) -> Report:
    """As `play`, in a folder of this process's own below `folder`."""
    own = folder / str(os.getpid())
    own.mkdir(exist_ok=True)
    return play(seed, own, stores)


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder in memory where the machine has one: what a disk does is not what is simulated."""
    with tempfile.TemporaryDirectory(prefix="mailbot-simulate-", dir=SHM if SHM.is_dir() else None) as folder:
        yield Path(folder)


def _acts(world: World) -> dict[str, tuple[float, Callable[[], None]]]:
    """What can happen next, and how often it does."""
    people, dice = world.people, world.dice

    def by(act: Callable[[datetime], None]) -> Callable[[], None]:
        return lambda: act(world.true_time)

    return {
        "complain": (10, by(people.complain)),
        "answer": (8, by(people.answer)),
        "order": (8, by(people.order)),
        "cold order": (1, by(people.cold_order)),
        "again": (2, by(people.again)),
        "away": (2, by(people.away)),
        "parrot": (4, by(people.parrot)),
        "newsletter": (1, by(people.newsletter)),
        "echo": (1, by(people.echo)),
        "nameless": (0.5, by(people.nameless)),
        "reports": (4, world.reports),
        **{look: (20, partial(world.house.step, look)) for look in world.house.steps if look in LOOKS},
        "work": (20, lambda: world.house.step("work")),
        "clocks": (8, lambda: world.house.step("clocks")),
        "send": (20, lambda: world.house.step("send")),
        "minutes": (20, lambda: world.wait(dice.choice((1, 2, 5, 15, 40)))),
        "hours": (3, lambda: world.wait(60 * dice.choice((3, 14, 26)))),
        "clock set ahead": (0.5, lambda: world.jump(dice.choice((6, 61, 60 * 24 * 3)))),
        "clock set back": (0.5, lambda: world.jump(-dice.choice((6, 61)))),
        "clock accepted": (1, world.accept_clock),
        "renumber": (0.5, world.renumber),
        "UIDs from one again": (0.3, world.count_anew),
        "copy across": (1, world.copy_across),
        "move across": (1, world.move_across),
        "a mailbox breaks, or is mended": (1, world.break_off),
        "take away": (0.5, world.take_away),
        "crash": (0.5, world.house.restart),
    }


def _report(seed: int, world: World, faults: list[str]) -> Report:
    with world.house.database.reading() as connection:
        received = connection.execute(select(RECEIVED.c.id, RECEIVED.c.fate, RECEIVED.c.ticket_id, RECEIVED.c.attempts)).all()
        outbox = connection.execute(select(OUTBOX.c.id, OUTBOX.c.letter, OUTBOX.c.recipient, OUTBOX.c.fate, OUTBOX.c.attempts)).all()
    record = (*world.house.moments, *(f"in {tuple(row)}" for row in received), *(f"out {tuple(row)}" for row in outbox))
    what = len(world.boxes), world.house.database.engine.dialect.name
    return Report(seed, tuple(faults), record, *what, len(received), len(outbox), dict(world.weather.struck), world.house.restarts - 1)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
