"""What makes two deliveries the same letter though their bytes differ (F19-F23, A37).

A letter's key has two halves of 32 hex digits: who wrote what (author, subject, words, files) and which letter it was
(Message-ID). Both equal: the same letter once more. Only the first: the same words under another name. Pure.
"""

import hashlib
import unicodedata

from mailbot.intake.message import InboundMessage

HALF = 32  # hex digits, 128 bits


def content_key(message: InboundMessage, sha256: str) -> str:
    """The letter's key, 64 hex digits; `sha256` is that of its bytes and stands in where nothing else tells letters apart."""
    named = message.message_id or (f"no id, {message.date.isoformat()}" if message.date else sha256)
    return _half(_written(message)) + _half(named)


def words_of(key: str) -> str:
    """The half of a key that stands for author, subject, words and files."""
    return key[:HALF]


def own_id(message: InboundMessage, sha256: str, instance: str) -> str:
    """The letter's Message-ID, or one made from its bytes where it has none that can be used (F22)."""
    return message.message_id or f"{sha256}@{instance}"


def squeezed(text: str) -> str:
    """Text as it survives gateways: NFKC, lower case, without any white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _written(message: InboundMessage) -> str:
    author = message.sender.address if message.sender else ""
    files = sorted({part.sha256 for part in message.attachments})
    return "\0".join((author, squeezed(message.subject), squeezed(message.text), *files))


def _half(what: str) -> str:
    return hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()[:HALF]
