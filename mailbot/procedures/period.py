"""Which period of a recurring clause has come, and from what moment: the days, weeks, months, quarters and years of a company.

Takes a clause's `every` and `on`, a calendar and now; gives the period's name and the moment its work begins. Pure,
reads no clock, never raises. Names sort as time runs: `2026-11-27`, `2026-W48` (ISO 8601), `2026-11`, `2026-Q4`, `2026`.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from mailbot.procedures.rules import Every
from mailbot.procedures.worktime import Calendar

MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAY = timedelta(days=1)


def latest(every: Every, on: int, calendar: Calendar, now: datetime, since: datetime | None = None) -> tuple[str, datetime] | None:
    """The last period whose moment is not after `now`, and that moment (UTC); None where it is not after `since`.

    The moment is the beginning of office hours on the day that `on` means: from 1 the first working day on or after that day
    of the period (its last, where it is shorter), from -1 the last one on or before that day counted from the end.
    """
    first, last = _around(every, now.astimezone(calendar.zone).date())
    while (moment := _begins(first, last, on, calendar)) > now:
        first, last = _around(every, first - DAY)
    return (_name(every, first), moment) if since is None or moment > since else None


def before(every: Every, name: str, calendar: Calendar) -> tuple[str, datetime, datetime]:
    """The period before the one called `name`: its name, its beginning, and its end, which is that one's beginning (UTC)."""
    first = _first(name)
    earlier, _ = _around(every, first - DAY)
    return _name(every, earlier), _midnight(earlier, calendar), _midnight(first, calendar)


def _first(name: str) -> date:
    """The first day of the period called `name`."""
    year, _, rest = name.partition("-")
    if rest.startswith("W"):
        return date.fromisocalendar(int(year), int(rest[1:]), 1)
    if rest.startswith("Q"):
        return date(int(year), 3 * int(rest[1:]) - 2, 1)
    return date.fromisoformat(f"{name}-01-01"[:10])


def _midnight(day: date, calendar: Calendar) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=calendar.zone).astimezone(UTC)


def _around(every: Every, day: date) -> tuple[date, date]:
    """The first and the last day of the period that `day` lies in; weeks begin on Monday."""
    if every == "day":
        return day, day
    if every == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    months = MONTHS[every]
    month = (day.month - 1) // months * months + 1
    end = month + months - 1
    return date(day.year, month, 1), date(day.year, end, monthrange(day.year, end)[1])


def _begins(first: date, last: date, on: int, calendar: Calendar) -> datetime:
    """The moment of the period from `first` to `last`; a period without a working day begins on the next one."""
    wanted = min(first + (on - 1) * DAY, last) if on > 0 else max(last + (on + 1) * DAY, first)
    day = wanted
    while on < 0 and day >= first and not calendar.is_working_day(day):
        day -= DAY
    if day < first:
        day = wanted
    return calendar.next_working(_midnight(day, calendar))


def _name(every: Every, first: date) -> str:
    if every == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    names = {"day": f"{first}", "month": f"{first:%Y-%m}", "quarter": f"{first.year}-Q{(first.month + 2) // 3}", "year": f"{first.year}"}
    return names[every]
