"""The parts of a mailbot that a made-up world needs in another form, and those it shares between worlds to save time."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailbot.intake.parse import parse
from mailbot.intake.reader import Read
from mailbot.intake.screen import Own, screen
from mailbot.lifecycle.decide import Rules, Verdict
from mailbot.lifecycle.people import Directory
from mailbot.outbox.render import Renderer
from mailbot.procedures.procedure import load
from mailbot.settings import Settings
from mailbot.settings_file import build

COMPLAINTS = "complaints@company.example"
ELSEWHERE = "service@company.example"
STAFF: list[dict[str, Any]] = [
    {"name": "Bob", "addresses": ["bob@company.example"], "department": "quality-dept", "language": "en"},
    {"name": "Wang", "addresses": ["wang@company.example"], "department": "customer-service", "language": "en"},
    {"name": "Carol", "addresses": ["carol@company.example"], "department": "customer-service", "role": "head", "language": "en"},
    {"name": "Chen", "addresses": ["chen@company.example"], "role": "manager", "language": "en"},
]


def made_up_settings(folder: Path, url: str, boxes: int, **ways: bool) -> Settings:
    """A company whose servers do not exist; it reads one mailbox or two, and `ways` are settings of its way out."""
    way_out = {"host": "smtp.invalid", "user": COMPLAINTS, "password": "none", "address": COMPLAINTS}
    return build(
        {
            "home": str(folder),
            "database": {"url": url, "reserve_mb": 0},
            "mailbox": [{"host": "imap.invalid", "user": user, "password": "none"} for user in (COMPLAINTS, ELSEWHERE)[:boxes]],
            "smtp": {**way_out, **ways},
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


def rules_of(settings: Settings) -> Rules:
    return Rules(_procedure(), Directory(settings))


@lru_cache(maxsize=4)
def _shared_renderer(zone: Any) -> Renderer:
    return Renderer(None, zone)


def renderer_of(settings: Settings) -> Renderer:
    return _shared_renderer(settings.company.zone)
