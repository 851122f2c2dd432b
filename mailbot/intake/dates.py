"""The moment a Date field names (RFC 5322 §3.3, §4.3), in the forms senders really write.

Takes the field's text, gives an aware moment, or None where it names none. Beside the standard's form: ISO 8601, the C library's
`ctime`, month and day names of a dozen languages, Chinese dates, zones by name or as `GMT+8`, morning and afternoon. A date that
could be two days (`05/06/2024`, not `05.06.2024`) is none. Without a zone it is UTC. Never raises; looks at 200 characters.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

_READ = 200
_COMMENT = re.compile(r"\(([^()]{0,60})\)")
_TIME = re.compile(r"(?<!\d)(\d{1,2})\s?[:时時]\s?(\d{1,2})(?:\s?[:分]\s?(\d{1,2})(?!\d))?(?:[.,]\d+)?秒?")
_DOTTED_TIME = re.compile(r"(?<![\d.])(\d\d)\.(\d\d)\.(\d\d)(?![\d.])")
_HALF = re.compile(r"\b([ap])\.?m\b\.?|(上午|凌晨|早上|下午|晚上|午后)", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d\d)?(?!\d)|(?<![\d:.])(0\d|1[0-4])(\d\d)\Z")
_ZONE = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,5}(?![A-Za-z])")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?!\d)")
_CHINESE_MONTH = re.compile(r"(?:(\d{1,2})|(十[一二]?|[一二三四五六七八九]))月")
_WORD = re.compile(r"[^\W\d_]{3,20}")
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_HANZI = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
# What month names begin with, without accents: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian.
_MONTHS = (
    ("jan", "ene", "gen", "sty", "янв"),
    ("feb", "fev", "lut", "фев"),
    ("mar", "mrt", "maerz", "мар"),
    ("apr", "avr", "abr", "kwi", "апр"),
    ("may", "mai", "mag", "mei", "maj", "маи", "мая"),
    ("jun", "juin", "giu", "cze", "июн"),
    ("jul", "juil", "lug", "lip", "июл"),
    ("aug", "aou", "ago", "sie", "авг"),
    ("sep", "set", "wrz", "сен"),
    ("oct", "okt", "ott", "out", "paz", "окт"),
    ("nov", "lis", "ноя"),
    ("dec", "dez", "dic", "gru", "дек"),
)
# Hours east of Greenwich. A name that means several zones has the meaning RFC 5322 §4.3 gives it, or none here.
_ZONES = {
    name: hours
    for hours, names in (
        *((0, "ut utc gmt z wet"), (1, "bst west cet met mez"), (2, "cest mest mesz eet"), (3, "eest msk"), (4, "msd"), (7, "wib")),
        *((8, "hkt sgt awst"), (9, "jst kst"), (10, "aest"), (11, "aedt"), (12, "nzst"), (13, "nzdt"), (-3, "adt brt"), (-4, "ast edt")),
        *((-5, "est cdt"), (-6, "cst mdt"), (-7, "mst pdt"), (-8, "pst akdt"), (-9, "akst"), (-10, "hst")),
    )
    for name in names.split()
}
# RFC 5322 §4.3: years of two digits below this one are of this century.
_PIVOT = 50


def read(value: str) -> datetime | None:
    """The moment, None where the text names none."""
    claim = value[:_READ]
    comments = " ".join(_COMMENT.findall(claim))
    claim = _COMMENT.sub(" ", claim).strip(' "')
    time = _TIME.search(claim) or _DOTTED_TIME.search(claim)
    before, after = (claim[: time.start()], claim[time.end() :]) if time else (claim, "")
    day = _day(before) or _day(f"{before} {_years(after)}")
    if day is None:
        return None
    try:
        return _moment(day, _clock(time, claim), _zone(after.strip(), comments))
    except (ValueError, OverflowError):
        return None


def _moment(day: tuple[int, int, int], clock: tuple[int, int, int], zone: timedelta) -> datetime:
    moment = datetime(*day, *clock, tzinfo=timezone(zone) if zone else UTC)
    moment.astimezone(UTC)
    return moment


def _years(after: str) -> str:
    """What stands behind the time in `ctime`'s form: the year."""
    return " ".join(re.findall(r"(?<![+\-\d])(?:19|20)\d\d(?!\d)", after))


def _day(text: str) -> tuple[int, int, int] | None:
    """Year, month and day; None where the text names no day, or two."""
    if (match := _YEAR_FIRST.search(text)) is not None:
        return int(match[1]), int(match[2]), int(match[3])
    if (match := _NUMERIC.search(text)) is not None:
        first, second = int(match[1]), int(match[3])
        if match[2] == ".":
            return int(match[4]), second, first
        if first == second or max(first, second) > 12:
            return int(match[4]), min(first, second), max(first, second)
        return None
    month, rest = _month(text)
    numbers = [hit[0] for hit in _NUMBER.finditer(rest)]
    if not month or len(numbers) < 2:
        return None
    year, day = (numbers[0], numbers[1]) if len(numbers[0]) == 4 else (numbers[1], numbers[0])
    return _full(year), month, int(day)


def _full(year: str) -> int:
    """RFC 5322 §4.3: three digits count from 1900, two from the century they are nearer to."""
    number = int(year)
    if len(year) >= 4:
        return number
    return number + 1900 if number >= _PIVOT else number + 2000


def _month(text: str) -> tuple[int, str]:
    """The month and the text without it; nought where there is none."""
    if (match := _CHINESE_MONTH.search(text)) is not None:
        return int(match[1] or _HANZI.index(match[2]) + 1), text[: match.start()] + " " + text[match.end() :]
    named = [number for word in _WORD.findall(text) if (number := _number_of(word))]
    # The last counts: `mar, 14 mai` is a Tuesday in May.
    return (named[-1] if named else 0), text


def _number_of(word: str) -> int:
    plain = unicodedata.normalize("NFD", word.lower())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return next((number for number, starts in enumerate(_MONTHS, 1) if plain.startswith(starts)), 0)


def _clock(time: re.Match[str] | None, claim: str) -> tuple[int, int, int]:
    if time is None:
        return 0, 0, 0
    hour, minute, second = int(time[1]), int(time[2]), min(int(time[3] or 0), 59)
    half = _HALF.search(claim)
    if half is not None and hour <= 12:
        late = (half[1] or "").lower() == "p" or half[2] in ("下午", "晚上", "午后")
        hour = hour % 12 + 12 * late
    return hour, minute, second


def _zone(after: str, comments: str) -> timedelta:
    """The zone behind the time: an offset, else a name, else a name in a comment."""
    if (match := _OFFSET.search(after)) is not None:
        sign, hours, minutes = (match[1], match[2], match[3]) if match[1] else ("+", match[4], match[5])
        return timedelta(hours=int(hours), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    names = [hit.lower() for hit in _ZONE.findall(f"{after} {comments}")]
    return timedelta(hours=next((_ZONES[name] for name in names if name in _ZONES), 0))
