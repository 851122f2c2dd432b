"""What must hold of every letter, however broken: the promises of the reading, checked on its result."""

import json
import re
from collections.abc import Iterator

from mailbot.intake.contract import as_json
from mailbot.intake.message import InboundMessage
from mailbot.intake.reader import Read

FAULTS = ("could not be read", "nor could", "reading it")
_BREAK = re.compile(r"[\r\n\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_PATH = re.compile(r"[/\\\x00-\x1f\u202a-\u202e]")


def broken(read: Read) -> list[str]:
    """The promises a reading breaks; empty when all is well."""
    return list(_broken(*read))


def _broken(message: InboundMessage, screening: object) -> Iterator[str]:
    if message.error and message.error.startswith(FAULTS):
        yield message.error
    try:
        json.dumps(as_json("x", message, screening), ensure_ascii=False).encode("utf-8")  # type: ignore[arg-type]
    except (UnicodeError, ValueError, TypeError) as error:
        yield f"the line of JSON: {error}"
    if _has_words(message.text) and not _has_words(message.fresh):
        yield "no fresh text though there are words"
    if any(_BREAK.search(line) for line in _lines(message)):
        yield "a header's value of two lines"
    if any(part.name in ("", ".", "..") or _PATH.search(part.name) for part in message.attachments):
        yield "an attachment's name that is no plain name"
    if any(part.size != len(part.content) for part in message.attachments):
        yield "an attachment's size that is not its own"
    people = (*message.to, *message.cc, *message.reply_to, *((message.sender,) if message.sender else ()))
    if any(not person.address or person.address != person.address.strip() or " " in person.address for person in people):
        yield "an address that is none"
    if any(_BREAK.search(found) or {"<", ">"} & set(found) for found in (*message.references, *message.in_reply_to)):
        yield "a message id that could leave its field"


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))


def _lines(message: InboundMessage) -> Iterator[str]:
    yield message.subject
    yield from (value for values in message.headers.values() for value in values)
    yield from (part.name for part in message.attachments)
    if message.sender:
        yield message.sender.name + message.sender.address
