"""S0: an accredited laboratory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.store import votes
from tests.clauses.company import BOSS, CUSTOMER, Company, company, moment, say

HANDLER, HEAD = Company.handler("quality-dept"), Company.head("quality-dept")


@pytest.fixture
def laboratory(tmp_path: Path) -> Iterator[Company]:
    with company("laboratory", tmp_path) as opened:
        opened.write(CUSTOMER, "质量：校准证书数据有误", "证书CAL-2611第二页数据与仪器示值不符。")
        yield opened


def test_s0_1_the_form_holds_complaint_investigation_and_formal_answer(laboratory: Company) -> None:
    assert "示值不符" in laboratory.last(HANDLER).text
    say(laboratory, HANDLER, "#原因 录入时小数点错位")
    say(laboratory, HANDLER, "#解决\n已更正证书并重新签发。", "新投诉")
    assert laboratory.ticket().facts.cause == "录入时小数点错位"
    assert {"investigated", "answered"} <= laboratory.ticket().milestones.keys()


def test_s0_2_each_complaint_stands_in_the_register_with_its_dates(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "服务：电话无人接", "打了三次电话没有人接。")
    assert [laboratory.ticket(number).number for number in (1, 2)] == ["2026-000001", "2026-000002"]
    assert all("answered" in laboratory.ticket(number).due for number in (1, 2))


def test_s0_3_top_management_hears_of_a_major_complaint_and_approves_its_answer(laboratory: Company) -> None:
    say(laboratory, HANDLER, "#级别 重大")
    assert "000001" in laboratory.last(BOSS, "通报").subject
    say(laboratory, HANDLER, "#解决\n已更正证书并重新签发。", "新投诉")
    assert not any("重新签发" in letter.text for letter in laboratory.inbox(CUSTOMER))
    say(laboratory, BOSS, "同意", "请审批")
    assert "重新签发" in laboratory.last(CUSTOMER).text


def test_s0_5_an_ordinary_complaint_is_answered_in_two_weeks(laboratory: Company) -> None:
    assert laboratory.due("answered") == "11-30 10:00"


def test_s0_6_the_archivist_gets_the_record_of_a_closed_case(laboratory: Company) -> None:
    say(laboratory, HANDLER, "#解决\n已更正证书并重新签发。")
    say(laboratory, HANDLER, "#关闭", "新投诉")
    assert "000001" in laboratory.last("archivist@company.example", "结案抄送").subject


def test_s0_7_the_satisfaction_form_is_answered_by_line_in_its_three_step_scales(laboratory: Company) -> None:
    say(laboratory, HANDLER, "#解决\n已更正证书并重新签发。")
    laboratory.later(days=5)
    form = laboratory.last(CUSTOMER, "接待人员的服务态度")
    assert "满意、基本满意、不满意" in form.text
    assert "及时、基本及时、太拖拉" in form.text
    laboratory.reply(CUSTOMER, form, "1. 满意\n2: 基本满意\n4. 及时\n9. 适中")
    with laboratory.pipeline.store.reading() as connection:
        cast = {row.question: row.score for row in votes.between(connection, moment(1), moment(30))}
    assert cast == {"reception": 5, "phone": 3, "time": 5, "price": 5}
    assert laboratory.ticket().round == 1


def test_s0_7_a_dissatisfied_client_is_told_of_to_quality_and_the_case_opens_again(laboratory: Company) -> None:
    say(laboratory, HANDLER, "#解决\n已更正证书并重新签发。")
    laboratory.later(days=5)
    laboratory.reply(CUSTOMER, laboratory.last(CUSTOMER, "接待人员的服务态度"), "4. 太拖拉\n等了三周")
    assert laboratory.ticket().round == 2
    told = laboratory.last(HANDLER, "客户不满意").text
    assert "整体服务时间：1" in told
    assert "等了三周" in told


def test_s0_7_a_client_who_does_not_answer_is_reminded_once_and_the_silence_is_recorded(laboratory: Company) -> None:
    say(laboratory, HANDLER, "#解决\n已更正证书并重新签发。")
    laboratory.later(days=14)
    assert len([letter for letter in laboratory.inbox(CUSTOMER) if "想再听听您的意见" in letter.subject]) == 1
    assert "survey-silent" in laboratory.kinds()
