"""The text and the attachments of a letter, chosen from its parts.

Takes the tree of `mime`, gives a `Body`. Alternatives are read once, in their plain form where it has words;
text parts in a row are joined; everything else is an attachment, attached letters included. Never raises.
"""

import html as entities
import re
from typing import NamedTuple

from mailbot.intake import charset, filenames, headers, markup
from mailbot.intake.message import Attachment
from mailbot.intake.mime import Part
from mailbot.limits import DEFAULT, Limits

# Text a person reads in the letter itself; other text types are files.
READABLE = {"text/plain", "text/html", "text/enriched", "text/richtext", "application/xhtml+xml"}
# Renderings for special programs that say nothing the others do not.
REPEATS = {"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_FLOWED = re.compile(r"^((?:>+ ?)?)(.*)$")
_ENRICHED = re.compile(r"</?[A-Za-z-]{1,60}>")


class Segment(NamedTuple):
    """One stretch of the letter's text in the forms it was sent in."""

    plain: str
    html: str


class Body(NamedTuple):
    """What a letter says and carries; `cut` where its HTML was longer than is read."""

    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    cut: bool = False


def read(root: Part, limits: Limits = DEFAULT) -> Body:
    """Text, HTML and attachments of a letter."""
    attachments: list[Attachment] = []
    segments = _segments(root, attachments, related=False)
    text = "\n".join(segment.plain if segment.plain.strip() else markup.text(segment.html, limits.html_chars) for segment in segments)
    cut = any(len(segment.html) > limits.html_chars for segment in segments)
    return Body(text.strip("\n"), _shown(segments), tuple(attachments), cut)


def _shown(segments: list[Segment]) -> str | None:
    if not any(segment.html for segment in segments):
        return None
    return "\n".join(segment.html or f"<pre>{entities.escape(segment.plain)}</pre>" for segment in segments)


def _segments(part: Part, attachments: list[Attachment], *, related: bool) -> list[Segment]:
    if not part.children:
        return _leaf(part, attachments, related=related)
    if part.type == "multipart/alternative":
        return _alternative(part, attachments)
    segments: list[Segment] = []
    for child in part.children:
        segments += _segments(child, attachments, related=part.type == "multipart/related")
    return segments


def _alternative(part: Part, attachments: list[Attachment]) -> list[Segment]:
    """The same text in several forms (RFC 2046 §5.1.4), told once."""
    kept = [child for child in part.children if child.type not in REPEATS] or part.children
    forms = [segment for child in kept for segment in _segments(child, attachments, related=False)]
    plain = "\n".join(form.plain for form in forms if form.plain.strip())
    return [Segment(plain, "\n".join(form.html for form in forms if form.html))] if forms else []


def _leaf(part: Part, attachments: list[Attachment], *, related: bool) -> list[Segment]:
    if part.type not in READABLE or part.attached or (part.name and not part.type.endswith("html") and attachments):
        attachments.append(_attachment(part, related=related))
        return []
    if part.type == "text/plain":
        return [Segment(_plain(part), "")]
    text = _decoded(part)
    return [Segment(_ENRICHED.sub("", text), "")] if part.type in REPEATS else [Segment("", text)]


def _plain(part: Part) -> str:
    text = _decoded(part)
    return unflowed(text, part.params.get("delsp", "").lower() == "yes") if part.params.get("format", "").lower() == "flowed" else text


def _decoded(part: Part) -> str:
    data = part.content()
    label = part.params.get("charset")
    if part.type == "text/html" and label is None and (meta := _META_CHARSET.search(data[:4_096])) is not None:
        label = meta[1].decode("ascii", "replace")
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
        if open_depth == depth and content != "-- ":
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
    name = part.name or (_subject(content) if part.type in ("message/rfc822", "message/global") else "")
    return Attachment(filenames.safe(name, part.type), part.type, len(content), inline, content, cid)


def _subject(content: bytes) -> str:
    """An attached letter without a file name is called by its subject."""
    for name, value in headers.fields(content, 0, len(content))[0]:
        if name == "subject":
            return f"{headers.text(value)[:100]}.eml"
    return ""
