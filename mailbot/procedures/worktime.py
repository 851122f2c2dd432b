"""Working time: when a span that starts at a moment ends, in real office hours and real holidays.

Takes aware moments, gives aware UTC moments. A `Calendar` is a zone, a country, office hours and the
company's own exceptions; it reads no clock. China's make-up working days (调休) are known for the years the
State Council has announced; `covered` tells. Hours that can't be read raise ValueError with the form that can.
Limits: an office day ends at midnight at the latest; a wall time that a clock change skips counts as the one an
hour later.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from msgspec import Struct

from mailbot.procedures import daysoff
from mailbot.procedures.span import Span

__all__ = ["ALWAYS", "WEEKDAYS", "Calendar", "Span", "hours_text", "parse_hours", "parse_workdays", "workdays_text"]

Hours = tuple[tuple[int, int], ...]
Interval = tuple[datetime, datetime]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
FIRST_COVERED_YEAR = 2001
ALWAYS = 9999
MONTHS = range(1, 13)
TERMS = {  # the months a term may fall in, and its day where that is not the amount
    "month-day": (MONTHS, 0), "month-end": (MONTHS, 31), "quarter-day": (MONTHS[::3], 0),
    "quarter-end": (MONTHS[2::3], 31), "year-end": (MONTHS[11:], 31),
}  # fmt: skip
WHOLE_DAY: Hours = ((0, 1440),)


class Calendar(Struct, frozen=True):
    """When a company works. `hours` are minutes since midnight, `workdays` weekdays with Monday 0.

    `off` and `on` are the company's own exceptions (closed that day, open that day) and win over the
    country's. The closing minute itself is outside working time.
    """

    zone: ZoneInfo
    country: str = "cn"
    hours: Hours = ((540, 1080),)
    workdays: frozenset[int] = frozenset(range(5))
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()

    def add(self, moment: datetime, span: Span) -> datetime:
        """The moment `span` after `moment` (before it, when negative), in UTC.

        Office hours: the first moment by which that much has been worked (the last one, going back).
        Working days: the same wall-clock time; a start outside office hours counts from the next working
        moment (the one before, going back). A term: the first end of such a day's office hours after `moment`.
        """
        if span.is_term:
            return next(end for end in map(self._closing, self._days(moment, span)) if end > moment)
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

    def closing_after(self, day: date) -> datetime:
        """The end of the office hours of the first working day after `day`, in UTC."""
        return self._closing(next(filter(self._open, (day + timedelta(days=n) for n in count(1)))))

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
        holidays, made_up = daysoff.days(self.country, day.year)
        return day in made_up or (day.weekday() in self.workdays and day not in holidays)

    def covered(self, year: int) -> bool:
        """Whether the make-up days of `year` are known, by announcement or from `on`."""
        return self.country != "cn" or bool(daysoff.days("cn", year)[1]) or any(day.year == year for day in self.on)

    @property
    def known_until(self) -> int:
        """The last year in an unbroken row whose make-up days are known; 9999 where there are none to know."""
        if self.country != "cn":
            return ALWAYS
        year = FIRST_COVERED_YEAR
        while self.covered(year + 1):
            year += 1
        return year

    def _days(self, moment: datetime, span: Span) -> Iterator[date]:
        """The days of a term from about `moment` on, each the working day it falls on or the last one before."""
        day = moment.astimezone(self.zone).date()
        if span.unit == "same-day":
            yield from filter(self._open, (day + timedelta(days=n) for n in count()))
        months, in_month = TERMS[span.unit]
        for month in count(12 * day.year + day.month - 1):
            if month % 12 + 1 in months:
                year, number = month // 12, month % 12 + 1
                wanted = date(year, number, min(in_month or span.amount, monthrange(year, number)[1]))
                while not self._open(wanted):
                    wanted -= timedelta(days=1)
                yield wanted

    def _closing(self, day: date) -> datetime:
        """The end of a working day's office hours, in UTC."""
        return self._open(day)[-1][1]

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


def workdays_text(days: frozenset[int]) -> str:
    """Weekdays as a file writes them."""
    first, last = min(days), max(days)
    unbroken = last - first + 1 == len(days) > 1
    return f"{WEEKDAYS[first]}-{WEEKDAYS[last]}" if unbroken else ", ".join(WEEKDAYS[day] for day in sorted(days))
