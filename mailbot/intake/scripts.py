"""Which codec makes words of unlabelled bytes that are not Chinese: Japanese, Korean, Cyrillic, Western European.

Takes bytes, gives a codec or None. Each script has one strong sign: hiragana, frequent Hangul, small letters after a capital, a
handful of accented letters. Pure; never raises; looks at 64 KB.
"""

import re

_SAMPLE = 65_536
_HANGUL = frozenset("이다는을가에의고를은로하한도지니습요어사해아기리서나인자주세시게그대으일있수보제정여부전구안라만상합했되들면것")
_CYRILLIC_WORD = re.compile(r"\b[А-ЯЁ]?[а-яё]+\b")
_CYRILLIC = re.compile(r"[А-яЁё]")
_ACCENTED = frozenset("äöüßÄÖÜéèêëàâáãåçñóòôõøíìîïúùûœæÅØÆÉÈÀÇÑÓÍÚ€£§°«»¿¡“”‘’„–—…·•®©™\xa0")
_JAPANESE = ("cp932", "euc_jis_2004")
_RUSSIAN = ("cp1251", "koi8-r")


def of_east_asia(data: bytes) -> str | None:
    """The codec of Japanese or Korean text."""
    for codec in _JAPANESE:
        foreign = _foreign(data, codec)
        if sum("\u3041" <= char <= "\u3093" for char in foreign) * 4 >= len(foreign) > 1:
            return codec
    foreign = _foreign(data, "cp949")
    return "cp949" if sum(char in _HANGUL for char in foreign) * 5 >= len(foreign) * 2 > 2 else None


def of_europe(data: bytes) -> str | None:
    """The codec of Cyrillic or Western European text."""
    for codec in _RUSSIAN:
        foreign = _foreign(data, codec)
        words = sum(len(_CYRILLIC.findall(word)) for word in _CYRILLIC_WORD.findall(data[:_SAMPLE].decode(codec, "replace")))
        if len(foreign) >= 8 and words * 10 >= len(foreign) * 9:
            return codec
    foreign = _foreign(data, "cp1252")
    return "cp1252" if foreign and set(foreign) <= _ACCENTED else None


def _foreign(data: bytes, codec: str) -> str:
    return "".join(char for char in data[:_SAMPLE].decode(codec, "replace") if char > "\x7f")
