"""The language of a text: zh-Hans, zh-Hant, en, ja, ko, ru, de, fr, es, pt, it, or "und" where nothing tells.

Takes text, gives a BCP 47 tag. Scripts decide first, frequent words decide among Latin languages. Needs no
model and no table of characters: what GB 2312 can write and Big5 can not is Simplified. Looks at 2,000 characters.
"""

import re

SAMPLE = 2_000
# As few Han characters as this make a text with many Latin words Chinese.
HANDFUL = 4
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s<>]{1,2000}|[\w.+-]{1,64}@[\w.-]{1,250}")
_WORD = re.compile(r"[^\W\d_]+")
WORDS = {
    "en": "the and is to of in you for it my i we this that not have with was are please order your on be refund broken arrived "
    "product hello dear thanks thank when what where item delivery received would like still but want need if can has do hi our from",
    "de": "der die das und ist ich nicht mit sie wir ein eine zu den dem es auf für von im bitte habe hat meine mein bestellung sehr auch "
    "noch wurde aber bei danke hallo guten rechnung kaputt lieferung geehrte grüßen",
    "fr": "le la les et est je ne pas vous nous un une des pour dans que qui ce mon ma votre avec sur au il bonjour merci commande reçu "
    "été mais du en de plus remboursement produit livraison cordialement",
    "es": "el la los las y es no de que en un una por para con mi su se lo me pedido hola gracias producto muy pero ha está estoy señores "
    "del al he quiero recibido saludos como reembolso",
    "pt": "o a os as e é não de que em um uma por para com meu minha se do da no na pedido olá obrigado obrigada produto muito mas está "
    "foi você estou ao recebi gostaria reembolso nos",
    "it": "il lo la gli le e è non di che in un una per con mio mia si del della ordine ciao buongiorno grazie prodotto molto ma sono ho "
    "questo anche ricevuto vorrei rimborso nel alla saluti cordiali",
}
_TONGUES: dict[str, tuple[str, ...]] = {}
for _tongue, _words in WORDS.items():
    for _word in _words.split():
        _TONGUES[_word] = (*_TONGUES.get(_word, ()), _tongue)
_ACCENTS = {
    "ß": "de",
    "ä": "de",
    "ö": "de",
    "ü": "de",
    "ç": "fr",
    "ê": "fr",
    "œ": "fr",
    "ñ": "es",
    "¿": "es",
    "¡": "es",
    "ã": "pt",
    "õ": "pt",
}


def detect(text: str) -> str:
    """The tag of the language most of a text is in."""
    sample = text[:SAMPLE]
    if sample.isascii():
        return _latin(sample)
    han, kana, hangul = len(_HAN.findall(sample)), len(_KANA.findall(sample)), len(_HANGUL.findall(sample))
    if kana > hangul and (kana * 6 > han or (kana * 15 > han and _is_japanese(sample))):
        return "ja"
    if hangul > han:
        return "ko"
    letters = len(_WORD.findall(sample)) if han < HANDFUL else 0
    if han >= HANDFUL or (han and han >= letters - 1):
        return _chinese(sample)
    cyrillic = len(_CYRILLIC.findall(sample))
    if cyrillic > HANDFUL and cyrillic * 3 > len(sample) - sample.count(" "):
        return "ru"
    return _latin(sample)


def _is_japanese(sample: str) -> bool:
    """Whether a Japanese font has every Han character, as it hardly has those of a Chinese letter."""
    han = "".join(_HAN.findall(sample))
    return len(han.encode("shift_jis", "ignore")) == 2 * len(han)


def _chinese(sample: str) -> str:
    han = "".join(_HAN.findall(sample))
    simplified = len(han) - len(han.encode("big5", "ignore")) // 2
    traditional = len(han) - len(han.encode("gb2312", "ignore")) // 2
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _latin(sample: str) -> str:
    scores = dict.fromkeys(WORDS, 0.0)
    for word in _WORD.findall(_ADDRESS.sub(" ", sample).lower()):
        tongues = _TONGUES.get(word, ())
        for tongue in tongues:
            scores[tongue] += 1 / len(tongues)
    for char in sample.lower() if not sample.isascii() else "":
        if char in _ACCENTS:
            scores[_ACCENTS[char]] += 0.5
    best = max(scores, key=lambda tongue: scores[tongue])
    return best if scores[best] >= 1 else "und"
