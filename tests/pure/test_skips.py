"""A due moment in a letter says which holidays it leaves out, which weekend days count, and what is not known yet."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from mailbot.identity import Identity
from mailbot.lifecycle.clock import clock
from mailbot.lifecycle.decide import Rules, open_ticket
from mailbot.lifecycle.letters import Owed, to_customer
from mailbot.lifecycle.milestones import promise
from mailbot.lifecycle.people import Directory
from mailbot.outbox.scene import Scene
from mailbot.outbox.skips import note
from mailbot.outbox.view import context
from mailbot.outbox.words import Words
from mailbot.procedures.procedure import Procedure
from mailbot.procedures.skipped import Gap, gaps, made_up
from mailbot.procedures.worktime import Calendar
from tests.pure.people import ALICE, CHINA, SURE, company, letter, rules
from tests.pure.test_settle import deadline, procedure

WORDS = Words.load(None)
BEIJING = Calendar(CHINA)


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def scene(opened: str, language: str = "zh-CN", of: Procedure | None = None) -> Scene:
    own = Rules(of, Directory(company())) if of else rules()
    ticket = open_ticket("2026-000001", letter(when=on(opened)), SURE, on(opened), own).ticket
    owed = Owed("complainant/acknowledgement", to_customer(ALICE, language))
    return Scene(owed, ticket, company(), own, WORDS, Identity("1", "5e" * 32, "company.example"), on(opened))


def said(opened: str, language: str = "zh-CN", name: str = "planned", of: Procedure | None = None) -> str:
    shown = scene(opened, language, of)
    assert shown.ticket is not None
    return note(shown, clock(shown.ticket, shown.ticket.due[name], shown.rules.procedure))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", "（不含10月1日至7日国庆节）"),
        ("zh-TW", "（不含10月1日至7日國慶節）"),
        ("en", " (skips 1-7 Oct, National Day)"),
    ],
)
def test_the_holidays_between_are_named(language: str, words: str) -> None:
    assert said("2026-09-30 15:00", language) == words


def test_a_weekend_day_that_is_worked_is_named() -> None:
    assert said("2026-09-18 15:00") == "（9月20日调休上班）"
    assert said("2026-02-13 15:00", name="resolved") == "（不含2月16日至23日春节；2月14日调休上班）"


def test_an_ordinary_weekend_is_not_told() -> None:
    assert said("2026-11-06 15:00") == ""


def test_beyond_the_announced_days_the_letter_says_so() -> None:
    after = BEIJING.known_until + 1
    assert said(f"{after}-03-02 15:00") == f"（{after}年调休安排尚未公布，暂按周末和法定节假日推算）"


def test_a_time_that_runs_round_the_clock_or_in_calendar_days_leaves_nothing_out() -> None:
    own = procedure(deadline={"first-answered": deadline("72h", always=True), "accepted": deadline("5d")})
    assert said("2026-09-30 15:00", name="first-answered", of=own) == said("2026-09-30 15:00", name="accepted", of=own) == ""


def test_a_date_that_was_told_is_as_it_was_told() -> None:
    shown = scene("2026-09-30 15:00")
    assert shown.ticket is not None
    told = promise(shown.ticket, on("2026-10-09 23:59"), shown.rules.procedure)
    assert note(shown, clock(told, told.due["resolved"], shown.rules.procedure)) == ""


def test_the_acknowledgement_tells_the_customer() -> None:
    promises = context(scene("2026-09-30 15:00"))["promises"]
    assert [promise["skips"] for promise in promises] == ["（不含10月1日至7日国庆节）"] * len(promises)
    assert promises


def test_a_holiday_without_a_name_is_the_companys_own() -> None:
    own = replace(BEIJING, off=frozenset({date(2026, 11, 9), date(2026, 11, 10)}))
    assert gaps(own, on("2026-11-06 15:00"), on("2026-11-12 15:00"), "en") == [Gap(date(2026, 11, 9), date(2026, 11, 10), "")]


def test_another_countrys_holiday_has_the_name_the_reader_can_read() -> None:
    berlin = Calendar(ZoneInfo("Europe/Berlin"), "de")
    since, until = datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 12, 28, 12, tzinfo=UTC)
    assert [gap.name for gap in gaps(berlin, since, until, "en")] == ["German Unity Day", "Christmas Day"]
    assert made_up(berlin, since, until) == []
