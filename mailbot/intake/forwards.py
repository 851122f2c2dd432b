"""The letters that a letter passes on: whose they are, when they were sent, what they say.

Takes a letter's text and its attached letters' messages, gives `Forwarded` values, the outermost first. Reads the header
blocks that mail programs write above a forwarded letter (Chinese, English and the languages of `quotemarks`), quoted or
not. Pure; never raises; looks at the first 256 K characters and at three letters within each other.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from mailbot.intake import addresses, language, quotes
from mailbot.intake import quotemarks as marks
from mailbot.intake.message import Address, Forwarded
from mailbot.intake.quotemarks import either

WITHIN = 3
SEPARATORS = (marks.SEPARATOR, marks.RULE, marks.APPLE_FORWARD)
MAX_CHARS = 262_144
_MAX_FIELD = 1_000
# A block shows its second field within so many lines of the first, and no more lines than this in all.
_NEAR, _LONGEST = 4, 16
_DATE = re.compile(
    r"(?:"
    + either("""
    Sent|Date|Sent on|发送时间|发件时间|发送日期|时间|日期|日　期|發送時間|寄件日期|傳送時間|寄送時間|傳送日期|送信日時|日付|日時
    보낸 ?날짜|날짜|Gesendet|Datum|Envoyé|Fecha|Enviado(?: el| em)?|Enviada(?: em)?|Data|Inviato|Отправлено|Дата|Verzonden
""")
    + r")\Z",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:"
    + either("""
    Subject|主题|主 {0,4}题|主　题|標題|主旨|主題|件名|제목|Betreff|Objet|Asunto|Assunto|Oggetto|Ogg|Тема|Onderwerp|Ämne|Emne|Temat|Konu
""")
    + r")\Z",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[\s|*•]{0,10}([^:：|*]{1,30}?)\s{0,6}\*{0,2}\s{0,4}[:：|]\*{0,2}[ \t\u3000]{0,20}(.*)", re.DOTALL)
_SIGN = re.compile(rf"^[\s>＞|*•]{{0,20}}(?:{marks.FROM_NAMES})[\s*]{{0,8}}[:：|]", re.IGNORECASE | re.MULTILINE)
_QUOTE = re.compile(r"\s{0,3}(?:[>＞] ?){1,20}")
_MAILTO = re.compile(r"[\[(<]{1,2}mailto:([^\s\])>]{3,320})[\])>]{1,2}", re.IGNORECASE)
_CLOCK = re.compile(
    r"(上午|下午|中午|晚上|凌晨|傍晚|[AaPp]\.?[Mm]\b)?\.?\s{0,3}(\d{1,2})[:：时點点](\d{2})(?:[:：分](\d{2}))?秒?\s{0,3}([AaPp]\.?[Mm]\b)?"
)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_YEAR_FIRST = re.compile(r"(\d{4})\s{0,2}[年/.\-]\s{0,2}(\d{1,2})\s{0,2}[月/.\-]\s{0,2}(\d{1,2})")
_NAMED = re.compile(
    r"(?:(\d{1,2})\.?\s{1,3}(?:de\s)?)?([A-Za-zÀ-ÿ]{3,12})\.?\s{1,3}(?:de\s)?(?:(\d{1,2})(?:st|nd|rd|th)?\s{0,2},?\s{1,3})?(\d{4})"
)
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?!\d)")
# How the months begin in English, German, French, Spanish, Italian, Portuguese, Dutch.
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            *("jan ene gen", "feb fév fev", "mar mär maa mrt", "apr avr abr", "may mai mag mei", "jun juin giu", "jul juil lug"),
            *("aug aoû ago", "sep set", "oct okt ott out", "nov", "dec déc dez dic"),
        ),
        1,
    )
    for name in names.split()
}
_HALF = re.compile(r"\d\s?[ap]\.?m\b", re.IGNORECASE)
_DECEMBER = 12
_LATE = {"下午", "晚上", "傍晚", "中午"}


def read(text: str, written_in: tzinfo | None) -> tuple[Forwarded, ...]:
    """The letters passed on in a text; moments without a zone are taken in that of the letter itself."""
    found: list[Forwarded] = []
    if _SIGN.search(text) is None:
        return ()
    lines = text[:MAX_CHARS].replace("\xa0", " ").split("\n")
    while len(found) < WITHIN and (block := _first_block(lines)) is not None:
        above, fields, lines = block
        sender = _sender(fields)
        if sender is not None:
            cover = quotes.cut(_unseparated(above))[0] if above and not found else ""
            own = quotes.cut("\n".join(lines))[0]
            sent = moment(fields.get("date", ""), written_in)
            found.append(Forwarded(sender, sent, fields.get("subject", ""), own, language.detect(own), cover))
    return tuple(found)


def _first_block(lines: list[str]) -> tuple[list[str], dict[str, str], list[str]] | None:
    """What stands above the first header block, the block's fields, and what stands below, one quote mark less."""
    for at, line in enumerate(lines):
        plain = _QUOTE.sub("", line[:_MAX_FIELD])
        if not marks.ANY_FIELD.match(plain) or not _is_block(lines, at):
            continue
        mark = _QUOTE.match(line)
        depth = len(mark[0].replace(" ", "")) if mark else 0
        below = [_unquoted(each, depth) for each in lines[at:]]
        fields, end = _fields(below)
        return lines[:at], fields, below[end:]
    return None


