"""Working time against a brute force that walks minute by minute, and the cases people argue about."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.procedures.worktime import ALWAYS, Calendar, Span, hours_text, parse_hours, parse_workdays

CHINA = Calendar(ZoneInfo("Asia/Shanghai"))
LUNCH = Calendar(ZoneInfo("Asia/Shanghai"), hours=parse_hours("09:00-12:00, 13:00-18:00"))
NEW_YORK = Calendar(ZoneInfo("America/New_York"), "none", parse_hours("09:00-17:30"))
NIGHTS = Calendar(ZoneInfo("America/New_York"), "none", parse_hours("00:00-06:00, 22:00-24:00"), parse_workdays("mon-sun"))
KATHMANDU = Calendar(ZoneInfo("Asia/Kathmandu"), "none", parse_hours("10:00-17:00"), parse_workdays("sun-fri"))
LORD_HOWE = Calendar(ZoneInfo("Australia/Lord_Howe"), "none", parse_hours("00:00-24:00"), parse_workdays("sun, tue, thu"))
CALENDARS = [CHINA, LUNCH, NEW_YORK, NIGHTS, KATHMANDU, LORD_HOWE]
MINUTE = timedelta(minutes=1)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA.zone)


def after(text: str, span: str, calendar: Calendar = CHINA) -> str:
    return f"{calendar.add(beijing(text), Span.parse(span)).astimezone(CHINA.zone):%Y-%m-%d %H:%M}"


@cache
def open_at(calendar: Calendar, moment: datetime) -> bool:
    """The brute force's only idea of working time: what the wall clock shows."""
    local = moment.astimezone(calendar.zone)
    minute = local.hour * 60 + local.minute
    return calendar.is_working_day(local.date()) and any(start <= minute < end for start, end in calendar.hours)


def walk(calendar: Calendar, moment: datetime, minutes: int) -> datetime:
    """Forward until `minutes` were open."""
    while minutes > 0:
        minutes -= open_at(calendar, moment)
        moment += MINUTE
    return moment


def walk_back(calendar: Calendar, moment: datetime, minutes: int) -> datetime:
    while minutes > 0:
        moment -= MINUTE
        minutes -= open_at(calendar, moment)
    return moment


def first_open(calendar: Calendar, moment: datetime) -> datetime:
    while not open_at(calendar, moment):
        moment += MINUTE
    return moment


def walk_days(calendar: Calendar, moment: datetime, days: int) -> datetime:
    """Day by day with the same time on the wall, from the first open minute."""
    local = first_open(calendar, moment).astimezone(calendar.zone)
    day = local.date()
    while days > 0:
        day += timedelta(days=1)
        days -= calendar.is_working_day(day)
    return datetime.combine(day, local.time(), calendar.zone).astimezone(UTC)


calendars = st.sampled_from(CALENDARS)
# Weeks around both changes of the clock in both hemispheres, the spring festival and a year's end.
starts = st.sampled_from([date(2026, 3, 6), date(2026, 4, 3), date(2026, 10, 2), date(2026, 10, 30), date(2026, 2, 12), date(2025, 12, 30)])
moments = st.builds(
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE, starts, st.integers(0, 8 * 1440)
)
few = settings(max_examples=60, deadline=None)


@few
@given(calendars, moments, st.integers(0, 1500))
def test_f36_minutes_end_where_walking_ends(calendar: Calendar, moment: datetime, minutes: int) -> None:
    assert calendar.later(moment, minutes * MINUTE) == walk(calendar, moment, minutes)


@few
@given(calendars, moments, st.integers(0, 1500))
def test_minutes_back_end_where_walking_back_ends(calendar: Calendar, moment: datetime, minutes: int) -> None:
    assert calendar.later(moment, -minutes * MINUTE) == walk_back(calendar, moment, minutes)


@few
@given(calendars, moments, st.integers(0, 6 * 1440))
def test_worked_counts_the_open_minutes(calendar: Calendar, moment: datetime, length: int) -> None:
    open_minutes = sum(open_at(calendar, moment + n * MINUTE) for n in range(length))
    assert calendar.worked(moment, moment + length * MINUTE) == open_minutes * MINUTE


@few
@given(calendars, moments)
def test_next_working_is_the_first_open_minute(calendar: Calendar, moment: datetime) -> None:
    assert calendar.next_working(moment) == first_open(calendar, moment)
    assert calendar.is_working(moment) == open_at(calendar, moment)


