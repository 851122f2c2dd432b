"""Letters read in a process of their own, so that none can take the service down (F39, F40).

Takes raw bytes, gives the message and its screening, always. The process serves many letters and costs an ordinary one
little more than a copy. A letter that ends it, by crash, endless work or memory, is read again up to the end of its
header, and its `error` says why; the next letter finds a new process.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import NamedTuple, Self

import msgspec
from msgspec.structs import replace

from mailbot.errors import Transient
from mailbot.intake.child import LENGTH, OUT_OF_MEMORY, Answer, Request
from mailbot.intake.message import InboundMessage, Screening, unreadable
from mailbot.intake.screen import Own
from mailbot.limits import DEFAULT, Limits

# On a busy machine processor time passes this much slower than the clock at most, or the process hangs.
PATIENCE = 12
CHUNK = 1 << 20
# For letters read outside a service, where no address is ours.
NOBODY = Own(frozenset(), "")
ROOT = str(Path(__file__).parents[2])


class Read(NamedTuple):
    """A letter, read and screened."""

    message: InboundMessage
    screening: Screening


class _Ended(Exception):
    """The process ended, or was ended, before it answered; the sentence says why."""


class Reader:
    """One reading process, started with the first letter; safe to call from several threads, which take turns."""

    def __init__(self, limits: Limits = DEFAULT, program: str = "mailbot.intake.child") -> None:
        self._limits = limits
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: weakref.finalize[[subprocess.Popen[bytes]], Reader] | None = None
        self._turn = threading.Lock()
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the next letter starts a new one."""
        with self._turn:
            self._end()

    def interrupt(self) -> None:
        """End whatever is read at this moment, for good; callable from another thread. It was not that letter's fault."""
        self._stopping.set()
        process = self._process
        if process:
            process.kill()

    def read(self, raw: bytes, own: Own) -> Read:
        """Parse and screen a letter. Never raises for what is in it; Transient where no process can be started, or when interrupted."""
        with self._turn:
            try:
                return self._ask(Request(raw, own))
            except _Ended as ended:
                why = str(ended)
            try:
                return self._ask(Request(raw[: self._limits.header_bytes], own, why))
            except _Ended as ended:
                self._go_on()
                return Read(unreadable(f"{why}; then, reading its header: {ended}"), Screening("person", "not read", answerable=False))

    def _go_on(self) -> None:
        if self._stopping.is_set():
            self._end()
            raise Transient("the service is stopping")

    def _ask(self, request: Request) -> Read:
        process = self._process or self._start()
        self._go_on()  # looked at after the process is known: one of the two threads ends it
        try:
            _send(process, msgspec.msgpack.encode(request))
            answer = msgspec.msgpack.decode(self._answer(process), type=Answer)
        except (OSError, EOFError, msgspec.DecodeError):
            raise _Ended(self._reason(process)) from None
        except BaseException:
            self._end()  # half a conversation can't be gone on with
            raise
        return Read(_in_its_zone(answer), answer.screening)

    def _answer(self, process: subprocess.Popen[bytes]) -> bytes:
        until = time.monotonic() + self._limits.seconds * PATIENCE
        length = LENGTH.unpack(b"".join(_received(process, LENGTH.size, until)))[0]
        return b"".join(_received(process, length, until))

    def _reason(self, process: subprocess.Popen[bytes]) -> str:
        """Why the process did not answer; afterwards it has ended."""
        try:
            status = process.wait(1.0)
        except subprocess.TimeoutExpired:
            status = None
        self._end()
        if status is None:
            return f"reading it took more than {self._limits.seconds * PATIENCE} s"
        if status == -signal.SIGXCPU:
            return f"reading it took more than {self._limits.seconds} s of processor time"
        if status == OUT_OF_MEMORY:
            return f"reading it took more than {self._limits.memory_mb} MB of memory"
        return f"reading it ended the process ({signal.Signals(-status).name if status < 0 else f'exit status {status}'})"

    def _start(self) -> subprocess.Popen[bytes]:
        # The same code as ours, wherever that is; and no secret of our environment.
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, (ROOT, os.environ.get("PYTHONPATH")))), "PYTHONSAFEPATH": "1"}
        command = [sys.executable, "-m", self._program]
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment)  # noqa: S603 - our own module
        except OSError as error:
            raise Transient(f"no process can be started to read letters ({error.strerror}); free memory or raise the limit") from None
        self._process, self._ending = process, weakref.finalize(self, _end, process)
        _send(process, msgspec.msgpack.encode(self._limits))
        return process

    def _end(self) -> None:
        self._process = None
        if self._ending:
            self._ending()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with process:
        process.wait()


def _send(process: subprocess.Popen[bytes], frame: bytes) -> None:
    assert process.stdin
    rest = memoryview(LENGTH.pack(len(frame)) + frame)
    while rest:
        rest = rest[process.stdin.write(rest) :]


def _received(process: subprocess.Popen[bytes], size: int, until: float) -> Iterator[bytes]:
    """So many bytes of the answer. Raises EOFError at the end of the pipe, TimeoutError when they are late."""
    assert process.stdout
    arrival = select.poll()
    arrival.register(process.stdout, select.POLLIN)
    while size:
        if not arrival.poll(max(0.0, until - time.monotonic()) * 1_000):
            raise TimeoutError
        piece = process.stdout.read(min(size, CHUNK))
        if not piece:
            raise EOFError
        size -= len(piece)
        yield piece


def _in_its_zone(answer: Answer) -> InboundMessage:
    date = answer.message.date
    return replace(answer.message, date=date.astimezone(timezone(timedelta(seconds=answer.offset)))) if date else answer.message
