"""Servers that follow a script, for what real ones do too seldom: an IMAP server in a thread, an SMTP server in the loop.

A script maps a command's beginning to the answer. In IMAP answers `{tag}` stands for the command's tag, and an answer may be
a function of the commands so far. An SMTP answer may be a list, one for each time the command comes; CUT closes the
connection, SILENCE says nothing.
"""

import asyncio
import re
import socket
import socketserver
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

Answer = str | Callable[[list[str]], str]

CUT = "<cut>"
SILENCE = "<silence>"
ANY_SERVER: Mapping[str, Answer] = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE\r\n{tag} OK done\r\n",
    "SELECT": "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n{tag} OK [READ-WRITE] done\r\n",
    "LIST": '* LIST () "/" Processed\r\n{tag} OK done\r\n',
    "UID SEARCH": "* SEARCH 1 2 3\r\n{tag} OK done\r\n",
    "LOGOUT": "* BYE\r\n{tag} OK done\r\n",
    "DONE": "{tag} OK done\r\n",
    "": "{tag} OK done\r\n",
}


@dataclass
class Imap:
    """A running IMAP script."""

    port: int
    commands: list[str] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)  # a command that gets no answer has come


@contextmanager
def imap(script: Mapping[str, Answer], greeting: str = "* OK hello\r\n") -> Iterator[Imap]:
    """An IMAP server that follows `script`, and does as any server would for the rest."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), socketserver.StreamRequestHandler, bind_and_activate=True) as server:
        running = Imap(server.server_address[1])
        server.daemon_threads = True
        server.RequestHandlerClass = _handler(running, {**ANY_SERVER, **script}, greeting)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield running
        finally:
            server.shutdown()


def _handler(running: Imap, script: Mapping[str, Answer], greeting: str) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(greeting.encode())
            tag = ""
            for line in self.rfile:
                words = line.decode().strip()
                if words != "DONE":
                    tag, _, words = words.partition(" ")
                running.commands.append(words)
                answer = next(script[name] for name in sorted(script, reverse=True) if words.startswith(name))
                said = answer if isinstance(answer, str) else answer(running.commands)
                if said == CUT:
                    return
                if said == SILENCE:
                    running.heard.set()
                self.wfile.write(said.replace("{tag}", tag).encode("latin-1") if said != SILENCE else b"")

    return Handler


@dataclass
class SmtpScript:
    """A running SMTP script: `letters` as they came over the wire, how many `connections`, the `commands`."""

    answers: dict[str, list[str]]
    offers: tuple[str, ...]
    port: int = 0
    connections: int = 0
    letters: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)  # a command that gets no answer has come

    def answer(self, name: str, usual: str) -> str:
        queued = self.answers.get(name, [])
        return (queued.pop(0) if len(queued) > 1 else queued[0]) if queued else usual

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if await self.say(writer, self.answer("greeting", "220 hello")):
                await self.converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while came := await reader.readline():
            line = came.decode().strip()
            self.commands.append(line)
            verb = re.split(r"[ :]", line)[0]
            usual = {"EHLO": "\r\n".join(f"250-{o}" for o in ("me", *self.offers)) + "\r\n250 HELP", "DATA": "354 go", "QUIT": "221 bye"}
            said = self.answer(verb, usual.get(verb, "250 2.0.0 ok"))
            if not await self.say(writer, said) or verb == "QUIT":
                return
            if verb == "DATA" and said.startswith("354") and not await self.take(reader, writer):
                return

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.answers.get("content") == [CUT]:
            await reader.readexactly(1)
            return False
        self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
        return await self.say(writer, self.answer(".", "250 2.0.0 ok: queued"))

    async def say(self, writer: asyncio.StreamWriter, said: str) -> bool:
        """Send an answer; False if the connection is to end."""
        if said == CUT:
            return False
        if said == SILENCE:
            self.heard.set()
            return True
        writer.write(said.encode() + b"\r\n")
        await writer.drain()
        return not said.startswith("421")


@asynccontextmanager
async def smtp(answers: Mapping[str, str | list[str]], offers: tuple[str, ...] = ("SIZE 1000000", "8BITMIME")) -> AsyncIterator[SmtpScript]:
    """An SMTP server that follows `answers`, and agrees to all else."""
    script = SmtpScript({name: [a] if isinstance(a, str) else list(a) for name, a in answers.items()}, offers)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0, limit=64 * 1024 * 1024)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port where connecting neither succeeds nor fails: its queue is full and nobody takes from it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)  # noqa: FBT003
            each.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for each in waiting:
            each.close()
