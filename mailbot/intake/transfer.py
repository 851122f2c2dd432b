"""Transfer encodings undone (RFC 2045 §6), as senders and gateways leave them.

Takes the bytes of a body and what Content-Transfer-Encoding claims, gives the bytes meant. Knows nothing of charsets. Linear;
never raises: what can't be decoded stays as it stands. A claim of base64 over a text that is none is not believed.
"""

import binascii
import contextlib
import re

_CLAIM = re.compile(r"[\s\"']*(base-?64|quoted-?printable|(?:x-)?uu(?:encode|e)?)(?![\w-])", re.IGNORECASE)
_BASE64_END = re.compile(rb"=[=\s]*")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/]")
# A line that a list server or scanner set below the encoded text: a rule, words with blanks between, an address.
_NO_BASE64 = re.compile(
    rb"^(?:[^A-Za-z0-9+/\n]+|[^ \t\n]{1,40}[ \t]+[^ \t\r\n]{1,40}[ \t]+[^ \t\r\n][^\n]*"
    rb"|[a-z]{3,6}://[^\n]*|(?=[^\n]{1,60}$)[A-Za-z0-9+/=_-]+[^A-Za-z0-9+/=\s_-]{1,3}[A-Za-z0-9+/][^\n]*)$",
    re.MULTILINE,
)
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_UU_BEGIN = re.compile(rb"begin [0-7]{3,4} [^\r\n]*\r?\n")
# Prose has shorter words than base64 has lines, and its bytes beyond ASCII are more than a relay's damage.
_SAMPLE = 4_096
_LONGEST_PROSE = 16


def undone(body: bytes, claim: str) -> bytes:
    """The body without its transfer encoding."""
    match = _CLAIM.match(claim)
    encoding = match[1].lower() if match else ""
    if encoding.startswith("base"):
        return body if _is_prose(body[:_SAMPLE]) else unbase64(body)
    if encoding.startswith("quoted"):
        return binascii.a2b_qp(_SOFT_BREAK.sub(b"=", body) if b"= " in body or b"=\t" in body else body)
    return _unuuencoded(body) if encoding else body


def _is_prose(sample: bytes) -> bool:
    if not sample.isascii() and sum(byte > 0x7F for byte in sample) * 10 > len(sample):
        return True
    words = sample.split()
    return len(words) > 3 and len(sample) < len(words) * _LONGEST_PROSE


def unbase64(data: bytes) -> bytes:
    """Base64 as senders cut it: foreign characters, missing padding and a lone last character are forgiven."""
    padded = data.find(b"=")
    goes_on = padded >= 0 and bool(data[padded:].strip(b"= \t\r\n"))
    if not goes_on and b"-" not in data and b"_" not in data:
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            pass
    return b"".join(map(_unpadded, _BASE64_END.split(_NO_BASE64.sub(b"", data))))


def _unpadded(data: bytes) -> bytes:
    """One run of base64, in either alphabet of RFC 4648; several may stand one behind the other, each with its own padding."""
    if b"+" not in data and b"/" not in data:
        data = data.translate(_URL_SAFE)
    kept = _FOREIGN.sub(b"", data)
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _unuuencoded(body: bytes) -> bytes:
    begin = _UU_BEGIN.search(body)
    out = bytearray()
    for line in body[begin.end() :].splitlines() if begin else ():
        if line.strip() in (b"end", b"`", b""):
            break
        # Some encoders append a checksum or pad the line: the length sign says how much counts.
        with contextlib.suppress(binascii.Error):
            out += binascii.a2b_uu(line[: 1 + ((line[0] - 32 & 63) + 2) // 3 * 4])
    return bytes(out) if begin else body
