"""What a time that is counted in working time leaves out: holidays with their names, and the weekend days that are worked instead.

Pure. Ordinary weekends are not told: people expect them. Limit: a time of more than 400 days is looked through for its first 400.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from msgspec import Struct

from mailbot.procedures import daysoff
from mailbot.procedures.worktime import Calendar

LONGEST = 400


class Gap(Struct, frozen=True):
    """Days in a row on which nobody works, weekends within it included; `name` is the holiday's, empty for the company's own."""

    first: date
    last: date
    name: str


def gaps(calendar: Calendar, since: datetime, until: datetime, language: str) -> list[Gap]:
    """The holidays and the company's own days off between two moments, in order."""
    found = []
    for works, run in groupby(_days(calendar, since, until), calendar.is_working_day):
        days = [] if works else list(run)
        special = [day for day in days if _is_special(calendar, day)]
        if special:
            found.append(Gap(special[0], special[-1], _name(calendar, days, language)))
    return found


def made_up(calendar: Calendar, since: datetime, until: datetime) -> list[date]:
    """Days between two moments that are worked although the week says otherwise."""
    return [day for day in _days(calendar, since, until) if day.weekday() not in calendar.workdays and calendar.is_working_day(day)]


def _days(calendar: Calendar, since: datetime, until: datetime) -> Iterator[date]:
    first, last = since.astimezone(calendar.zone).date(), until.astimezone(calendar.zone).date()
    return (first + timedelta(days=n) for n in range(min((last - first).days + 1, LONGEST)))


def _is_special(calendar: Calendar, day: date) -> bool:
    return day in calendar.off or day.weekday() in calendar.workdays or day in daysoff.days(calendar.country, day.year)[0]


def _name(calendar: Calendar, days: list[date], language: str) -> str:
    """The name that most of the days bear."""
    named = [name for day in days if (name := daysoff.names(calendar.country, day.year, language).get(day))]
    return Counter(named).most_common(1)[0][0] if named else ""
