"""What breaks during a soak, one thing at a time, in an order the seed decides."""

import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.soak.servers import Machines
from tests.soak.service import Running


class Trouble:
    """Everything that can be done to a running service from outside."""

    def __init__(self, servers: Machines, service: Running, database: Path, seed: int) -> None:
        self._servers = servers
        self._service = service
        self._database = database
        self._dice = random.Random(seed)

    def in_turn(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Every kind once in each round, the later rounds in other orders; never ends."""
        kinds = {
            "kill -9": self._killed,
            "Postfix away": lambda: self._servers.without_postfix(self._dice.choice((0, 5))),
            "Dovecot away": lambda: self._servers.without_dovecot(self._dice.choice((0, 5))),
            "database held": self._held,
            "stopped": self._stopped,
            "SIGTERM": self._ended,
        }
        yield from kinds.items()
        while True:
            yield from self._dice.sample(list(kinds.items()), len(kinds))

    def _killed(self) -> None:
        self._service.end(signal.SIGKILL)
        self._service.begin()

    def _ended(self) -> None:
        self._service.end(signal.SIGTERM)
        self._service.begin()

    def _held(self) -> None:
        """Another program holds SQLite's write lock, for longer or shorter than the service waits for it."""
        with sqlite3.connect(self._database, isolation_level=None, timeout=30) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(self._dice.choice((3, 10, 35)))
            other.execute("ROLLBACK")
        other.close()

    def _stopped(self) -> None:
        """SIGSTOP for a while, as a suspended machine or a debugger does it."""
        self._service.signal(signal.SIGSTOP)
        time.sleep(10)
        self._service.signal(signal.SIGCONT)
