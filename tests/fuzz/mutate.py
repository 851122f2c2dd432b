"""Structure-aware mutation of letters: bytes, fields, encodings, parts, whole letters within letters.

Takes seeds and a random generator, gives raw bytes. The same generator state gives the same letter.
"""

import base64
import quopri
import random
import re
from collections.abc import Callable
from pathlib import Path

LETTERS = Path(__file__).parents[1] / "letters"
MOST = 2_000_000

Mutation = Callable[[random.Random, bytes, list[bytes]], bytes]

FIELD = re.compile(rb"^[\w-]{1,40}:.*(?:\n[ \t].*)*", re.MULTILINE)
CHARSET = re.compile(rb"(charset=)\"?[\w.:+-]+\"?|(=\?)[\w.:+-]+(?=\?[bBqQ]\?)")
ENCODING = re.compile(rb"(Content-Transfer-Encoding:)[^\n]*", re.IGNORECASE)
TYPE = re.compile(rb"(Content-Type:)\s*[\w-]+/[\w.+-]+", re.IGNORECASE)
BOUNDARY = re.compile(rb"^--[^\s].*$", re.MULTILINE)
LABELS = rb"utf-8 gb2312 gbk gb18030 big5 hz iso-2022-jp iso-2022-kr utf-7 utf-16 utf-16le utf-32 shift_jis euc-kr iso-8859-1 koi8-r \
idna rot13 zlib_codec unicode_escape x-unknown ascii cp037 undefined unknown-8bit".split()
ENCODINGS = rb"base64 quoted-printable 7bit 8bit binary x-uuencode uuencode x-yenc BASE64; quoted-printable; base65".split()
TYPES = (
    rb"text/plain text/html text/calendar text/enriched text/rtf multipart/mixed multipart/alternative multipart/related multipart/signed "
    rb"multipart/encrypted multipart/report multipart/digest multipart/appledouble message/rfc822 message/partial message/delivery-status "
    rb"message/external-body application/ms-tnef application/pkcs7-mime application/pgp-encrypted application/octet-stream image/png text /"
).split()
TRAPS = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1b$B",
    b"~{",
    b"+AAA-",
    b"\r",
    b"\n\n",
    b"\r\n.\r\n",
    b"=?utf-8?B?",
    b"=?utf-8?Q?=0D=0ABcc:_x@y?=",
    b"?=",
    b'"',
    b"<",
    b">",
    b"(",
    b"\\",
    b";",
    b"'",
    b"%00",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
    b"--",
    b"-- \n",
    b"> ",
    b"&#xD800;",
    b"<!--",
    b"<![CDATA[",
    b"]]>",
    b"<div hidden>",
    b"</blockquote>",
    b"begin 644 ../../x\n",
    b"=ybegin line=128 size=1 name=x\n",
    b"-----BEGIN PGP MESSAGE-----\n",
    b"\x78\x9f\x3e\x22",
    b"BEGIN:VCALENDAR\n",
    "──── 请在此线上方回复".encode(),
    b"[ref:2026-000001.AAAA]",
    "发件人：".encode(),
    b"On Mon, 16 Nov 2026, a@b.example wrote:\n",
)


def seeds() -> list[bytes]:
    """The letters that are changed."""
    return [path.read_bytes() for path in sorted(LETTERS.glob("*.eml"))]


def letter(chance: random.Random, stock: list[bytes]) -> bytes:
    """One new letter: a seed after one to eight mutations."""
    raw = chance.choice(stock)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        raw = chance.choice(MUTATIONS)(chance, raw, stock)[:MOST]
    return raw


def _place(chance: random.Random, raw: bytes) -> int:
    return chance.randint(0, len(raw))


def _span(chance: random.Random, raw: bytes) -> tuple[int, int]:
    start = _place(chance, raw)
    return start, min(len(raw), start + chance.choice((1, 2, 5, 20, 100, 1_000)))


