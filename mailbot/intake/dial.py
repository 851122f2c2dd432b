"""An imaplib client whose socket another thread can end at any moment, and which is secured as the settings say.

Gives a connected `Client`; network and certificate errors rise as they are, a server without STARTTLS is ServerRefused.
Never falls back to plain text. Knows nothing of logins and letters.
"""

import imaplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from mailbot import transport
from mailbot.errors import ServerRefused
from mailbot.settings import Mailbox

Hold = Callable[[socket.socket], None]
LITERALS = 1 << 20  # bytes of literals that the answers to one command may hold, unless more is expected


def dial(box: Mailbox, hold: Hold) -> "Client":
    """A connection to the mailbox's server; `hold` is shown its socket before it connects."""
    secure = None if box.security == "none" else transport.context(box)
    client = Client(box, secure if box.security == "tls" else None, hold)
    if box.security == "starttls":
        try:
            _start_tls(client, box, secure)
        except BaseException:
            client.hang_up()
            raise
    return client


class Flooding(Exception):
    """The server announces far more bytes than it was asked for. None of imaplib's errors: it would wrap them."""


class Client(imaplib.IMAP4):
    """imaplib with TLS from the first byte where a context is given; reads no more literals than its `allowance` in bytes.

    imaplib itself reads as much as a server announces (F13).
    """

    allowance = LITERALS

    def __init__(self, box: Mailbox, secure: ssl.SSLContext | None, hold: Hold) -> None:
        self._secure = secure
        self._hold = hold
        super().__init__(box.host, box.port, box.timeout)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        plain = _connect(host, port, timeout, self._hold)
        self.sock = self._secure.wrap_socket(plain, server_hostname=host) if self._secure else plain
        self.file = self.sock.makefile("rb")

    def read(self, size: int) -> bytes:
        if size > self.allowance:
            raise Flooding(f"it announced {size:,} bytes where no more than {self.allowance:,} could come")
        self.allowance -= size
        return super().read(size)

    def hang_up(self) -> None:
        """Close the socket, whatever state it is in."""
        with suppress(OSError):
            self.shutdown()


def _connect(host: str, port: int, timeout: float | None, hold: Hold) -> socket.socket:
    """A socket to the first of the host's addresses that answers."""
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
