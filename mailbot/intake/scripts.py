"""Which codec makes words of unlabelled bytes that are not Chinese: Japanese, Korean, Cyrillic, Western European.

Takes bytes, gives a codec or None. Each script has one strong sign: hiragana, frequent Hangul, small letters after a capital, a
handful of accented letters. Pure; never raises; looks at 64 KB.
"""

import re

_SAMPLE = 65_536
_HANGUL = frozenset("이다는을가에의고를은로하한도지니습요어사해아기리서나인자주세시게그대으일있수보제정여부전구안라만상합했되들면것")
# The most frequent characters of Chinese texts and of complaints.
COMMON_HANZI = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情"
    "明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给"
    "世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太"
    "量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
    "完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运退货款订单客服请您谢投诉质量价"
    "格快递发票"
)
_TRADITIONAL = frozenset(
    "這個們來為國說時會對過發後種經學現當沒動麼還進樣開從實與長機將兩間問點業門員氣電數報幾訂單請謝質價貨遞處產換費聯絡題壞您"
)
_KANA = frozenset(map(chr, range(0x3041, 0x30F7)))
_FREQUENT = COMMON_HANZI | _TRADITIONAL | _HANGUL | _KANA | frozenset("，。！？、：；（）「」『』《》“”・…—～")
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


def commonness(text: str) -> float:
    """The share of a text's characters beyond ASCII that are frequent in Chinese, Japanese or Korean; 0 where it has none."""
    foreign = [char for char in text[: _SAMPLE // 16] if char > "\x7f"]
    frequent = sum(char in _FREQUENT for char in foreign)
    return frequent / len(foreign) if foreign else 0.0


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
