"""From a letter's words to sentences that can be compared.

Takes subject and fresh text as people typed them; gives folded sentences: NFKC, lower case,
Traditional Chinese as Simplified, invisible characters gone, addresses and numbers masked.
Total: any string will do. Only the head and the tail of a very long letter are read (`LIMIT`).
Sentences end at their signs and at line ends, but not where a mail client wrapped a line.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import opencc

LIMIT = 6000  # characters read of one letter: two pages; what follows rarely changes the matter
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_HAN_RUN = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")
_NEIGHBOURS = re.compile("[\u3040-\u30ff\uac00-\ud7a3]")  # Japanese and Korean signs
_WORD = re.compile(r"\w")
_WRAPPED = 55  # columns; a longer line without an ending sign was wrapped by the client
_UNSEEN = re.compile(  # control signs, zero-width and direction marks, variation selectors, lone surrogates, private use
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]"
)
_UNSEEN_ASCII = dict.fromkeys(number for number in range(128) if _UNSEEN.match(chr(number)))
_ENDS = ("。", "!", "?", ";", "~", ". ")
_OPENING = re.compile(  # a salutation before the first comma
    r"(?:hi|hey|hello|dear|good (?:morning|afternoon|evening|day)|to whom|attn|亲|喂|嗨|哈喽|哈罗|敬|尊敬|致|[早晚午]"
    r"|[^,。!?;:\n]{0,8}[您你]们?好|[^,。!?;:\n]{0,6}好)[^,。!?;:\n]{0,25}?[,:][^\S\n]*(?=\S)"
)
NAME = re.compile(  # "Mary Jones", "J. van Dyk", "王小明", "陳先生"
    r"[-–—~]?\s*(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? )?(?:[A-Z][a-z'’]*[a-z.](?:[- ](?:van|von|de|der|bin|al|[A-Z])[A-Za-z'’.-]*){0,3})[,.]?"
    r"|[-–—~]?\s*[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁"
    r"任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付方邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史陶黎贺賀顾顧毛郝龚邵严嚴戴莫孔汤湯]"
    r"(?:[\u4e00-\u9fff]{1,2}|先生|女士|小姐|太太)(?:\s*(?:敬上|上))?"
)
_WIDE = (*zip("，！？：；（）　", ",!?:;() ", strict=True), ("…", "..."))
_MASKS = (  # what has to be there at all, what is masked, by what
    (("://", "www"), re.compile(r"(?:https?://|www\.)[^\s<>\"'，。）)]+"), " urlmark "),
    (("@",), re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"), " mailmark "),
    (("@",), re.compile(r"(?<!\w)@\w{2,40}"), " handlemark "),
)
_MIXED = re.compile(r"[0-9](?:(?=[a-z_-])|(?<=[a-z_-][0-9]))")  # a digit beside a letter; to begin with a digit makes the search quick
_ID = re.compile(r"(?<![a-z0-9_-])(?=[a-z_-]{0,30}\d)(?=[\d_-]{0,30}[a-z])[a-z0-9_-]{4,40}(?![a-z0-9])")
_ID_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789_-"
_LONGEST_ID = 40
_NUMBER = re.compile(r"[0-9][0-9]*(?:[.,:/-][0-9]+)*")
_HOTLINE = re.compile(r"(123(?:00|15|31|45|65|78|81)(?!\d))|\d+(?:[.,:/-]\d+)*")  # of Chinese authorities: `signals` knows them


class Read(NamedTuple):
    """A letter in one spelling for everything that reads the same: the writer's own script, the same Simplified, and sentences.

    `written` still has the writer's numbers, as has `simplified`.
    """

    written: str
    simplified: str
    sentences: list[str]


def read(subject: str, text: str) -> Read:
    """A letter as it can be compared: folded sentences, the subject as the first; empty ones left out."""
    parts = plain(subject), plain(_unsigned(text))
    simplified = [*map(_simplified, parts)]
    about, rest = map(_masked, simplified)
    pieces = [_without_prefix(about), *_split(_unwrapped(rest))]
    found = [piece.strip() for piece in pieces if _WORD.search(piece)] or [piece for piece in pieces if piece.strip()]
    return Read("\n".join(parts), "\n".join(simplified), found)


def sentences(subject: str, text: str) -> list[str]:
    """The folded sentences of a letter."""
    return read(subject, text).sentences


def _masked(text: str) -> str:
    """The text without addresses and numbers."""
    for signs, pattern, mask in _MASKS:
        if any(sign in text for sign in signs):
            text = pattern.sub(mask, text)
    return _NUMBER.sub(_kept if "123" in text else "0", _without_ids(text))


def _without_ids(text: str) -> str:
    """The text with its order numbers and the like masked: each is looked for only around a digit beside a letter."""
    parts, end = [], 0
    for digit in _MIXED.finditer(text):
        if digit.start() >= end:
            before = text[max(end, digit.start() - _LONGEST_ID) : digit.start()]
            found = _ID.match(text, digit.start() - len(before) + len(before.rstrip(_ID_SIGNS)))
            if found:
                parts += [text[end : found.start()], " idmark "]
                end = found.end()
    return "".join([*parts, text[end:]]) if parts else text


def _kept(number: re.Match[str]) -> str:
    return _HOTLINE.sub(lambda found: found[1] or "0", number[0]) if number[0].startswith("123") else "0"


def plain(text: str) -> str:
    """NFKC in lower case without what can't be seen; still in the writer's script and with their numbers."""
    if len(text) > LIMIT:
        text = text[: LIMIT * 3 // 4] + "\n" + text[-LIMIT // 4 :]
    if text.isascii():
        return text.translate(_UNSEEN_ASCII).lower()
    text = _UNSEEN.sub("", text)
    for wide, narrow in _WIDE:  # what Chinese letters are full of; afterwards NFKC has nothing to do for most of them
        text = text.replace(wide, narrow)
    return unicodedata.normalize("NFKC", text).lower()


def language(text: str) -> str:
    """zh-Hans, zh-Hant, en, ja, ko or und, by script; enough to know whether the model learnt from its like."""
    if text.isascii():
        return _latin(re.findall("[a-z]+", text.lower()))
    if _NEIGHBOURS.search(text):
        if re.search(r"[\u3040-\u30ff]", text):
            return "ja"
        if len(re.findall(r"[\uac00-\ud7a3]", text)) > 1:
            return "ko"
    han = "".join(_HAN_RUN.findall(text))[:400]
    words = re.findall(r"[^\W\d_]+", _HAN_RUN.sub(" ", text.lower())) if 2 * len(han) < len(text) else []  # there is one Han sign to each
    if len(han) >= max(1, len(words)):
        return "zh-Hant" if len(_traditional().findall(han)) * 12 > len(han) else "zh-Hans"
    return _latin(words)


def in_script_of(letter: Read, found: Sequence[str]) -> list[str]:
    """For each Simplified piece the words of a Traditional letter that it was folded from, or the piece itself.

    Signs are folded one by one, words stay those of their shore (軟體 is not 软件), so that both texts have the same places.
    """
    places = map(letter.simplified.find, found)
    return [letter.written[at : at + len(piece)] if at >= 0 else piece for piece, at in zip(found, places, strict=True)]


def _latin(words: list[str]) -> str:
    """English words stay in ASCII, and two long words in a row without a function word are rare."""
    if not words:
        return "und"
    foreign = len(words) - sum(map(str.isascii, words))
    common = sum(map(COMMON.__contains__, words))
    return "en" if foreign * 10 <= len(words) and (common * 8 >= len(words) or len(words) < 8) else "und"


COMMON = frozenset(
    re.findall(
        r"\w+",
        "the a an i you it is was are were be been my your our we he she they this that to of in on at for from with and or but not no"
        " have has had do does did can will would if as me so what when there by after",
    )
)


def _simplified(text: str) -> str:
    if text.isascii() or not HAN.search(text):
        return text
    folded: str = _converter().convert(text)
    return folded


@cache
def _traditional() -> re.Pattern[str]:
    """A sign that Simplified Chinese writes otherwise."""
    han = list(map(chr, range(0x3400, 0xA000)))
    simplified = _converter().convert("\n".join(han)).split("\n")
    return re.compile(f"[{''.join(sign for sign, simple in zip(han, simplified, strict=True) if sign != simple)}]")


@cache
def _converter() -> "opencc.OpenCC":
    """Loaded at the first Chinese letter: megabytes that an English mailbox never pays. With Taiwan's words it takes twice as long."""
    import opencc  # noqa: PLC0415

    return opencc.OpenCC("t2s")


