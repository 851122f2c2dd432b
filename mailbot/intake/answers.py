"""What a server answers to FETCH, read without trust: letters, their sizes, flags and the moments they came in.

Pure. Takes the lists imaplib gives, pairs of (line, literal) and bare lines in the order they came; gives values. Answers
nobody asked for (flags other people changed) and answers without a UID are passed over. A literal shorter than announced
raises ValueError: no half letter gets further.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone

from msgspec import Struct

UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]*)"')
LITERAL = re.compile(rb"\{(\d+)\}$")
INLINE = re.compile(rb'\bBODY\[(?:HEADER)?\] (?:NIL|"((?:[^"\\]|\\.)*)")')
MOMENT = re.compile(r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class RawLetter(Struct, frozen=True):
    """A letter as the server has it; `internal_date` is when it reached the mailbox, UTC."""

    uid: int
    internal_date: datetime
    data: bytes


class Facts(Struct, frozen=True):
    """What the server says of a letter without showing it: size in bytes, arrival (None: not legible), flags in lower case."""

    size: int
    internal_date: datetime | None
    flags: frozenset[str] = frozenset()


def letters_in(answers: Iterable[object], now: datetime) -> Iterator[RawLetter]:
    """Every letter in the answers; `now` stands in for a moment the server does not give legibly."""
    for line, literal in _joined(answers):
        uid = UID.search(line)
        data = literal if literal is not None else _inline(line)
        if uid and data is not None:
            yield RawLetter(int(uid[1]), moment(line) or now, data)


def facts_in(answers: Iterable[object]) -> dict[int, Facts]:
    """Size, arrival and flags by UID, of every letter whose RFC822.SIZE is told."""
    found = ((UID.search(line), SIZE.search(line), line) for line, _ in _joined(answers))
    return {int(uid[1]): Facts(int(size[1]), moment(line), _flags(line)) for uid, size, line in found if uid and size}


def flags_in(answers: Iterable[object]) -> frozenset[str]:
    """Every flag in the answers, in lower case."""
    return frozenset().union(*(_flags(line) for line, _ in _joined(answers)))


def flag_list(lines: Iterable[object]) -> frozenset[str]:
    """The flags in untagged FLAGS answers, in lower case."""
    return frozenset(word for line in lines if isinstance(line, bytes) for word in _words(line.strip().strip(b"()")))


def moment(line: bytes) -> datetime | None:
    """INTERNALDATE (RFC 9051 date-time) in UTC, None if there is no legible one."""
    quoted = ARRIVED.search(line)
    found = MOMENT.fullmatch(quoted[1].decode("ascii", "replace")) if quoted else None
    if not found or found[2].lower() not in MONTHS:
        return None
    day, _, year, hour, minute, second, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    month = MONTHS.index(found[2].lower()) + 1
    try:
        local = datetime(int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=timezone(offset))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _flags(line: bytes) -> frozenset[str]:
    listed = FLAGS.search(line)
    return frozenset(_words(listed[1])) if listed else frozenset()


def _words(flags: bytes) -> list[str]:
    return flags.decode("ascii", "replace").lower().split()


def _joined(answers: Iterable[object]) -> Iterator[tuple[bytes, bytes | None]]:
    """One (line, literal) for each answer: imaplib cuts an answer behind its literal."""
    line, literal = b"", None
    for part in answers:
        if isinstance(part, tuple):
            line, literal = part
            _check_length(line, literal)
        elif isinstance(part, bytes):
            yield line + b" " + part, literal
            line, literal = b"", None


def _check_length(line: bytes, literal: bytes) -> None:
    announced = LITERAL.search(line)
    if announced and int(announced[1]) != len(literal):
        raise ValueError(f"{announced[1].decode()} bytes announced, {len(literal)} came")


def _inline(line: bytes) -> bytes | None:
    """A letter that came as a quoted string, or as NIL because it is empty."""
    found = INLINE.search(line)
    return re.sub(rb"\\(.)", rb"\1", found[1] or b"", flags=re.DOTALL) if found else None
