"""One mailbox over IMAP: which letters are there, their bytes exactly as the server has them, and moving them away.

Takes a mailbox's settings; gives UIDs, sizes and `RawLetter`s. Knows nothing of tickets or the database: what was seen
before is the caller's business. Network trouble is Transient (close and connect again), a refusal is ServerRefused; no
message holds a secret. UID commands and BODY.PEEK only: nothing is marked as read, nobody else's letter is expunged.
One thread uses a Mailroom; only `interrupt` may be called from another.
"""

import imaplib
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from imap_tools.errors import ImapToolsError
from imap_tools.utils import encode_folder

from mailbot import maillog, transport
from mailbot.errors import MailbotError, ServerRefused, Transient
from mailbot.intake import idle
from mailbot.intake.answers import RawLetter, letters_in, sizes_in
from mailbot.intake.imap import BUSY, Account, code, said
from mailbot.settings import Mailbox

CHUNK = 50  # letters asked for in one command
BYTES = 16 * 1024 * 1024  # and about how much of them may be in memory at once
UIDS = 500  # UIDs in one command: RFC 7162 asks for lines under 8,192 bytes
WHOLE = "(UID INTERNALDATE BODY.PEEK[])"
HEADER = "(UID INTERNALDATE BODY.PEEK[HEADER])"


