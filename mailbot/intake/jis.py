"""ISO-2022-JP as Microsoft's and mobile phones' mail programs write it (CP50220, CP50221).

Takes bytes with escape sequences, gives text with the characters NEC and IBM added to JIS X 0208 (①, ㈱, 髙), which Python's
codecs refuse, or None where the bytes are something else. Linear; never raises.
"""

import re

_GRAPHIC = range(0x21, 0x7F)
_RUN = re.compile(rb"\x1b(\$[@B]|\([BJI]|\$\([DO])|\x0e|\x0f")


def text(data: bytes) -> str | None:
    """The text, None where a sequence or character fits no set."""
    out: list[bytes] = []
    mode, at = b"(B", 0
    for match in (*_RUN.finditer(data), None):
        run = data[at : match.start() if match else len(data)]
        out.append(_shifted(run) if mode in (b"$@", b"$B") else bytes(byte | 0x80 for byte in run) if mode == b"(I" else run)
        if match:
            mode, at = match[1] or (b"(I" if match[0] == b"\x0e" else b"(B"), match.end()
    try:
        return b"".join(out).decode("cp932")
    except UnicodeDecodeError:
        return None


def _shifted(run: bytes) -> bytes:
    """Pairs of seven-bit bytes as Shift_JIS; line ends and blanks between them stay."""
    out = bytearray()
    at = 0
    while at < len(run):
        row, cell = run[at], run[at + 1] if at + 1 < len(run) else 0
        if not (row in _GRAPHIC and cell in _GRAPHIC):
            out.append(row)
            at += 1
            continue
        lead = (row - 0x21 >> 1) + 0x81
        out.append(lead if lead <= 0x9F else lead + 0x40)
        out.append(cell + 0x7E if not row & 1 else cell + (0x20 if cell >= 0x60 else 0x1F))
        at += 2
    return bytes(out)
