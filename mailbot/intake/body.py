"""The text and the attachments of a letter, chosen from its parts.

Takes the tree of `mime`, gives a `Body`. Alternatives are read once, in their plain form where it has words;
text parts in a row are joined; everything else is an attachment, attached letters included. Wrappers are opened: signed
S/MIME, winmail.dat, files written into the text; what is encrypted is named in `sealed`. Never raises.
"""

import html as entities
import re
from typing import NamedTuple
from urllib.parse import unquote

from mailbot.intake import charset, embedded, filenames, headers, invitation, markup, signed, tnef
from mailbot.intake.message import Attachment
from mailbot.intake.mime import Letter, Part
from mailbot.limits import DEFAULT, Limits

# Text a person reads in the letter itself; other text types are files.
READABLE = {"text/plain", "text/html", "text/enriched", "text/richtext", "application/xhtml+xml"}
HTML = {"text/html", "application/xhtml+xml"}
# Texts for programs.
FILES = {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/javascript", "text/rtf", "text/rfc822-headers"}
# Renderings for special programs that say nothing the others do not.
REPEATS = {"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s<>)]{1,200})", re.IGNORECASE)
_ENRICHED = re.compile(r"</?[A-Za-z-]{1,60}>")


TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
PKCS7 = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
# A plain form of at most so many characters that the HTML has so many times is no rendering of it.
_STUB = 600
_RICHER = 5
# Wrappers inside wrappers are opened so often.
MAX_OPENED = 5
WITH_OPENPGP = "encrypted with OpenPGP"
WITH_SMIME = "encrypted with S/MIME"


class Segment(NamedTuple):
    """One stretch of the letter's text in the forms it was sent in."""

    plain: str
    html: str


class Body(NamedTuple):
    """What a letter says and carries; `sealed` says how the text is encrypted, `cut` whether its HTML was longer than is read."""

    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    sealed: str = ""
    cut: bool = False


def read(root: Part, limits: Limits = DEFAULT) -> Body:
    """Text, HTML and attachments of a letter."""
    reader = _Reader(limits)
    reader.worded = any(leaf.type in READABLE and not leaf.attached and not leaf.name for leaf in root.leaves())
    segments = reader.segments(root, related=False)
    text = "\n".join(_said(segment, limits.html_chars) for segment in segments)
    if not text.strip():
        text = reader.spare
    cut = any(len(segment.html) > limits.html_chars for segment in segments)
    return Body(text.strip("\n\x1a"), _shown(segments), tuple(reader.attachments), reader.sealed, cut)


def _said(segment: Segment, most: int) -> str:
    """The plain form, unless it is empty or a mere pointer to the HTML, as in many newsletters."""
    said = len(segment.plain.strip())
    if said and (said > _STUB or len(segment.html) < _RICHER * said):
        return segment.plain
    rich = markup.text(segment.html, most)
    return rich if len(rich) > _RICHER * said else segment.plain


def _shown(segments: list[Segment]) -> str | None:
    if not any(segment.html for segment in segments):
        return None
    return "\n".join(segment.html or f"<pre>{entities.escape(segment.plain)}</pre>" for segment in segments)


class _Reader:
    """Goes through the parts; gathers attachments, and in `spare` what is said where the letter has no text of its own.

    `worded` says whether some text of the letter is no file by its name, `shown` which pictures its HTML shows (RFC 2392).
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.attachments: list[Attachment] = []
        self.sealed = self.spare = ""
        self.opened = self.alternatives = 0
        self.worded = False
        self.shown: set[str] = set()

    def segments(self, part: Part, *, related: bool) -> list[Segment]:
        if not part.children:
            return self._leaf(part, related=related)
        if part.type == "multipart/encrypted":
            self.sealed = WITH_SMIME if any(child.type in PKCS7 for child in part.children) else WITH_OPENPGP
        if part.type == "multipart/alternative":
            return self._alternative(part)
        return [found for child in part.children for found in self.segments(child, related=part.type == "multipart/related")]

    def _alternative(self, part: Part) -> list[Segment]:
        """The same text in several forms (RFC 2046 §5.1.4), told once."""
        kept = [child for child in part.children if child.type not in REPEATS] or part.children
        self.alternatives += 1
        forms = [segment for child in kept for segment in self.segments(child, related=False)]
        self.alternatives -= 1
        plain = "\n".join(form.plain for form in forms if form.plain.strip())
        return [Segment(plain, "\n".join(form.html for form in forms if form.html))] if forms else []

    def _leaf(self, part: Part, *, related: bool) -> list[Segment]:
        if part.type in TNEF or (part.type == "application/octet-stream" and part.name.lower() == "winmail.dat"):
            return self._tnef(part)
        if part.type in PKCS7 and (inside := self._unwrapped(part)) is not None:
            return inside
        if not self._is_readable(part) or part.attached or self._is_file(part):
            shown = related or part.field("content-id").strip("<> ") in self.shown
            self.attachments.append(_attachment(part, related=shown))
            if part.type == "text/calendar" and not self.spare:
                self.spare = invitation.summary(_decoded(part))
            return []
        if part.type in HTML:
            html = _decoded(part)
            self.shown.update(_CID.findall(html))
            return [Segment("", html)]
        return [Segment(_ENRICHED.sub("", _decoded(part)) if part.type in REPEATS else self._plain(part), "")]

    def _is_readable(self, part: Part) -> bool:
        """Whether a person reads it in the letter: also an unknown kind of text (RFC 2046 §4.1.4) where there is no other."""
        unknown = part.type.startswith("text/") and part.type not in FILES and not part.name
        return part.type in READABLE or (unknown and not self.worded)

    def _is_file(self, part: Part) -> bool:
        """Whether a text with a name is one, as the letter has words that have none; a form of an alternative may have a name."""
        return bool(part.name) and self.worded and not (self.alternatives and part.type.endswith("html"))

    def _plain(self, part: Part) -> str:
        """A text without the files and armour written into it."""
        data, files = embedded.files(part.content())
        for file in files:
            self._add(charset.decode(file.name, part.params.get("charset")), "application/octet-stream", file.content)
        text = _plain(part, data)
        if "-----BEGIN PGP " not in text:
            return text
        text, messages = embedded.sealed(embedded.unsigned(text))
        for message in messages:
            self.sealed = WITH_OPENPGP
            self._add("message.asc", "application/pgp-encrypted", message.encode("utf-8", "replace"))
        return text

    def _unwrapped(self, part: Part) -> list[Segment] | None:
        """The letter inside an opaque signature; None where the data is encrypted or holds none."""
        kind = part.params.get("smime-type", "").lower()
        content = None if kind in ("enveloped-data", "certs-only") or self.opened >= MAX_OPENED else signed.content(part.content())
        if content is None:
            self.sealed = WITH_SMIME if kind not in ("signed-data", "certs-only", "compressed-data") else self.sealed
            return None
        self.opened += 1
        inside = self.segments(Letter(content, self.limits).root, related=False)
        self.opened -= 1
        return inside

    def _tnef(self, part: Part) -> list[Segment]:
        content = tnef.opened(part.content())
        if content is None:
            self.attachments.append(_attachment(part, related=False))
            return []
        for file in content.files:
            kind = file.type or ("application/octet-stream" if "." in file.name else "message/rfc822")
            self._add(file.name, kind if "/" in kind else "application/octet-stream", file.content, file.content_id.strip("<> ") or None)
        self.spare = self.spare or content.plain or markup.text(content.html, self.limits.html_chars)
        return []

    def _add(self, name: str, kind: str, content: bytes, cid: str | None = None) -> None:
        safe = filenames.safe(headers.one_line(name), kind)
        self.attachments.append(Attachment(safe, kind, len(content), cid is not None, content, cid))


def _plain(part: Part, data: bytes) -> str:
    text = _text(data, part.params.get("charset"))
    return unflowed(text, part.params.get("delsp", "").lower() == "yes") if part.params.get("format", "").lower() == "flowed" else text


def _decoded(part: Part) -> str:
    data = part.content()
    label = part.params.get("charset")
    if part.type == "text/html" and label is None and (meta := _META_CHARSET.search(data[:4_096])) is not None:
        label = meta[1].decode("ascii", "replace")
    return _text(data, label)


def _text(data: bytes, label: str | None) -> str:
    return charset.decode(data, label).replace("\r\n", "\n").replace("\r", "\n")


def unflowed(text: str, delete_space: bool = False) -> str:  # noqa: FBT001, FBT002  the name of RFC 3676's own parameter
    """Paragraphs as they were written (RFC 3676 §4): a line that ends in a space goes on in the next of the same depth."""
    out: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        if open_depth == depth and content not in ("-- ", ""):
            out[-1] += content
        else:
            out.append((">" * depth + " " if depth else "") + content)
        if flows and delete_space:
            out[-1] = out[-1][:-1]
        open_depth = depth if flows else None
    return "\n".join(out)


def _attachment(part: Part, *, related: bool) -> Attachment:
    content = part.content()
    cid = part.field("content-id").strip("<> ") or None
    inline = (
        not part.attached and not part.type.startswith("message/") and bool(part.disposition[:6].lower() == "inline" or (cid and related))
    )
    return Attachment(filenames.safe(_name(part, content), part.type), part.type, len(content), inline, content, cid)


def _name(part: Part, content: bytes) -> str:
    """What a part is called: its file name, else what its kind or another field calls it, as mail programs show it."""
    if part.name:
        return part.name
    if part.type in ("message/rfc822", "message/global"):
        return _subject(content)
    if part.type == "text/calendar":
        return "invite.ics"
    place = unquote(headers.text(part.field("content-location").encode()))
    told = headers.text(part.field("content-description").encode())
    cid = part.field("content-id").strip("<> ").partition("@")[0]
    return next((name for name in (place, told, cid) if filenames.has_ending(name)), "")


def _subject(content: bytes) -> str:
    """An attached letter without a file name is called by its subject."""
    for name, value in headers.fields(content, 0, len(content))[0]:
        if name == "subject":
            return f"{headers.text(value)[:100]}.eml"
    return ""
