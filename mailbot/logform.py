"""The form of a log line: text or JSON, with every secret taken out and no word of anybody's letter in a traceback.

Takes log records, gives lines. A traceback names files, lines, functions and kinds of errors; what an error says is shown
only where it is a sentence of ours or the system's, as anything else may quote a letter (A34). Of what libraries say the
first line is shown.
"""

import base64
import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from mailbot.errors import MailbotError, RejectedInput
from mailbot.settings import Settings

SHORTEST = 4  # a shorter password would blot out half the log
# reply tokens, the loop marker and return paths: HMACs in base32 (identity)
TOKEN = re.compile(r"(?<![A-Za-z0-9])[a-z2-7]{26}(?![A-Za-z0-9])")


class Told(Struct, frozen=True):
    """What a line is about: the event's name, the part, letter and ticket it concerns, and the sentence."""

    event: str
    text: str
    part: str | None = None
    letter: str | None = None
    ticket: str | None = None


class Secrets:
    """Words that no line may hold."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._words: list[str] = []
        self._tokens: dict[str, list[str]] = {}
        if settings:
            for login in (*settings.mailbox, settings.smtp):
                self.add(login.password)
                self.add(_encoded(login.password))
                self.add(_encoded(f"\0{login.user}\0{login.password}"))
            password = urlsplit(settings.database.url).password or ""
            self.add(password)
            self.add(unquote(password))

    def add(self, word: str) -> None:
        """Hide `word` from now on."""
        if len(word) >= SHORTEST:
            self._words = sorted({*self._words, word}, key=len, reverse=True)

    def lend(self, owner: str, token: str) -> None:
        """Hide `token`, as it is and as XOAUTH2 has it, until `owner` has had two newer ones: an hour's token is soon worth nothing."""
        before = self._tokens.get(owner, [])
        if token not in before:
            self._tokens = {**self._tokens, owner: [*before[-4:], token, _encoded(f"user={owner}\1auth=Bearer {token}\1\1")]}

    def hide(self, text: str) -> str:
        """`text` without them."""
        for word in chain(self._words, *self._tokens.values()):
            text = text.replace(word, "[secret]")
        return TOKEN.sub("[token]", text)


class Lines(logging.Formatter):
    """One line for each event, and below it the traceback where there is one."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record)} {record.levelname} {_message(record)}"
        return self._secrets.hide("\n  ".join([head, *_trace(record)]))


class Objects(logging.Formatter):
    """One JSON object a line: time, level, event, part, letter, ticket, text, trace."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        told = getattr(record, "told", None)
        if not isinstance(told, Told):
            told = Told("other", _message(record), part=record.name)
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": told.event,
            "part": told.part,
            "letter": told.letter,
            "ticket": told.ticket,
            "text": self._secrets.hide(told.text),
            "trace": [self._secrets.hide(text) for text in _trace(record)],
        }
        return json.dumps({name: value for name, value in line.items() if value not in (None, [])}, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    message = record.getMessage()
    return message if isinstance(getattr(record, "told", None), Told) else message.partition("\n")[0]


def _trace(record: logging.LogRecord) -> list[str]:
    return list(_chain(record.exc_info[1])) if record.exc_info and record.exc_info[1] else []


def _chain(error: BaseException | None) -> Iterator[str]:
    """The error's kind and where it was raised, then those it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__name__}{_said(error)}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _said(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    if isinstance(error, MailbotError) and not isinstance(error, RejectedInput):
        return f": {error}"
    return ""


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
