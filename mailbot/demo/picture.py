"""A photograph for the letter with an attachment: a cracked glass lid, drawn here so that no picture need be shipped."""

import math
import struct
import zlib

SIZE = 240
CENTRE = SIZE / 2
CRACKS = (0.4, 1.5, 2.3, 3.6, 4.4, 5.7)  # radians


def cracked_lid() -> bytes:
    """A PNG of 240 x 240 pixels."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _pixel(x: int, y: int) -> bytes:
    distance, angle = math.hypot(x - CENTRE, y - CENTRE), math.atan2(y - CENTRE, x - CENTRE) % math.tau
    if distance > 108:
        return bytes((92, 84, 78))  # the stove
    if distance > 100 or distance < 12:
        return bytes((60, 62, 66))  # rim and knob
    off = min(abs(angle - crack - 0.12 * math.sin(distance / 9)) for crack in CRACKS)
    if off * distance < 1.6:
        return bytes((250, 252, 255))
    shine = int(24 * math.sin(angle + 1.1))
    return bytes((158 + shine, 182 + shine, 196 + shine))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