def _is_block(lines: list[str], at: int) -> bool:
    """A From field and another field close together, in either order."""
    near = [_QUOTE.sub("", line[:_MAX_FIELD]) for line in lines[at : at + 1 + _NEAR]]
    return any(map(marks.FROM_FIELD.match, near)) and sum(bool(marks.OTHER_FIELD.match(line)) for line in near) >= 1


def _unquoted(line: str, depth: int) -> str:
    for _ in range(depth):
        line = re.sub(r"\A\s{0,3}[>＞] ?", "", line)
    return line


def _fields(lines: list[str]) -> tuple[dict[str, str], int]:
    """The fields of a block by what they mean, and the line after it. A long list of addresses may go on over lines."""
    fields: dict[str, str] = {}
    name = ""
    for at, line in enumerate(lines[:_LONGEST]):
        label = _LABEL.match(line[:_MAX_FIELD]) if marks.ANY_FIELD.match(line[:300]) else None
        if label is not None:
            name = _meaning(line[:300], label[1].strip())
            fields.setdefault(name, label[2].strip(" |\t;"))
        elif not line.strip() or not name:
            following = lines[at + 1] if at + 1 < len(lines) else ""
            if not marks.ANY_FIELD.match(following[:300]):
                return fields, at
        elif name in ("from", "other") and "@" in line:
            fields[name] += " " + line.strip(" |\t")
        elif name == "subject" and line[:1] in " \t":
            fields[name] += " " + line.strip()
        else:
            return fields, at
    return fields, min(len(lines), _LONGEST)


def _meaning(line: str, label: str) -> str:
    if marks.FROM_FIELD.match(line):
        return "from"
    if _DATE.match(label):
        return "date"
    return "subject" if _SUBJECT.match(label) else "other"


def _sender(fields: dict[str, str]) -> Address | None:
    """The author with an address; a name alone is nobody who can be answered."""
    told = _MAILTO.sub(r"<\1>", fields.get("from", ""))[:_MAX_FIELD]
    return next((address for address in addresses.read(told)[0] if "@" in address.address), None)


def _unseparated(lines: list[str]) -> str:
    """The forwarder's own words: without the separator between them and the block."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or any(sign.match(lines[end - 1][:300]) for sign in SEPARATORS)):
        end -= 1
    return "\n".join(lines[:end])


def moment(told: str, zone: tzinfo | None) -> datetime | None:
    """The moment a mail program wrote in words, Chinese or English; None where it can't be read. Without zone it is `zone`'s."""
    told = told[:120]
    day = _day(told)
    clock = _CLOCK.search(told)
    if day is None or clock is None:
        return None
    hour, half = int(clock[2]), (clock[1] or clock[5] or "").lower().replace(".", "")
    if half in _LATE or half == "pm":
        hour += 12 if hour < 12 and not (half == "中午" and hour > 10) else 0
    elif half in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    offset = _OFFSET.search(told[clock.end() :]) or _OFFSET.search(told[: clock.start()].rpartition("GMT")[2] if "GMT" in told else "")
    try:
        return datetime(*day, hour, int(clock[3]), int(clock[4] or 0), tzinfo=_zone(offset) or zone or UTC)
    except ValueError:
        return None


def _zone(offset: re.Match[str] | None) -> tzinfo | None:
    if offset is None:
        return None
    return timezone((1 if offset[1] == "+" else -1) * timedelta(hours=int(offset[2]) % 24, minutes=int(offset[3] or 0) % 60))


def _day(told: str) -> tuple[int, int, int] | None:
    """Year, month, day."""
    if (match := _YEAR_FIRST.search(told)) is not None:
        return int(match[1]), int(match[2]), int(match[3])
    for match in _NAMED.finditer(told):
        name, day = match[2].lower(), match[1] or match[3]
        month = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
        if month and day:
            return int(match[4]), month, int(day)
    return _of_numbers(told)


def _of_numbers(told: str) -> tuple[int, int, int] | None:
    """Half the world reads 11/12 as November: only what can be no month, a full stop or a half of the day tells."""
    match = _NUMBERS.search(told)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or first > _DECEMBER:
        return year, second, first
    return (year, first, second) if second > _DECEMBER or _HALF.search(told) else None