class Mailroom:
    """A mailbox that is read. `connect` first; `folder` and `uidvalidity` say what the UIDs count."""

    def __init__(self, box: Mailbox) -> None:
        self._box = box
        self.folder = box.folder
        self.uidvalidity = 0
        self._account: Account | None = None
        self._present = -1
        self._idles = False
        self._sizes: dict[int, int] = {}
        self._interrupted = threading.Event()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    def connect(self) -> None:
        """Dial, secure, sign in, make the folder for processed letters, open the one that is read."""
        self.close()
        with self._asking():
            account = self._account = Account(self._box, self._hold)
            account.sign_in()
            self._idles = self._box.idle and account.offers("IDLE")
            if self._box.done_folder:
                self._make_done_folder(account)
            self._open_folder(account)

    def uids(self) -> list[int]:
        """Every UID in the folder, ascending."""
        idle.forget(self._client)
        found = self._search("ALL")
        self._present = len(found)
        return found

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The size in bytes of each letter that is still there."""
        found: dict[int, int] = {}
        for some in _by(UIDS, uids):
            found |= sizes_in(self._ask(some, "(UID RFC822.SIZE)"))
        known = {uid: found[uid] for uid in uids if uid in found}
        self._sizes |= known
        return known

    def fetch(self, uids: Sequence[int]) -> Iterator[RawLetter]:
        """The letters, in the order asked; one that has gone meanwhile is left out.

        A letter the server itself can't read is left out too, and logged: it must not keep the others from coming."""
        for some in self._portions(uids):
            yield from self._letters(some, WHOLE)

    def fetch_headers(self, uid: int) -> RawLetter | None:
        """A letter's header section alone, for one too large to take whole."""
        return next(iter(self._letters([uid], HEADER)), None)

    def settle(self, uids: Sequence[int]) -> None:
        """Move letters to the folder for processed ones; does nothing where none is set.

        Without MOVE they are copied, flagged and expunged by UID; without UIDPLUS they stay, flagged as deleted."""
        if not self._box.done_folder:
            return
        self._present = -1
        for some in _by(UIDS, uids):
            if self._offers("MOVE"):
                self._to_done_folder("MOVE", some)
            else:
                self._copy_away(some)

    def wait(self, seconds: float) -> bool:
        """Until the server announces a letter (True), `seconds` have passed or `interrupt` is called (False).

        Look again in either case: servers differ in what they announce."""
        if self._interrupted.is_set():
            return False
        client = self._client
        if idle.news(client, self._present):
            return True
        try:
            if self._idles:
                with self._asking():
                    return idle.hear(client, seconds, self._present)
        except idle.IdleRefused:
            self._idles = False
        except Transient:
            if self._interrupted.is_set():
                return False
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
        self._sizes.clear()

    def _make_done_folder(self, account: Account) -> None:
        name = self._box.done_folder
        if account.folder.exists(name):
            return
        try:
            account.folder.create(name)
        except ImapToolsError as error:
            if account.folder.exists(name):
                return
            cure = f'create it, or set done_folder to a name this server allows, such as "INBOX.{name}"'
            raise ServerRefused(f"{self._place}: folder {name} can't be made ({self._clean(said(error))}); {cure}") from None
        account.client.subscribe(encode_folder(name))  # type: ignore[arg-type]

    def _open_folder(self, account: Account) -> None:
        """Writable only where letters are moved: otherwise the server itself keeps us from changing anything."""
        try:
            account.folder.set(self.folder, readonly=not self._box.done_folder)
        except imaplib.IMAP4.readonly:
            cure = 'give this login the right to move letters, or set done_folder = ""'
            raise ServerRefused(f"{self._place}: folder {self.folder} is read-only; {cure}") from None
        except ImapToolsError as error:
            raise self._not_opened(said(error)) from None
        _, (validity, *_) = account.client.response("UIDVALIDITY")
        self.uidvalidity = int(validity or 0)

    def _not_opened(self, words: str) -> MailbotError:
        text = f"{self._place}: folder {self.folder} can't be opened ({self._clean(words)})"
        if code(words) in BUSY:
            return Transient(f"{text}; it is tried again")
        if "unsafe login" in words.lower():
            told = "IMAP ID was sent" if self._offers("ID") else "the server does not offer IMAP ID, by which clients name themselves"
            return ServerRefused(f"{text}; {told}: allow third-party clients in the web mail's settings and use an authorisation code (授权码)")
        return ServerRefused(f"{text}; set folder to one that exists")

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
        try:
            got = {letter.uid: letter for letter in letters_in(self._ask(uids, items))}
        except ServerRefused as refused:
            if len(uids) == 1:
                maillog.LOG.warning("%s - UID %d stays on the server: %s", self._box.account, uids[0], refused)
                return []
            return [letter for uid in uids for letter in self._letters([uid], items)]
        return [got[uid] for uid in uids if uid in got]

    def _copy_away(self, uids: Sequence[int]) -> None:
        """Copy, flag, expunge by UID; what an earlier run left flagged is not copied again."""
        joined = _joined(uids)
        if not self._offers("UIDPLUS"):
            uids = self._search("UNDELETED", "UID", joined)
        if uids:
            self._to_done_folder("COPY", uids)
            self._do("STORE", joined, "+FLAGS.SILENT", r"(\Deleted)")
        if self._offers("UIDPLUS"):
            self._do("EXPUNGE", joined)

    def _to_done_folder(self, command: str, uids: Sequence[int]) -> None:
        target = encode_folder(self._box.done_folder)
        words = self._try(command, _joined(uids), target)
        if code(words) == "TRYCREATE":
            with self._asking():
                self._make_done_folder(self._signed_in)
            words = self._try(command, _joined(uids), target)
        if words:
            raise self._refused(command, words)

    def _search(self, *criteria: str) -> list[int]:
        with self._asking():
            typ, lines = self._client.uid("SEARCH", *criteria)
        if typ != "OK":
            raise self._refused("SEARCH", _last(lines))
        return sorted({int(word) for line in lines if line for word in line.split()})

    def _ask(self, uids: Sequence[int], items: str) -> list[object]:
        """The untagged answers to UID FETCH. A NO because letters have gone (RFC 5530) still has the others' answers."""
        with self._asking():
            typ, answers = self._client.uid("FETCH", _joined(uids), items)
            if typ != "OK":
                words = _last(answers)
                _, answers = self._client.response("FETCH")
                if code(words) != "EXPUNGEISSUED":
                    raise self._refused("FETCH", words)
        return list(answers or [])

    def _do(self, command: str, *words: object) -> None:
        refusal = self._try(command, *words)
        if refusal:
            raise self._refused(command, refusal)

    def _try(self, command: str, *words: object) -> str:
        """Carry out a UID command; gives the server's words if it says NO."""
        with self._asking():
            typ, answers = self._client.uid(command, *words)  # type: ignore[arg-type]
        return "" if typ == "OK" else _last(answers) or typ

    def _refused(self, command: str, words: str) -> MailbotError:
        text = f"{self._place} refuses {command} in {self.folder} ({self._clean(words)})"
        if code(words) in BUSY:
            return Transient(f"{text}; it is tried again")
        if code(words) == "OVERQUOTA":
            return ServerRefused(f"{text}; the mailbox is full: make room in {self._box.done_folder}")
        return ServerRefused(f"{text}; check the rights of {self._box.user} on {self.folder} and {self._box.done_folder or 'its letters'}")

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn what the libraries raise into errors of the tree; a broken connection is dropped at once."""
        try:
            yield
        except (OSError, imaplib.IMAP4.abort) as error:
            self._drop()
            raise self._broken(error) from error
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            words = self._clean(said(error))
            raise ServerRefused(f"{self._place} refuses a command ({words}); if it goes on, ask who runs the server") from error

    def _broken(self, error: Exception) -> MailbotError:
        if self._interrupted.is_set():
            return Transient(f"{self._place}: interrupted; the service is stopping")
        if isinstance(error, OSError):
            return transport.unreachable(self._box, error)
        return Transient(f"{self._place} ended the connection ({self._clean(str(error))}); it is tried again")

    def _drop(self) -> None:
        if self._account:
            self._account.drop()
        self._account = None

    def _hold(self, plain: socket.socket) -> None:
        """Keep a second handle on the socket about to connect, by which `interrupt` can end it in any state."""
        with self._lock:
            if self._handle:
                self._handle.close()
            self._handle = plain.dup()
        if self._interrupted.is_set():
            raise InterruptedError

    def _offers(self, capability: str) -> bool:
        return self._signed_in.offers(capability)

    def _clean(self, words: str) -> str:
        return transport.clean(self._box, words)

    @property
    def _place(self) -> str:
        return transport.place(self._box)

    @property
    def _signed_in(self) -> Account:
        if self._account is None:
            raise Transient(f"{self._place}: there is no connection; connect first")
        return self._account

    @property
    def _client(self) -> imaplib.IMAP4:
        return self._signed_in.client


def probe(box: Mailbox) -> list[transport.Finding]:
    """What `mailbot check` says of a mailbox: (fine, sentence, cure); it changes nothing there."""
    findings = transport.security_findings(box)
    looking = Mailroom(box)
    try:
        findings += looking.survey()
    except MailbotError as error:
        findings.append(transport.finding(error))
    finally:
        looking.close()
    return findings


def _by(count: int, uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + count] for start in range(0, len(uids), count))


def _joined(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _last(lines: Sequence[object]) -> str:
    words = lines[-1] if lines else b""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else ""
