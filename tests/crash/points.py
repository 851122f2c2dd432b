"""Numbered points between two effects, at which a process kills itself as `kill -9` would.

Before and after each statement, commit and rollback of a store; further ones where the mailbox and the relay call `point`.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event


class Points:
    """Counts the points this process passes; at number `fatal` it dies. 0: it lives, and `passed` names them all."""

    def __init__(self, fatal: int = 0) -> None:
        self._fatal = fatal
        self.passed: list[str] = []

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        """Points around everything this engine says to its database."""

        def before(_connection: Any, _cursor: Any, statement: str, *_further: Any) -> None:
            self(f"before {_short(statement)}")

        def after(_connection: Any, _cursor: Any, statement: str, *_further: Any) -> None:
            self(f"after {_short(statement)}")

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)
        dialect: Any = engine.dialect
        dialect.do_commit = self._around("commit", dialect.do_commit)
        dialect.do_rollback = self._around("rollback", dialect.do_rollback)

    def _around(self, name: str, does: Callable[[Any], None]) -> Callable[[Any], None]:
        def do(connection: Any) -> None:
            self(f"before {name}")
            does(connection)
            self(f"after {name}")

        return do


def _short(statement: str) -> str:
    words = statement.split()
    return " ".join(words[:3] if words[0] in ("INSERT", "DELETE") else words[:2])
