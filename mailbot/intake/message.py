"""The letter as the rest of mailbot sees it: plain values, no MIME.

Given by `parse` and `screen`, taken by every later step. Knows nothing of databases, servers
or tickets. All text is real Unicode without lone surrogates. Names follow RFC 5322 and RFC 3464.
"""

import hashlib
from datetime import datetime
from typing import Literal

from msgspec import Struct

from mailbot.intake import sniff

Kind = Literal["person", "auto-reply", "bounce", "bulk", "loop"]


class Address(Struct, frozen=True):
    """An addr-spec with its display name (RFC 5322 §3.4). `address` is lower-cased."""

    name: str
    address: str


class Attachment(Struct, frozen=True):
    """One attached or inline part. `name` is safe to show and to write; `size` is in decoded bytes; `type` is the claimed one.

    `repeated` marks a picture that belongs to a signature, as earlier letters had it too.
    """

    name: str
    type: str
    size: int
    inline: bool
    content: bytes
    content_id: str | None = None
    repeated: bool = False

    @property
    def sniffed(self) -> str:
        """The true media type by the first bytes; empty where they tell nothing."""
        return sniff.media_type(self.content)

    @property
    def sha256(self) -> str:
        """The content's address: the same file has the same everywhere (FIPS 180-4, hex)."""
        return hashlib.sha256(self.content).hexdigest()


class Bounced(Struct, frozen=True):
    """A recipient a delivery report speaks of (RFC 3464 §2.3): address, status code (RFC 3463), what their server said."""

    address: str
    status: str | None
    said: str = ""


class Forwarded(Struct, frozen=True):
    """A letter that a letter passes on: whose it is, when it was sent (aware, or None), what it says newly.

    `cover` is what the one who passed it on wrote above it.
    """

    sender: Address
    date: datetime | None
    subject: str
    text: str
    language: str
    cover: str = ""
    message_id: str | None = None


class InboundMessage(Struct, frozen=True):
    """Everything `parse` could read from the raw bytes of one letter.

    Message ids are without angle brackets. `date` is the sender's claim, aware, or None.
    `text` is the letter's own text (HTML-only letters as plain text); `fresh` is what the sender
    newly wrote: no quotes, no reply header, no signature. `quoted` is what `fresh` left out.
    `headers` maps lower-case names to every decoded value, in order. `error` is None for every
    letter a person could read in some client. `sealed` says with what an encrypted letter is encrypted.
    `forwarded` are the letters this one passes on, in its text or attached, the outermost first.
    """

    error: str | None
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    language: str
    text: str
    fresh: str
    quoted: str
    html: str | None
    attachments: tuple[Attachment, ...]
    headers: dict[str, tuple[str, ...]]
    sealed: str = ""
    forwarded: tuple[Forwarded, ...] = ()


class Screening(Struct, frozen=True):
    """What kind of mail a letter is, and the sign that told (for `explain` and the fate's reason).

    `bounced` lists failed recipients of a bounce; `bounced_ids` the Message-IDs of our letters it returns.
    `answerable` is False for a person's letter that must not get an automatic answer (List-Unsubscribe,
    X-Auto-Response-Suppress, no-reply senders).
    """

    kind: Kind
    sign: str
    answerable: bool = True
    bounced: tuple[Bounced, ...] = ()
    bounced_ids: tuple[str, ...] = ()


def unreadable(error: str) -> InboundMessage:
    """A letter of which nothing could be read."""
    return InboundMessage(error, None, (), (), None, None, (), (), (), "", "und", "", "", "", None, (), {})
