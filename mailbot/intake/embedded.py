"""Files and armour that stand inside a plain text: uuencode, yEnc, OpenPGP.

Takes the bytes or the text of a part, gives what a person would read and what was taken out of it. Only whole, well-formed
blocks are taken; all else stays text. Linear in the input; never raises. Sources: POSIX uuencode, the yEnc draft, RFC 9580 §6 and §7.
"""

import binascii
import re
from collections.abc import Callable
from typing import NamedTuple

_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?$", re.MULTILINE)
_Y_BEGIN = re.compile(rb"^=ybegin [^\r\n]{0,200}?name=([^\r\n]{1,255})\r?$", re.MULTILINE)
_Y_END = re.compile(rb"^=yend size=(\d{1,12})[^\r\n]{0,200}\r?$", re.MULTILINE)
_Y_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_Y_SHIFTED = bytes((code - 42) & 255 for code in range(256))
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_SEALED = "-----BEGIN PGP MESSAGE-----"
_SEALED_END = "-----END PGP MESSAGE-----"


class File(NamedTuple):
    """A file found inside a text; the name as raw bytes."""

    name: bytes
    content: bytes


# Gives the content that begins at a position, and where the text goes on; it reads up to the limit.
Reader = Callable[[bytes, int, int], tuple[bytes, int]]


def files(data: bytes) -> tuple[bytes, list[File]]:
    """The text without the files written into it, and those files."""
    found: list[File] = []
    if b"begin " in data:
        for pattern, reader in ((_UU_BEGIN, _uuencoded), (_Y_BEGIN, _yencoded)):
            data = _without(data, pattern, reader, found)
    return data, found


def _without(data: bytes, pattern: re.Pattern[bytes], reader: Reader, found: list[File]) -> bytes:
    kept: list[bytes] = []
    starts = list(pattern.finditer(data))
    done = 0
    for number, begin in enumerate(starts):
        limit = starts[number + 1].start() if number + 1 < len(starts) else len(data)
        content, end = reader(data, begin.end() + 1, limit)
        if content:
            found.append(File(begin[1].strip(), content))
            kept.append(data[done : begin.start()])
            done = end
    return b"".join((*kept, data[done:]))


def _uuencoded(data: bytes, at: int, limit: int) -> tuple[bytes, int]:
    """The content from `at` to its `end` line and where the text goes on; nothing where a line does not fit."""
    out = bytearray()
    while at < limit:
        stop = data.find(b"\n", at, limit) + 1 or limit
        line = data[at:stop].rstrip(b"\r\n")
        at = stop
        if line == b"end":
            return bytes(out), at
        if line.strip() in (b"", b"`"):
            continue
        length = 1 + ((line[0] - 32 & 63) + 2) // 3 * 4
        if not 32 < line[0] <= 96 or not length - 4 <= len(line) <= length + 2:
            return b"", at
        try:
            out += binascii.a2b_uu(line[:length].ljust(length))
        except binascii.Error:
            return b"", at
    return b"", at


def _yencoded(data: bytes, at: int, limit: int) -> tuple[bytes, int]:
    end = _Y_END.search(data, at, limit)
    if end is None:
        return b"", at
    body = data[at : end.start()]
    if body.startswith(b"=ypart "):
        body = body.partition(b"\n")[2]
    body = body.replace(b"\r", b"").replace(b"\n", b"")
    content = _Y_ESCAPED.sub(lambda hit: bytes(((hit[1][0] - 64) & 255,)), body).translate(_Y_SHIFTED)
    return (content, end.end() + 1) if len(content) == int(end[1]) else (b"", at)


def unsigned(text: str) -> str:
    """A clear-signed text without its armour, the dash-escapes undone (RFC 9580 §7)."""
    out: list[str] = []
    at = 0
    while (begin := _line_start(text, _SIGNED, at)) >= 0:
        body = text.find("\n\n", begin)
        stop = _line_start(text, _SIGNATURE, begin)
        if not begin < body <= stop:
            break
        end = text.find(_SIGNATURE_END, stop)
        out += [text[at:begin], text[body + 2 : stop].replace("\n- ", "\n").removeprefix("- ")]
        at = end + len(_SIGNATURE_END) if end >= 0 else len(text)
    return "".join((*out, text[at:])) if out else text


def sealed(text: str) -> tuple[str, list[str]]:
    """A text without its encrypted OpenPGP messages, and those messages."""
    kept: list[str] = []
    found: list[str] = []
    at = 0
    while (begin := _line_start(text, _SEALED, at)) >= 0 and (end := text.find(_SEALED_END, begin)) >= 0:
        end += len(_SEALED_END)
        kept.append(text[at:begin])
        found.append(text[begin:end])
        at = end
    return "".join((*kept, text[at:])), found


def _line_start(text: str, mark: str, at: int) -> int:
    if text.startswith(mark, at) and (at == 0 or text[at - 1] == "\n"):
        return at
    found = text.find("\n" + mark, at)
    return found + 1 if found >= 0 else -1
