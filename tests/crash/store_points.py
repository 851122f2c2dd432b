"""mailbot killed at numbered and at random points of its store layer, started again, and held to its promises.

A worker imports everything once and forks a process for each life; the database engine has no connection open then. A
case is a mailing (a seed) and the moments at which processes die one after the other: the number of a point, or seconds.
"""

import gc
import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from msgspec import Struct

from mailbot.errors import StoreUnusable, Transient
from mailbot.store import schema
from mailbot.store.engine import open_store
from mailbot.store.letters import MAX_ATTEMPTS
from tests.crash import company
from tests.crash.databases import Database
from tests.crash.invariants import Put
from tests.crash.points import Points
from tests.crash.scene import Files

Death = int | float  # the number of a point, or seconds after the start


class Tally(Struct):
    """What cases came to."""

    cases: int = 0
    kills: int = 0
    points: int = 0
    doubts: int = 0
    faults: list[str] = []

    def add(self, other: "Tally") -> None:
        self.cases += other.cases
        self.kills += other.kills
        self.points += other.points
        self.doubts += other.doubts
        self.faults += other.faults


class Laboratory:
    """A company whose first ticket is open, put back before each case."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database, self._files = database, files
        self._kit = company.make_kit(database.url, files.home)
        files.lay_out()
        self._store = open_store(database.url)
        schema.upgrade(self._store)
        self._first = company.first()
        files.put_back({}, [self._first.raw])
        company.run(self._kit, self._store, files)
        self._notice = next(copy.raw for copy in files.arrived() if copy.recipient == company.BOB)
        self._before = files.snapshot()
        self._mailings: dict[int, Sequence[Put]] = {}
        self._store.close()
        database.keep()
        for seed in range(8):  # what templates and statements cost the first time is paid here, not in each life
            self._set_out(seed)
            company.run(self._kit, self._store, files)
            self._store.close()

    def points(self, seed: int) -> list[str]:
        """The points a whole run of this mailing passes."""
        self._set_out(seed)
        return self._live(0, names=True)[1]

    def case(self, seed: int, deaths: Sequence[Death]) -> Tally:
        """One mailing, these deaths one after the other, then a start in this process, which knows nothing of them, and the check."""
        put = self._set_out(seed)
        tally = Tally(cases=1)
        for death in deaths:
            killed, _ = self._live(death)
            tally.kills += killed
        patiently(lambda: company.run(self._kit, self._store, self._files))
        broken, tally.doubts = company.check(
            self._store, put, self._files.arrived(), self._files.there(), may_quarantine=tally.kills >= MAX_ATTEMPTS
        )
        self._store.close()
        tally.faults = [f"seed {seed}, deaths {','.join(map(str, deaths))}: {sentence}" for sentence in broken]
        return tally

    def _set_out(self, seed: int) -> Sequence[Put]:
        self._database.put_back()
        if seed not in self._mailings:
            self._mailings = {seed: [self._first, *company.letters(seed, self._notice)]}
        self._files.put_back(self._before, [letter.raw for letter in self._mailings[seed][1:]])
        return self._mailings[seed]

    def _live(self, death: Death, *, names: bool = False) -> tuple[bool, list[str]]:
        """A life, killed or not, and the names of its points."""

        def life() -> str:
            gc.disable()
            points = Points(death if isinstance(death, int) else 0)
            points.watch(self._store.engine)
            patiently(lambda: company.run(self._kit, self._store, self._files, points))
            return json.dumps(points.passed) if names else "[]"

        killed, told = self._in_a_fork(life, death if isinstance(death, float) else 0)
        return killed, json.loads(told) if told else []

    @staticmethod
    def _in_a_fork(does: Callable[[], str], seconds: float) -> tuple[bool, str]:
        """Whether the process was killed, and what it said at its end."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            status = 1
            try:
                os.write(writing, does().encode())
                status = 0
            finally:
                if status:
                    import traceback  # noqa: PLC0415 - a forked process tells what broke and goes

                    traceback.print_exc()
                os._exit(status)
        os.close(writing)
        if seconds:
            time.sleep(seconds)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        with os.fdopen(reading) as said:
            told = said.read()
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status), told


def cases(seed: int, points: int) -> Iterator[list[Death]]:
    """Each point once; then lives that die again and again at random points, and such that die at a random moment."""
    for number in range(1, points + 1):
        yield [number]
    dice = random.Random(seed)
    for _ in range(points // 6):
        yield [dice.randint(1, points) for _ in range(dice.randint(2, 5))]
    for _ in range(points // 6):
        yield [dice.uniform(0.0005, 0.06) for _ in range(dice.randint(1, 3))]


def patiently(does: Callable[[], None]) -> None:
    """As a service manager would: started again while the database is not free yet. PostgreSQL takes a moment to miss the dead."""
    give_up_at = time.monotonic() + 20
    while True:
        try:
            does()
        except (StoreUnusable, Transient):
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.01)
        else:
            return
