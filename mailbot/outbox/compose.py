"""Outgoing mail is built here and nowhere else.

Takes a rendered letter and its envelope, gives the frozen bytes: multipart/alternative of text and HTML in UTF-8, with
attachments around it where there are any, ASCII only, CRLF line ends (RFC 5322 §2.3). Whatever was read from mail passes
this one door: control characters and bidi overrides leave headers, strange ids and reply tokens of other people are
dropped (A15, A16, A18). Pure. An address that no header can hold safely raises RejectedInput; non-ASCII local parts
(RFC 6531) are among them.
"""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from mailbot.errors import RejectedInput
from mailbot.intake.message import Address, Attachment
from mailbot.outbox.render import Rendered

MAX_REFERENCES = 20
SUBJECT_LIMIT = 250
NAME_LIMIT = 80
FILE_NAME_LIMIT = 80
LINE = 76  # RFC 2045 §6.7, RFC 2047 §2
WORD_BYTES = 39  # of UTF-8 in one encoded word: 64 characters with its frame, which leaves room for the header's name

# Control characters, line and paragraph separators, bidi overrides, lone surrogates, byte order mark.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
MESSAGE_ID = re.compile(r"[!-;=?-~]{1,250}")
ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
TYPE = re.compile(r"(?!message/|multipart/|text/html|image/svg)[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}", re.IGNORECASE)
# A reply token wherever it stands: as marker, plus-address or part of a Message-ID. The first pattern is the quick look.
TOKEN = re.compile(r"\.(?<=\d\.)([a-z2-7]{26})(?![a-z2-7])", re.IGNORECASE)
MARKED = re.compile(r"(?:\[\s{0,3}ref:\s{0,3})?\d{4}-\d{6,9}\.([a-z2-7]{26})(?![a-z2-7])(?:\s{0,3}\])?", re.IGNORECASE)
BODY_CONTROLS = bytes({*range(32), 127} - {9, 10, 13})
ESCAPED = bytes((*range(128, 256), ord("=")))


class Envelope(Struct, frozen=True, kw_only=True):
    """Everything about a letter that is not its words. Ids are without angle brackets.

    `automatic` is the Auto-Submitted value (RFC 3834 §5), None for what a person wrote; `bulk` marks digests;
    `mark` is our signature under the Message-ID (`Identity.letter_mark`)."""

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
    mark: str = ""


class Outgoing(Struct, frozen=True):
    """A letter ready to be sent: its Message-ID, its one recipient, its bytes."""

    message_id: str
    recipient: str
    data: bytes


def compose(
    letter: Rendered, envelope: Envelope, now: datetime, attachments: tuple[Attachment, ...] = (), invitation: str = ""
) -> Outgoing:
    """The letter's bytes. `now` becomes its Date; the same letter and envelope give the same bytes.

    `invitation` is an iTIP request (RFC 6047 §2.4): some programs take it as a form of the letter, others as a file, so it is both.

    Raises RejectedInput for an address that can't be written."""
    own = _token(envelope.message_id)
    if not envelope.bulk:  # a digest's links carry its reader's token of every case in it
        letter = Rendered(scrub(letter.subject, own), scrub(letter.text, own), scrub(letter.html, own))
    boundary = "=_" + sha256(envelope.message_id.encode()).hexdigest()[:24]  # "=_" is in no base64 or quoted-printable text
    body = _alternative(letter, boundary, invitation)
    if invitation:
        content = invitation.encode()
        attachments = (*attachments, Attachment("invite.ics", "application/ics", len(content), inline=False, content=content))
    if attachments:
        body = _multipart("mixed", boundary + "m", (body, *map(_attached, attachments)))
    head = "".join(f"{name}: {value}\r\n" for name, value in _headers(letter, envelope, now, own))
    return Outgoing(envelope.message_id, _address(envelope.to.address), head.encode("ascii") + body)


def scrub(text: str, own: str = "") -> str:
    """`text` without reply tokens other than `own`: what staff quoted must not carry their token to a customer."""
    if all(token == own for token in TOKEN.findall(text)):
        return text
    return MARKED.sub(lambda found: found[0] if found[1] == own else "", text)


def _token(message_id: str) -> str:
    """The reply token in one of our Message-IDs: the recipient's own."""
    found = TOKEN.search(message_id)
    return found[1] if found else ""


def _headers(letter: Rendered, envelope: Envelope, now: datetime, own: str) -> Iterator[tuple[str, str]]:
    yield "Date", format_datetime(now)
    yield "From", _mailbox(envelope.from_name, envelope.from_address)
    yield "To", _mailbox(envelope.to.name, envelope.to.address)
    yield "Subject", _unstructured(letter.subject, SUBJECT_LIMIT)
    yield "Message-ID", f"<{_own_id(envelope.message_id)}>"
    if envelope.in_reply_to and (answered := _ids((envelope.in_reply_to,), own)):
        yield "In-Reply-To", answered
    if references := _ids(envelope.references, own):
        yield "References", references
    yield "Reply-To", _mailbox(envelope.from_name, envelope.reply_to)
    if envelope.automatic:
        yield "Auto-Submitted", envelope.automatic
        yield "X-Auto-Response-Suppress", "All"
    if envelope.bulk:
        yield "Precedence", "bulk"
    yield "X-Mailbot-Instance", _unstructured(envelope.instance, 200)
    if envelope.mark:
        yield "X-Mailbot-Letter", envelope.mark.replace(" ", "\r\n ")
    yield "Content-Language", envelope.language
    yield "MIME-Version", "1.0"


