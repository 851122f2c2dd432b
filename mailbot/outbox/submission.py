"""An SMTP connection for submission (RFC 6409): secured as the settings say, greeted, signed in.

Takes the SMTP settings; gives a connected aiosmtplib client. Never opportunistic: without the TLS that was asked for there
is no connection. Fails with ServerRefused (certificate, login, missing STARTTLS) or Transient, each naming the cure
without the secret. Knows nothing of letters. Of the token mechanisms XOAUTH2 alone.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import aiosmtplib

from mailbot import tokens, transport
from mailbot.errors import MailbotError, ServerRefused, Transient
from mailbot.settings import Smtp

# an address literal: our host's name is nobody's business, and looking it up may hang
GREETING = "[127.0.0.1]"
# one method is tried, not each in turn: every failure counts toward a lock-out
METHODS = ("plain", "login", "cram-md5")
BY_TOKEN = ("xoauth2",)


class LoginRefusedError(ServerRefused):
    """The server does not take our user and password."""


async def connect(smtp: Smtp) -> aiosmtplib.SMTP:
    """A connection that takes letters."""
    smtp = tokens.signed(smtp)
    client = aiosmtplib.SMTP(
        hostname=smtp.host,
        timeout=smtp.timeout,
        use_tls=smtp.security == "tls",
        start_tls=False,
        tls_context=None if smtp.security == "none" else transport.context(smtp),
        local_hostname=GREETING,
    )
    try:
        with _asking(smtp, "the connection", "ask who runs the server whether this machine may use it"):
            await client.connect(sock=await _dial(smtp))
            await _greet(client)
        if smtp.security == "starttls":
            await _start_tls(client, smtp)
        if smtp.user:
            await _log_in(client, smtp)
    except BaseException:
        drop(client, client.transport)
        raise
    return client


def drop(client: aiosmtplib.SMTP, wire: asyncio.BaseTransport | None) -> None:
    """Close at once: TLS would wait for the peer's farewell, and what is still to be sent is sent no more."""
    client.close()
    if wire:
        cast("asyncio.Transport", wire).abort()


async def _dial(smtp: Smtp) -> socket.socket:
    """A socket to the first of the host's addresses that answers; each has its share of the time, so that one which swallows
    everything does not hide the next (F56)."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(smtp.timeout):
        found = await loop.getaddrinfo(smtp.host, smtp.port, type=socket.SOCK_STREAM)
    trouble = OSError(f"{smtp.host} has no address")
    for family, kind, protocol, _, address in found:
        plain = socket.socket(family, kind, protocol)
        plain.setblocking(False)  # noqa: FBT003 - the library's signature
        try:
            async with asyncio.timeout(smtp.timeout / len(found)):
                await loop.sock_connect(plain, address)
        except BaseException as error:
            plain.close()
            if not isinstance(error, OSError):
                raise
            trouble = error
        else:
            return plain
    raise trouble


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


async def _start_tls(client: aiosmtplib.SMTP, smtp: Smtp) -> None:
    where = transport.place(smtp)
    if not client.supports_extension("starttls"):
        raise ServerRefused(f'{where} does not offer STARTTLS; use security = "tls" (port 465), never a login in the clear')
    with _asking(smtp, "STARTTLS", "if it goes on, ask who runs the server"):
        await client.starttls()
        await _greet(client)


async def _log_in(client: aiosmtplib.SMTP, smtp: Smtp) -> None:
    offered = client.server_auth_methods
    methods = BY_TOKEN if smtp.token_file else METHODS if smtp.security != "none" else METHODS[::-1]
    method = next((name for name in methods if name in offered), None)
    if method is None:
        why = f"offers only {', '.join(offered)}" if offered else "offers no login"
        cure = 'set security = "starttls" or "tls"' if smtp.security == "none" else "use its port 465 or 587, or leave user out"
        if smtp.token_file and offered:
            cure = "it takes no access token (XOAUTH2), use password_file"
        raise ServerRefused(f"{transport.place(smtp)} {why}; {cure}")
    try:
        with _asking(smtp, f"the {'token' if smtp.token_file else 'login'} of {smtp.user}", transport.login_cure(smtp)):
            await getattr(client, f"auth_{method.replace('-', '')}")(smtp.user, smtp.password)
    except ServerRefused as error:
        if smtp.token_file:
            raise  # a token is renewed by itself, and no account is locked for a stale one
        raise LoginRefusedError(str(error)) from None


@contextmanager
def _asking(smtp: Smtp, what: str, cure: str) -> Iterator[None]:
    """Turn what the library raises while we ask for `what` into errors of the tree."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        raise _refused(smtp, what, error, cure) from None
    except OSError as error:
        cause = error.__cause__
        raise transport.unreachable(smtp, cause if isinstance(cause, OSError) else error) from error
    except aiosmtplib.SMTPException as error:
        raise Transient(f"{transport.place(smtp)}: {transport.clean(smtp, str(error))}; it is tried again") from error


def _refused(smtp: Smtp, what: str, error: aiosmtplib.SMTPResponseException, cure: str) -> MailbotError:
    words = transport.clean(smtp, f"{error.code} {error.message}")
    if 400 <= error.code < 500:
        return Transient(f"{transport.place(smtp)} refuses {what} for now ({words}); it is tried again")
    return ServerRefused(f"{transport.place(smtp)} refuses {what} ({words}); {cure}")
