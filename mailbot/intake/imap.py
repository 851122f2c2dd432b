"""A signed-in IMAP connection that speaks in our errors: login, identity, folders, UID commands.

Takes a mailbox's settings. A broken connection is Transient and closed at once; a NO is Refusal (a ServerRefused that
names host, port and cure), or Transient where the server says that it is busy. A refused login is LoginRefused, so that
nobody hammers at it; a refused token is an ordinary Refusal, as tokens are renewed by themselves. No message holds a
secret. Knows neither letters nor what becomes of them. Of the token mechanisms XOAUTH2 alone.
"""

import imaplib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import imap_tools
from imap_tools.errors import ImapToolsError
from imap_tools.utils import encode_folder

from mailbot import tokens, transport
from mailbot.errors import ServerRefused, Transient
from mailbot.intake.dial import LITERALS, Client, Flooding, Hold, dial
from mailbot.settings import Mailbox

# RFC 5530 response codes of a server that is busy; any other NO needs a person
BUSY = {"UNAVAILABLE", "INUSE", "LIMIT"}
CODE = re.compile(r"\[([A-Z-]+)[^\]]*\]")
IDENTITY = '("name" "mailbot" "vendor" "mailbot")'
GOODBYE = 2.0  # seconds a server has to answer LOGOUT
ASK_OWNER = "if it goes on, ask who runs the server"
THIRD_PARTY = "allow third-party clients in the web mail's settings and use an authorisation code (授权码) as password"


