"""S4, the default procedure: opinions and complaints of customers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import BOSS, CUSTOMER, SERVICE, SERVICE_HEAD, Company, company

HANDLER, HEAD = Company.handler("quality-dept"), Company.head("quality-dept")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    with company("feedback", tmp_path) as opened:
        yield opened


@pytest.fixture
def leak(shop: Company) -> Company:
    """Monday, ten o'clock: a matter of quality, assigned at once."""
    shop.write(CUSTOMER, "质量问题：保温杯漏水", "上周买的保温杯漏水，请处理。")
    return shop


def test_s4_1_an_unclear_complaint_is_sorted_within_two_hours(shop: Company) -> None:
    shop.write(CUSTOMER, "保温杯", "这个杯子我不满意。")
    assert shop.due("classified") == "11-16 12:00"
    shop.later(hours=1)
    shop.reply(SERVICE, shop.last(SERVICE), "价格")
    assert shop.ticket().category == "price"
    assert shop.ticket().due["classified"].ended_at == shop.now


def test_s4_1_customer_service_is_urged_when_it_is_not_sorted(shop: Company) -> None:
    shop.write(CUSTOMER, "保温杯", "这个杯子我不满意。")
    shop.later(hours=2, minutes=30)
    assert "催办" in shop.last(SERVICE).subject + shop.last(SERVICE).text


def test_a_major_case_is_told_to_the_leaders_at_once(leak: Company) -> None:
    leak.reply(HANDLER, leak.last(HANDLER), "#级别 重大")
    assert leak.ticket().severity == "major"
    for leader in (BOSS, SERVICE_HEAD):
        assert "重大" in leak.last(leader, "通报").text


def test_s4_6_the_department_files_its_plan_within_a_day(leak: Company) -> None:
    assert leak.due("planned") == "11-17 10:00"
    leak.later(hours=5)
    leak.reply(HANDLER, leak.last(HANDLER), "#方案 检查密封圈，换新件")
    assert leak.ticket().due["planned"].ended_at == leak.now


def test_s4_6_a_missing_plan_climbs_the_ladder_to_the_general_manager(leak: Company) -> None:
    leak.later(days=1, hours=1)
    assert "催办" in leak.last(HEAD).subject
    leak.later(days=3)
    assert any("000001" in letter.subject for letter in leak.inbox(SERVICE_HEAD))
    assert any("000001" in letter.subject for letter in leak.inbox(BOSS))


def test_s4_7_it_is_solved_within_two_days(leak: Company) -> None:
    assert leak.due("resolved") == "11-18 10:00"
    leak.reply(HANDLER, leak.last(HANDLER), "#解决\n新杯今天寄出。")
    assert leak.ticket().due["resolved"].ended_at == leak.now


def test_s4_7_the_customer_is_told_a_date_and_it_is_tracked(leak: Company) -> None:
    leak.reply(HANDLER, leak.last(HANDLER), "#预计 11月25日\n配件下周到货，25日前寄出。")
    assert "25日" in leak.last(CUSTOMER).text
    assert leak.due("resolved").startswith("11-25")


def test_s4_8_progress_reaches_the_customer(leak: Company) -> None:
    leak.reply(HANDLER, leak.last(HANDLER), "#进展 样品已送检，明天出结果")
    assert "样品已送检" in leak.last(CUSTOMER).text


def test_s4_9_the_result_is_told_within_two_days_of_solving(leak: Company) -> None:
    leak.reply(HANDLER, leak.last(HANDLER), "#解决")
    assert "reported-back" in leak.ticket().milestones
    assert leak.due("answered") == "11-18 10:00"
    leak.later(days=1, hours=8)
    leak.reply(SERVICE, leak.last(SERVICE), "您的杯子已换新，今天寄出。")
    assert "已换新" in leak.last(CUSTOMER).text
    assert "answered" in leak.ticket().milestones


def test_s4_10_the_customer_is_asked_within_a_week_and_a_bad_vote_opens_a_new_round(leak: Company) -> None:
    leak.reply(HANDLER, leak.last(HANDLER), "#解决\n新杯今天寄出。")
    leak.later(days=3, hours=1)
    survey = leak.last(CUSTOMER, "满意")
    leak.reply(CUSTOMER, survey, "1，新杯子还是漏")
    assert "rated" in leak.kinds()
    assert leak.ticket().round == 2
    assert leak.ticket().status not in {"closed", "resolved"}
