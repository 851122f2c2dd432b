"""The moments that Date fields name: every form a known program writes, and text that names none."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake import dates

MOMENT = datetime(2026, 11, 16, 9, 12, 33, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 16 Nov 2026 09:12:33 +0800",
        "Mon, 16 Nov 26 09:12:33 +0800",
        "Mon, 16 Nov 126 09:12:33 +0800 (CST)",
        "16 Nov 2026 09:12:33 +08:00",
        "Mon 16-Nov-2026 9:12:33 GMT+0800",
        "Mon, 16 Nov 2026 09.12.33 UTC+8",
        "Nov 16, 2026 09:12:33 AM HKT",
        "Mon Nov 16 09:12:33 2026 +0800",
        "Mon Nov 16 09:12:33 HKT 2026",
        "2026-11-16T09:12:33+08:00",
        "2026-11-16 09:12:33.120 +0800",
        "2026/11/16 09:12:33 +0800",
        "16/11/2026 09:12:33 +0800",
        "11/16/2026 09:12:33 +0800",
        "16.11.2026 09:12:33 +0800",
        '"Mon, 16 Nov 2026 09:12:33 +0800"',
        "星期一, 16 十一月 2026 09:12:33 +0800",
        "2026年11月16日 上午9:12:33 +0800",
        "lun., 16 novembre 2026 09:12:33 +0800",
        "Пн, 16 ноября 2026 09:12:33 +0800",
        "Mon, 16 Nov 2026 01:12:33 UT",
        "Mon, 16 Nov 2026 01:12:33",
        "Mon, 16 Nov 2026 02:12:33 (MEZ)",
    ],
)
def test_date_is_the_moment_it_names(value: str) -> None:
    assert dates.read(value) == MOMENT


@pytest.mark.parametrize(
    ("value", "month"), [("mar, 16 mai 2026", 5), ("16 März 2026", 3), ("16 août 2026", 8), ("16 set 2026", 9), ("16 май 2026", 5)]
)
def test_month_is_read_in_many_languages(value: str, month: int) -> None:
    assert dates.read(value) == datetime(2026, month, 16, tzinfo=UTC)


@pytest.mark.parametrize("value", ["05/06/2026 09:12", "yesterday", "31 Feb 2026 09:12", "16 Nov 2026 25:12", "1794791553", "2026"])
def test_text_that_names_no_moment_is_none(value: str) -> None:
    assert dates.read(value) is None


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-720, 840))  # noqa: DTZ001 - a zone is added
def test_standard_form_is_read_as_it_was_written(moment: datetime, east: int) -> None:
    written = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=east)))
    assert dates.read(format_datetime(written)) == written


@given(st.text("0123456789:./-+ ()年月日Mayar,ПнT", max_size=60))
def test_any_text_is_a_moment_or_none(value: str) -> None:
    moment = dates.read(value)
    assert moment is None or moment.tzinfo is not None
