"""Deadlines: reminder, urging notice, escalation, digest; each once, in working time."""

import pytest

from mailbot.errors import WrongSettings
from tests.stories.world import World, monday, subjects

LEAKS = "杯子上周才买,昨天倒热水的时候发现杯底一直在漏水,桌子都湿了。这种质量太差了,要求退货退款。"


def test_reminder_urging_notice_and_escalation_come_once_each(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    due = company.ticket()["due"]["planned"].astimezone(monday(0).tzinfo)
    assert (due.day, due.hour) == (17, 10)
    company.new("bob")
    counts = []
    for moment in (monday(16), monday(16, 50), monday(16, 55), monday(10, 1, 17), monday(10, 2, 17)):
        company.turn(moment)
        counts.append(len(company.new("bob")))
    assert counts == [0, 1, 0, 1, 0]
    company.turn(monday(10, 30, 18))
    assert any("Escalation" in s for s in subjects(company.new("carol")))


def test_a_reply_of_one_word_lets_the_ladder_rest_until_the_next_working_day_ends(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.new("bob")
    company.turn(monday(10, 1, 17))
    (notice,) = company.new("bob")
    company.new("alice")
    company.answer("bob@company.example", notice, "收到")
    company.turn(monday(10, 30, 17))
    (receipt,) = company.new("bob")
    assert "Wed 18 Nov, 18:00" in receipt.text
    assert company.new("alice") == []
    company.new("carol")
    company.turn(monday(17, day=18))
    assert not any("handling plan" in s for s in subjects(company.new("carol")))
    company.turn(monday(9, day=19))
    assert [s for s in subjects(company.new("carol")) if "handling plan" in s]


def test_f35_after_an_outage_one_notice_stands_for_all_that_were_missed(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.new("bob")
    company.turn(monday(11, day=27))
    assert len([letter for letter in company.letters() if letter.get("letter") == "staff/urging-notice"]) == 0
    assert len([letter for letter in company.letters() if letter.get("letter") == "staff/escalation"]) == 2


def test_f36_nobody_is_disturbed_at_night_or_on_a_holiday(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(17))
    company.new("bob")
    company.turn(monday(23, day=17))
    company.turn(monday(3, day=18))
    assert company.new("bob") == []


def test_the_digest_comes_once_a_working_day_to_heads_and_managers(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    for moment in (monday(8, day=19), monday(8, 31, 19), monday(12, day=19), monday(9, day=21)):
        company.turn(moment)
    digests = [letter for letter in company.letters() if letter.get("letter") == "manager/digest"]
    assert sorted(letter["recipient"] for letter in digests) == ["carol@company.example", "chen@company.example"]
    assert company.ticket()["number"] in company.inbox("chen")[-1].text


def test_nothing_late_no_digest(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.turn(monday(9, day=17))
    assert [letter for letter in company.letters() if letter.get("letter") == "manager/digest"] == []


def test_f35_time_does_not_go_back(company: World) -> None:
    company.turn(monday(10))
    with pytest.raises(WrongSettings, match="before the last run"):
        company.turn(monday(9))


def test_an_unclear_letter_asks_customer_service_for_its_category(company: World) -> None:
    company.write("alice@customer.example", "情况反映", "我想反映一个情况，麻烦联系我一下。")
    company.turn(monday(10))
    assert company.ticket()["category"] is None
    (notice,) = company.new("wang")
    company.answer("wang@company.example", notice, "#category delivery")
    company.turn(monday(11))
    assert company.ticket()["category"] == "delivery"
    assert "classified" in company.ticket()["milestones"]


def test_a_letter_set_aside_is_told_to_managers_the_next_morning(company: World) -> None:
    company.turn(monday(9))
    company.mail.deliver("complaints", b"\xff" * 18)
    company.turn(monday(10))
    company.turn(monday(9, day=17))
    assert company.fates() == ["quarantined"]
    assert "mailbot quarantine" in company.inbox("chen")[-1].text
    company.turn(monday(9, day=18))
    assert len(company.inbox("chen")) == 1
