"""The process in which letters are read: `python -m mailbot.intake.child`, started by `reader`, never by hand.

Takes frames on standard input: limits first, then one `Request` after the other; gives an `Answer` to each on standard
output. Ends when its input does. The kernel holds it to its limits: a letter that needs more processor time ends the
process, and so does one that needs more memory. It never opens a file or a connection.
"""

import math
import resource
import signal
import struct
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from mailbot.intake.message import InboundMessage, Screening
from mailbot.intake.parse import head, parse
from mailbot.intake.screen import Own, screen
from mailbot.limits import Limits

LENGTH = struct.Struct(">Q")
MEGABYTE = 1024 * 1024
OUT_OF_MEMORY = 70


class Request(Struct, frozen=True):
    """A letter to read. With `instead_of_body` only its header is, and that sentence says why."""

    raw: bytes
    own: Own
    instead_of_body: str = ""


class Answer(Struct, frozen=True):
    """What was read. Moments travel as UTC: `offset` gives the seconds east of it that the letter's Date had."""

    message: InboundMessage
    screening: Screening
    offset: float = 0.0


def main() -> None:
    """Answer requests until the input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the whole group is told to stop; the service closes our input when it is done
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    limits = msgspec.msgpack.decode(_frame(source) or b"\x80", type=Limits)
    _confine(limits)
    try:
        while (frame := _frame(source)) is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + limits.seconds, resource.RLIM_INFINITY))
            answer = msgspec.msgpack.encode(_read(msgspec.msgpack.decode(frame, type=Request), limits))
            sink.write(LENGTH.pack(len(answer)))
            sink.write(answer)
            sink.flush()
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


def _read(request: Request, limits: Limits) -> Answer:
    message = head(request.raw, request.instead_of_body, limits) if request.instead_of_body else parse(request.raw, limits)
    return Answer(message, screen(message, request.own), _offset(message.date))


def _offset(moment: datetime | None) -> float:
    offset = (moment or datetime.now(UTC)).utcoffset()
    return offset.total_seconds() if offset else 0.0


def _confine(limits: Limits) -> None:
    """Memory, core files and the order in which the kernel ends processes when the machine has no memory left."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mb * MEGABYTE, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # only Linux has it, and some containers forbid it
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def _frame(source: BinaryIO) -> bytes | None:
    """The next frame, or None at the end of the input."""
    length = source.read(LENGTH.size)
    return source.read(LENGTH.unpack(length)[0]) if len(length) == LENGTH.size else None


if __name__ == "__main__":
    main()
