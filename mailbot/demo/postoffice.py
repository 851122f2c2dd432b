"""The demo's post office: IMAP and SMTP on loopback, in one thread, for every address of the cast.

Takes a folder for certificates, the accounts with passwords, and a clock; letters get their INTERNALDATE from it.
IMAP and SMTP over TLS, and SMTP with STARTTLS, all with a login. Some addresses refuse mail (550), others take it
and send a delivery report back (RFC 3464), as the world does. In memory; a convenience, no stand-in for real servers.
"""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mailbot.demo import certificates
from mailbot.demo.mailboxes import Mailboxes
from mailbot.demo.reports import delivery_report

HOST = "localhost"
LOOPBACK = "127.0.0.1"
START_SECONDS = 15.0
Clock = Callable[[], datetime]


class PostOffice:
    """`with PostOffice(…) as office:` and its ports are open; letters lie in its mailboxes until the end."""

    def __init__(self, folder: Path, passwords: Mapping[str, str], clock: Clock, odd: Mapping[str, str] | None = None) -> None:
        self.certificates = certificates.make(folder)
        self.imap_port = self.smtp_port = self.submission_port = 0
        self._passwords = dict(passwords)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="post office", daemon=True)
        self._servers: list[asyncio.Server] = []
        self._connections: WeakSet[asyncio.WriteTransport] = WeakSet()
        self._clerk = Clerk(Mailboxes(self._passwords), self._passwords, clock, dict(odd or {}))

    def delivered(self, address: str) -> int:
        """How many letters were put into an account's INBOX so far."""
        return self._clerk.delivered[address]

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError("the demo's post office did not open its ports; is the machine out of memory or ports?")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda _loop, _context: None)  # a client that hangs up is no news
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _open(self) -> None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(self.certificates.certificate, self.certificates.key)
        clerk = self._clerk
        imap = await asyncio.start_server(self._imap, LOOPBACK, 0, ssl=tls)
        # Behind TLS from the first byte aiosmtpd sees no TLS of its own; the clerk asks for the login either way.
        smtp = await self._loop.create_server(lambda: self._counter(clerk, auth_require_tls=False), LOOPBACK, 0, ssl=tls)
        submission = await self._loop.create_server(lambda: self._counter(clerk, tls_context=tls, require_starttls=True), LOOPBACK, 0)
        self._servers = [imap, smtp, submission]
        self.imap_port, self.smtp_port, self.submission_port = (server.sockets[0].getsockname()[1] for server in self._servers)

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for connection in self._connections:
            connection.abort()
        tasks = [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer.transport)
        await self._clerk.mailboxes.serve(reader, writer)

    def _counter(self, clerk: "Clerk", **options: Any) -> SMTP:  # noqa: ANN401 - passed on to aiosmtpd
        options |= {"hostname": HOST, "ident": "demo post office", "enable_SMTPUTF8": True}
        return SMTP(clerk, loop=self._loop, authenticator=clerk.authenticate, **options)


class Clerk:
    """What the SMTP server asks: who may send, where a letter goes, and what becomes of it."""

    def __init__(self, mailboxes: Mailboxes, passwords: Mapping[str, str], clock: Clock, odd: Mapping[str, str]) -> None:
        self.mailboxes = mailboxes
        self.delivered: Counter[str] = Counter()
        self._passwords = passwords
        self._clock = clock
        self._odd = odd

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: Any) -> AuthResult:  # noqa: ANN401
        if not isinstance(login, LoginPassword):
            return AuthResult(success=False, handled=False)
        user, password = (part.decode("utf-8", "replace") for part in login)
        return AuthResult(success=self._passwords.get(user) == password, handled=False)

    # The names of the hooks are aiosmtpd's.
    async def handle_MAIL(self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if not session.authenticated:
            return "530 5.7.0 log in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 sender noted"

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        address = address.lower()
        if self._odd.get(address) == "refuse" or address not in self.mailboxes:
            return f"550 5.1.1 <{address}>: no mailbox of this name here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient noted"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        letter = envelope.original_content or b""
        for address in envelope.rcpt_tos:
            if self._odd.get(address) != "return":
                await self._deliver(address, envelope.mail_from or "", letter)
            elif envelope.mail_from:
                report = delivery_report(letter, envelope.mail_from, address, self._clock())
                await self._deliver(envelope.mail_from, "", report)
        return "250 2.0.0 delivered"

    async def _deliver(self, address: str, return_path: str, letter: bytes) -> None:
        """Final delivery: the Return-Path and a Received line come on top (RFC 5321 §4.4)."""
        now = self._clock()
        head = (
            f"Return-Path: <{return_path}>",
            f"Delivered-To: {address}",
            f"Received: from {HOST} by {HOST} with ESMTPSA;",
            f"\t{format_datetime(now)}",
        )
        await self.mailboxes.put(address, "\r\n".join((*head, "")).encode() + letter, now)
        self.delivered[address] += 1
