"""The parts of a letter (RFC 2045, RFC 2046), found by byte positions in one bounded pass.

Takes raw bytes, gives a tree of `Part`s. Nests no deeper and reads no more parts than the limits, so nothing that
walks the tree can run out of stack or time; the limits met are named in `Letter.limits`. Attached
letters are leaves: their bytes stay exactly as they came. Never raises.
"""

import re
from collections.abc import Iterator

from mailbot.intake import headers, transfer
from mailbot.limits import DEFAULT, Limits

# Fields that speak of the body.
BODY_FIELDS = {"content-type", "content-disposition", "content-transfer-encoding"}
_TYPE = re.compile(r"\s*([\w.+-]{1,100})\s*/\s*([\w.+-]{1,100})")
_FIRST_CONTENT = re.compile(rb"(?:\A|\n)--([^\s-][^\r\n]{0,200}|-[^\r\n]{1,200})\r?\nContent-[A-Za-z-]{1,40}:", re.IGNORECASE)
_FIRST_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\s-][^\r\n]{0,200}|-[^\r\n]{1,200})\r?\n[A-Za-z-]{1,60}:")


class Part:
    """One entity: its fields, its type, and either children or the position of its body in the letter."""

    __slots__ = ("body", "children", "disposition", "fields", "params", "raw", "type")

    def __init__(self, raw: bytes, fields: headers.Fields, body: tuple[int, int], default: str) -> None:
        self.raw = raw
        self.fields = fields
        self.body = body
        self.children: list[Part] = []
        value = self.field("content-type")
        self.type = _media_type(value) or default
        self.params = headers.parameters(value) if ";" in value else {}
        self.disposition = self.field("content-disposition")

    def field(self, name: str) -> str:
        """The first field of that name as text, or an empty string."""
        for given, value in self.fields:
            if given == name:
                return headers.unfolded(value)
        return ""

    @property
    def attached(self) -> bool:
        return self.disposition[:10].lower() == "attachment"

    @property
    def name(self) -> str:
        """The file name as the sender meant it, not yet made safe."""
        return (headers.parameters(";" + self.disposition).get("filename") if self.disposition else None) or self.params.get("name", "")

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        start, end = self.body
        return transfer.undone(self.raw[start:end], self.field("content-transfer-encoding"))

    def leaves(self) -> Iterator["Part"]:
        """Every part without children, in the order of the letter."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


class Letter:
    """A letter's outermost part and the limits that stopped its reading."""

    __slots__ = ("limits", "parts", "root", "within")

    def __init__(self, raw: bytes, limits: Limits = DEFAULT, *, header_only: bool = False) -> None:
        self.within = limits
        self.limits: list[str] = []
        self.parts = 0
        if len(raw) > limits.letter_bytes:
            self._stopped(f"{limits.letter_bytes} bytes")
            raw = raw[: limits.letter_bytes]
        if b"\r" in raw and b"\n" not in raw:
            raw = raw.replace(b"\r", b"\n")
        start = 0
        while start < len(raw) and raw[start] in b"\r\n":
            start += 1
        if raw.startswith(b"\xef\xbb\xbf", start):
            start += 3
        if header_only:
            fields, body, _ = headers.fields(raw, start, len(raw), limits)
            self.root = Part(raw, [field for field in fields if field[0] not in BODY_FIELDS], (body, body), "text/plain")
        else:
            self.root = self._part(raw, start, len(raw), "text/plain", 0)

    def _part(self, raw: bytes, start: int, end: int, default: str, depth: int) -> Part:
        self.parts += 1
        fields, body, cut = headers.fields(raw, start, end, self.within)
        if cut:
            self._stopped(f"a header of {self.within.header_bytes} bytes or {self.within.header_fields} fields")
        part = Part(raw, fields, (body, end), default)
        if part.type.startswith("multipart/"):
            self._split(part, depth)
        return part

    def _split(self, part: Part, depth: int) -> None:
        """Fill the children of a multipart; one without any boundary line stays a leaf and is read as text."""
        if depth >= self.within.depth:
            self._stopped(f"{self.within.depth} levels of parts")
            return
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        holder = part
        for start, end, last in _sections(part):
            if self.parts >= self.within.parts:
                self._stopped(f"{self.within.parts} parts")
                return
            child = self._part(part.raw, start, end, default, depth + 1)
            holder.children.append(child)
            if holder is part and _shares_boundary(part, child):
                child.type, holder = _media_type(child.field("content-type")), child
            elif last:
                if holder is part:
                    return
                holder = part
        if not part.children:
            part.type = "text/plain"
            closing = _closing(part)
            part.body = (part.body[0], closing if closing >= 0 else part.body[1])

    def _stopped(self, limit: str) -> None:
        if limit not in self.limits:
            self.limits.append(limit)


