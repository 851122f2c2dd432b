"""One made-up case: a place, office hours, a moment between 2000 and 2100, a span or term; and both answers."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

from mailbot.procedures.span import Span
from mailbot.procedures.worktime import Calendar, parse_hours, parse_workdays
from tests.deadlines import oracle
from tests.deadlines.oracle import Office

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
HOURS = (
    "09:00-18:00",
    "09:00-12:00, 13:00-18:00",
    "00:00-24:00",
    "22:00-24:00",
    "00:00-06:00, 22:00-24:00",
    "08:15-16:45",
    "00:00-00:30, 01:00-03:30",
)
WORKDAYS = ("mon-fri", "mon-sat", "sun-thu", "mon-sun", "tue, thu, sat")
COUNTRIES = ("none", "none", "cn", "cn", "de", "us", "jp", "tw")
START, YEARS = datetime(2000, 1, 1, tzinfo=UTC), 100
TERMS = {
    "month-day": "month", "quarter-day": "after quarter", "month-end": "month", "quarter-end": "quarter", "year-end": "year",
    "same-day": "same day",
}  # fmt: skip


class Case(Struct, frozen=True):
    """What is asked."""

    zone: str
    country: str
    hours: str
    workdays: str
    moment: datetime
    span: Span


def make(dice: Random) -> Case:
    """Any case; moments crowd around changes of the clock and the turns of years no more than chance has it."""
    moment = START + timedelta(minutes=dice.randrange(YEARS * 365 * 1440))
    return Case(dice.choice(ZONES), dice.choice(COUNTRIES), dice.choice(HOURS), dice.choice(WORKDAYS), moment, _span(dice))


def _span(dice: Random) -> Span:
    unit = dice.choice(
        ("m", "m", "h", "h", "d", "wd", "wd", "same-day", "month-day", "quarter-day", "month-end", "quarter-end", "year-end")
    )
    if unit in ("month-day", "quarter-day"):
        return Span(dice.randint(1, 31), unit)  # type: ignore[arg-type]
    if unit in TERMS:
        return Span(1, unit)  # type: ignore[arg-type]
    most = {"m": 600, "h": 10, "d": 60, "wd": 15}[unit]
    return Span(dice.randint(0, most) * dice.choice((1, 1, 1, -1)), unit)  # type: ignore[arg-type]


def ours(case: Case) -> datetime:
    """What mailbot says."""
    calendar = Calendar(ZoneInfo(case.zone), case.country, parse_hours(case.hours), parse_workdays(case.workdays))
    return calendar.add(case.moment, case.span)


def theirs(case: Case) -> datetime:
    """What walking there says."""
    office = Office(ZoneInfo(case.zone), case.country, parse_hours(case.hours), parse_workdays(case.workdays))
    amount, unit = case.span.amount, case.span.unit
    if unit in ("m", "h"):
        return oracle.minutes(office, case.moment, amount * (60 if unit == "h" else 1))
    if unit == "d":
        return oracle.days(office, case.moment, amount)
    if unit == "wd":
        return oracle.working_days(office, case.moment, amount)
    return oracle.term(office, case.moment, TERMS[unit], 31 if unit.endswith("-end") else amount)
