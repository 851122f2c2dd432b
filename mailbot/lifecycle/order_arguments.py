"""What stands behind an order's word: a colleague, a category, a severity or a day, read leniently.

Takes the raw argument and what the company knows; gives the value, or `Wrong` with the reason, the nearest valid
one and the valid choices. Pure and total. Limits: a day such as 12/1 is refused, because half the world reads it
as January; a day without a year lies within the coming eleven months.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct

from mailbot.lifecycle.order_words import fold
from mailbot.settings import Member

Reason = Literal[
    "unknown-order", "missing-argument", "unexpected-argument", "unknown-person", "ambiguous-person",
    "unknown-category", "unknown-severity", "bad-date", "past-date", "not-allowed", "not-now", "no-token",
    "contradiction", "misplaced", "unmarked", "text-needed", "text-not-allowed", "no-question", "text-below-answer",
    "bad-amount", "unknown-responsibility", "unknown-validity", "unknown-verdict", "unknown-milestone", "nothing-to-approve",
    "not-yet", "no-later-day", "not-a-department", "nothing-due",
    "unknown-task-kind", "no-open-task", "which-task", "not-your-task", "nothing-to-judge",
    "bad-quantity", "bad-shares", "no-reason", "other-unit", "count-it", "own-order", "which-approval", "recall-lacks", "no-dealers",
    "not-for-a-duty", "bad-number", "not-drawn",
    "bad-score", "rated-already", "bad-registration", "own-address", "no-content", "inside",
]  # fmt: skip
Departments = Mapping[str, Sequence[str]]
MOST_CHOICES = 30
LONGEST = 200
JUST_PASSED = timedelta(days=31)
FARTHEST = timedelta(days=3 * 366)
WRAPPING = " \t\u3000\u00a0\"'“”‘’「」『』<>＜＞@＠。.!！,，;；、()（）[]【】*_`"
TO = re.compile(r"^(?:to\s+|[给給至到]\s*)")
KIND_SUFFIX = re.compile(r"(?:类|類|问题|問題|\s+issues?)$")
PARENTHESES = re.compile(r"\s*\([^()]{0,20}\)?$")
BEFORE = re.compile(r"^(?:by|before|on|until)\s+|\s*(?:之前|以前|前|左右)$")
LARGE = {"千": 1_000, "万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
RANGE = r"\s*[-~–—−至到]\s*\d"  # 100-120
# What must not stand right behind a number, for then it means another one: 3百, 1,20, 100多, 2成, 5k, 50 %.
PLAIN = rf"(?!\d|\s?[%‰]|[.,]\d|千(?!克)|[十百万萬亿億多余餘几幾]|成(?!品)|折(?![让讓扣痕])|[kw](?![a-z])|{RANGE})"
AMOUNT = re.compile(
    r"[^\d\s\-−–—负負]{0,4}\s?(?P<number>\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,2})?)(?:\s?(?P<large>[千万萬亿億]))?"
    rf"{PLAIN}(?!(?<!\d{{4}})\s\d{{3}}(?:[\s.,元]|\Z))(?:\s?(?:元|块|塊|rmb|cny|yuan|eur|usd))?+(?!{RANGE}|\d)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
CJK = re.compile(r"[\u3400-\u9fff]")
NUMBERED = re.compile(r"\s*(?:第\s?(\d{1,3})\s?[项項]|#?(\d{1,3}))(?:\s*[:;,.、)]\s*|\s+|$)")
YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<sep>[-/.年])(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号號]?")
MONTH_FIRST = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号號]?")
DAY_THEN_NAME = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ .-]{0,2}(?:of )?(?P<name>[a-z]{3,9})\.?(?:,? ?-?(?P<year>\d{4}))?")
NAME_THEN_DAY = re.compile(r"(?P<name>[a-z]{3,9})\.? ?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? (?P<year>\d{4}))?")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
RELATIVE = {"今天": 0, "今日": 0, "today": 0, "明天": 1, "明日": 1, "tomorrow": 1, "后天": 2, "後天": 2, "day after tomorrow": 2}


class Wrong(Struct, frozen=True):
    """Why an argument can't be used."""

    reason: Reason
    nearest: str | None = None
    choices: tuple[str, ...] = ()


