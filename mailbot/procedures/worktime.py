"""Working time: when a span that starts at a moment ends, in real office hours and real holidays.

Takes aware moments, gives aware UTC moments. A `Calendar` is a zone, a country, office hours and the
company's own exceptions; it reads no clock. China's make-up working days (调休) are known for the years the
State Council has announced; `covered` tells. Spans and hours that can't be read raise ValueError with the
form that can. Limits: an office day ends at midnight at the latest; a wall time that a clock change skips
counts as the one an hour later.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

Country = Literal["cn", "none"]
Unit = Literal["h", "m", "d", "wd"]
Hours = tuple[tuple[int, int], ...]
Interval = tuple[datetime, datetime]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"([+-]?)\s*(\d{1,4})\s*(wd|[hmd])")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
FIRST_COVERED_YEAR = 2001
ALWAYS = 9999
WHOLE_DAY: Hours = ((0, 1440),)


class Span(Struct, frozen=True):
    """A length of time as a procedure writes it: `2h`, `30m`, `7d`, `1wd`, `-4d`, `0`.

    Hours and minutes run in office hours only; `d` are calendar days and `wd` working days, both to the
    same wall-clock time. Hours that make whole days (`24h`, `48h`) are working days: procedures say "within
    24 hours" and mean "by this time tomorrow", not two and a half office days.
    """

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Raises ValueError."""
        text = text.strip().lower()
        if text in ("0", "+0", "-0"):
            return cls(0, "m")
        match = SPAN.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a span of time; write 2h, 30m, 7d (calendar days) or 1wd (working days)")
        sign, amount, unit = match.groups()
        return cls(-int(amount) if sign == "-" else int(amount), unit)  # type: ignore[arg-type]

    def __neg__(self) -> "Span":
        return Span(-self.amount, self.unit)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

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
        """The span as a bare duration, whatever it is counted in."""
        return timedelta(minutes={"m": 1, "h": 60, "d": 1440, "wd": 1440}[self.unit] * self.amount)