def flip(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """Some bytes become others."""
    out = bytearray(raw)
    for _time in range(chance.choice((1, 2, 8, 64)) if out else 0):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def insert(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """A trap appears somewhere, perhaps a thousand times."""
    at = _place(chance, raw)
    return raw[:at] + chance.choice(TRAPS) * chance.choice((1, 1, 1, 3, 50, 1_000)) + raw[at:]


def remove(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """A stretch is missing."""
    start, end = _span(chance, raw)
    return raw[:start] + raw[end:]


def repeat(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """A stretch comes again and again."""
    start, end = _span(chance, raw)
    return raw[:end] + raw[start:end] * chance.choice((1, 2, 10, 500)) + raw[end:]


def truncate(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """The line went dead."""
    return raw[: _place(chance, raw)]


def splice(chance: random.Random, raw: bytes, stock: list[bytes]) -> bytes:
    """The end of another letter."""
    other = chance.choice(stock)
    return raw[: _place(chance, raw)] + other[_place(chance, other) :]


def move_field(chance: random.Random, raw: bytes, stock: list[bytes]) -> bytes:
    """A field twice, gone, or one of another letter in its place."""
    fields = list(FIELD.finditer(raw))
    others = FIELD.findall(chance.choice(stock)) or [b"X:"]
    if not fields:
        return raw
    field = chance.choice(fields)
    instead = chance.choice((b"", field[0] + b"\n" + field[0], chance.choice(others), field[0] + b"\n" + chance.choice(others)))
    return raw[: field.start()] + instead + raw[field.end() :]


def refold(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """A field broken over lines where no client would."""
    fields = list(FIELD.finditer(raw))
    if not fields:
        return raw
    field = chance.choice(fields)
    at = chance.randint(field.start(), field.end())
    return raw[:at] + chance.choice((b"\n ", b"\r\n\t", b"\n", b"\r", b"\n \n ")) + raw[at:]


def _relabelled(pattern: re.Pattern[bytes], names: list[bytes]) -> Mutation:
    def mutation(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
        name = chance.choice(names)
        return pattern.sub(lambda hit: next(group for group in hit.groups() if group) + name, raw, count=chance.choice((0, 1)))

    return mutation


def reencode(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """The body in a transfer encoding, whatever its header says."""
    head, gap, body = raw.partition(b"\n\n")
    encoded = chance.choice((base64.encodebytes, quopri.encodestring, base64.b85encode))(body[:100_000])
    return head + gap + encoded


def boundaries(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """A boundary line changed, doubled or closed too early."""
    marks = list(BOUNDARY.finditer(raw))
    if not marks:
        return raw
    mark = chance.choice(marks)
    instead = chance.choice((mark[0] + b"--", mark[0][:-1], mark[0] + b"x", b"", mark[0] + b"\n" + mark[0], b" " + mark[0]))
    return raw[: mark.start()] + instead + raw[mark.end() :]


def wrap(chance: random.Random, raw: bytes, stock: list[bytes]) -> bytes:
    """The letter becomes a part, beside another one, many levels deep or many times."""
    kind = chance.choice(TYPES[5:16])
    copies = chance.choice((1, 1, 2, 20))
    depth = chance.choice((1, 1, 3, 60))
    out = raw
    for level in range(depth):
        mark = b"w%d" % level
        part = b"--" + mark + b"\nContent-Type: " + chance.choice((b"message/rfc822", b"text/plain", kind)) + b"\n\n"
        out = b"Content-Type: " + kind + b"; boundary=" + mark + b"\n\n" + (part + out + b"\n") * copies + b"--" + mark + b"--\n"
        copies = 1
    return raw.partition(b"\n\n")[0] + b"\n" + out + chance.choice(stock)[: chance.choice((0, 500))]


def swell(chance: random.Random, raw: bytes, _: list[bytes]) -> bytes:
    """One thing far too often."""
    piece = chance.choice(
        (
            b"a@b.example, ",
            b"=?gb2312?B?xOM=?= ",
            b";a*0*=x",
            b">",
            b"<div>",
            b"<table><tr><td>",
            b"On 1 Nov 2026 a@b wrote\n",
            b"From: x\n",
        )
    )
    at = raw.find(b"\n", _place(chance, raw)) + 1
    return raw[:at] + piece * chance.choice((100, 3_000, 30_000)) + raw[at:]


MUTATIONS: tuple[Mutation, ...] = (
    flip,
    insert,
    remove,
    repeat,
    truncate,
    splice,
    move_field,
    refold,
    _relabelled(CHARSET, LABELS),
    _relabelled(ENCODING, [b" " + name for name in ENCODINGS]),
    _relabelled(TYPE, [b" " + name for name in TYPES]),
    reencode,
    boundaries,
    wrap,
    swell,
)
