"""Bytes to text, whatever the label says.

Takes bytes and the declared charset, gives real Unicode: no lone surrogate, no NUL. Knows nothing of
headers or MIME. Never raises; a replacement character appears only where no reading fits. Order: byte
order mark, stateful label, strict UTF-8, label widened to its superset, guess. Guesses look at 64 KB.
"""

import codecs
import re

from mailbot.intake import jis, scripts
from mailbot.intake.labels import EAST_ASIAN, STATEFUL, SUPERSETS, WEAK, WIDER, codec_of

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Detectors confuse rare encodings with the common ones of our senders; first Chinese, then everything.
CHINESE_FIRST = ("utf-8", "gb18030", "big5hkscs", "cp932")
SAMPLE = 65_536
# The share of frequent characters in a wrong reading is below the one, in a right one hardly ever below the other; few bytes don't tell.
_RARE, _COMMON = 0.15, 0.45
_TELLING = 16
_UNFIT = re.compile("[\x00\ud800-\udfff\ufeff]")
_RUNS = re.compile(rb"[\x80-\xff]{2,}[\x40-\x7e]?")
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
# Characters as UTF-8 spells those of Western, Cyrillic, Greek and Asian texts; two of them are no accident.
_SPELLED = re.compile(rb"[\xc2\xc3\xce-\xd1][\x80-\xbf](?![\x80-\xbf])|[\xe2-\xed][\x80-\xbf]{2}")
_CONVINCING = 2
_HIGH = re.compile(rb"[\x80-\xff]+")


def decode(data: bytes, declared: str | None) -> str:
    """Read bytes by their label where it fits and by what they are where it does not."""
    if not data:
        return ""
    text = _marked(data) or _labelled(data, codec_of(declared))
    return clean(text) if text is not None else _guessed(data, codec_of(declared))


def at_its_word(data: bytes, declared: str | None) -> str:
    """Read bytes by their label, without guessing."""
    return clean(data.decode(codec_of(declared) or "utf-8", "replace"))


def reads_as(data: bytes, declared: str | None) -> str:
    """The codec whose reading `decode` gave, for those who ask why."""
    text = decode(data, declared)
    if data.isascii() and text.isascii():
        return "ascii"
    likely = dict.fromkeys(("utf-8", codec_of(declared) or "utf-8", *(codec for _, codec in BOMS), *CHINESE_FIRST, *SUPERSETS.values()))
    return next((codec for codec in likely if clean(data.decode(codec, "replace")) == text), "several charsets")


def clean(text: str) -> str:
    """Real Unicode: surrogate pairs joined, lone surrogates replaced, NUL and byte order marks dropped."""
    if _UNFIT.search(text) is None:
        return text
    text = text.replace("\x00", "").replace("\ufeff", "")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _marked(data: bytes) -> str | None:
    for mark, codec in BOMS:
        if data.startswith(mark):
            return _strictly(data, codec)
    return _unmarked_utf16(data)


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of Latin text, or of its blanks and line ends, is nought."""
    if b"\0" not in data or len(data) % 2:
        return None
    high, low = data[:SAMPLE:2].count(0), data[1:SAMPLE:2].count(0)
    if min(high, low) or max(high, low) * 8 < len(data[:SAMPLE]):
        return None
    return _strictly(data, "utf-16-be" if high else "utf-16-le")


def _labelled(data: bytes, codec: str | None) -> str | None:
    """The text where UTF-8 or the label reads every byte, else None."""
    if codec in STATEFUL and (text := _strictly(data, codec)) is not None:
        return text
    if codec == "iso2022_jp_ext" and b"\x1b" in data and (text := jis.text(data)) is not None:
        return text
    if data.isascii():
        return _escaped(data) if b"\x1b$" in data or b"~{" in data else data.decode("ascii")
    text = _strictly(data, "utf-8")
    if text is not None:
        return _double_byte(data, codec) or text if len(data) < SAMPLE else text
    if codec is None or (codec in WEAK and (codec != "cp1252" or _looks_double_byte(data))):
        return None
    text = (_by_line(data, codec) if codec == "cp1252" else None) or _strictly(data, codec)
    text = text if text is not None or codec not in WIDER else _strictly(data, WIDER[codec])
    return _mislabelled(data, text) or text if text is not None and codec in EAST_ASIAN else text


def _mislabelled(data: bytes, text: str) -> str | None:
    """The text of a Chinese, Japanese or Korean letter whose label is another's, which its rare characters betray."""
    if sum(map(len, _HIGH.findall(data[:SAMPLE]))) < _TELLING or scripts.commonness(text) >= _RARE:
        return None
    others = [other for codec in EAST_ASIAN if (other := _strictly(data, codec)) is not None]
    likeliest = max(others, key=scripts.commonness, default="")
    return likeliest if scripts.commonness(likeliest) >= _COMMON else None