class Calendar(Struct, frozen=True):
    """When a company works. `hours` are minutes since midnight, `workdays` weekdays with Monday 0.

    `off` and `on` are the company's own exceptions (closed that day, open that day) and win over the
    country's. The closing minute itself is outside working time.
    """

    zone: ZoneInfo
    country: Country = "cn"
    hours: Hours = ((540, 1080),)
    workdays: frozenset[int] = frozenset(range(5))
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()

    def add(self, moment: datetime, span: Span) -> datetime:
        """The moment `span` after `moment` (before it, when negative), in UTC.

        Office hours: the first moment by which that much has been worked (the last one, going back).
        Working days: the same wall-clock time; a start outside office hours counts from the next working
        moment (the one before, going back).
        """
        days = span.working_days
        if days is not None and not (span.unit == "h" and self.hours == WHOLE_DAY):
            return self._add_working_days(moment, days)
        if span.unit == "d":
            return self._utc(moment.astimezone(self.zone).replace(fold=0) + span.length)
        return self.later(moment, span.length)

    @property
    def round_the_clock(self) -> "Calendar":
        """The same zone with every hour of every day: elapsed time."""
        return Calendar(self.zone, "none", WHOLE_DAY, frozenset(range(7)))

    def later(self, moment: datetime, worked: timedelta) -> datetime:
        """The moment by which `worked` (negative: going back) of working time lies between, in UTC."""
        left = abs(worked)
        if not left:
            return moment.astimezone(UTC)
        back = worked < timedelta(0)
        for start, end in self._before(moment) if back else self._from(moment):
            if left <= end - start:
                return end - left if back else start + left
            left -= end - start
        raise AssertionError("office hours never end")

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; negative if `end` comes first."""
        if end < start:
            return -self.worked(end, start)
        total = timedelta(0)
        for opens, closes in self._from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def is_working(self, moment: datetime) -> bool:
        return self.next_working(moment) == moment

    def next_working(self, moment: datetime) -> datetime:
        """The first working moment that is not before `moment`, in UTC."""
        return next(self._from(moment))[0]

    def is_working_day(self, day: date) -> bool:
        """The company's exceptions first, then make-up days and holidays, then the week."""
        if day in self.on or day in self.off:
            return day in self.on
        holidays, made_up = _china(day.year) if self.country == "cn" else (frozenset(), frozenset())
        return day in made_up or (day.weekday() in self.workdays and day not in holidays)

    def covered(self, year: int) -> bool:
        """Whether the make-up days of `year` are known, by announcement or from `on`."""
        return self.country == "none" or bool(_china(year)[1]) or any(day.year == year for day in self.on)

    @property
    def known_until(self) -> int:
        """The last year in an unbroken row whose make-up days are known; 9999 where there are none to know."""
        if self.country == "none":
            return ALWAYS
        year = FIRST_COVERED_YEAR
        while self.covered(year + 1):
            year += 1
        return year

    def _add_working_days(self, moment: datetime, days: int) -> datetime:
        if days >= 0:
            local = self.next_working(moment).astimezone(self.zone)
        else:
            local = (moment if self.is_working(moment) else next(self._before(moment))[1]).astimezone(self.zone)
        step = timedelta(days=1 if days > 0 else -1)
        for _ in range(abs(days)):
            local += step
            while not self.is_working_day(local.date()):
                local += step
        return self._utc(local.replace(fold=0))

    def _from(self, moment: datetime) -> Iterator[Interval]:
        """Office hours from `moment` on, cut at it, without end; in UTC."""
        moment = moment.astimezone(UTC)
        day = moment.astimezone(self.zone).date()
        while True:
            for start, end in self._open(day):
                if end > moment:
                    yield max(start, moment), end
            day += timedelta(days=1)

    def _before(self, moment: datetime) -> Iterator[Interval]:
        """Office hours before `moment`, the latest first, cut at it; in UTC."""
        moment = moment.astimezone(UTC)
        day = moment.astimezone(self.zone).date()
        while True:
            for start, end in reversed(self._open(day)):
                if start < moment:
                    yield start, min(end, moment)
            day -= timedelta(days=1)

    def _open(self, day: date) -> list[Interval]:
        """The day's office hours in UTC, without overlap even where a clock change folds them."""
        if not self.is_working_day(day):
            return []
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        found: list[Interval] = []
        for opens, closes in self.hours:
            start, end = (self._utc(midnight + timedelta(minutes=minute)) for minute in (opens, closes))
            start = max(start, found[-1][1]) if found else start
            if start < end:
                found.append((start, end))
        return found

    @staticmethod
    def _utc(local: datetime) -> datetime:
        return local.astimezone(UTC)


@lru_cache(maxsize=64)
def _china(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and make-up working days of `year`; the package takes 0.3 s and 13 MB, so it is loaded here."""
    from holidays import country_holidays  # noqa: PLC0415

    table = country_holidays("CN", years=year)
    return frozenset(table), frozenset(day for day in table.weekend_workdays if day.year == year)


def parse_hours(text: str) -> Hours:
    """`09:00-12:00, 13:00-18:00` as minutes since midnight, in order and without overlap. Raises ValueError."""
    found: list[tuple[int, int]] = []
    for part in text.split(","):
        match = CLOCK.fullmatch(part.strip())
        if not match:
            raise ValueError(f"{part.strip()!r} are not office hours; write 09:00-18:00, or 09:00-12:00, 13:00-18:00 with a break")
        hour, minute, to_hour, to_minute = map(int, match.groups())
        start, end = hour * 60 + minute, to_hour * 60 + to_minute
        if minute > 59 or to_minute > 59 or end > 24 * 60 or start >= end or (found and start < found[-1][1]):
            raise ValueError(f"{part.strip()!r} must begin before it ends, within one day, and after the hours named before it")
        found.append((start, end))
    return tuple(found)


def parse_workdays(text: str) -> frozenset[int]:
    """`mon-fri` or `mon-thu, sat` as weekdays, Monday 0. Raises ValueError."""
    days: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = (name.strip() for name in part.partition("-"))
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise ValueError(f"{part.strip()!r} are not weekdays; write mon-fri, or mon-thu, sat")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days.update(range(start, end + 1) if start <= end else (*range(start, 7), *range(end + 1)))
    return frozenset(days)


def hours_text(hours: Hours) -> str:
    """Office hours as people write them."""
    return ", ".join(f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in hours)
