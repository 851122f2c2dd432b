"""What Outlook hides in winmail.dat (application/ms-tnef; MS-OXTNEF, MS-OXPROPS).

Takes its bytes, gives the files inside and the text of the letter, or None where it cannot be read. Knows nothing of MIME.
Every length is checked against the bytes there are; one pass; never raises.
"""

import struct
from typing import NamedTuple

from mailbot.intake import charset, rtf

_SIGNATURE = b"\x78\x9f\x3e\x22"
_BODY, _TITLE, _DATA, _PROPERTIES, _RENDERING, _MESSAGE, _CODEPAGE = 0x800C, 0x8010, 0x800F, 0x9005, 0x9002, 0x9003, 0x9007
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _MIME_TAG, _CONTENT, _CONTENT_ID = 0x3707, 0x3704, 0x3001, 0x370E, 0x3701, 0x3712
_PLAIN, _HTML, _RTF, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
# Bytes of a value by its property type, padded to four; strings, bytes and objects tell their own length.
_WIDTHS = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_MEASURED = {0x0D, 0x1E, 0x1F, 0x102}
_MOST = 1_000


class Inside(NamedTuple):
    """A file of a winmail.dat; the type as it claims, or empty."""

    name: str
    type: str
    content: bytes
    content_id: str


class Opened(NamedTuple):
    """Text and files of a winmail.dat."""

    plain: str
    html: str
    files: tuple[Inside, ...]


def opened(data: bytes) -> Opened | None:
    """The content, None where the bytes are no readable TNEF."""
    if not data.startswith(_SIGNATURE):
        return None
    attributes = list(_attributes(data))
    codepage = next((value for name, value in attributes if name == _CODEPAGE and len(value) >= 4), b"")
    label = f"cp{int.from_bytes(codepage[:4], 'little')}" if codepage else None
    body, message, files = b"", _Properties(b"", label), list[Inside]()
    current: dict[int, bytes] | None = None
    for name, value in [*attributes, (_RENDERING, b"")]:
        if name == _RENDERING:
            if current is not None:
                files.append(_file(current, label))
            current = {}
        elif current is not None:
            current[name] = value
        elif name == _BODY:
            body = value
        elif name == _MESSAGE:
            message = _Properties(value, label)
    return Opened(_text(body, message, label), _html(message), tuple(file for file in files if file.content)) if attributes else None


def _attributes(data: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 6
    while at + 11 <= len(data) and len(found) < _MOST:
        name, _, length = struct.unpack_from("<HHI", data, at + 1)
        if data[at] not in (1, 2) or at + 9 + length > len(data):
            break
        found.append((name, data[at + 9 : at + 9 + length]))
        at += 11 + length
    return found


class _Properties:
    """MAPI properties by number: bytes as they stand, strings decoded."""

    def __init__(self, data: bytes, label: str | None) -> None:
        self.data, self.label = data, label
        self.found: dict[int, tuple[int, bytes]] = {}
        self._read()

    def text(self, number: int) -> str:
        kind, value = self.found.get(number, (0, b""))
        return charset.decode(value, "utf-16-le" if kind == 0x1F else self.label).rstrip("\0") if kind in (0x1E, 0x1F) else ""

    def raw(self, number: int) -> bytes:
        return self.found.get(number, (0, b""))[1]

    def _read(self) -> None:
        at, left = 4, min(int.from_bytes(self.data[:4], "little"), _MOST)
        while left and at + 4 <= len(self.data):
            kind, number = struct.unpack_from("<HH", self.data, at)
            at = self._named(at + 4) if number >= 0x8000 else at + 4
            value, at = self._value(kind, at)
            if at < 0:
                return
            self.found.setdefault(number, (kind, value))
            left -= 1

    def _named(self, at: int) -> int:
        kind, length = int.from_bytes(self.data[at + 16 : at + 20], "little"), int.from_bytes(self.data[at + 20 : at + 24], "little")
        return at + 24 + (length + 3 & ~3 if kind else 0)

    def _value(self, kind: int, at: int) -> tuple[bytes, int]:
        """The first value of a property and where the next property begins, below nought where the bytes end first."""
        base, count = kind & ~0x1000, 1
        if kind & 0x1000 or base in _MEASURED:
            count, at = int.from_bytes(self.data[at : at + 4], "little"), at + 4
        first = b""
        for turn in range(min(count, _MOST)):
            length = _WIDTHS.get(base, 0)
            if base in _MEASURED:
                length, at = int.from_bytes(self.data[at : at + 4], "little"), at + 4
            if (not length and base not in _MEASURED) or at + length > len(self.data):
                return b"", -1
            first = first if turn else self.data[at : at + length]
            at += length + 3 & ~3
        return first, at


def _file(attributes: dict[int, bytes], label: str | None) -> Inside:
    properties = _Properties(attributes.get(_PROPERTIES, b""), label)
    title = charset.decode(attributes.get(_TITLE, b"").rstrip(b"\0"), label)
    name = next((found for number in (_LONG_NAME, _SHOWN_NAME, _SHORT_NAME) if (found := properties.text(number))), "") or title
    # An embedded object begins with the 16 bytes of its interface's name.
    kind, held = properties.found.get(_CONTENT, (0, b""))
    content = attributes.get(_DATA, b"") or (held[16:] if kind == 0x0D else held)
    return Inside(name, properties.text(_MIME_TAG).lower(), content, properties.text(_CONTENT_ID))


def _html(message: _Properties) -> str:
    kind, value = message.found.get(_HTML, (0, b""))
    codepage = int.from_bytes(message.raw(_INTERNET_CODEPAGE)[:4], "little")
    label = "utf-8" if codepage == 65_001 else f"cp{codepage}" if codepage else message.label
    return charset.decode(value, "utf-16-le" if kind == 0x1F else label).rstrip("\0")


def _text(body: bytes, message: _Properties, label: str | None) -> str:
    plain = message.text(_PLAIN) or charset.decode(body.rstrip(b"\0"), label)
    compressed = message.raw(_RTF)
    if not plain.strip() and compressed and not message.found.get(_HTML):
        plain = rtf.text(rtf.decompressed(compressed))
    return plain.replace("\r\n", "\n").strip()
