"""One mailbox over IMAP: which letters are there, their bytes exactly as the server has them, and moving them away.

Takes a mailbox's settings; gives UIDs, facts and `RawLetter`s. Knows nothing of tickets or the database: what was seen
before is the caller's business. Network trouble is Transient (connect again), a refusal is ServerRefused. UID commands
and BODY.PEEK only: nothing is marked as read, nobody else's letter is expunged. A folder that may not be written is read
all the same; `obstacle` says why nothing is moved. One thread uses a Mailroom; only `interrupt` may be called from another.
"""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from mailbot import maillog, transport
from mailbot.errors import MailbotError, ServerRefused, Transient
from mailbot.intake import idle
from mailbot.intake.answers import Facts, RawLetter, facts_in, flag_list, letters_in
from mailbot.intake.dial import LITERALS
from mailbot.intake.imap import ASK_OWNER, Account, Flood, LoginRefused, Refusal, joined
from mailbot.intake.settling import UIDS, Settling, by
from mailbot.settings import Mailbox

CHUNK = 50  # letters asked for in one command
BYTES = 16 * 1024 * 1024  # and about how much of them may be in memory at once
FACTS = "(UID RFC822.SIZE INTERNALDATE FLAGS)"
WHOLE = "(UID INTERNALDATE BODY.PEEK[])"
HEADER = "(UID INTERNALDATE BODY.PEEK[HEADER])"


class Mailroom:
    """A mailbox that is read. `connect` first; `folder` and `uidvalidity` say what the UIDs count."""

    def __init__(self, box: Mailbox) -> None:
        self._box = box
        self.folder = box.folder
        self.uidvalidity = self._connected_to = 0
        self.obstacle: ServerRefused | None = None  # why letters can't be moved away
        self.refused: dict[int, str] = {}  # letters the server would not give, and what it said
        self._alone: set[int] = set()  # letters asked for one by one, as one of them floods us
        self._account: Account | None = None
        self._present = -1  # letters the last search found; -1 when letters were moved since
        self._idles = False
        self._settling: Settling | None = None
        self._sizes: dict[int, int] = {}
        self._interrupted = threading.Event()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    def connect(self) -> None:
        """Dial, secure, sign in, make the folder for processed letters, open the one that is read.

        Where that folder can't be made, or the other not be written, letters are read all the same (F17).
        """
        try:
            account = self._sign_in()
            self._idles = self._box.idle and account.offers("IDLE")
            self.uidvalidity = self._connected_to = self._open()
        except BaseException:
            self.close()
            raise

    def examine(self, folder: str = "", *criteria: str) -> list[int]:
        """The UIDs in a folder that `criteria` find (RFC 9051 §6.4.4), ascending; sign in first if need be, and change nothing.

        UIDs mean that folder's letters then, until `reopen`."""
        account = self._account or self._sign_in()
        self.uidvalidity, _ = account.open_folder(folder or self.folder, readonly=True)
        return self._signed_in.search(*criteria or ("ALL",))

    def reopen(self) -> None:
        """After `examine`: the folder that is read is open again, in a session that goes on. Raises Transient when it was numbered anew."""
        self._sizes.clear()
        self.refused.clear()
        self._open_again()

    def flags(self) -> frozenset[str]:
        """Every flag and keyword that the open folder has used, in lower case, as far as the server tells (RFC 9051 §7.3.5)."""
        return flag_list(self._signed_in.client.untagged_responses.get("FLAGS", []))

    def has_folder(self, name: str) -> bool:
        """Whether the account has this folder."""
        return self._signed_in.has_folder(name)

    def uids(self) -> list[int]:
        """Every UID in the folder, ascending."""
        account = self._signed_in
        with account.asking("NOOP", ASK_OWNER):
            account.client.noop()  # Dovecot searches what it knew before the command
        idle.forget(account.client)
        found = self._signed_in.search("ALL")
        self._present = len(found)
        return found

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        """Size, arrival and flags of each letter that is still there."""
        found: dict[int, Facts] = {}
        for some in by(UIDS, uids):
            found |= facts_in(self._answers(some, FACTS))
        told = {uid: found[uid] for uid in uids if uid in found}
        self._sizes |= {uid: facts.size for uid, facts in told.items()}
        return told

    def fetch(self, uids: Sequence[int]) -> Iterator[RawLetter]:
        """The letters, in the order asked; one that has gone meanwhile is left out.

        A letter the server will not give is left out too, logged and put into `refused`: it must not keep the others
        from coming.
        """
        for some in self._portions(uids):
            yield from self._letters(some, WHOLE)

    def fetch_headers(self, uid: int) -> RawLetter | None:
        """A letter's header section alone, for one too large to take whole."""
        return next(iter(self._letters([uid], HEADER)), None)

    def settle(self, uids: Sequence[int], keyword: str = "") -> frozenset[str]:
        """Give letters our keyword where the server allows it, and move them to the folder for processed ones if one is set.

        Gives the flags they have by then. Raises ServerRefused when they can't be moved; they are still there then.
        """
        if self.obstacle:
            self._open_again()
        if self.obstacle:
            raise self.obstacle
        if self._settling is None:
            self._settling = Settling(self._box, self._signed_in)
        if self._box.done_folder:
            self._present = -1
        return self._settling.settle(uids, keyword)

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
        self._settling = None

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

    def _open(self) -> int:
        """Open the folder for writing, else for reading, with the reason in `obstacle`; gives its UIDVALIDITY."""
        account, self.obstacle = self._signed_in, None
        try:
            if self._box.done_folder:
                account.make_folder(self._box.done_folder)
            return account.open_folder(self.folder, readonly=False)[0]
        except LoginRefused:
            raise
        except ServerRefused as refusal:
            if self._box.done_folder:
                self.obstacle = refusal
        return account.open_folder(self.folder, readonly=True)[0]

    def _open_again(self) -> None:
        self.uidvalidity = self._open()
        if self.uidvalidity != self._connected_to:
            raise Transient(f"{transport.place(self._box)} numbers the letters of {self.folder} anew; connect again")

    def _portions(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """`uids` in chunks of bounded number and size."""
        unknown = [uid for uid in uids if uid not in self._sizes]
        if unknown:
            self.facts(unknown)
        chunk: list[int] = []
        room = BYTES
        for uid in uids:
            size = self._sizes.get(uid, 0)
            if chunk and (len(chunk) == CHUNK or size > room or uid in self._alone or chunk[-1] in self._alone):
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
        # Servers may miscount a letter, by its line ends for one; none is off by half.
        most = LITERALS + 2 * sum(self._sizes.get(uid, self._box.max_bytes) for uid in uids) if items != FACTS else LITERALS
        try:
            return self._signed_in.uid("FETCH", joined(uids), items, most=most)
        except Flood as flood:
            if len(uids) == 1:
                self.refused[uids[0]] = str(flood)
            self._alone.update(uids)
            raise
        except Refusal as refusal:
            if len(uids) == 1:
                maillog.LOG.warning("%s - UID %d stays on the server: %s", self._box.account, uids[0], refusal)
                self.refused[uids[0]] = str(refusal)
                return []
        half = len(uids) // 2
        return self._answers(uids[:half], items) + self._answers(uids[half:], items)

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