@few
@given(st.sampled_from([CHINA, LUNCH, NEW_YORK, KATHMANDU]), moments, st.integers(1, 8))
def test_f36_working_days_keep_the_time_on_the_wall(calendar: Calendar, moment: datetime, days: int) -> None:
    assert calendar.add(moment, Span(days, "wd")) == walk_days(calendar, moment, days)
    assert calendar.add(moment, Span(24 * days, "h")) == walk_days(calendar, moment, days)


@few
@given(calendars, moments, st.integers(0, 1500))
def test_what_is_added_was_worked(calendar: Calendar, moment: datetime, minutes: int) -> None:
    assert calendar.worked(moment, calendar.add(moment, Span(minutes, "m"))) == minutes * MINUTE


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-11-06 15:00", "24h", "2026-11-09 15:00"),  # Friday: Monday, same time
        ("2026-11-06 17:30", "2h", "2026-11-09 10:30"),
        ("2026-11-06 17:30", "30m", "2026-11-06 18:00"),  # the closing minute itself, not Monday's first
        ("2026-11-07 10:00", "24h", "2026-11-10 09:00"),  # Saturday counts from Monday 09:00
        ("2026-11-06 18:00", "2h", "2026-11-09 11:00"),
        ("2026-11-06 15:00", "7d", "2026-11-13 15:00"),
        ("2026-11-06 15:00", "1d", "2026-11-07 15:00"),  # calendar days are literal
        ("2026-09-18 15:00", "24h", "2026-09-20 15:00"),  # the Sunday is made up for 6 October
        ("2026-09-30 15:00", "24h", "2026-10-08 15:00"),  # National Day week
        ("2026-09-30 17:00", "2h", "2026-10-08 10:00"),
        ("2026-11-09 15:00", "-1wd", "2026-11-06 15:00"),
        ("2026-11-08 12:00", "-1wd", "2026-11-05 18:00"),  # Sunday counts from Friday's close
        ("2026-11-09 10:00", "-2h", "2026-11-06 17:00"),
        ("2026-11-13 15:00", "-4d", "2026-11-09 15:00"),
        ("2026-11-07 10:00", "0", "2026-11-07 10:00"),
        ("2026-11-06 15:00", "36h", "2026-11-12 15:00"),  # not whole days: four office days of nine hours
    ],
)
def test_spans_end_when_people_expect(start: str, span: str, end: str) -> None:
    assert after(start, span) == end


def test_lunch_is_not_worked() -> None:
    assert after("2026-11-06 11:30", "1h", LUNCH) == "2026-11-06 13:30"
    assert after("2026-11-06 12:15", "24h", LUNCH) == "2026-11-09 13:00"


def test_f36_a_span_over_the_change_of_the_clock_keeps_the_wall_time() -> None:
    friday = datetime(2026, 3, 6, 16, tzinfo=NEW_YORK.zone)
    assert NEW_YORK.add(friday, Span.parse("24h")) == datetime(2026, 3, 9, 16, tzinfo=NEW_YORK.zone)
    assert NEW_YORK.add(friday, Span.parse("3d")) == datetime(2026, 3, 9, 16, tzinfo=NEW_YORK.zone)


def test_results_are_in_utc() -> None:
    for span in ("0", "2h", "24h", "7d", "-1wd"):
        assert CHINA.add(beijing("2026-11-06 15:00"), Span.parse(span)).tzinfo is UTC


def test_the_companys_own_days_win_over_the_countrys() -> None:
    own = Calendar(CHINA.zone, off=frozenset({date(2026, 11, 9)}), on=frozenset({date(2026, 11, 7), date(2026, 10, 1)}))
    assert after("2026-11-06 15:00", "1wd", own) == "2026-11-07 15:00"
    assert after("2026-11-07 15:00", "1wd", own) == "2026-11-10 15:00"
    assert own.is_working_day(date(2026, 10, 1))


def test_a_year_is_covered_once_its_make_up_days_are_known() -> None:
    assert CHINA.covered(2026)
    assert not CHINA.covered(CHINA.known_until + 1)
    own = Calendar(CHINA.zone, on=frozenset({date(CHINA.known_until + 1, 2, 20)}))
    assert own.known_until == CHINA.known_until + 1


def test_a_calendar_without_a_country_has_nothing_to_know() -> None:
    assert (NEW_YORK.known_until, NEW_YORK.covered(2080)) == (ALWAYS, True)


def test_negative_working_time_is_the_mirror_image() -> None:
    start, end = beijing("2026-11-05 10:00"), beijing("2026-11-09 10:00")
    assert CHINA.worked(end, start) == -CHINA.worked(start, end) == -timedelta(hours=18)


@pytest.mark.parametrize("text", ["", "h", "2", "2x", "1.5h", "12345h", "two hours", "--2h", "2h2h"])
def test_a_bad_span_is_refused_with_a_good_one(text: str) -> None:
    with pytest.raises(ValueError, match="write 2h"):
        Span.parse(text)


