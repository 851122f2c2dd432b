"""The text of an RTF body, as Outlook puts it into winmail.dat.

Takes compressed RTF (MS-OXRTFCP) or RTF, gives plain text: no fonts, pictures or hidden destinations. HTML wrapped in RTF
(MS-OXRTFEX) gives its words. Linear; reads 1 MB; never raises: what is cut short is read as far as it goes.
"""

import re

from mailbot.intake import charset

_PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_MOST = 1_000_000
_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-z\r\n])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_SKIPPED = {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"generator"}
_BREAKS = {b"par": b"\n", b"line": b"\n", b"tab": b"\t", b"row": b"\n", b"cell": b" "}


def decompressed(data: bytes) -> bytes:
    """RTF from its compressed form; the bytes as they are where they are not compressed."""
    kind = data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + _MOST]
    return _expanded(data[16:], min(int.from_bytes(data[4:8], "little"), _MOST)) if kind == b"LZFu" else data[:_MOST]


def _expanded(data: bytes, size: int) -> bytes:
    """Runs of 8 items under one flag byte: a literal, or a reference of 12 bits of place and 4 of length into 4 KB of window."""
    window = bytearray(_PRELOADED.ljust(4_096, b"\0"))
    place, at, out = len(_PRELOADED), 0, bytearray()
    while at < len(data) and len(out) < size:
        flags, at = data[at], at + 1
        for bit in range(8):
            if flags >> bit & 1:
                reference = int.from_bytes(data[at : at + 2], "big")
                start = reference >> 4
                if start == place or at + 2 > len(data):
                    return bytes(out[:size])
                run, at = range(start, start + (reference & 15) + 2), at + 2
            else:
                if at >= len(data):
                    return bytes(out[:size])
                window[place] = data[at]
                run, at = range(place, place + 1), at + 1
            for near in run:
                byte = window[near % 4_096]
                out.append(byte)
                window[place] = byte
                place = (place + 1) % 4_096
    return bytes(out[:size])


def text(rtf: bytes) -> str:
    """The words of an RTF document."""
    label = f"cp{match[1].decode()}" if (match := re.search(rb"\\ansicpg(\d{3,5})", rtf[:1_000])) else "cp1252"
    return _Reader(label).read(rtf[:_MOST])


class _Reader:
    """One pass over the tokens; `groups` remembers which open groups are hidden."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.groups = [False]
        self.out: list[str] = []
        self.pending = bytearray()
        self.swallow = 0

    def read(self, rtf: bytes) -> str:
        for match in _TOKEN.finditer(rtf):
            self._token(*match.groups())
        self._flush()
        return charset.clean("".join(self.out)).strip("\n")

    def _token(self, word: bytes, number: bytes, code: bytes, sign: bytes, brace: bytes, plain: bytes) -> None:
        if brace:
            self._group(brace)
        elif word == b"bin" or word in _SKIPPED or sign == b"*":
            self.groups[-1] = True
        elif self.groups[-1]:
            return
        elif word == b"u" and number:
            self._flush()
            self.out.append(chr(int(number) % 65_536))
            self.swallow = 1
        elif word in _BREAKS:
            self.pending += _BREAKS[word]
        else:
            self._bytes(bytes((int(code, 16),)) if code else b" " if sign == b"~" else sign if sign and sign in b"\\{}" else plain or b"")

    def _group(self, brace: bytes) -> None:
        if brace == b"{" and len(self.groups) < 10_000:
            self.groups.append(self.groups[-1])
        elif brace == b"}" and len(self.groups) > 1:
            self.groups.pop()

    def _bytes(self, data: bytes) -> None:
        """Text in the document's code page; after a Unicode character its stand-in is left out."""
        if data and self.swallow:
            data, self.swallow = data[1:], 0
        self.pending += data

    def _flush(self) -> None:
        self.out.append(charset.decode(bytes(self.pending), self.label))
        self.pending.clear()
