"""The header of a letter or part: fields, encoded words, parameters, ids.

Takes raw header bytes, gives text and values. Knows nothing of bodies. Never raises: what can't be read
as meant is read as it stands. Every scan is linear; a header is read as far as the limits.
Sources: RFC 5322, RFC 2047, RFC 2231, and what mail programs send instead.
"""

import re
from urllib.parse import unquote_to_bytes

from mailbot.intake import charset, transfer
from mailbot.limits import DEFAULT, Limits

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_FOLD = re.compile(r"\n[ \t]*")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029]+")
# A word may hold spaces and lone question marks, although RFC 2047 §2 forbids both; "*fr" is RFC 2231 §5.
_ENCODED = re.compile(r"=\?([\w.:+-]{1,60})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\n]*(?:\?(?!=)[^?\n]*){0,3})\?=")
# The charset of so many words of a line is guessed where the label is wrong; no letter has more, and guessing costs.
_GUESSED = 200
_Q_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
_ID = re.compile(r"<([^<>]{1,998})>")
_PARAMETER = re.compile(r";\s*([^=;\s\"]{1,80})\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)", re.DOTALL)
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?\Z")
_STARLESS = re.compile(r"[A-Za-z][\w.-]{2,30}'[\w-]{0,20}'[^%]{0,200}%[0-9A-Fa-f]{2}")
_PERCENTED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2}){0,400}\Z")
_ESCAPE = re.compile(r"\\([\\\"])")

Fields = list[tuple[str, bytes]]


def fields(raw: bytes, start: int, end: int, limits: Limits = DEFAULT) -> tuple[Fields, int, bool]:
    """The fields of the header at `start`, where the body begins, and whether the header was too long to read whole.

    A line that is no field is skipped when another field follows it; otherwise the body begins there.
    """
    found: Fields = []
    at, stop, lost = start, min(end, start + limits.header_bytes), False
    while at < end:
        if at >= stop or len(found) >= limits.header_fields:
            return found, _after_blank(raw, max(start, at - 1), end), True
        line_end = raw.find(b"\n", at, end) + 1 or end
        line = raw[at : min(line_end, stop)]
        if line in (b"\n", b"\r\n"):
            return found, line_end, False
        if (match := _FIELD.match(line)) is not None:
            found.append((match[1].decode("ascii").lower(), line[match.end() :]))
            lost = False
        elif line[0] in b" \t" and found:
            if not lost:
                name, value = found[-1]
                found[-1] = (name, value + line)
        elif _field_follows(raw, line_end, end):
            lost = True
        else:
            return found, at, False
        at = line_end
    return found, end, end > stop


def _field_follows(raw: bytes, at: int, end: int) -> bool:
    return _FIELD.match(raw, at, min(end, at + 250)) is not None


def _after_blank(raw: bytes, at: int, end: int) -> int:
    gaps = [found + len(gap) for gap in (b"\n\n", b"\n\r\n") if (found := raw.find(gap, at, end)) >= 0]
    return min(gaps, default=end)


def text(value: bytes, hint: str | None = None) -> str:
    """A field's value as one line of text: unfolded, decoded, without control characters."""
    line = unfolded(value, hint)
    return line if "=?" not in line else one_line(words(line))


def unfolded(value: bytes, hint: str | None = None) -> str:
    """A field's value with its bytes decoded (raw 8-bit included) and its encoded words left as they are."""
    raw = value.decode("ascii") if value.isascii() and b"\x1b" not in value else charset.decode(value, hint)
    line = raw.strip()
    if "\n" in line:
        line = _FOLD.sub(" ", line.replace("\r", ""))
    return line if line.isprintable() else one_line(line)


def one_line(value: str) -> str:
    """No line break or control character survives: no value can become a second header line."""
    return _CONTROL.sub(" ", charset.clean(value)).strip()


def words(line: str) -> str:
    """Decode the encoded words of a line (RFC 2047); neighbours are joined before decoding, as they may share a character."""
    out: list[str] = []
    pending: bytes = b""
    label, at = "", 0
    decode = charset.decode
    for number, match in enumerate(_ENCODED.finditer(line)):
        decode = decode if number < _GUESSED else charset.at_its_word
        gap = line[at : match.start()]
        if gap.strip() or at == 0 or label != match[1].lower():
            out.append(decode(pending, label))
            pending = b""
        if gap.strip() or at == 0:
            out.append(gap)
        pending += _word_bytes(match[2], match[3])
        label, at = match[1].lower(), match.end()
    return "".join((*out, decode(pending, label), line[at:]))


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "bB":
        return transfer.unbase64(data)
    return _Q_BYTE.sub(lambda hit: bytes((int(hit[1], 16),)), data.replace(b"_", b" "))


def ids(value: str) -> tuple[str, ...]:
    """Every message id of a field (RFC 5322 §3.6.4) without its angle brackets; bare ids count where there are no brackets."""
    found = ["".join(hit.split()) for hit in _ID.findall(value)]
    found = [hit for hit in found if "@" in hit] or [word.strip(",;") for word in re.split(r"[\s<>]+", value) if "@" in word]
    return tuple(dict.fromkeys(hit for hit in found if hit))


def message_id(value: str) -> str | None:
    """The first id of a Message-ID field; an id without @ or brackets is still the letter's own."""
    bracketed = _ID.search(value)
    own = bracketed[1] if bracketed else value.strip("<> ")
    return "".join(own.split())[:998] or None


def parameters(value: str) -> dict[str, str]:
    """The parameters of Content-Type or Content-Disposition, their RFC 2231 pieces joined and every encoding undone."""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, quoted in _PARAMETER.findall(value[:16_384]):
        content = _ESCAPE.sub(r"\1", quoted[1:-1]) if quoted[:1] == '"' and quoted[-1:] == '"' and len(quoted) > 1 else quoted.strip(' \t"')
        if "*" not in name:
            plain.setdefault(name.lower(), _plain(content))
        elif (match := _PIECE.match(name.lower())) is not None:
            pieces.setdefault(match[1], {}).setdefault(int(match[2] or 0), (content, match[3] is not None))
    return plain | {name: _joined(parts) for name, parts in pieces.items()}


def _plain(content: str) -> str:
    """A value whose name has no star: encoded words and, against RFC 2231, a charset before percent signs are undone."""
    if _STARLESS.match(content) is not None:
        return _joined({0: (content, True)})
    if "=?" in content:
        return one_line(words(content))
    return _unpercented(content) if "%" in content and content.isascii() else content


def _unpercented(content: str) -> str:
    """A name in percent signs without any charset, as web programs write it, where they spell UTF-8 beyond ASCII."""
    if _PERCENTED.match(content) is None:
        return content
    data = _percent(content)
    try:
        return content if data.isascii() else one_line(data.decode("utf-8"))
    except UnicodeDecodeError:
        return content


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231 §3 and §4: numbered pieces in order, the charset named in the first."""
    first, encoded = parts[min(parts)]
    label: str | None = None
    if encoded and first.count("'") >= 2:
        label, _, first = first.split("'", 2)
    rest = [parts[number] for number in sorted(parts)[1:]]
    data = b"".join(_percent(content) if coded else content.encode("utf-8", "replace") for content, coded in [(first, encoded), *rest])
    joined = charset.decode(data, label)
    return one_line(words(joined) if "=?" in joined else joined)


def _percent(content: str) -> bytes:
    return unquote_to_bytes(content.encode("utf-8", "replace"))