def _escaped(data: bytes) -> str:
    """Unlabelled ISO-2022-JP and HZ, which look like ASCII."""
    for codec, sign in (("iso2022_jp_ext", b"\x1b$"), ("iso2022_kr", b"\x1b$)C"), ("hz", b"~{")):
        if sign in data and (text := _strictly(data, codec)) is not None and not text.isascii():
            return text
    return (jis.text(data) if b"\x1b$" in data else None) or data.decode("ascii")


def _double_byte(data: bytes, codec: str | None) -> str | None:
    """A short GB2312, Big5 or EUC-KR text that happens to be UTF-8 of accented letters (the 联通 accident)."""
    proper = {"gb18030": "gb2312", "cp950": "big5", "cp949": "euc_kr"}.get(codec or "")
    if proper is None or any(byte >= 0xE0 for byte in data):
        return None
    return _strictly(data, proper)


def _looks_double_byte(data: bytes) -> bool:
    """Whether bytes above 127 stand in pairs, as in no Western text."""
    high = sum(map(len, _HIGH.findall(data[:SAMPLE])))
    paired = sum(len(run) for run in _RUNS.findall(data[:SAMPLE]))
    return high > 3 and paired >= high * 0.8


def _guessed(data: bytes, codec: str | None) -> str:
    """The likeliest reading: the label with a broken byte or two, Chinese at sight, a detector, whatever loses least."""
    likely = ("utf-8", *((codec,) if codec not in {None, *WEAK} else ()))
    text = _cesu(data) or _by_line(data, codec)
    if text is None:
        text = next((text for name in likely if name and (text := _nearly(data, name)) is not None), None)
    if text is None and (known := scripts.of_east_asia(data)) is not None:
        text = _strictly(data, known)
    if text is None and (text := _nearly(data, "gb18030")) is not None and not _is_chinese(text):
        text = None
    if text is None and (known := scripts.of_europe(data)) is not None:
        text = _strictly(data, known)
    if text is None:
        text = next((text for guess in (*_detected(data), codec) if guess and (text := _strictly(data, guess)) is not None), None)
    if text is None:
        text = min((data.decode(name, "replace") for name in (codec or "utf-8", "gb18030")), key=lambda reading: reading.count("\ufffd"))
    return clean(text)


def _cesu(data: bytes) -> str | None:
    """UTF-8 whose rare characters are spelled as two surrogates each, as databases and Java write it (CESU-8)."""
    if _SURROGATES.search(data) is None:
        return None
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None


def _by_line(data: bytes, codec: str | None) -> str | None:
    """A text in UTF-8 with lines in another charset, or the reverse, as list servers and scanners add them; else None."""
    if len(data) > SAMPLE or len(_SPELLED.findall(data)) < _CONVINCING:
        return None
    lines = data.split(b"\n")
    read = [_strictly(line, "utf-8") for line in lines]
    spelled = b"\n".join(line for line, text in zip(lines, read, strict=True) if text is not None)
    others = b"\n".join(line for line, text in zip(lines, read, strict=True) if text is None)
    damaged = len(_SPELLED.findall(others)) * 4 > len(_HIGH.findall(others))
    if not others or damaged or len(_SPELLED.findall(spelled)) < _CONVINCING:
        return None
    rest = iter((_labelled(others, codec) or _guessed(others, codec)).split("\n"))
    return "\n".join(next(rest, "") if text is None else text for text in read)


def _nearly(data: bytes, codec: str) -> str | None:
    """The text where a codec reads all but a few of the characters that are not ASCII."""
    text = data.decode(codec, "replace")
    sample = text[:SAMPLE]
    return text if sample.count("\ufffd") * 6 <= sum(char > "\x7f" for char in sample) else None


def _is_chinese(text: str) -> bool:
    foreign = [char for char in text[:SAMPLE] if char > "\x7f"]
    return sum(char in scripts.COMMON_HANZI for char in foreign) * 4 >= len(foreign)


def _detected(data: bytes) -> list[str | None]:
    import chardet  # noqa: PLC0415  27 MB at the first letter that needs it, not before

    sample = data[:SAMPLE]
    if not _looks_double_byte(sample):
        return [codec_of(chardet.detect(sample, no_match_encoding="cp1252")["encoding"]), "cp1252"]
    first = chardet.detect(sample, include_encodings=CHINESE_FIRST, no_match_encoding="gb18030")["encoding"]
    return [codec_of(first), codec_of(chardet.detect(sample)["encoding"])]


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None
