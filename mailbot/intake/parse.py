"""Any bytes into an `InboundMessage`.

Takes the raw bytes of one letter, gives its values. Knows nothing of mailboxes, tickets or settings. Total:
empty, binary, truncated or hostile bytes give a message whose `error` says what could not be read. Work is linear
in the bytes and bounded by `limits`.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from mailbot.intake import addresses, body, dates, forwards, headers, language, markup, quotes
from mailbot.intake.message import Address, Forwarded, InboundMessage, unreadable
from mailbot.intake.mime import Letter, Part
from mailbot.limits import DEFAULT, Limits

# Where a sender is looked for when From names none.
SENDER_FIELDS = ("from", "sender", "reply-to", "resent-from", "x-original-from")


def parse(raw: bytes, limits: Limits = DEFAULT) -> InboundMessage:
    """Read a letter as far as it can be read. Raises nothing but MemoryError, which is the process's affair."""
    try:
        return _message(Letter(raw, limits))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  the boundary: one odd letter must never stop the others
        return head(raw, f"could not be read: {type(error).__name__}", limits)


def head(raw: bytes, why: str, limits: Limits = DEFAULT) -> InboundMessage:
    """Read no more of a letter than its header; `why` says what stopped the rest."""
    try:
        return _message(Letter(raw, limits, header_only=True), f"{why}; only the header was read")
    except Exception as error:  # noqa: BLE001  not even the header: the raw bytes are kept
        return unreadable(f"{why}; nor could the header be: {type(error).__name__}")


class _Header:
    """The fields of the letter by name, each decoded once."""

    def __init__(self, part: Part, most: int) -> None:
        hint = part.params.get("charset")
        self.most = most
        self.raw: dict[str, list[str]] = {}
        for name, value in part.fields:
            self.raw.setdefault(name, []).append(headers.unfolded(value, hint))
        self.long_lists = False

    def first(self, name: str) -> str:
        values = self.raw.get(name)
        return values[0] if values else ""

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The addresses of every field of that name."""
        found: list[Address] = []
        for value in self.raw.get(name, ()):
            some, cut = addresses.read(value, self.most)
            self.long_lists = self.long_lists or cut or len(found) + len(some) > self.most
            found += some
        return tuple(found[: self.most])

    def ids(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(found for value in self.raw.get(name, ()) for found in headers.ids(value)))

    def decoded(self) -> dict[str, tuple[str, ...]]:
        return {name: tuple(map(_decoded, values)) for name, values in self.raw.items()}


def _message(letter: Letter, error: str | None = None, *, passed_on: bool = False) -> InboundMessage:
    header = _Header(letter.root, letter.within.addresses)
    said = body.read(letter.root, letter.within)
    sender = _sender(header)
    author = (sender.name, sender.address) if sender else ("", "")
    fresh, quoted = quotes.cut_either(said.text, said.html, letter.within, *author)
    text = markup.unmarked(said.text)
    subject = _decoded(header.first("subject"))
    date = _date(header)
    to, cc, reply_to = (header.addresses(name) for name in ("to", "cc", "reply-to"))
    return InboundMessage(
        error=error or _shortfall(letter, header, said),
        message_id=headers.message_id(header.first("message-id")),
        in_reply_to=header.ids("in-reply-to"),
        references=header.ids("references"),
        date=date,
        sender=sender,
        to=to,
        cc=cc,
        reply_to=reply_to,
        subject=subject,
        language=_language(fresh, subject),
        text=text,
        fresh=fresh,
        quoted=quoted,
        html=said.html,
        attachments=said.attachments,
        headers=header.decoded(),
        sealed=said.sealed,
        forwarded=() if passed_on else (*forwards.read(text, date.tzinfo if date else None), *_attached(letter, said, fresh)),
    )


def _attached(letter: Letter, said: body.Body, cover: str) -> Iterator[Forwarded]:
    """The letters attached to this one; their own attachments stay inside them."""
    attached = (part for part in said.attachments if part.type in ("message/rfc822", "message/global"))
    for part in islice(attached, forwards.WITHIN):
        inner = _message(Letter(part.content, letter.within), passed_on=True)
        if inner.sender is not None:
            yield Forwarded(inner.sender, inner.date, inner.subject, inner.fresh, inner.language, cover, inner.message_id)


def _shortfall(letter: Letter, header: _Header, said: body.Body) -> str | None:
    """What could not be read, or None for a letter anyone could read."""
    met = [
        *letter.limits,
        *([f"{letter.within.addresses} addresses"] if header.long_lists else []),
        *([f"{letter.within.html_chars} characters of HTML"] if said.cut else []),
    ]
    if met:
        return f"read as far as the limit of {', '.join(met)}"
    if said.sealed and not said.text.strip():
        return f"{said.sealed}: only the header could be read"
    if not letter.root.fields and not said.text.strip():
        return "empty"
    if not letter.root.fields and not _legible(said.text):
        return "no letter: no header field and no text"
    return None


def _legible(text: str) -> bool:
    sample = text[:1_000]
    return sum(char.isprintable() or char in "\n\t" for char in sample) > len(sample) * 0.9


def _decoded(line: str) -> str:
    return headers.one_line(headers.words(line)) if "=?" in line else line


def _date(header: _Header) -> datetime | None:
    return next((moment for name in ("date", "resent-date") if (moment := dates.read(header.first(name))) is not None), None)


def _sender(header: _Header) -> Address | None:
    """The author (RFC 5322 §3.6.2); a From without an address gives way to the next field that has one."""
    claimed: list[Address] = []
    for name in SENDER_FIELDS:
        claimed += header.addresses(name)
        if (found := next((address for address in claimed if "@" in address.address), None)) is not None:
            return found
    return claimed[0] if claimed else None


def _language(fresh: str, subject: str) -> str:
    tag = language.detect(fresh)
    return tag if tag != "und" else language.detect(subject)
