"""The letter inside an opaque S/MIME signature (RFC 8551 §3.5.2, RFC 5652 §5).

Takes the bytes of a CMS ContentInfo, gives the signed content, or None where it is another kind (enveloped data) or broken.
Reads DER and the indefinite-length BER that mail programs write. The signature itself is not checked. Linear; never raises.
"""

from collections.abc import Iterator

_SIGNED_DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
_SEQUENCE, _OID, _OCTETS, _OCTETS_BUILT, _WRAPPED = 0x30, 0x06, 0x04, 0x24, 0xA0
_DEEPEST = 30
# A value in more pieces than this is none that a mail program writes.
_PIECES = 100_000


def content(data: bytes) -> bytes | None:
    """The signed content octets, None where there are none to read."""
    try:
        outer = list(_values(data, _inner(data, 0, _SEQUENCE)))
        if [tag for tag, *_ in outer[:2]] != [_OID, _WRAPPED] or data[outer[0][1] : outer[0][2]] != _SIGNED_DATA:
            return None
        signed = list(_values(data, _inner(data, outer[1][1], _SEQUENCE)))
        encapsulated = list(_values(data, next((start, end) for tag, start, end in signed if tag == _SEQUENCE)))
        wrapped = next((start, end) for tag, start, end in encapsulated if tag == _WRAPPED)
        return b"".join(_octets(data, wrapped, 0)) or None
    except (IndexError, ValueError, StopIteration):
        return None


def _inner(data: bytes, at: int, wanted: int) -> tuple[int, int]:
    tag, start, end, _ = _head(data, at, len(data), 0)
    if tag != wanted:
        raise ValueError(tag)
    return start, end


def _octets(data: bytes, span: tuple[int, int], depth: int) -> Iterator[bytes]:
    for tag, start, end in _values(data, span, depth):
        if tag == _OCTETS:
            yield data[start:end]
        elif tag == _OCTETS_BUILT and depth < _DEEPEST:
            yield from _octets(data, (start, end), depth + 1)


def _values(data: bytes, span: tuple[int, int], depth: int = 0) -> Iterator[tuple[int, int, int]]:
    at, stop = span
    while at < stop:
        tag, start, end, at = _head(data, at, stop, depth)
        if tag == 0:
            return
        yield tag, start, end


def _head(data: bytes, at: int, stop: int, depth: int) -> tuple[int, int, int, int]:
    """Tag, start and end of the value at `at`, and where the next value begins."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length == 0x80:
        return tag, start, *_closed(data, start, stop, depth + 1)
    if length > 0x80:
        width = length & 0x7F
        length = int.from_bytes(data[start : start + min(width, 8)], "big")
        start += width
    end = min(start + length, stop)
    return tag, start, end, end


def _closed(data: bytes, at: int, stop: int, depth: int) -> tuple[int, int]:
    """Where a value of indefinite length ends, and the position after its two closing zeros."""
    if depth > _DEEPEST:
        raise ValueError(depth)
    for _ in range(_PIECES):
        if at >= stop:
            break
        if data[at : at + 2] == b"\0\0":
            return at, at + 2
        at = _head(data, at, stop, depth)[3]
    return stop, stop
