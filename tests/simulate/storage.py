"""A real SQLite database in memory-backed files that fails, or takes the process down, around its transactions.

Everything the product asks of a Store goes to the real one. A crash is an exception nothing in the product catches: the
transaction is rolled back as a dead process's would be, and from then on this Store refuses every word.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from mailbot.errors import StoreBusy
from mailbot.store.engine import Store
from tests.simulate.weather import Weather


class Crash(BaseException):
    """No error: the process has ended here."""


class FaultyStore:
    """One process's view of the database."""

    def __init__(self, store: Store, weather: Weather, moment: Callable[[str], None]) -> None:
        self._store = store
        self._weather = weather
        self._moment = moment
        self.inside = 0
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        self._alive()
        strikes = self._weather.strikes
        if strikes("store-busy"):
            raise StoreBusy("the made-up database is locked; wait")
        self.inside += 1
        try:
            with self._store.transaction() as tx:
                yield tx
                self._alive()
                if strikes("store-busy-at-commit"):
                    raise StoreBusy("the made-up database gave up at the commit; wait")
                if strikes("crash-before-commit"):
                    self._die("before a commit")
        finally:
            self.inside -= 1
        self._moment("commit")
        if strikes("crash-after-commit"):
            self._die("after a commit")
        if strikes("store-answer-lost"):
            raise StoreBusy("the made-up database did not answer to the commit; wait")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self._alive()
        if self._weather.strikes("store-busy"):
            raise StoreBusy("the made-up database is locked; wait")
        with self._store.reading() as connection:
            yield connection

    def _alive(self) -> None:
        if self.dead:
            raise Crash("this process is gone")

    def _die(self, where: str) -> None:
        self.dead = True
        raise Crash(where)
