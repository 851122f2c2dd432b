"""Periods against an oracle that walks from day to day, and the days people argue about."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from mailbot.procedures.period import before, latest
from mailbot.procedures.rules import Every
from mailbot.procedures.worktime import Calendar, parse_hours, parse_workdays
from tests.deadlines.oracle import DAY, Office, on_the_wall

CHINA = Calendar(ZoneInfo("Asia/Shanghai"))
NAMES = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}
LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def named(every: str, day: date) -> str:
    """The period a day lies in."""
    return f"{day.year}-Q{-(-day.month // 3)}" if every == "quarter" else day.strftime(NAMES[every])


def opening(office: Office, day: date) -> datetime:
    """When the office opens on `day` or the first day after it on which it does."""
    while not office.works_on(day):
        day += DAY
    return on_the_wall(office.zone, datetime(day.year, day.month, day.day) + timedelta(minutes=office.hours[0][0]))  # noqa: DTZ001


def walked(office: Office, every: str, on: int, now: datetime) -> tuple[str, datetime]:
    """From today back, period by period: its days in a list, the one meant picked out of it."""
    day = now.astimezone(office.zone).date()
    while True:
        name = named(every, day)
        days = sorted(d for d in (day + n * DAY for n in range(-366, 367)) if named(every, d) == name)
        if on > 0:
            meant = days[on - 1] if on <= len(days) else days[-1]
        else:
            before = days[: len(days) + on + 1] or days[:1]
            meant = next((d for d in reversed(before) if office.works_on(d)), before[-1])
        moment = opening(office, meant)
        if moment <= now:
            return name, moment
        day = days[0] - DAY


@pytest.mark.parametrize("every", LONGEST)
def test_latest_period_is_the_one_found_by_walking(every: Every) -> None:
    dice = Random(every)
    for _ in range(60):
        country, hours = dice.choice(("cn", "de", "none")), dice.choice(("09:00-18:00", "00:00-24:00"))
        workdays = dice.choice(("mon-fri", "mon-sun", "tue, sat"))
        zone = ZoneInfo(dice.choice(("Asia/Shanghai", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu")))
        now = datetime(2019, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(8 * 365 * 1440))
        on = dice.choice((1, -1, dice.randint(1, LONGEST[every]), -dice.randint(1, LONGEST[every])))
        calendar = Calendar(zone, country, parse_hours(hours), parse_workdays(workdays))
        office = Office(zone, country, calendar.hours, calendar.workdays)
        assert latest(every, on, calendar, now) == walked(office, every, on, now), (zone, country, hours, workdays, now, on)


@pytest.mark.parametrize(
    ("every", "on", "now", "name", "begins"),
    [
        ("month", 1, "2026-10-08 08:59", "2026-09", "2026-09-01 09:00"),  # the national holiday moves October's first day
        ("month", 1, "2026-10-08 09:00", "2026-10", "2026-10-08 09:00"),
        ("month", -1, "2026-10-30 09:00", "2026-10", "2026-10-30 09:00"),  # the 31st is a Saturday
        ("month", 31, "2026-03-01 12:00", "2026-02", "2026-02-28 09:00"),  # a short month ends earlier; that Saturday is worked
        ("week", 1, "2026-11-27 12:00", "2026-W48", "2026-11-23 09:00"),
        ("week", -1, "2026-02-22 12:00", "2026-W07", "2026-02-14 09:00"),  # the week of the spring festival has no working day
        ("week", -1, "2026-02-24 09:00", "2026-W08", "2026-02-24 09:00"),
        ("day", 1, "2026-11-29 12:00", "2026-11-27", "2026-11-27 09:00"),  # a Sunday
        ("quarter", 1, "2026-12-31 12:00", "2026-Q4", "2026-10-08 09:00"),
        ("year", 1, "2027-01-03 12:00", "2026", "2026-01-04 09:00"),
        ("year", -1, "2026-12-31 09:00", "2026", "2026-12-31 09:00"),
    ],
)
def test_work_of_a_period_begins_on_its_working_day(every: Every, on: int, now: str, name: str, begins: str) -> None:
    def beijing(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA.zone)

    assert latest(every, on, CHINA, beijing(now)) == (name, beijing(begins))


def test_period_that_began_before_the_clause_was_known_is_none() -> None:
    begins = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    now = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    assert latest("month", 1, CHINA, now, begins) is None
    assert latest("month", 1, CHINA, now, begins - timedelta(seconds=1)) == ("2026-11", begins)


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "year"])
def test_the_period_before_ends_where_this_one_begins_as_a_walk_over_the_days_finds(every: Every) -> None:
    chance = Random(every)
    for _ in range(60):
        today = date(2024, 1, 1) + chance.randrange(3 * 366) * DAY
        first = next(d for d in (today - n * DAY for n in range(400)) if named(every, d - DAY) != named(every, today))
        earlier = next(d for d in (first - DAY - n * DAY for n in range(400)) if named(every, d - DAY) != named(every, first - DAY))
        midnights = [on_the_wall(CHINA.zone, datetime(d.year, d.month, d.day)) for d in (earlier, first)]  # noqa: DTZ001
        assert before(every, named(every, today), CHINA) == (named(every, first - DAY), *midnights)
