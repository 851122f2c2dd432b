"""One mailbox over IMAP: which letters are there, their bytes exactly as the server has them, and moving them away.

Takes a mailbox's settings; gives UIDs, sizes and `RawLetter`s. Knows nothing of tickets or the database: what was seen
before is the caller's business. Network trouble is Transient (connect again), a refusal is ServerRefused. UID commands
and BODY.PEEK only: nothing is marked as read, nobody else's letter is expunged. One thread uses a Mailroom; only
`interrupt` may be called from another.
"""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from imap_tools.utils import encode_folder

from mailbot import maillog, transport
from mailbot.errors import MailbotError, Transient
from mailbot.intake import idle
from mailbot.intake.answers import RawLetter, letters_in, sizes_in
from mailbot.intake.imap import ASK_OWNER, Account, Refusal
from mailbot.settings import Mailbox

CHUNK = 50  # letters asked for in one command
BYTES = 16 * 1024 * 1024  # and about how much of them may be in memory at once
UIDS = 500  # UIDs in one command: servers need not take lines of 8,192 bytes
WHOLE = "(UID INTERNALDATE BODY.PEEK[])"
HEADER = "(UID INTERNALDATE BODY.PEEK[HEADER])"


class Mailroom:
    """A mailbox that is read. `connect` first; `folder` and `uidvalidity` say what the UIDs count."""

    def __init__(self, box: Mailbox) -> None:
        self._box = box
        self.folder = box.folder
        self.uidvalidity = 0
        self._account: Account | None = None
        self._present = -1  # letters the last search found; -1 when letters were moved since
        self._idles = False
        self._sizes: dict[int, int] = {}
        self._interrupted = threading.Event()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    def connect(self) -> None:
        """Dial, secure, sign in, make the folder for processed letters, open the one that is read.

        It is opened for writing only where letters are moved; else the server itself keeps us from changing anything.
        """
        try:
            account = self._sign_in()
            self._idles = self._box.idle and account.offers("IDLE")
            if self._box.done_folder:
                account.make_folder(self._box.done_folder)
            self.uidvalidity, _ = account.open_folder(self.folder, readonly=not self._box.done_folder)
        except BaseException:
            self.close()
            raise

    def uids(self) -> list[int]:
        """Every UID in the folder, ascending."""
        account = self._signed_in
        with account.asking("NOOP", ASK_OWNER):
            account.client.noop()  # Dovecot searches what it knew before the command
        idle.forget(account.client)
        found = self._search("ALL")
        self._present = len(found)
        return found

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The size in bytes of each letter that is still there."""
        found: dict[int, int] = {}
        for some in _by(UIDS, uids):
            found |= sizes_in(self._answers(some, "(UID RFC822.SIZE)"))
        known = {uid: found[uid] for uid in uids if uid in found}
        self._sizes |= known
        return known

    def fetch(self, uids: Sequence[int]) -> Iterator[RawLetter]:
        """The letters, in the order asked; one that has gone meanwhile is left out.

        A letter the server itself can't read is left out too, and logged: it must not keep the others from coming.
        """
        for some in self._portions(uids):
            yield from self._letters(some, WHOLE)

    def fetch_headers(self, uid: int) -> RawLetter | None:
        """A letter's header section alone, for one too large to take whole."""
        return next(iter(self._letters([uid], HEADER)), None)

    def settle(self, uids: Sequence[int]) -> None:
        """Move letters to the folder for processed ones; does nothing where none is set.

        Without MOVE they are copied, flagged and expunged by UID; without UIDPLUS they stay, flagged as deleted.
        """
        if not self._box.done_folder:
            return
        self._present = -1
        for some in _by(UIDS, uids):
            if self._signed_in.offers("MOVE"):
                self._to_done_folder("MOVE", some)
            else:
                self._copy_away(some)

    def wait(self, seconds: float) -> bool:
        """Until the server announces a letter (True), `seconds` have passed or `interrupt` is called (False).

        Look again in either case: servers differ in what they announce.
        """
        if self._interrupted.is_set():
            return False
        account = self._signed_in
        if idle.news(account.client, self._present):
            return True
        try:
            if self._idles:
                with account.asking("IDLE", "set idle = false"):
                    return idle.hear(account.client, seconds, self._present)
        except Refusal:
            self._idles = False  # it offered IDLE and would not; from now on we look every now and then
        except Transient:
            if not self._interrupted.is_set():
                raise
        self._interrupted.wait(seconds)
        return False

    def interrupt(self) -> None:
        """End `wait` or whatever is read at this moment, for good; callable from another thread."""
        self._interrupted.set()
        with self._lock, suppress(OSError):
            if self._handle:
                self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection; harmless where there is none."""
        account, self._account = self._account, None
        if account:
            (account.drop if self._interrupted.is_set() else account.hang_up)()
        with self._lock:
            if self._handle:
                self._handle.close()
            self._handle = None
        self._present = -1
        self._sizes.clear()

    def survey(self) -> list[str]:
        """Connect, change nothing, and tell in sentences what was found."""
        account = self._sign_in()
        _, count = account.open_folder(self.folder, readonly=True)
        how = {"tls": "over TLS", "starttls": "over STARTTLS", "none": "in the clear"}[self._box.security]
        done = self._box.done_folder
        told = [f"{account.place}: {self._box.user} is signed in {how}; {self.folder} holds {count} letter(s)".replace("; ", ", ")]
        told.append(_moving(account, done))
        told.append("new letters are announced (IDLE)" if account.offers("IDLE") else f"no IDLE, a look every {self._box.poll_seconds:g} s")
        return told

    def _sign_in(self) -> Account:
        self.close()
        account = self._account = Account(self._box, self._hold)
        account.sign_in()
        return account

    def _portions(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """`uids` in chunks of bounded number and size."""
        unknown = [uid for uid in uids if uid not in self._sizes]
        if unknown:
            self.sizes(unknown)
        chunk: list[int] = []
        room = BYTES
        for uid in uids:
            size = self._sizes.pop(uid, 0)
            if chunk and (len(chunk) == CHUNK or size > room):
                yield chunk
                chunk, room = [], BYTES
            chunk.append(uid)
            room -= size
        if chunk:
            yield chunk

    def _letters(self, uids: Sequence[int], items: str) -> list[RawLetter]:
        """The letters, whole. An empty one is asked for twice: Dovecot shows a letter expunged meanwhile as empty, once."""
        got = self._once(uids, items)
        empty = [uid for uid, letter in got.items() if not letter.data]
        still_there = self._once(empty, items) if empty else {}
        return [got[uid] for uid in uids if uid in got and (got[uid].data or uid in still_there)]

    def _once(self, uids: Sequence[int], items: str) -> dict[int, RawLetter]:
        try:
            return {letter.uid: letter for letter in letters_in(self._answers(uids, items), datetime.now(UTC))}
        except ValueError as error:
            self._signed_in.drop()
            raise Transient(f"{transport.place(self._box)} cut a letter short ({error}); it is fetched again") from None

    def _answers(self, uids: Sequence[int], items: str) -> list[object]:
        """What the server answers to FETCH; letters it refuses are found by halving, logged and left out."""
        try:
            return self._signed_in.uid("FETCH", _joined(uids), items)
        except Refusal as refusal:
            if len(uids) == 1:
                maillog.LOG.warning("%s - UID %d stays on the server: %s", self._box.account, uids[0], refusal)
                return []
        half = len(uids) // 2
        return self._answers(uids[:half], items) + self._answers(uids[half:], items)

    def _copy_away(self, uids: Sequence[int]) -> None:
        """Copy, flag, expunge by UID; where it stays, flagged, a second run copies it no second time."""
        account = self._signed_in
        if not account.offers("UIDPLUS"):
            uids = self._search("UID", _joined(uids), "UNDELETED")
        if not uids:
            return
        self._to_done_folder("COPY", uids)
        account.uid("STORE", _joined(uids), "+FLAGS.SILENT", r"(\Deleted)", cure=self._rights)
        if account.offers("UIDPLUS"):
            account.uid("EXPUNGE", _joined(uids), cure=self._rights)

    def _to_done_folder(self, command: str, uids: Sequence[int]) -> None:
        account, done = self._signed_in, self._box.done_folder
        try:
            account.uid(command, _joined(uids), encode_folder(done), cure=self._rights)
        except Refusal as refusal:
            if refusal.code != "TRYCREATE":
                raise
            account.make_folder(done)
            account.uid(command, _joined(uids), encode_folder(done), cure=self._rights)

    def _search(self, *criteria: str) -> list[int]:
        lines = self._signed_in.uid("SEARCH", *criteria)
        return sorted({int(word) for line in lines if isinstance(line, bytes) for word in line.split()})

    def _hold(self, plain: socket.socket) -> None:
        """Keep a second handle on the socket about to connect, by which `interrupt` can end it in any state."""
        with self._lock:
            if self._handle:
                self._handle.close()
            self._handle = plain.dup()
        if self._interrupted.is_set():
            raise InterruptedError("the service is stopping")

    @property
    def _signed_in(self) -> Account:
        if self._account is None:
            raise Transient(f"{transport.place(self._box)}: there is no connection; connect first")
        return self._account

    @property
    def _rights(self) -> str:
        return f"let {self._box.user} move letters to {self._box.done_folder}, and see that the mailbox is not full"


def probe(box: Mailbox) -> list[transport.Finding]:
    """What `mailbot check` says of a mailbox: (fine, sentence, cure); it changes nothing there."""
    findings = transport.security_findings(box)
    room = Mailroom(box)
    try:
        findings += [(True, sentence, "") for sentence in room.survey()]
    except MailbotError as error:
        findings.append(transport.finding(error))
    finally:
        room.close()
    return findings


def _moving(account: Account, done: str) -> str:
    if not done:
        return "processed letters stay where they are (done_folder is empty)"
    there = "" if account.has_folder(done) else ", which will be made"
    if account.offers("MOVE") or account.offers("UIDPLUS"):
        return f"processed letters go to {done}{there}"
    return f"processed letters are copied to {done}{there} and stay, flagged as deleted: the server has neither MOVE nor UIDPLUS"


def _by(count: int, uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + count] for start in range(0, len(uids), count))


def _joined(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))