def read_colleague(raw: str, members: Sequence[Member], departments: Departments, shown: Sequence[str]) -> Member | str | Wrong:
    """A member of staff by name, address or its first part, or a department id by id or label.

    `departments` maps ids to labels; `shown` are the labels the writer is offered.
    """
    text = fold(raw.strip(WRAPPING)[:LONGEST])
    found = _hits(text, members, departments) or _hits(TO.sub("", text), members, departments)
    choices = (*shown, *(member.name for member in members))[:MOST_CHOICES]
    if len(found) > 1:
        people = tuple(hit.addresses[0] if isinstance(hit, Member) else hit for hit in found)
        return Wrong("ambiguous-person", None, people[:MOST_CHOICES])
    if found:
        return found[0]
    names = {
        fold(name): name
        for name in (*(m.name for m in members), *departments, *(label for labels in departments.values() for label in labels))
    }
    return Wrong("unknown-person", _nearest(text, names), choices)


def read_choice(raw: str, words: Mapping[str, Iterable[str]], shown: Sequence[str], reason: Reason) -> str | Wrong:
    """The id whose words include `raw`; `shown` are the labels the writer is offered."""
    known = {fold(word): key for key, several in words.items() for word in (key, *several)}
    text = fold(raw.strip(WRAPPING)[:LONGEST])
    key = known.get(text) or known.get(KIND_SUFFIX.sub("", text))
    return key or Wrong(reason, _nearest(text, {word: word for word in known}), tuple(shown))


def read_day(raw: str, today: date) -> date | Wrong:
    """A calendar day from `today` on."""
    text = PARENTHESES.sub("", fold(raw.strip(WRAPPING)[:LONGEST]))
    text = BEFORE.sub("", BEFORE.sub("", text))
    text = text.replace(" ", "") if CJK.search(text) else text
    soon = today + timedelta(days=7)
    choices = (soon.isoformat(), f"{soon.month}月{soon.day}日", f"{soon.day} {MONTHS[soon.month - 1][:3].title()}")
    if text in RELATIVE:
        return today + timedelta(days=RELATIVE[text])
    try:
        day = _written_day(text, today)
    except (ValueError, OverflowError):
        day = None
    if day is None or day > today + FARTHEST:
        return Wrong("bad-date", None, choices)
    return day if day >= today else Wrong("past-date", None, choices)


def read_amount(raw: str) -> tuple[Decimal, str] | Wrong:
    """A sum of money at the front, and the words after it: `1,200.50`, `¥1200 元`, `3万`; a number that goes on otherwise is none."""
    text = raw.strip(WRAPPING)
    match = AMOUNT.match(narrow(text[:LONGEST]))
    if not match:
        return Wrong("bad-amount", None, ("1200", "1200.50"))
    return scaled(match["number"], match["large"]), text[match.start("rest") :].strip(WRAPPING)


def scaled(number: str, large: str | None) -> Decimal:
    """`1.5` and `万` as 15000."""
    value = Decimal(number.replace(",", "")) * LARGE.get(large or "", 1)
    return value.quantize(Decimal(1)) if large and value == value.to_integral_value() else value


def narrow(text: str) -> str:
    """Digits and signs in one width, every character at its place."""
    return "".join(narrowed if len(narrowed := unicodedata.normalize("NFKC", char)) == 1 else char for char in text)


