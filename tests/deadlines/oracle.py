"""When a span or term ends, found by walking: minute by minute through the wall clock, day by day through the almanac.

Knows nothing of `worktime`: its only sources are what a clock on the wall shows and the holidays package. Slow on purpose.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays
from msgspec import Struct

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTHS = {"month": range(1, 13), "quarter": (3, 6, 9, 12), "after quarter": (1, 4, 7, 10), "year": (12,)}


class Office(Struct, frozen=True):
    """Where and when somebody works: minutes of the day, weekdays (Monday 0), a country or none."""

    zone: ZoneInfo
    country: str
    hours: tuple[tuple[int, int], ...]
    weekdays: frozenset[int]

    def works_on(self, day: date) -> bool:
        off, instead = almanac(self.country, day.year)
        return day in instead or (day.weekday() in self.weekdays and day not in off)

    def open_at(self, moment: datetime) -> bool:
        """What the wall shows in this minute."""
        wall = moment.astimezone(self.zone)
        minute = 60 * wall.hour + wall.minute
        return any(start <= minute < end for start, end in self.hours) and self.works_on(wall.date())


@cache
def almanac(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Holidays of a year, and weekend days that are worked."""
    if country == "none":
        return frozenset(), frozenset()
    table = country_holidays(country.upper(), years=year)
    instead = getattr(table, "weekend_workdays", set())
    return frozenset(table), frozenset(day for day in instead if day.year == year)


def minutes(office: Office, moment: datetime, count: int) -> datetime:
    """Forward until so many minutes were open; back where `count` is negative."""
    back = count < 0
    left = abs(count)
    while left:
        here = moment - MINUTE if back else moment
        idle = _idle_hour(office, moment - HOUR if back else moment)
        left -= 0 if idle else office.open_at(here)
        moment += (HOUR if idle else MINUTE) * (-1 if back else 1)
    return moment


def _idle_hour(office: Office, moment: datetime) -> bool:
    """Whether the hour from `moment` lies within a day, or days, on which nobody works."""
    ends = {(moment + n * HOUR).astimezone(office.zone).date() for n in (0, 1)}
    return not any(office.works_on(day) for day in ends)


def days(office: Office, moment: datetime, count: int) -> datetime:
    """So many calendar days on, with the same time on the wall."""
    wall = moment.astimezone(office.zone).replace(tzinfo=None)
    return on_the_wall(office.zone, wall + count * DAY)


def working_days(office: Office, moment: datetime, count: int) -> datetime:
    """So many working days on, with the same time on the wall; from the next open minute, going back from the last one's end."""
    while not office.open_at(moment) and count >= 0:
        moment += HOUR if _idle_hour(office, moment) else MINUTE
    while count < 0 and not office.open_at(moment) and not office.open_at(moment - MINUTE):
        moment -= HOUR if _idle_hour(office, moment - HOUR) else MINUTE
    wall = moment.astimezone(office.zone).replace(tzinfo=None)
    day = wall.date()
    for _ in range(abs(count)):
        day += DAY if count > 0 else -DAY
        while not office.works_on(day):
            day += DAY if count > 0 else -DAY
    return on_the_wall(office.zone, datetime.combine(day, wall.time()))


def term(office: Office, moment: datetime, kind: str, number: int) -> datetime:
    """The first closing time after `moment` of a day that `kind` ("same day", "month", "after quarter" …) and `number` mean."""
    for day in almanac_days(moment.astimezone(office.zone).date() - DAY):
        if _meant(day, kind, number, office):
            closes = closing(office, day)
            if closes > moment:
                return closes
    raise AssertionError("days never end")


def _meant(day: date, kind: str, number: int, office: Office) -> bool:
    if kind == "same day":
        return office.works_on(day)
    last = monthrange(day.year, day.month)[1]
    return day.month in MONTHS[kind] and day.day == min(number, last)


def closing(office: Office, day: date) -> datetime:
    """The end of the office hours of `day`, or of the last day before it on which there were any."""
    while True:
        ends = on_the_wall(office.zone, datetime.combine(day, time()) + office.hours[-1][1] * MINUTE)
        starts = on_the_wall(office.zone, datetime.combine(day, time()) + office.hours[0][0] * MINUTE)
        if office.works_on(day) and starts < ends:
            return ends
        day -= DAY


def almanac_days(day: date) -> Iterator[date]:
    while True:
        yield day
        day += DAY


def on_the_wall(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first moment at which the clock shows `wall`; where it never does, as if it had not been put forward."""
    moment = wall.replace(tzinfo=UTC) - 27 * HOUR
    while (shown := (moment + HOUR).astimezone(zone).replace(tzinfo=None)) < wall - HOUR and shown < wall:
        moment += HOUR
    before = moment
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        before = moment
        moment += MINUTE
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    offset = before.astimezone(zone).utcoffset()
    assert offset is not None
    return wall.replace(tzinfo=UTC) - offset