class Refusal(ServerRefused):
    """The server said NO; `code` is its response code (RFC 5530), empty if it gave none."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


class LoginRefused(ServerRefused):
    """The server does not let us in: tried again soon, it may lock the account (F49)."""


class Flood(Transient):
    """The server announced far more bytes than the letters asked for have; none of them was read (F13)."""


class Account(imap_tools.BaseMailBox):
    """One connection, made at once, signed in by `sign_in`.

    imap-tools gives the folder commands. Its flag() and delete() would expunge other people's letters and its fetch()
    marks letters as read, so letters are handled by UID commands only.
    """

    client: Client

    def __init__(self, box: Mailbox, hold: Hold) -> None:
        self.box = box
        self.place = transport.place(box)
        self._hold = hold
        with self.asking("a connection", "check that host and port are those of an IMAP server"):
            super().__init__()

    def sign_in(self) -> None:
        """Log in, learn what the server offers now, and say who we are (163 and 126 refuse mailboxes without that)."""
        if self.box.token_file:
            self._sign_in_by_token()
        else:
            self._sign_in_by_password()
        with self.asking("CAPABILITY", ASK_OWNER):
            _, lines = self.client.capability()
        self.client.capabilities = tuple(b" ".join(lines).decode("ascii", "replace").upper().split())
        if self.offers("ID"):
            with suppress(Refusal), self.asking("ID", ASK_OWNER):  # one that dislikes our name may still let us read
                self.client.xatom("ID", IDENTITY)

    def _sign_in_by_password(self) -> None:
        offered = self.client.capabilities
        if "LOGINDISABLED" in offered and "AUTH=PLAIN" not in offered:
            raise ServerRefused(f'{self.place} takes no login without TLS; set security = "starttls" or "tls"')
        words = self.box.user + self.box.password
        quotable = words.isascii() and words.isprintable() and "LOGINDISABLED" not in offered
        try:
            with self.asking(f"the login of {self.box.user}", transport.login_cure(self.box)):
                (self.login if quotable else self.login_utf8)(self.box.user, self.box.password, initial_folder=None)
        except Refusal as refusal:
            raise LoginRefused(str(refusal)) from None

    def _sign_in_by_token(self) -> None:
        if "AUTH=XOAUTH2" not in self.client.capabilities:
            raise ServerRefused(f"{self.place} takes no access token (XOAUTH2) from {self.box.user}; use password_file")
        self.box = box = tokens.signed(self.box)  # so that what the server says is shown without it
        answers = iter([f"user={box.user}\1auth=Bearer {box.password}\1\1".encode()])
        with self.asking(f"the token of {box.user}", transport.login_cure(box)):
            self.client.authenticate("XOAUTH2", lambda _: next(answers, b""))  # what comes back is an error, to be answered by nothing

    def offers(self, capability: str) -> bool:
        """Whether the server offers this to us, now that we are signed in."""
        return capability in self.client.capabilities

    def has_folder(self, name: str) -> bool:
        with self.asking("LIST", ASK_OWNER):
            return self.folder.exists(name)

    def make_folder(self, name: str) -> None:
        """Make a folder, and show it in mail clients, unless it is there."""
        if self.has_folder(name):
            return
        cure = f'create it, or set done_folder to a name this server allows, such as "INBOX.{name}"'
        with self.asking(f"to make folder {name}", cure):
            self.folder.create(name)
            self.client.subscribe(encode_folder(name))  # type: ignore[arg-type]

    def open_folder(self, name: str, *, readonly: bool) -> tuple[int, int]:
        """Select a folder; gives its UIDVALIDITY and how many letters are in it."""
        try:
            with self.asking(f"to open folder {name}", "set folder to one that exists"):
                _, (count, *_) = self.folder.set(name, readonly=readonly)
        except imaplib.IMAP4.readonly:
            cure = 'give this login the right to move letters, or set done_folder = ""'
            raise ServerRefused(f"{self.place}: folder {name} is read-only; {cure}") from None
        except Refusal as refusal:
            if "unsafe login" not in str(refusal).lower():
                raise
            raise LoginRefused(f"{str(refusal).partition('; ')[0]}; {THIRD_PARTY}") from None
        _, (validity, *_) = self.client.response("UIDVALIDITY")
        return int(validity or 0), int(count or 0)

    def may_mark(self, keyword: str) -> bool:
        """Whether letters of the folder just opened may be given this keyword (RFC 9051 PERMANENTFLAGS)."""
        lines = self.client.untagged_responses.get("PERMANENTFLAGS", [])
        allowed = b" ".join(line for line in lines if isinstance(line, bytes)).lower().strip(b"()").split()
        return b"\\*" in allowed or keyword.lower().encode() in allowed

    def uid(self, command: str, *words: str | bytes, cure: str = ASK_OWNER, most: int = LITERALS) -> list[object]:
        """The untagged answers to a UID command, whose literals may have `most` bytes together.

        A FETCH may be answered NO because letters have gone meanwhile: the others' answers stand (RFC 5530).
        """
        with self.asking(command, cure):
            self.client.allowance = most
            typ, answers = self.client.uid(command, *words)  # type: ignore[arg-type]
            if typ == "OK":
                return list(answers or [])
            _, fetched = self.client.response("FETCH")
            said = _words(answers)
            if _code(said) == "EXPUNGEISSUED":
                return list(fetched or [])
            raise imaplib.IMAP4.error(said)

    def search(self, *criteria: str) -> list[int]:
        """The UIDs that UID SEARCH finds, ascending."""
        lines = self.uid("SEARCH", *criteria)
        return sorted({int(word) for line in lines if isinstance(line, bytes) for word in line.split()})

    @contextmanager
    def asking(self, what: str, cure: str) -> Iterator[None]:
        """Turn what the libraries raise while we ask for `what` into errors of the tree."""
        try:
            yield
        except imaplib.IMAP4.readonly:
            raise
        except OSError as error:
            self.drop()
            raise transport.unreachable(self.box, error) from error
        except Flooding as error:
            self.drop()
            raise Flood(f"{self.place} floods us ({error}); the connection is made anew") from None
        except imaplib.IMAP4.abort as error:
            self.drop()
            raise Transient(f"{self.place} ended the connection ({transport.clean(self.box, str(error))}); it is tried again") from error
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            said = _said(error)
            words = transport.clean(self.box, said)
            if _code(said) in BUSY:
                raise Transient(f"{self.place} refuses {what} for now ({words}); it is tried again") from None
            raise Refusal(f"{self.place} refuses {what} ({words}); {cure}", _code(said)) from None

    def hang_up(self) -> None:
        """Say goodbye if the server listens, and close the socket in any case."""
        with suppress(OSError, ValueError, imaplib.IMAP4.error):
            self.client.sock.settimeout(GOODBYE)
            self.client.logout()
        self.drop()

    def drop(self) -> None:
        """Close the socket without a word."""
        if "client" in vars(self):
            self.client.hang_up()

    def _get_mailbox_client(self) -> Client:
        return dial(self.box, self._hold)


def joined(uids: Sequence[int]) -> str:
    """UIDs as a command takes them (RFC 9051 sequence-set)."""
    return ",".join(map(str, uids))


def _said(error: Exception) -> str:
    """The server's words in an error of imaplib or imap-tools."""
    result = getattr(error, "command_result", None)
    if result:
        return _words(result[1])
    told = error.args[0] if error.args else ""
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)


def _words(lines: list[object]) -> str:
    last = lines[-1] if lines else b""
    return last.decode("utf-8", "replace") if isinstance(last, bytes) else ""


def _code(words: str) -> str:
    found = CODE.search(words)
    return found[1] if found else ""
