"""Outgoing mail is built here and nowhere else.

Takes a rendered letter and its envelope, gives the frozen bytes: multipart/alternative of text and HTML in UTF-8, with
attachments around it where there are any, CRLF line ends (RFC 5322 §2.3). Header values are cleaned of control
characters at this one door, so that nothing that was read can add a header or a recipient (A15, A16). Pure.
"""

import base64
import hashlib
import re
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from mailbot.intake.message import Address, Attachment
from mailbot.outbox.render import Rendered

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
UNSAFE_IN_ID = re.compile(r"[^\x21-\x3b\x3d\x3f-\x7e]")
MARKER = re.compile(r"\[?ref:\s*\d{4}-\d{6,9}\.[a-z2-7]{26}\]?")
MAX_REFERENCES = 20
SUBJECT_LIMIT = 250


class Envelope(Struct, frozen=True, kw_only=True):
    """Everything about a letter that is not its words. Ids are without angle brackets."""

    from_name: str
    from_address: str
    to: Address
    reply_to: str
    message_id: str
    in_reply_to: str | None
    references: tuple[str, ...]
    automatic: Literal["auto-replied", "auto-generated"] | None
    bulk: bool
    instance: str
    language: str


class Outgoing(Struct, frozen=True):
    """A letter ready to be sent: its Message-ID, its one recipient, its bytes."""

    message_id: str
    recipient: str
    data: bytes


def compose(letter: Rendered, envelope: Envelope, now: datetime, attachments: tuple[Attachment, ...] = ()) -> Outgoing:
    """The letter's bytes. `now` becomes its Date."""
    boundary = "=_" + hashlib.sha256(envelope.message_id.encode()).hexdigest()[:24]
    body = _alternative(letter, boundary)
    if attachments:
        body = _mixed(body, attachments, boundary + "m")
    head = "\r\n".join(f"{name}: {value}" for name, value in _headers(letter, envelope, now))
    return Outgoing(envelope.message_id, envelope.to.address, head.encode("ascii") + b"\r\n" + body)


def scrub(text: str) -> str:
    """`text` without reply markers: what staff quoted must not carry their token to a customer."""
    return MARKER.sub("", text)


def _headers(letter: Rendered, envelope: Envelope, now: datetime) -> list[tuple[str, str]]:
    headers = [
        ("From", _mailbox(envelope.from_name, envelope.from_address)),
        ("To", _mailbox(envelope.to.name, envelope.to.address)),
        ("Subject", _words(letter.subject[:SUBJECT_LIMIT])),
        ("Date", format_datetime(now)),
        ("Message-ID", f"<{envelope.message_id}>"),
        ("Reply-To", _mailbox(envelope.from_name, envelope.reply_to)),
        ("X-Mailbot-Instance", _clean(envelope.instance)),
        ("Content-Language", envelope.language),
        ("MIME-Version", "1.0"),
    ]
    if envelope.in_reply_to:
        headers.append(("In-Reply-To", f"<{_id(envelope.in_reply_to)}>"))
    if envelope.references:
        ids = list(dict.fromkeys(_id(i) for i in envelope.references))
        headers.append(("References", "\r\n ".join(f"<{i}>" for i in [*ids[:1], *ids[1:][-MAX_REFERENCES + 1 :]])))
    if envelope.automatic:
        headers += [("Auto-Submitted", envelope.automatic), ("X-Auto-Response-Suppress", "All")]
    if envelope.bulk:
        headers.append(("Precedence", "bulk"))
    return headers


def _alternative(letter: Rendered, boundary: str) -> bytes:
    text = _part("plain", letter.text)
    if not letter.html:
        return text
    opening = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode()
    between = f"\r\n--{boundary}\r\n".encode()
    return opening + between[2:] + text + between + _part("html", letter.html) + f"\r\n--{boundary}--\r\n".encode()


def _mixed(body: bytes, attachments: tuple[Attachment, ...], boundary: str) -> bytes:
    between = f"--{boundary}\r\n".encode()
    parts = b"".join(b"\r\n" + between + _attached(part) for part in attachments)
    return (
        f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()
        + between
        + body
        + parts
        + f"\r\n--{boundary}--\r\n".encode()
    )


def _part(kind: str, text: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + _base64("\r\n".join(text.splitlines()).encode("utf-8", "replace") + b"\r\n")


def _attached(part: Attachment) -> bytes:
    name = _clean(part.name)
    type_ = (
        part.type
        if re.fullmatch(r"[\w.+-]+/[\w.+-]+", part.type, re.ASCII) and not part.type.startswith(("message/", "multipart/", "text/html"))
        else "application/octet-stream"
    )
    encoded = (
        Header(name.replace('"', "'").replace("\\", "_"), "utf-8").encode(linesep="\r\n", maxlinelen=60)
        if not name.isascii()
        else name.replace('"', "'").replace("\\", "_")
    )
    star = base64.b16encode(name.encode()).decode()
    percent = "".join(f"%{star[i : i + 2]}" for i in range(0, len(star), 2))
    head = f"Content-Type: {type_};\r\n name=\"{encoded}\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename*=utf-8''{percent}\r\n\r\n"
    return head.encode() + _base64(part.content)


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


@lru_cache(maxsize=1024)
def _mailbox(name: str, address: str) -> str:
    name = _clean(name).replace("\\", "").replace('"', "'")[:80]
    if not name:
        return f"<{_clean(address)}>"
    shown = f'"{name}"' if name.isascii() else Header(name, "utf-8", header_name="From").encode(linesep="\r\n")
    return f"{shown} <{_clean(address)}>"


def _words(text: str) -> str:
    """Unstructured header text, encoded where it must be (RFC 2047) and folded."""
    text = _clean(text)
    return Header(text, "us-ascii" if text.isascii() else "utf-8", header_name="Subject").encode(linesep="\r\n")


def _id(message_id: str) -> str:
    return UNSAFE_IN_ID.sub("", message_id)[:500]


def _clean(text: str) -> str:
    return CONTROL.sub(" ", text).strip()
