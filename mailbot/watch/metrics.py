"""Metrics for Prometheus on a loopback port (text format 0.0.4, prometheus.io/docs/instrumenting/exposition_formats).

Takes the state that `mailbot status` shows; answers GET /metrics and nothing else. A request that is late, long or not HTTP
ends its connection and touches nothing. Raises WrongSettings when the port is taken.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from mailbot import maillog
from mailbot.errors import WrongSettings
from mailbot.watch.signins import Protocol, trouble
from mailbot.watch.state import State

HOST = "127.0.0.1"
SECONDS = 5.0  # for a request to come
TYPE = "text/plain; version=0.0.4; charset=utf-8"


@asynccontextmanager
async def serving(port: int, look: Callable[[], State]) -> AsyncIterator[None]:
    """Metrics are served inside the block; with port 0 there are none."""
    if not port:
        yield
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            writer.write(await _answer(reader, look))
            await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, HOST, port, limit=4096)
    except OSError as error:
        raise WrongSettings(f"operation.metrics_port: {HOST}:{port} can't be used ({error.strerror}); choose a free port, or 0") from None
    async with server:
        yield


async def _answer(reader: asyncio.StreamReader, look: Callable[[], State]) -> bytes:
    async with asyncio.timeout(SECONDS):
        request = (await reader.readline()).split()
        while (await reader.readline()).strip():
            pass
    if request[:1] != [b"GET"] or request[1:2] != [b"/metrics"]:
        return _response("404 Not Found", "metrics are at /metrics\n")
    try:
        return _response("200 OK", text(await asyncio.to_thread(look)))
    except Exception as error:  # noqa: BLE001 - the loop's boundary: whoever asks is told, the service goes on
        maillog.crashed("metrics", error)
        return _response("503 Service Unavailable", "the database does not answer; see the log\n")


def text(state: State) -> str:
    """The state in the text format: a HELP and a TYPE line for each name, then its samples."""
    return "".join(_lines(state))


def _lines(state: State) -> Iterator[str]:
    incoming, outgoing, channel = state.incoming, state.outgoing, state.channel
    yield _gauge("received_waiting", "letters received that wait to be read", incoming.waiting)
    yield _gauge("received_oldest_seconds", "age of the oldest letter that waits to be read", _age(incoming.oldest_at, state.at))
    yield _gauge("received_quarantined", "letters that were set aside", incoming.quarantined)
    yield _gauge("received_unbalanced", "letters without a fate or not settled for an hour", state.balance.unread + state.balance.unsettled)
    yield _gauge("owed_waiting", "letters to be sent", outgoing.waiting)
    yield _gauge("owed_oldest_seconds", "age of the oldest letter to be sent", _age(outgoing.oldest_at, state.at))
    yield _gauge("owed_in_doubt", "letters that were in doubt and nobody was told of", len(outgoing.doubtful))
    yield _gauge("owed_held", "letters that are held", len(outgoing.held))
    yield _gauge("dead_addresses", "addresses nothing is delivered to", len(state.dead_addresses))
    yield _gauge("channel_failures", "failures of the way out in a row", channel.failures)
    yield _gauge("channel_trouble_seconds", "for how long there is trouble with the way out", _age(channel.trouble_since, state.at))
    yield _gauge("alarms", "alarms that run", len(state.alarms))
    yield _gauge("restored", "1 while nothing is sent because the database came from a backup", int(state.held_since is not None))
    yield _gauge("clocks_age_seconds", "time since the clocks were last looked at", _age(state.last_run_at, state.at))
    for name, told, value in (
        ("mailbox_age_seconds", "time since a good look at the mailbox", lambda box: _age(box.good_at, state.at)),
        ("mailbox_letters", "letters in the mailbox at the last good look", lambda box: box.held),
        ("mailbox_trouble", "1 while there is trouble with the mailbox", lambda box: int(box.trouble is not None)),
    ):
        yield _head(name, told)
        for box in state.mailboxes:
            yield f'mailbot_{name}{{account="{_label(box.account)}",mailbox="{_label(box.mailbox)}"}} {value(box)}\n'
    aged = {(s.protocol, s.user): s.token_age for s in state.sign_ins if s.token_age is not None}
    stale = {(s.protocol, s.user): int(trouble(s, state.at) is not None) for s in state.sign_ins if s.by == "token"}
    yield from _of_tokens("token_age_minutes", "age of the access token", aged)
    yield from _of_tokens("token_trouble", "1 while an access token is stale or can't be read", stale)


def _of_tokens(name: str, told: str, values: Mapping[tuple[Protocol, str], int]) -> Iterator[str]:
    yield _head(name, told)
    for (protocol, user), value in values.items():
        yield f'mailbot_{name}{{protocol="{protocol}",account="{_label(user)}"}} {value}\n'


def _gauge(name: str, told: str, value: float) -> str:
    return f"{_head(name, told)}mailbot_{name} {value}\n"


def _head(name: str, told: str) -> str:
    return f"# HELP mailbot_{name} {told}\n# TYPE mailbot_{name} gauge\n"


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _label(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _response(status: str, body: str) -> bytes:
    encoded = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {TYPE}\r\nContent-Length: {len(encoded)}\r\nConnection: close\r\n\r\n"
    return head.encode() + encoded
