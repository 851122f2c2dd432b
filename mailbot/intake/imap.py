"""One IMAP connection: dialled so that another thread can end it, secured, signed in, identified.

Takes a mailbox's settings; gives an imap-tools mailbox whose capabilities are those after login. Fails with
ServerRefused (login, certificate, missing STARTTLS) or lets network errors rise for `fetch` to name. Knows nothing of
letters. Limit: passwords only, no OAuth.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

import imap_tools
from imap_tools.errors import MailboxLoginError

from mailbot import transport
from mailbot.errors import MailbotError, ServerRefused, Transient
from mailbot.settings import Mailbox

# RFC 5530 response codes of a server that is busy; any other NO needs a person
BUSY = {"UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT"}
CODE = re.compile(r"\[([A-Z-]+)[^\]]*\]")
IDENTITY = '("name" "mailbot" "vendor" "mailbot")'

Hold = Callable[[socket.socket], None]


class Client(imaplib.IMAP4):
    """imaplib over a socket that `hold` is shown before it connects; TLS from the first byte if a context is given."""

    def __init__(self, box: Mailbox, secure: ssl.SSLContext | None, hold: Hold) -> None:
        self._secure = secure
        self._hold = hold
        super().__init__(box.host, box.port, box.timeout)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        plain = _dial(host, port, timeout, self._hold)
        self.sock = self._secure.wrap_socket(plain, server_hostname=host) if self._secure else plain
        self.file = self.sock.makefile("rb")


class Account(imap_tools.BaseMailBox):
    """A signed-in connection."""

    def __init__(self, box: Mailbox, hold: Hold) -> None:
        self.box = box
        self._hold = hold
        super().__init__()

    def sign_in(self) -> None:
        """Log in, learn what the server offers now, and say who we are (163 and 126 refuse mailboxes without that)."""
        offered = self.client.capabilities
        plain = "AUTH=PLAIN" in offered
        simple = (self.box.user + self.box.password).isascii() and not (plain and "LOGINDISABLED" in offered)
        try:
            (self.login if simple else self.login_utf8)(self.box.user, self.box.password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except (MailboxLoginError, imaplib.IMAP4.error) as error:
            raise self._not_signed_in(said(error)) from None
        _, lines = self.client.capability()
        self.client.capabilities = tuple(b" ".join(lines).decode("ascii", "replace").upper().split())
        if self.offers("ID"):
            with suppress(imaplib.IMAP4.error):  # a server that dislikes the answer has lost nothing
                self.client.xatom("ID", IDENTITY)

    def offers(self, capability: str) -> bool:
        return capability in self.client.capabilities

    def hang_up(self) -> None:
        """Say goodbye if the server listens, and close the socket in any case."""
        with suppress(OSError, ValueError, imaplib.IMAP4.error):
            self.client.sock.settimeout(2)
            self.client.logout()
        self.drop()

    def drop(self) -> None:
        """Close the socket without a word."""
        with suppress(OSError):
            self.client.shutdown()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        secure = None if self.box.security == "none" else transport.context(self.box)
        client = Client(self.box, secure if self.box.security == "tls" else None, self._hold)
        if self.box.security == "starttls":
            try:
                _start_tls(client, self.box, secure)
            except BaseException:
                with suppress(OSError):
                    client.shutdown()
                raise
        return client

    def _not_signed_in(self, words: str) -> MailbotError:
        if code(words) in BUSY:
            return Transient(f"{transport.place(self.box)} can't log anyone in now ({transport.clean(self.box, words)}); it is tried again")
        if code(words) == "PRIVACYREQUIRED" or "LOGINDISABLED" in self.client.capabilities:
            return ServerRefused(f'{transport.place(self.box)} takes no login without TLS; set security = "starttls" or "tls"')
        return transport.login_refused(self.box, words)


def said(error: Exception) -> str:
    """The server's words in an error of imaplib or imap-tools."""
    result = getattr(error, "command_result", None)
    if not result:
        return str(error)
    last = result[1][-1] if result[1] else b""
    return last.decode("utf-8", "replace") if isinstance(last, bytes) else str(last)


def code(words: str) -> str:
    """The response code a server put before its words (RFC 5530); empty if none."""
    found = CODE.search(words)
    return found[1] if found else ""


def _dial(host: str, port: int, timeout: float | None, hold: Hold) -> socket.socket:
    """Connect to the first of the host's addresses that answers."""
    trouble = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        plain = socket.socket(family, kind, protocol)
        try:
            hold(plain)
            plain.settimeout(timeout)
            plain.connect(address)
        except OSError as error:
            plain.close()
            trouble = error
        else:
            return plain
    raise trouble


def _start_tls(client: Client, box: Mailbox, secure: ssl.SSLContext | None) -> None:
    if "STARTTLS" not in client.capabilities:
        raise ServerRefused(f'{transport.place(box)} does not offer STARTTLS; use security = "tls" (port 993), never a login in the clear')
    client.starttls(secure)
