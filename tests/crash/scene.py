"""What stands around mailbot while it is killed: a mailbox and a relay of plain files, which outlive any process.

`inbox/UID`, `Processed/UID`, `arrived/NUMBER RECIPIENT`. Each calls `point` where a process may die between two effects.
"""

import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from mailbot.intake.answers import Facts, RawLetter
from mailbot.intake.parse import parse
from mailbot.intake.reader import Read
from mailbot.intake.screen import Own, screen
from mailbot.lifecycle.decide import Verdict
from mailbot.outbox.send import Delivery
from tests.crash.invariants import Arrived

START = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # Monday, 10 o'clock in Beijing
GONE = "gone@customer.example"
FOLDERS = ("inbox", "Processed", "arrived")
Point = Callable[[str], None]


class Files(Struct, frozen=True):
    """The folder of one run."""

    home: Path

    def lay_out(self) -> None:
        for name in FOLDERS:
            (self.home / name).mkdir(parents=True, exist_ok=True)

    def snapshot(self) -> dict[str, bytes]:
        """Everything that lies in the folders."""
        return {f"{folder}/{p.name}": p.read_bytes() for folder in FOLDERS for p in (self.home / folder).iterdir()}

    def put_back(self, snapshot: Mapping[str, bytes], waiting: Sequence[bytes] = ()) -> None:
        """The folders as they were, and these letters in the inbox, under UIDs that were never given."""
        next_uid = 1 + max((int(name.partition("/")[2]) for name in snapshot if not name.startswith("arrived")), default=0)
        for folder in FOLDERS:
            with os.scandir(self.home / folder) as entries:
                for entry in entries:
                    Path(entry).unlink()
        for name, raw in [*snapshot.items(), *((f"inbox/{uid}", raw) for uid, raw in enumerate(waiting, next_uid))]:
            (self.home / name).write_bytes(raw)

    def there(self) -> list[bytes]:
        return [p.read_bytes() for folder in ("inbox", "Processed") for p in (self.home / folder).iterdir()]

    def arrived(self) -> list[Arrived]:
        paths = sorted((self.home / "arrived").iterdir(), key=lambda p: int(p.name.split(" ")[0]))
        return [Arrived(p.name.split(" ")[1], p.read_bytes()) for p in paths]


class Room:
    """The mailbox as the collector uses it (the interface of `fetch.Mailroom`)."""

    folder, uidvalidity = "INBOX", 7

    def __init__(self, files: Files, point: Point) -> None:
        self.refused: dict[int, str] = {}
        self.obstacle = ""
        self._inbox, self._done, self._point = files.home / "inbox", files.home / "Processed", point

    def connect(self) -> None:
        self._point("IMAP connect")

    def close(self) -> None:
        pass

    def uids(self) -> list[int]:
        return sorted(int(p.name) for p in self._inbox.iterdir())

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        return {uid: Facts((self._inbox / str(uid)).stat().st_size, START) for uid in uids}

    def fetch(self, uids: Sequence[int]) -> Iterator[RawLetter]:
        for uid in uids:
            self._point("IMAP fetch")
            yield RawLetter(uid, START, (self._inbox / str(uid)).read_bytes())

    def examine(self, folder: str, *criteria: str) -> list[int]:
        del folder, criteria
        return []

    def reopen(self) -> None:
        pass

    def flags(self) -> frozenset[str]:
        return frozenset()

    def settle(self, uids: Sequence[int], keyword: str = "") -> frozenset[str]:
        for uid in uids:
            self._point("before IMAP move")
            with suppress(FileNotFoundError):  # as UID MOVE: a UID that has gone is no error
                (self._inbox / str(uid)).rename(self._done / str(uid))
            self._point("after IMAP move")
        return frozenset({keyword})


class Relay:
    """The courier: takes every letter over, but those to `GONE`; what it took lies in `arrived`."""

    def __init__(self, files: Files, point: Point) -> None:
        self._arrived, self._point = files.home / "arrived", point

    async def deliver(
        self, sender: str, recipient: str, data: bytes, before_dot: Callable[[], Awaitable[None]], copy_to: str = ""
    ) -> Delivery:
        del sender, copy_to
        self._point("SMTP rcpt")
        if recipient == GONE:
            return Delivery("refused", 550, "5.1.1", "no such user")
        await before_dot()
        self._point("SMTP before the dot")
        # A relay takes a letter whole or not at all: the sender's death must not tear what lies there.
        taking = self._arrived.with_name("taking")
        taking.write_bytes(data)
        taking.rename(self._arrived / f"{len(list(self._arrived.iterdir()))} {recipient}")
        self._point("SMTP after the dot")
        return Delivery("sent", 250, "2.0.0", "ok: queued as 4711")

    async def close(self) -> None:
        pass


class InProcess:
    """Reads letters in this process: what a letter does to a process is another test's affair."""

    def read(self, raw: bytes, own: Own) -> Read:
        message = parse(raw)
        return Read(message, screen(message, own))

    def close(self) -> None:
        pass


class Constant:
    """A classifier of one opinion."""

    threshold = 0.5

    def __call__(self, subject: str, fresh: str) -> Verdict:
        del subject, fresh
        return Verdict("quality", 0.9, {"quality": 0.9}, (), None)

    def renew(self) -> None:
        pass


class Inline(ThreadPoolExecutor):
    """Runs what is given to a thread at once, in this one: the order of everything is then fixed."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the result is awaited
            future.set_exception(error)
        return future
