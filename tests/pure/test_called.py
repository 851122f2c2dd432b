"""When the company's own moments come: the soonest of several meetings, and polls in office hours alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from mailbot.lifecycle import meeting, polls
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.ticket import Ticket
from mailbot.procedures.procedure import load
from mailbot.procedures.rules import ALWAYS, Alert, Poll
from mailbot.procedures.span import Span
from tests.pure.people import ALICE, CHINA, at, company

PROCEDURE = load("feedback", Path(), CHINA)
CASE = Ticket(None, "2026-000001", "杯子漏水", "zh-Hans", ALICE, at(16, 10))


def rules(*meetings: str) -> Rules:
    alerts = tuple(Alert(when=ALWAYS, to=("general-manager",), meeting=Span.parse(span)) for span in meetings)
    return Rules(replace(PROCEDURE, alerts=alerts), Directory(company()))


def test_of_several_meetings_called_at_once_the_soonest_is_held() -> None:
    called = meeting.call(CASE, (0, 1), (), at(16, 10), rules("4h", "2h"))
    assert called
    assert (called.starts, called.name) == (at(16, 12), "meeting-2026-000001-1-1")


def test_no_round_of_a_poll_begins_outside_office_hours() -> None:
    poll, since = Poll(every="day", on=1, grade=("key",), question={}), datetime(2026, 11, 2, tzinfo=UTC)
    begun = [bool(list(polls.rounds(poll, since, at(16, hour), rules()))) for hour in (8, 10, 20)]
    assert begun == [False, True, False]
    assert not list(polls.rounds(poll, since, at(16, 10) - timedelta(days=1), rules()))