def _sections(part: Part) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each body part between boundary lines (RFC 2046 §5.1.1), and whether a closing line ends it.

    A missing last line is forgiven; who asks on after a closing line gets what stands between later lines.
    """
    raw, (at, end) = part.raw, part.body
    mark = _boundary(part)
    if not mark:
        return
    start = -1
    at = _first_mark(raw, mark, at, end)
    while 0 <= at < end:
        line_end = raw.find(b"\n", at, end)
        line_end = end if line_end < 0 else line_end + 1
        tail = raw[at + len(mark) : line_end].strip()
        if tail in (b"", b"--"):
            if start >= 0:
                yield start, _before_break(raw, start, at), bool(tail)
            start = -1 if tail else line_end
        at = _next_mark(raw, mark, line_end - 1, end)
    if start >= 0:
        yield start, end, True


def _shares_boundary(part: Part, child: Part) -> bool:
    """Whether a multipart without a body of its own has the boundary of the one around it: what follows, up to the closing line, is its."""
    named = part.params.get("boundary")
    if not named or child.params.get("boundary") != named or child.children:
        return False
    return _media_type(child.field("content-type")).startswith("multipart/")


def _media_type(value: str) -> str:
    """The type a field names, empty where it names none; a mere `html` means what it says."""
    match = _TYPE.match(value)
    if match is None:
        return "text/html" if value.strip()[:5].lower() == "html" else ""
    return f"{match[1]}/{match[2]}".lower()


def _boundary(part: Part) -> bytes:
    """What the boundary lines begin with: the named boundary, or, where no line has it, what looks like one above a part's header."""
    raw, (start, end) = part.raw, part.body
    named = part.params.get("boundary", "").strip()
    mark = b"--" + named.encode("utf-8", "surrogateescape")
    if named and _first_mark(raw, mark, start, end) >= 0:
        return mark
    match = (_FIRST_CONTENT if named else _FIRST_BOUNDARY).search(raw, max(0, start - 1), min(end, start + 10_000))
    return b"--" + match[1].rstrip() if match else b""


def _first_mark(raw: bytes, mark: bytes, at: int, end: int) -> int:
    return at if raw.startswith(mark, at, end) else _next_mark(raw, mark, at, end)


def _closing(part: Part) -> int:
    """Where the closing line of a multipart without parts stands, below nought where there is none."""
    mark, (start, end) = _boundary(part), part.body
    if not mark:
        return -1
    return start if part.raw.startswith(mark + b"--", start) else part.raw.find(b"\n" + mark + b"--", start, end)


def _next_mark(raw: bytes, mark: bytes, at: int, end: int) -> int:
    found = raw.find(b"\n" + mark, at, end)
    return found + 1 if found >= 0 else -1


def _before_break(raw: bytes, start: int, at: int) -> int:
    """The line break before a boundary belongs to the boundary."""
    if at - 1 > start and raw[at - 2 : at] == b"\r\n":
        return at - 2
    return max(start, at - 1)
