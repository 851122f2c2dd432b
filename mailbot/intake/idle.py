"""IMAP IDLE (RFC 2177): wait until the server announces a letter, and miss none that came just before.

Works on an imaplib client whose folder is selected. A letter that arrives between the last command and IDLE is
announced before or together with the server's "+", so what Python has read already is looked at before the socket is
watched. Raises IdleRefused when the server will not idle, imaplib's abort or OSError when the connection is gone.
"""

import imaplib
import math
import select
import ssl
import time

LONGEST = 25 * 60.0  # seconds; servers may hang up after 30 minutes


class IdleRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The server offered IDLE and then refused it."""


def hear(client: imaplib.IMAP4, seconds: float, present: int) -> bool:
    """Idle for at most `seconds`; True as soon as a letter beyond the `present` ones is announced."""
    tag = client._command("IDLE")  # type: ignore[attr-defined]  # noqa: SLF001 - imaplib before 3.14 has no IDLE
    while client._get_response() is not None:  # type: ignore[attr-defined]  # noqa: SLF001 - None is the "+"
        refusal = client.tagged_commands[tag]
        if refusal:
            del client.tagged_commands[tag]
            raise IdleRefused(str(refusal))
    give_up_at = time.monotonic() + min(seconds, LONGEST)
    while not news(client, present) and "BYE" not in client.untagged_responses:
        left = give_up_at - time.monotonic()
        if left <= 0:
            break
        if _readable(client, left):
            client._get_response()  # type: ignore[attr-defined]  # noqa: SLF001
    client.send(b"DONE\r\n")
    client._command_complete("IDLE", tag)  # type: ignore[attr-defined]  # noqa: SLF001
    return news(client, present)


def news(client: imaplib.IMAP4, present: int) -> bool:
    """Whether the server has announced a letter since `forget`; a repeated count alone is none."""
    counts = client.untagged_responses.get("EXISTS")
    return bool(counts) and (int(counts[-1]) != present or "EXPUNGE" in client.untagged_responses)


def forget(client: imaplib.IMAP4) -> None:
    """Drop announcements that a new search will cover."""
    for name in ("EXISTS", "RECENT", "EXPUNGE", "FETCH"):
        client.untagged_responses.pop(name, None)


def _readable(client: imaplib.IMAP4, seconds: float) -> bool:
    """Whether a line begins within `seconds`; False may come early, after TLS housekeeping."""
    patience = client.sock.gettimeout()
    client.sock.settimeout(0)
    try:
        if _peek(client):
            return True
        watch = select.poll()
        watch.register(client.sock.fileno(), select.POLLIN)
        if not watch.poll(math.ceil(seconds * 1000)):
            return False
        seen = _peek(client)
    finally:
        client.sock.settimeout(patience)
    if seen == b"":
        raise client.abort("the server closed the connection")
    return seen is not None


def _peek(client: imaplib.IMAP4) -> bytes | None:
    """Bytes that can be read now, left in place; None when TLS has none yet, b"" at the end (or, without TLS, none yet)."""
    try:
        return client.file.peek(1)  # type: ignore[attr-defined,no-any-return]
    except (BlockingIOError, ssl.SSLWantReadError):
        return None