def read_front(raw: str, words: Mapping[str, Iterable[str]], shown: Sequence[str], reason: Reason) -> tuple[str, str] | Wrong:
    """The id whose word stands at the front of `raw`, and what follows it; the longest word that fits counts."""
    front = split_front(raw, words, shown, reason)
    return front if isinstance(front, Wrong) else (front[0], front[1].strip(WRAPPING + ":：-"))


def split_front(raw: str, words: Mapping[str, Iterable[str]], shown: Sequence[str], reason: Reason) -> tuple[str, str] | Wrong:
    """As `read_front`, with what follows as it stands."""
    text = " ".join(raw.strip(WRAPPING).split())
    known = sorted(((fold(word), key) for key, several in words.items() for word in (key, *several)), key=lambda pair: -len(pair[0]))
    for word, key in known:
        if fold(text[: len(word)]) == word and (CJK.search(word) or not text[len(word) : len(word) + 1].isalnum()):
            return key, text[len(word) :]
    return Wrong(reason, _nearest(fold(text[:LONGEST]), {word: word for word, _ in known}), tuple(shown))


def read_numbered(raw: str) -> tuple[int | None, str]:
    """A task's number at the front, if there is one, and the words after it: `2 done`, `2：完成`, `第2项 完成`."""
    match = NUMBERED.match(narrow(raw[:LONGEST]))
    return (int(match[1] or match[2]), raw[match.end() :]) if match else (None, raw)


def read_dated(raw: str, today: date) -> tuple[date, str] | Wrong:
    """A day at the front, and the words after it; the longest front that is a day counts."""
    parts = raw.split()
    for size in range(min(len(parts), 5), 0, -1):
        day = read_day(" ".join(parts[:size]), today)
        if isinstance(day, date) or day.reason == "past-date":
            return day if isinstance(day, Wrong) else (day, " ".join(parts[size:]))
    whole = read_day(raw, today)
    return whole if isinstance(whole, Wrong) else (whole, "")


def _hits(text: str, members: Sequence[Member], departments: Departments) -> list[Member | str]:
    """Whoever is called `text` in full; failing that, whoever has it as a part of the name or before the @."""
    address = re.search(r"[^\s<>]+@[^\s<>]+", text)
    if address:
        return [member for member in members if address[0] in member.addresses]
    solid = text.replace(" ", "")
    if not solid:
        return []
    full: list[Member | str] = [member for member in members if fold(member.name).replace(" ", "") == solid]
    full += [key for key, labels in departments.items() if solid in {fold(name).replace(" ", "") for name in (key, *labels)}]
    return full or [m for m in members if text in fold(m.name).split() or any(text == a.partition("@")[0] for a in m.addresses)]


def _written_day(text: str, today: date) -> date | None:
    """Raises ValueError for a day that no calendar has."""
    match = YEAR_FIRST.fullmatch(text) or MONTH_FIRST.fullmatch(text) or DAY_THEN_NAME.fullmatch(text) or NAME_THEN_DAY.fullmatch(text)
    if not match:
        return None
    parts = match.groupdict()
    month = int(parts["month"]) if parts.get("month") else _month(parts["name"])
    if parts.get("year"):
        return date(int(parts["year"]), month, int(parts["day"]))
    day = _in_year(today.year, month, int(parts["day"]), today)
    # A day a few weeks back is a slip of the pen; one long past means next year's.
    return day if day >= today - JUST_PASSED else _in_year(today.year + 1, month, int(parts["day"]), today)


def _in_year(year: int, month: int, day: int, today: date) -> date:
    """29 February means the next one there is, if that is next year."""
    try:
        return date(year, month, day)
    except ValueError:
        if (month, day) == (2, 29) and year == today.year:
            return date(year + 1, month, day)
        raise


def _month(name: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        if month.startswith(name) or name == "sept" == month[:4]:
            return number
    raise ValueError(name)


def _nearest(text: str, names: Mapping[str, str]) -> str | None:
    near = get_close_matches(text[:40], names, n=1, cutoff=0.5)
    return names[near[0]] if near else None
