"""A mail server's side of IMAP as far as mailbot uses it, and the session mailbot has with it.

`Server` keeps folders the way RFC 9051 §2.3.1.1 asks: a UID names one letter, ascending, never again under the same
UIDVALIDITY. `Room` has the methods of `mailbot.intake.fetch.Mailroom` and fails where the weather says so. That a real
Dovecot keeps the same rules is what tests/simulate/test_fakes.py checks.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from mailbot.errors import MailbotError, Transient
from mailbot.intake.answers import Facts, RawLetter
from mailbot.intake.imap import Refusal
from mailbot.settings import Mailbox
from tests.simulate.weather import Weather


class Held(Struct, frozen=True):
    """A letter in a folder: its bytes, the moment it reached the server, its flags (which may change)."""

    raw: bytes
    at: datetime
    flags: set[str] = set()


class Folder:
    """Letters by UID."""

    def __init__(self, uidvalidity: int) -> None:
        self.uidvalidity = uidvalidity
        self.next_uid = 1
        self.highest = 0
        self.letters: dict[int, Held] = {}
        self.keywords: set[str] = set()  # every one that was ever used here

    def add(self, letter: Held) -> int:
        """Put a letter in; gives its UID."""
        self.keywords |= letter.flags
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.letters[uid] = letter
        self.highest = max(self.highest, uid)
        return uid


class Server:
    """The mailbox as the server keeps it; it outlives every session."""

    def __init__(self) -> None:
        self.folders = {"INBOX": Folder(1)}
        self.broken: MailbotError | None = None  # what every command ends with, until it is mended

    @property
    def inbox(self) -> Folder:
        return self.folders["INBOX"]

    def deliver(self, raw: bytes, at: datetime) -> None:
        """A letter has come. A copy never gets a UID again that its original may have had: nobody could tell the two apart."""
        if raw in self.everything():
            self.inbox.next_uid = self.inbox.highest + 1
        self.inbox.add(Held(raw, at))

    def renumber(self) -> None:
        """The inbox is built anew: another UIDVALIDITY, UIDs from one (a restored or moved account)."""
        old, new = self.inbox, Folder(self.inbox.uidvalidity + 1)
        for letter in old.letters.values():
            new.add(letter)
        new.keywords = old.keywords
        self.folders["INBOX"] = new

    def count_anew(self) -> None:
        """A broken server: UIDs from one again under the same UIDVALIDITY (F15)."""
        if not self.inbox.letters:
            self.inbox.next_uid = 1

    def take(self, raw: bytes) -> datetime:
        """Somebody takes a letter out of the inbox; gives when it had come."""
        uid = next(uid for uid, letter in self.inbox.letters.items() if letter.raw == raw)
        return self.inbox.letters.pop(uid).at

    def waiting(self) -> list[bytes]:
        """The letters of the inbox."""
        return [letter.raw for letter in self.inbox.letters.values()]

    def everything(self) -> list[bytes]:
        """The letters of every folder."""
        return [letter.raw for folder in self.folders.values() for letter in folder.letters.values()]


class Room:
    """mailbot's session with the server."""

    def __init__(self, box: Mailbox, server: Server, weather: Weather, meanwhile: Callable[[], None]) -> None:
        self._box = box
        self._server = server
        self._weather = weather
        self._meanwhile = meanwhile
        self._in = False
        self.folder = self._open = box.folder
        self.uidvalidity = 0
        self.obstacle: Refusal | None = None
        self.refused: dict[int, str] = {}

    def connect(self) -> None:
        self._works()
        if self._weather.strikes("imap-login"):
            raise Transient("the made-up server can't be reached; wait")
        self._server.folders.setdefault(self._box.done_folder, Folder(1))
        self._in = True
        self.reopen()

    def examine(self, folder: str, *criteria: str) -> list[int]:
        self._command()
        self._open = folder
        asked = dict(zip(criteria[::2], criteria[1::2], strict=True))
        since = datetime.strptime(asked.get("SINCE", "1-Jan-1970"), "%d-%b-%Y").replace(tzinfo=UTC)
        there = self._here.letters.items()
        return sorted(uid for uid, letter in there if letter.at >= since and asked.get("KEYWORD", "") in {"", *letter.flags})

    def reopen(self) -> None:
        self._command()
        self._open, self.uidvalidity = self.folder, self._server.inbox.uidvalidity

    def flags(self) -> frozenset[str]:
        return frozenset(self._here.keywords)

    def uids(self) -> list[int]:
        self._command()
        return sorted(self._here.letters)

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        self._command()
        there = self._here.letters
        return {uid: Facts(len(there[uid].raw), there[uid].at, frozenset(there[uid].flags)) for uid in uids if uid in there}

    def fetch(self, uids: Sequence[int]) -> Iterator[RawLetter]:
        for uid in uids:
            self._command()
            if uid in self._here.letters and self._weather.strikes("imap-refuses-letter"):
                self.refused[uid] = "the made-up server can't read this letter"
            elif uid in self._here.letters:
                yield RawLetter(uid, self._here.letters[uid].at, self._here.letters[uid].raw)

    def fetch_headers(self, uid: int) -> RawLetter | None:
        self._command()
        held = self._here.letters.get(uid)
        return RawLetter(uid, held.at, held.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n") if held else None

    def settle(self, uids: Sequence[int], keyword: str = "") -> frozenset[str]:
        self._command()
        there = self._here.letters
        for uid in uids:
            if uid in there:
                self._here.keywords.add(keyword)
                there[uid].flags.add(keyword)
        flags = frozenset().union(*(there[uid].flags for uid in uids if uid in there))
        if self._weather.strikes("imap-refuses-move"):
            raise Refusal("the made-up server refuses MOVE: over quota; make room", "OVERQUOTA")
        half = len(uids) // 2 if self._weather.strikes("imap-half-move") else len(uids)
        for uid in uids[:half]:
            if uid in there:
                self._server.folders[self._box.done_folder].add(there.pop(uid))
        if half < len(uids) or self._weather.strikes("imap-cut-after-move"):
            self._break()
        return flags

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - the real one's signature
        return False

    def interrupt(self) -> None:
        """Nothing here waits."""

    def close(self) -> None:
        self._in = False

    def _works(self) -> None:
        if self._server.broken:
            self._in = False
            raise self._server.broken

    def _command(self) -> None:
        self._meanwhile()
        self._works()
        if self._weather.strikes("imap-cut"):
            self._break()
        if not self._in:
            raise Transient("there is no connection to the made-up server; connect first")

    def _break(self) -> None:
        self._in = False
        raise Transient("the made-up server cut the connection; connect again")

    @property
    def _here(self) -> Folder:
        return self._server.folders[self._open]
