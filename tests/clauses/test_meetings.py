"""The special meeting that a major case calls, played with letters (S4.4)."""

import email
import email.policy
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.clauses.company import BOSS, CHINA, CUSTOMER, SERVICE_HEAD, Company, company, moment
from tests.clauses.ways import NUMBERS, OURS

HANDLER = Company.handler("quality-dept")


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Company]:
    """Monday, ten o'clock, with one complaint about quality."""
    with company("feedback", tmp_path) as opened:
        opened.write(CUSTOMER, "质量：杯子漏水", "上周买的杯子漏水，请处理。")
        yield opened


def invitations(firm: Company, who: str) -> list[Calendar]:
    """What calendar programs find in the letters that somebody got: a form of the letter and the same as a file."""
    found = []
    for data in firm.raw(who):
        parts = list(email.message_from_bytes(data, policy=email.policy.default).walk())
        forms = [part for part in parts if part.get_content_type() == "text/calendar"]
        files = [part for part in parts if part.get_filename() == "invite.ics"]
        assert len(forms) == len(files)
        for form, file in zip(forms, files, strict=True):
            assert form.get_param("method") == "REQUEST"
            text = form.get_content().encode()
            assert text == file.get_content()
            found.append(Calendar.from_ical(text))
    return found


def answer(firm: Company, who: str, uid: str, said: str, words: str = "") -> None:
    """The answer that a calendar program sends (RFC 5546 §3.2.3)."""
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["From"], letter["To"], letter["Subject"] = who, OURS, f"{said.capitalize()}: 专题会议"
    letter["Message-ID"] = f"<{next(NUMBERS)}@mail.example>"
    letter.set_content(words or "\n")
    lines = ("BEGIN:VCALENDAR", "METHOD:REPLY", "BEGIN:VEVENT", f"UID:{uid}", f"ATTENDEE;PARTSTAT={said}:mailto:{who}", "END:VEVENT")
    letter.add_alternative("\r\n".join((*lines, "END:VCALENDAR", "")), subtype="calendar", params={"method": "REPLY"})
    firm.bring(letter)


def test_s4_4_an_ordinary_case_calls_no_meeting(firm: Company) -> None:
    assert not invitations(firm, BOSS)
    assert "meeting-called" not in firm.kinds()


def test_s4_4_a_major_case_calls_a_special_meeting_two_hours_later(firm: Company) -> None:
    firm.later(minutes=5)
    firm.reply(HANDLER, firm.last(HANDLER), "#级别 重大")
    for who in (HANDLER, SERVICE_HEAD, BOSS):
        (calendar,) = invitations(firm, who)
        (event,) = calendar.walk("VEVENT")
        assert event["DTSTART"].dt == moment(16, 12, 15)
        assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
        assert event["DTEND"].dt == moment(16, 13, 15)
        assert calendar.walk("VTIMEZONE")
        assert event["ORGANIZER"] == f"mailto:{OURS}"
        assert {HANDLER, SERVICE_HEAD, BOSS} <= {str(one).removeprefix("mailto:") for one in event["ATTENDEE"]}
        assert "专题会议" in event["SUMMARY"]
        assert event["LOCATION"] == "质量部"
    told = firm.last(BOSS, "通报").text
    assert "会议时间：11月16日（周一）12:15至13:15" in told
    assert "地点：质量部" in told
    called = next(event for event in firm.story() if event["kind"] == "meeting-called")
    assert (called["at"], called["begins"]) == (firm.now, moment(16, 12, 15).astimezone(UTC).isoformat())
    assert "上周买的杯子漏水，请处理。" in told


def test_s4_4_a_case_that_becomes_major_in_the_evening_is_met_about_in_office_hours(firm: Company) -> None:
    firm.at(moment(16, 20))
    firm.write(CUSTOMER, "质量：杯子爆炸伤人", "杯子爆炸，孩子被烫伤送医院了，非常危险！")
    (calendar,) = invitations(firm, BOSS)
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].dt == datetime(2026, 11, 17, 11, 0, tzinfo=CHINA)


def test_s4_4_who_accepts_or_declines_in_the_calendar_is_on_record(firm: Company) -> None:
    firm.reply(HANDLER, firm.last(HANDLER), "#级别 重大")
    (calendar,) = invitations(firm, BOSS)
    (event,) = calendar.walk("VEVENT")
    uid = str(event["UID"])
    before = len(firm.inbox(BOSS))
    answer(firm, BOSS, uid, "ACCEPTED")
    answer(firm, SERVICE_HEAD, uid, "DECLINED", "在外地出差，请小王代我参加。")
    answers = {event["by"]: (event["answer"], event["remark"]) for event in firm.story() if event["kind"] == "meeting-answer"}
    assert answers == {BOSS: ("accepted", ""), SERVICE_HEAD: ("declined", "在外地出差，请小王代我参加。")}
    assert len(firm.inbox(BOSS)) == before


def test_s4_4_the_meeting_is_called_once(firm: Company) -> None:
    firm.reply(HANDLER, firm.last(HANDLER), "#级别 重大")
    firm.reply(HANDLER, firm.last(HANDLER), "#级别 一般")
    firm.reply(HANDLER, firm.last(HANDLER), "#级别 重大")
    assert len(invitations(firm, BOSS)) == 1


def test_s4_4_an_answer_of_an_outsider_is_not_one_of_a_colleague(firm: Company) -> None:
    firm.reply(HANDLER, firm.last(HANDLER), "#级别 重大")
    (calendar,) = invitations(firm, BOSS)
    (event,) = calendar.walk("VEVENT")
    answer(firm, "mallory@elsewhere.example", str(event["UID"]), "DECLINED")
    assert "meeting-answer" not in firm.kinds()
