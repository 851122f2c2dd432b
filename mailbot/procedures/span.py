"""A length of time, or a term, as a procedure writes it.

Text in, value out; what can't be read raises ValueError with the form that can. When a span ends is the calendar's affair.
"""

import re
from datetime import timedelta
from typing import Literal

from msgspec import Struct

Unit = Literal["h", "m", "d", "wd", "same-day", "month-day", "quarter-day", "month-end", "quarter-end", "year-end"]

SPAN = re.compile(r"([+-]?)\s*(\d{1,4})\s*(wd|[hmd])")
DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)( after quarter)?")
NAMED: dict[str, Unit] = {"same day": "same-day", "end of month": "month-end", "end of quarter": "quarter-end", "end of year": "year-end"}
MINUTES = {"m": 1, "h": 60, "d": 1440, "wd": 1440}
ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


class Span(Struct, frozen=True):
    """A length of time (`2h`, `30m`, `7d`, `1wd`, `-4d`, `0`) or a term (`same day`, `10th`, `end of month`, `10th after quarter`).

    Hours and minutes run in office hours only; `d` are calendar days and `wd` working days, both to the
    same wall-clock time. Hours that make whole days (`24h`, `48h`) are working days: procedures say "within
    24 hours" and mean "by this time tomorrow", not two and a half office days. A term ends with the office hours of its
    day, or of the last working day before it; `amount` is the day of the month.
    """

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Span":
        """A length of time. Raises ValueError."""
        text = text.strip().lower()
        if text in ("0", "+0", "-0"):
            return cls(0, "m")
        match = SPAN.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a span of time; write 2h, 30m, 7d (calendar days) or 1wd (working days)")
        sign, amount, unit = match.groups()
        return cls(-int(amount) if sign == "-" else int(amount), unit)  # type: ignore[arg-type]

    @classmethod
    def parse_term(cls, text: str) -> "Span":
        """A length of time or a term. Raises ValueError."""
        words = " ".join(text.lower().split())
        if words in NAMED:
            return cls(1, NAMED[words])
        day = DAY.fullmatch(words)
        if day and 1 <= int(day[1]) <= 31:
            return cls(int(day[1]), "quarter-day" if day[2] else "month-day")
        try:
            return cls.parse(text)
        except ValueError as error:
            raise ValueError(f'{error}, or a term: "same day", "10th", "end of month", "end of quarter", "10th after quarter"') from None

    def __neg__(self) -> "Span":
        return Span(-self.amount, self.unit)

    def __str__(self) -> str:
        if not self.is_term:
            return f"{self.amount}{self.unit}"
        named = {unit: text for text, unit in NAMED.items()}.get(self.unit)
        return named or f"{self.amount}{ENDINGS.get(self.amount, 'th')}{' after quarter' if self.unit == 'quarter-day' else ''}"

    @property
    def is_term(self) -> bool:
        """Whether this names a day and not a length."""
        return self.unit not in MINUTES

    @property
    def working_days(self) -> int | None:
        """How many working days this is; None if it is not counted in them."""
        if self.unit == "wd":
            return self.amount
        if self.unit == "h" and self.amount and self.amount % 24 == 0:
            return self.amount // 24
        return None

    @property
    def length(self) -> timedelta:
        """The span as a bare duration, whatever it is counted in; KeyError for a term, which has none."""
        return timedelta(minutes=MINUTES[self.unit] * self.amount)