def _alternative(letter: Rendered, boundary: str, invitation: str) -> bytes:
    """Text, HTML and invitation, as far as there are any; the richest last (RFC 2046 §5.1.4)."""
    kinds = {"plain": letter.text, "html": letter.html, "calendar; method=REQUEST": invitation}
    parts = tuple(_part(kind, text) for kind, text in kinds.items() if text or kind == "plain")
    return _multipart("alternative", boundary, parts) if len(parts) > 1 else parts[0]


def _multipart(kind: str, boundary: str, parts: tuple[bytes, ...]) -> bytes:
    opening, between = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode(), f"--{boundary}\r\n".encode()
    return opening + b"".join(between + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _part(kind: str, text: str) -> bytes:
    """A text part in whichever encoding is shorter: base64 for Chinese, quoted-printable for English."""
    data = text.replace("\u2028", "\n").replace("\u2029", "\n").encode("utf-8", "replace").translate(None, BODY_CONTROLS)
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    escaped = len(data) - len(data.translate(None, ESCAPED))
    if 6 * escaped < len(data):  # quoted-printable writes such a byte as three, base64 every three bytes as four
        encoding, content = "quoted-printable", b2a_qp(data).replace(b"\nFrom ", b"\n=46rom ")
    else:
        encoding, content = "base64", _base64(data)
    return f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + content


def _attached(part: Attachment) -> bytes:
    """An attachment as a download of neutral type; its name twice, as old and as new clients read it (RFC 2047, RFC 2231)."""
    name = _short_name(UNSAFE.sub("", part.name).replace("/", "_").replace("\\", "_").replace('"', "'")) or "attachment"
    kind = part.type if TYPE.fullmatch(part.type) else "application/octet-stream"
    old = f'"{name}"' if _plain(name) else f'"{_encoded(name)}"'
    new = f'filename="{name}"' if _plain(name) else f"filename*=utf-8''{quote(name, safe='')}"
    lines = (f"Content-Type: {kind};\r\n name={old}", "Content-Transfer-Encoding: base64", f"Content-Disposition: attachment;\r\n {new}")
    return "\r\n".join((*lines, "", "")).encode("ascii") + _base64(part.content)


def _short_name(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= FILE_NAME_LIMIT else stem[: FILE_NAME_LIMIT - 10] + dot + ending[:9] if dot else name[:FILE_NAME_LIMIT]


def _base64(data: bytes) -> bytes:
    line = b2a_base64(data, newline=False)
    return b"\r\n".join([line[at : at + LINE] for at in range(0, len(line), LINE)]) + b"\r\n"


@lru_cache(maxsize=1024)
def _mailbox(name: str, address: str) -> str:
    """A mailbox (RFC 5322 §3.4): no name can end it or begin another."""
    name, address = _one_line(name, NAME_LIMIT), _address(address)
    if not name:
        return address
    if not _plain(name):
        return f"{_encoded(name)}\r\n <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"\r\n <{address}>' if len(name) + len(address) > LINE - 20 else f'"{quoted}" <{address}>'


def _address(address: str) -> str:
    """An addr-spec as it may stand in a header and in RCPT TO; international domains in their ASCII form."""
    local, _, domain = address.rpartition("@")
    try:
        written = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        written = ""
    if not ADDRESS.fullmatch(written):
        raise RejectedInput(f"{address[:100]!r} is not an address that a letter can be sent to")
    return written


def _unstructured(text: str, limit: int) -> str:
    """Header text: folded at blanks where it is plain ASCII, else as encoded words (RFC 2047)."""
    text = _one_line(text, limit)
    if not _plain(text) or any(len(word) > LINE - 20 for word in text.split()):
        return _encoded(text)
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > LINE - 10:
            lines.append("")
        lines[-1] += " " + word if lines[-1] else word
    return "\r\n ".join(lines)


def _encoded(text: str) -> str:
    """`text` as encoded words that each hold whole characters (RFC 2047 §5), one a line."""
    words, size = [""], 0
    for char in text:
        width = len(char.encode())
        if size + width > WORD_BYTES:
            words.append("")
            size = 0
        words[-1] += char
        size += width
    return "\r\n ".join(f"=?utf-8?B?{b2a_base64(word.encode(), newline=False).decode()}?=" for word in words)


def _plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _one_line(text: str, limit: int) -> str:
    text = UNSAFE.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _ids(ids: tuple[str, ...], own: str) -> str:
    """Message-IDs for a header: well-formed, each once, nobody else's token among them; the first and the latest of many."""
    kept = [i for i in dict.fromkeys(ids) if MESSAGE_ID.fullmatch(i) and _token(i) in ("", own)]
    return "\r\n ".join(f"<{i}>" for i in (*kept[:1], *kept[1:][-MAX_REFERENCES + 1 :]))


def _own_id(message_id: str) -> str:
    if not MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"not a Message-ID: {message_id!r}")
    return message_id
