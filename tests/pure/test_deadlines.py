"""Due moments against an oracle that walks there; `DEADLINES=100000` asks for more, `python -m tests.deadlines` shows them."""

import os
from datetime import UTC, datetime
from random import Random

import pytest

from mailbot.procedures.span import Span
from tests.deadlines.cases import Case, make, ours, theirs

ASKED = int(os.environ.get("DEADLINES", "300"))


def test_f36_any_due_moment_is_where_walking_ends() -> None:
    dice = Random(20261127)
    wrong = [case for case in (make(dice) for _ in range(ASKED)) if ours(case) != theirs(case)]
    assert wrong == []


@pytest.mark.parametrize(
    ("zone", "span", "moment"),
    [
        ("Pacific/Apia", Span(1, "month-end"), datetime(2011, 12, 20, tzinfo=UTC)),  # its Friday 30 December 2011 never was
        ("Pacific/Apia", Span(3, "d"), datetime(2011, 12, 28, tzinfo=UTC)),
        ("Pacific/Apia", Span(1, "same-day"), datetime(2011, 12, 30, 3, tzinfo=UTC)),
        ("America/St_Johns", Span(10, "h"), datetime(2010, 3, 13, 20, tzinfo=UTC)),  # the clock went forward a minute after midnight
        ("Australia/Lord_Howe", Span(5, "wd"), datetime(2026, 3, 30, tzinfo=UTC)),  # back by half an hour
        ("Africa/Casablanca", Span(20, "d"), datetime(2027, 1, 20, tzinfo=UTC)),  # winter time during Ramadan alone
    ],
)
@pytest.mark.parametrize("hours", ["00:00-24:00", "00:00-00:30, 01:00-03:30", "09:00-18:00"])
def test_f36_strange_changes_of_the_clock_lose_nothing(zone: str, span: Span, moment: datetime, hours: str) -> None:
    case = Case(zone, "none", hours, "mon-fri", moment, span)
    assert ours(case) == theirs(case)