def _unsigned(text: str) -> str:
    """The text without the writer's name, if that is all its last line holds."""
    body, _, last = text.rstrip().rpartition("\n")
    return body if body.strip() and NAME.fullmatch(last.strip()) else text


def _without_prefix(subject: str) -> str:
    """The subject without its reply and forward prefixes and bracketed tags such as [#2026-000123]."""
    return re.sub(r"^(?:\s*(?:re|fw|fwd|aw|wg|回复|答复|转发|回覆)\s*(?:\[0\])?:|\s*\[[^\]]{0,40}\])+", "", subject)


def _unwrapped(text: str) -> list[str]:
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        if goes_on and line.strip():
            lines[-1] += ("" if HAN.match(line) else " ") + line.strip()
        else:
            lines.append(line.strip())
        goes_on = 2 * len(line) > _WRAPPED and _width(line) > _WRAPPED and line.rstrip()[-1:] not in ".。!?;:…"
    return lines


def _width(line: str) -> int:
    """Columns, of which a Han sign takes two; a sign that UTF-8 writes in two bytes takes one and a half."""
    return len(line) + (len(line.encode("utf-8")) - len(line)) // 2


def _split(lines: list[str]) -> list[str]:
    """The sentences of lines; a short opening before a line's first comma ("您好，", "Hi Bob,") stands alone."""
    text = "\n".join(f"{opening[0]}\n{line[opening.end() :]}" if (opening := _OPENING.match(line)) else line for line in lines)
    for end in _ENDS:
        text = text.replace(end, f"{end}\n")
    return text.split("\n")
