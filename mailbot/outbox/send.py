"""Letters out by SMTP over one kept connection, one recipient each, with a verdict that never guesses.

Takes the SMTP settings and frozen bytes; gives a `Delivery`. What was said before the final dot is certain; only a letter
whose dot got no answer is in doubt. A server that can't be used is "channel-down", no letter's fault. Knows nothing of
tickets, retries or the database: the caller writes "in doubt" down when it is told that the dot goes out. A copy to
ourselves may travel in the same transaction: its refusal costs only the proof (F27, F30).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPResponse
from aiosmtplib.protocol import SMTPProtocol
from msgspec import Struct
from msgspec.structs import replace

from mailbot import transport
from mailbot.errors import MailbotError
from mailbot.outbox import submission
from mailbot.outbox.envelope import UnfitError, commands, content
from mailbot.outbox.submission import LoginRefusedError
from mailbot.settings import Smtp

Outcome = Literal["sent", "deferred", "refused", "in-doubt", "channel-down"]

AFTER_DOT = 600.0  # seconds the server has to take a letter over (RFC 5321 §4.5.3.2.6)
LONGEST_IDLE = 60.0  # seconds after which a kept connection is not trusted any more
GOODBYE = 2.0  # seconds the server has to answer QUIT
BLOCK = 64 * 1024
NO_ANSWER = 0  # in place of a reply code: the connection broke
CLOSING = 421
GO_AHEAD = 354
STATUS = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)", re.MULTILINE)
# what the server calls the letter from now on: Postfix, qmail and many; Exim; Sendmail
QUEUED_AS = re.compile(
    r"\b(?:queued(?: mail)?(?: as| for delivery)?|id)[ =:]{1,2}<?([\w.@-]{4,200})|(\w{8,60}) message accepted", re.IGNORECASE
)
# refusals of us, not of the letter: a login that is wanted, a sender that is not the account's own
LOGIN_WANTED = {530, 534, 535, 538}
NOT_OUR_ADDRESS = re.compile(r"sender address rejected|not owned by|mail ?from.{0,40} must|must (?:be the same|equal)", re.IGNORECASE)


class Delivery(Struct, frozen=True):
    """How a letter fared: `code` as in RFC 5321, `status` as in RFC 3463, the server's words or ours, and its name for the letter.

    `account`: the channel is down because the server refuses our account; asking again soon may lock it (F49)."""

    outcome: Outcome
    code: int | None = None
    status: str | None = None
    text: str = ""
    queue_id: str | None = None
    account: bool = False


class Courier:
    """Hands letters to one SMTP server; several tasks may call it, they take turns."""

    def __init__(self, smtp: Smtp, *, after_dot: float = AFTER_DOT) -> None:
        self._smtp = smtp
        self._after_dot = after_dot
        self._client: aiosmtplib.SMTP | None = None
        self._wire: asyncio.BaseTransport | None = None  # outlives QUIT, after which the client knows it no more
        self._kept = False
        self._used_at = 0.0
        self._turn = asyncio.Lock()

    async def deliver(
        self, sender: str, recipient: str, data: bytes, before_dot: Callable[[], Awaitable[None]], copy_to: str = ""
    ) -> Delivery:
        """Send one letter; `before_dot` is awaited when the whole content is out, just before the dot that hands it over.

        An empty sender is the null return path; `copy_to` is a second recipient whose refusal does no harm. What `before_dot`
        raises ends the attempt: nothing was sent then.
        """
        async with self._turn:
            try:
                return await self._deliver(sender, (recipient, copy_to), content(data), before_dot)
            except UnfitError as unfit:
                return Delivery("refused", status=unfit.status, text=str(unfit))
            except BaseException:
                self._drop()  # also when cancelled: the dialogue can't be taken up again in the middle
                raise

    async def close(self) -> None:
        """End the connection politely."""
        if self._client and self._client.is_connected:
            with suppress(OSError, aiosmtplib.SMTPException):
                await self._client.quit(timeout=GOODBYE)
        self._drop()
        await asyncio.sleep(0)  # the socket closes in the loop's next turn, which may be its last

    async def survey(self) -> str:
        """Connect and tell in a sentence what was found."""
        smtp, client = self._smtp, await self._connected()
        how = {"tls": "over TLS", "starttls": "over STARTTLS", "none": "in the clear"}[smtp.security]
        who = f"{smtp.user} is signed in" if smtp.user else "connected without a login"
        limit = client.esmtp_extensions.get("size", "")
        size = f"letters up to {int(limit) // 1_000_000} MB" if limit.isdigit() and int(limit) else "letters of any size"
        return f"{transport.place(smtp)}: {who} {how}, it takes {size}"

    async def _deliver(self, sender: str, to: tuple[str, str], wire: bytes, before_dot: Callable[[], Awaitable[None]]) -> Delivery:
        try:
            client = await self._connected()
            mail, *recipients = commands(client.esmtp_extensions, sender, to, wire)
            reply = await self._mail(mail)
        except MailbotError as error:
            return Delivery("channel-down", text=str(error), account=isinstance(error, LoginRefusedError))
        for command in (recipients[0], b"DATA"):
            if not _taken(reply):
                return await self._not_taken(reply)
            reply = await self._ask(command)
            if command != b"DATA" and _taken(reply) and len(recipients) > 1:
                reply = await self._copy(recipients[1], reply)
        if reply.code != GO_AHEAD:
            return await self._not_taken(reply)
        if not await self._write(wire):
            return Delivery("deferred", text="the connection broke while the letter was on its way; it can't have been taken")
        await before_dot()
        return await self._end(b".\r\n")

    async def _copy(self, rcpt: bytes, taken: SMTPResponse) -> SMTPResponse:
        """Name the copy's recipient too; unless the connection broke, what counts is how the letter's own was `taken`."""
        reply = await self._ask(rcpt)
        return reply if reply.code in (NO_ANSWER, CLOSING) else taken

    async def _connected(self) -> aiosmtplib.SMTP:
        """The kept connection, or a new one where it is gone or has idled too long to be trusted."""
        now = asyncio.get_running_loop().time()
        client = self._client
        self._kept = client is not None and client.is_connected and now - self._used_at < LONGEST_IDLE
        if client is None or not self._kept:
            await self.close()
            client = self._client = await submission.connect(self._smtp)
            self._wire = client.transport
        return client

    async def _mail(self, mail: bytes) -> SMTPResponse:
        """MAIL; a kept connection that turns out to be dead is replaced once."""
        reply = await self._ask(mail)
        if self._kept and reply.code in (NO_ANSWER, CLOSING):
            self._drop()
            await self._connected()
            reply = await self._ask(mail)
        return reply

    async def _ask(self, command: bytes) -> SMTPResponse:
        """The reply to a command; NO_ANSWER when the connection broke or the server fell silent."""
        client = self._client
        try:
            return await client.execute_command(command) if client else SMTPResponse(NO_ANSWER, "not connected")
        except (OSError, aiosmtplib.SMTPException) as error:
            self._drop()
            return SMTPResponse(NO_ANSWER, f"{transport.place(self._smtp)}: {error}")

    async def _write(self, wire: bytes) -> bool:
        """Hand the content over, without the final dot; False if the connection broke meanwhile."""
        try:
            for start in range(0, len(wire), BLOCK):
                protocol = self._protocol
                protocol.write(wire[start : start + BLOCK])
                await asyncio.wait_for(protocol._drain_helper(), self._smtp.timeout)  # noqa: SLF001 - else 25 MB queue up in memory
        except OSError:
            self._drop()
            return False
        return True

    async def _end(self, dot: bytes) -> Delivery:
        """Send the final dot and wait for the verdict; without one the letter may have been taken."""
        try:
            protocol = self._protocol
            protocol.write(dot)
        except OSError:
            self._drop()
            return Delivery("deferred", text="the connection broke before the end of the letter; it can't have been taken")
        try:
            reply = await protocol.read_response(timeout=self._after_dot)
        except (OSError, aiosmtplib.SMTPException) as error:
            self._drop()
            return Delivery("in-doubt", text=transport.clean(self._smtp, f"no answer to the whole letter: {error}"))
        self._used_at = asyncio.get_running_loop().time()
        if _taken(reply):
            named = QUEUED_AS.search(reply.message)
            return replace(self._verdict("sent", reply), queue_id=(named[1] or named[2]) if named else None)
        return await self._not_taken(reply) if 400 <= reply.code < 600 else self._verdict("in-doubt", reply)

    async def _not_taken(self, reply: SMTPResponse) -> Delivery:
        """The verdict on a reply that is not the hoped-for one; the connection is made ready for another letter."""
        if reply.code == CLOSING or not _taken(await self._ask(b"RSET")):
            self._drop()
        self._used_at = asyncio.get_running_loop().time()
        if 500 <= reply.code < 600:
            return self._our_fault(reply) or self._verdict("refused", reply)
        return self._verdict("deferred", reply)

    def _verdict(self, outcome: Outcome, reply: SMTPResponse) -> Delivery:
        status = STATUS.search(reply.message)
        text = transport.clean(self._smtp, STATUS.sub("", reply.message))
        return Delivery(outcome, reply.code or None, status[0] if status else None, text)

    def _our_fault(self, reply: SMTPResponse) -> Delivery | None:
        """The verdict on a refusal that every other letter would meet too."""
        if reply.code in LOGIN_WANTED:
            cure = "set user and password_file"
        elif NOT_OUR_ADDRESS.search(reply.message):
            cure = f"set smtp.address to one that {self._smtp.user or 'this machine'} may send from"
        else:
            return None
        words = transport.clean(self._smtp, f"{reply.code} {reply.message}")
        return Delivery("channel-down", reply.code, text=f"{transport.place(self._smtp)} refuses us ({words}); {cure}", account=True)

    def _drop(self) -> None:
        if self._client:
            submission.drop(self._client, self._wire)
        self._client = self._wire = None

    @property
    def _protocol(self) -> SMTPProtocol:
        protocol = self._client.protocol if self._client else None
        if protocol is None:
            raise ConnectionResetError("not connected")
        return protocol


def probe(smtp: Smtp) -> list[transport.Finding]:
    """What `mailbot check` says of the way out: (fine, sentence, cure); no letter is sent."""
    findings = transport.security_findings(smtp)
    try:
        findings += [(True, sentence, "") for sentence in asyncio.run(_survey(smtp))]
    except MailbotError as error:
        findings.append(transport.finding(error))
    return findings


async def _survey(smtp: Smtp) -> list[str]:
    courier = Courier(smtp)
    try:
        return [await courier.survey()]
    finally:
        await courier.close()


def _taken(reply: SMTPResponse) -> bool:
    return 200 <= reply.code < 300