@pytest.mark.parametrize("text", ["2h", "30m", "7d", "1wd", "-4d", "0m"])
def test_spans_print_as_they_are_written(text: str) -> None:
    assert str(Span.parse(text)) == text
    assert Span.parse(f"+{text}" if text[0] != "-" else text) == Span.parse(text)


@pytest.mark.parametrize(
    "text", ["", "9-18", "18:00-09:00", "09:00-25:00", "09:60-10:00", "13:00-18:00, 09:00-12:00", "09:00-13:00, 12:00-18:00"]
)
def test_bad_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must begin|write 09:00"):
        parse_hours(text)


def test_hours_print_as_they_are_written() -> None:
    assert hours_text(parse_hours("9:00-12:00,13:00-24:00")) == "09:00-12:00, 13:00-24:00"


def test_weekdays_may_run_over_the_weekend() -> None:
    assert parse_workdays("sun-thu") == frozenset({6, 0, 1, 2, 3})
    assert parse_workdays("mon, wed-thu") == frozenset({0, 2, 3})
    with pytest.raises(ValueError, match="mon-fri"):
        parse_workdays("monday")


@pytest.mark.parametrize("country", ["cn", "none"])
def test_f36_a_zone_that_skips_a_midnight_loses_no_day(country: str) -> None:
    cairo = Calendar(ZoneInfo("Africa/Cairo"), country, parse_hours("00:00-24:00"), parse_workdays("mon-sun"))
    thursday = datetime(2026, 4, 23, 12, tzinfo=cairo.zone)  # the clock goes from 23:59 to 01:00
    assert cairo.worked(thursday, thursday + timedelta(days=1)) == timedelta(hours=24 - 1)


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        ("2026-11-06 10:00", "same day", "2026-11-06 18:00"),
        ("2026-11-06 18:00", "same day", "2026-11-09 18:00"),  # the day is over: the next working day's end
        ("2026-11-07 10:00", "same day", "2026-11-09 18:00"),
        ("2026-11-06 10:00", "10th", "2026-11-10 18:00"),
        ("2026-11-10 10:00", "10th", "2026-11-10 18:00"),
        ("2026-11-10 18:00", "10th", "2026-12-10 18:00"),
        ("2026-11-06 10:00", "15th", "2026-11-13 18:00"),  # a Sunday: the Friday before
        ("2026-11-13 18:00", "15th", "2026-12-15 18:00"),
        ("2026-11-06 10:00", "31st", "2026-11-30 18:00"),
        ("2026-02-02 10:00", "end of month", "2026-02-28 18:00"),  # a Saturday that is made up
        ("2026-11-06 10:00", "end of quarter", "2026-12-31 18:00"),
        ("2026-11-06 10:00", "10th after quarter", "2027-01-08 18:00"),
        ("2026-11-06 10:00", "end of year", "2026-12-31 18:00"),
        ("2026-12-31 18:00", "end of year", "2027-12-31 18:00"),
    ],
)
def test_a_term_ends_with_the_office_hours_of_its_day(start: str, term: str, end: str) -> None:
    assert CHINA.add(beijing(start), Span.parse_term(term)) == beijing(end)


def test_round_the_clock_a_day_ends_at_midnight_and_a_week_has_no_nights() -> None:
    always = CHINA.round_the_clock
    assert always.add(beijing("2026-11-07 10:00"), Span.parse_term("same day")) == beijing("2026-11-08 00:00")
    assert always.add(beijing("2026-11-07 23:00"), Span.parse("2h")) == beijing("2026-11-08 01:00")
    assert always.add(beijing("2026-11-07 23:00"), Span.parse("24h")) == beijing("2026-11-08 23:00")
    night = datetime(2026, 3, 7, 12, tzinfo=NEW_YORK.zone)  # an hour is missing from that night
    assert NEW_YORK.round_the_clock.add(night, Span.parse("24h")) == night.astimezone(UTC) + timedelta(hours=24)


def test_another_countrys_holidays_count() -> None:
    bavaria = Calendar(ZoneInfo("Europe/Berlin"), "de-by")
    assert not bavaria.is_working_day(date(2026, 1, 6))
    assert Calendar(ZoneInfo("Europe/Berlin"), "de").is_working_day(date(2026, 1, 6))


@pytest.mark.parametrize(
    "text", ["same day", "1st", "2nd", "3rd", "10th", "21st", "end of month", "end of quarter", "end of year", "11th after quarter"]
)
def test_terms_print_as_they_are_written(text: str) -> None:
    assert str(Span.parse_term(text)) == text
