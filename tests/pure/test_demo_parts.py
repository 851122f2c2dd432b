"""The parts of the demo that need no server."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import classifier
from mailbot.demo import certificates, picture, script, writing
from mailbot.demo.cast import PEOPLE
from mailbot.demo.clock import ScaledClock, two_mornings
from mailbot.demo.reports import delivery_report
from mailbot.intake.parse import parse
from mailbot.intake.screen import Own, screen
from mailbot.procedures.worktime import Calendar

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
OURS = b"""\
From: c@company.example\r
To: x@y.example\r
Subject: [#2026-000001] Hello\r
Message-ID: <1@company.example>\r
Date: Thu, 19 Nov 2026 12:00:00 +0000\r
\r
our words\r
"""
NOBODY = Own(frozenset(), "")


def ours() -> Any:
    return message_from_bytes(OURS, policy=default)


def test_clock_goes_forward_only() -> None:
    clock = ScaledClock(NOON)
    clock.jump(NOON + timedelta(hours=2))
    clock.jump(NOON)
    assert clock() >= NOON + timedelta(hours=2)


@pytest.mark.parametrize(
    ("today", "first", "second"),
    [
        (date(2026, 11, 22), date(2026, 11, 17), date(2026, 11, 18)),  # a Sunday
        (date(2026, 11, 27), date(2026, 11, 20), date(2026, 11, 23)),
        (date(2026, 10, 12), date(2026, 9, 30), date(2026, 10, 8)),  # after the national holiday
    ],
)
def test_play_takes_two_working_days_in_a_row_that_are_over(today: date, first: date, second: date) -> None:
    mornings = two_mornings(today, Calendar(ZoneInfo("Asia/Shanghai")))
    assert [moment.date() for moment in mornings] == [first, second]


@pytest.mark.parametrize("name", script.openings())
def test_letter_is_read_as_it_was_written(name: str) -> None:
    opening = script.openings()[name]
    message = parse(writing.letter(opening, NOON))
    assert (message.error, message.subject) == (None, opening.subject)
    assert message.sender is not None
    assert message.sender.name == opening.author.name


def test_only_the_html_letter_has_html_and_only_the_old_program_writes_gb18030() -> None:
    charsets = {n: parse(writing.letter(o, NOON)).headers["content-type"][0] for n, o in script.openings().items()}
    assert [n for n, t in charsets.items() if "text/html" in t] == ["chair"]
    assert [n for n, t in charsets.items() if "gb18030" in t] == ["rice-cooker"]


def test_advertisement_is_bulk_and_absence_is_automatic() -> None:
    assert screen(parse(writing.letter(script.openings()["newsletter"], NOON)), NOBODY).kind == "bulk"
    assert screen(parse(writing.absence(PEOPLE["emma"], ours(), NOON)), NOBODY).kind == "auto-reply"


def test_qq_reply_has_no_references_and_its_quote_is_cut() -> None:
    message = parse(writing.reply(PEOPLE["liming"], "还没有收到", ours(), NOON))
    assert (message.references, message.in_reply_to, message.fresh) == ((), (), "还没有收到")


@pytest.mark.parametrize("person", ["alice", "bob", "wangfang", "david", "zhangrong"])
def test_other_replies_refer_to_the_letter_and_quote_it(person: str) -> None:
    message = parse(writing.reply(PEOPLE[person], "#accept", ours(), NOON))
    assert (message.in_reply_to, message.fresh) == (("1@company.example",), "#accept")
    assert "our words" in message.quoted


def test_delivery_report_names_the_letter_and_the_recipient() -> None:
    screening = screen(parse(delivery_report(OURS, "c@company.example", "x@y.example", NOON)), NOBODY)
    assert (screening.kind, screening.bounced_ids) == ("bounce", ("1@company.example",))
    assert [(b.address, b.status) for b in screening.bounced] == [("x@y.example", "5.2.2")]


def test_clicked_link_becomes_a_letter() -> None:
    link = "mailto:complaints@company.example?subject=Re%3A%20%5B%232026-000001%5D&body=%23urge%0D%0A%0D%0A%5Bref%3Ax%5D"
    message = parse(writing.clicked(PEOPLE["chen"], link, NOON))
    assert (message.subject, message.text.splitlines()[0]) == ("Re: [#2026-000001]", "#urge")


def test_key_of_the_demo_is_nobody_elses_to_read(tmp_path: Path) -> None:
    made = certificates.make(tmp_path)
    assert made.key.stat().st_mode & 0o077 == 0


def test_picture_is_a_png() -> None:
    assert picture.cracked_lid().startswith(b"\x89PNG\r\n\x1a\n")


def test_every_answer_has_a_case_and_an_author() -> None:
    assert all(answer.of in script.openings() and answer.by in PEOPLE for answer in script.answers().values())


@pytest.mark.parametrize("name", [name for name in script.openings() if name not in ("newsletter", "museum")])
def test_classifier_says_of_each_letter_what_the_play_needs(name: str) -> None:
    message = parse(writing.letter(script.openings()[name], NOON))
    verdict = classifier.load().classify(message.subject, message.fresh)
    assert verdict.category == (script.openings()[name].category or None)
