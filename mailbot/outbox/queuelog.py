"""The log of a Postfix on this machine as a proof that a letter in doubt was taken over (F30).

Takes the log's path and Message-IDs; gives the queue ids of the letters taken. `cleanup` names a letter's Message-ID while
its content still comes in, also when the dot never follows: the letter is Postfix's only when `qmgr` takes up that queue id.
What the log does not say is not disproven. Reads the end of the log and of the one rotated away last; a log that can't be
read is WrongSettings with the cure. Limits: no other relay's words, no compressed log, no journald.
"""

import glob
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from mailbot.errors import WrongSettings
from mailbot.settings import Smtp

MOST = 16 * 1024 * 1024  # bytes of each file: the last hundred thousand lines or so
COMPRESSED = frozenset({".gz", ".bz2", ".xz", ".zst", ".lz4"})
NAMED_BY = re.compile(rb"/cleanup\[\d+\]: (\w+)$")
SPOKE = re.compile(rb"/(cleanup|qmgr)\[\d+\]$")


def taken(smtp: Smtp, message_ids: Collection[str]) -> dict[str, str]:
    """Those of the letters, by Message-ID without brackets, that the log shows as taken over, each with its queue id.

    Raises WrongSettings when the log can't be read."""
    with _readable():
        text = _recent(Path(smtp.queue_log))
    found = {message_id: _queue_id(text, message_id.encode()) for message_id in message_ids}
    return {message_id: queue_id for message_id, queue_id in found.items() if queue_id}


def trouble(smtp: Smtp) -> str:
    """Why the log is of no use, with the cure; empty when it can be read, or where none is set."""
    try:
        with _readable():
            if smtp.queue_log:
                _tail(Path(smtp.queue_log), 1)
    except WrongSettings as error:
        return str(error)
    return ""


def _queue_id(text: bytes, message_id: bytes) -> str:
    named = b": message-id=<" + message_id + b">\n"
    at = text.find(named)
    while at >= 0:
        cleanup = NAMED_BY.search(text, text.rfind(b"\n", 0, at) + 1, at)
        if cleanup and _is_active(text, cleanup[1], at + len(named)):
            return cleanup[1].decode()
        at = text.find(named, at + 1)
    return ""


def _is_active(text: bytes, queue_id: bytes, start: int) -> bool:
    """Whether the queue manager takes the letter up before its queue id is another letter's: short ids come again."""
    label = b": " + queue_id + b": "
    at = text.find(label, start)
    while at >= 0:
        spoke = SPOKE.search(text, text.rfind(b"\n", 0, at) + 1, at)
        said = at + len(label)
        if spoke and spoke[1] == b"qmgr" and text.startswith(b"from=<", said):
            return True
        if spoke and spoke[1] == b"cleanup" and text.startswith(b"message-id=", said):
            return False
        at = text.find(label, said)
    return False


def _recent(log: Path) -> bytes:
    """The end of the log, behind the end of the one that was rotated away last."""
    now = _tail(log, MOST)
    older = [path for path in log.parent.glob(glob.escape(log.name) + "[.-]*") if path.suffix not in COMPRESSED and path.is_file()]
    before = max(older, key=lambda path: path.stat().st_mtime, default=None)
    return _tail(before, MOST) + now if before else now


def _tail(log: Path, most: int) -> bytes:
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - most))
        return file.read(most)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        cure = "let mailbot's user read it (group adm, mostly), or name the log that Postfix writes"
        raise WrongSettings(f"smtp.queue_log: {error.filename} can't be read ({error.strerror}); {cure}") from None
