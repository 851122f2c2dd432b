"""IMAP IDLE (RFC 2177): wait until the server announces a letter, and miss none that came just before.

Works on an imaplib client whose folder is selected. A letter that arrives between the last command and IDLE is
announced before or together with the server's "+", so what Python has read already is looked at before the socket is
watched. Raises imaplib's error when the server will not idle, its abort or OSError when the connection is gone.
"""

import math
import select
import ssl
import time
from typing import TYPE_CHECKING, cast

from mailbot.intake.dial import Client

if TYPE_CHECKING:
    from io import BufferedReader

LONGEST = 25 * 60.0  # seconds; servers may hang up after 30 minutes


def hear(client: Client, seconds: float, present: int) -> bool:
    """Idle for at most `seconds`; True as soon as a letter beyond the `present` ones is announced."""
    tag = client._command("IDLE")  # noqa: SLF001 - imaplib before 3.14 has no IDLE
    while client._get_response() is not None:  # noqa: SLF001 - None is the "+"
        if client.tagged_commands[tag]:
            raise client.error(str(client.tagged_commands.pop(tag)))
    give_up_at = time.monotonic() + min(seconds, LONGEST)
    while not news(client, present) and "BYE" not in client.untagged_responses:
        left = give_up_at - time.monotonic()
        if left <= 0:
            break
        if _readable(client, left):
            client._get_response()  # noqa: SLF001
    client.send(b"DONE\r\n")
    client._command_complete("IDLE", tag)  # noqa: SLF001
    return news(client, present)


def news(client: Client, present: int) -> bool:
    """Whether the server has announced a letter since `forget`; a repeated count alone is none."""
    counts = client.untagged_responses.get("EXISTS", [])
    return bool(counts) and (counts[-1] != b"%d" % present or "EXPUNGE" in client.untagged_responses)


def forget(client: Client) -> None:
    """Drop announcements that a new search will cover."""
    for name in ("EXISTS", "RECENT", "EXPUNGE", "FETCH"):
        client.untagged_responses.pop(name, None)


def _readable(client: Client, seconds: float) -> bool:
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


def _peek(client: Client) -> bytes | None:
    """Bytes that can be read now, left in place; None when TLS has none yet, b"" at the end (or, without TLS, none yet)."""
    try:
        return cast("BufferedReader", client.file).peek(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return None
