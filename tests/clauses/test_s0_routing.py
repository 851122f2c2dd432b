"""S0.4 and S0.5: what a client's complaint is about decides who handles it, what follows, and how long it may take."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import BOSS, CUSTOMER, SERVICE_HEAD, Company, company, say

QUALITY, LABORATORY = Company.handler("quality-dept"), Company.handler("laboratory-dept")


@pytest.fixture
def laboratory(tmp_path: Path) -> Iterator[Company]:
    with company("laboratory", tmp_path) as opened:
        yield opened


def test_s0_4_data_of_a_certificate_are_checked_by_quality_manager_and_laboratory(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "质量：校准证书数据有误", "证书CAL-2611第二页数据与仪器示值不符。")
    assert laboratory.ticket().department == "quality-dept"
    for who in (QUALITY, LABORATORY):
        assert "示值不符" in laboratory.last(who).text
    assert laboratory.ticket().facts.helpers == ("laboratory-dept",)


def test_s0_4_the_quality_system_draws_a_corrective_action_that_is_judged(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "服务：证书总是晚", "连续三次晚交证书，贵司质量体系运行有问题。")
    assert [task.kind for task in laboratory.ticket().tasks] == ["corrective-action"]
    asked = laboratory.last(QUALITY, "纠正和预防措施")
    assert "连续三次晚交证书" in asked.text
    assert laboratory.due("task-1") == "11-30 10:00"
    say(laboratory, QUALITY, "#完成任务 增加任务单交期看板", "纠正和预防措施")
    say(laboratory, QUALITY, "#评估 有效 两周内无晚交", "纠正和预防措施")
    assert laboratory.ticket().tasks[0].verdict == "effective"


def test_s0_4_duties_or_policy_draw_an_internal_audit(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "服务：无人负责", "来电三次都说不归他管，贵司人员职责不清。")
    assert [task.kind for task in laboratory.ticket().tasks] == ["internal-audit"]
    assert "内部审核" in laboratory.last(QUALITY, "内部审核").subject
    laboratory.later(days=30)
    assert laboratory.last(QUALITY, "催办单：任务1（内部审核）")


def test_s0_4_the_structure_of_the_system_goes_to_top_management_for_review(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "服务：两个部门互相推", "贵司组织结构有问题，业务部和专业室互相推诿。")
    assert [(task.kind, task.owner) for task in laboratory.ticket().tasks] == [("management-review", "general-manager")]
    assert "互相推诿" in laboratory.last(BOSS, "管理评审").text
    assert laboratory.due("task-1") == "12-16 10:00"
    say(laboratory, BOSS, "#完成任务 明确业务部为唯一受理口", "管理评审")
    assert laboratory.ticket().due["task-1"].ended_at == laboratory.now
    assert "唯一受理口" in laboratory.last(QUALITY).text


def test_s0_4_an_ordinary_complaint_draws_none_of_these(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "服务：电话无人接", "打了三次电话没有人接。")
    assert laboratory.ticket().tasks == ()


def test_s0_5_a_minor_complaint_by_word_of_mouth_is_answered_in_days(laboratory: Company) -> None:
    laboratory.write(SERVICE_HEAD, "服务：前台等太久", "客户：李娜\n电话：13800138000\n渠道：来访\n内容：前台等了二十分钟。")
    assert laboratory.due("answered") == "11-30 10:00"
    say(laboratory, QUALITY, "#级别 轻微")
    assert laboratory.due("answered") == "11-19 10:00"
    laboratory.later(days=3, hours=1)
    assert "正式答复客户" in laboratory.last(QUALITY, "催办").text


def test_s0_5_a_minor_complaint_in_writing_has_two_weeks_like_an_ordinary_one(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "服务：前台等太久", "前台等了二十分钟。")
    say(laboratory, QUALITY, "#级别 轻微")
    assert laboratory.due("answered") == "11-30 10:00"


def test_s0_5_the_quality_system_has_a_month(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "服务：证书总是晚", "连续三次晚交证书，贵司质量体系运行有问题。")
    assert laboratory.due("answered") == "12-16 10:00"
    laboratory.later(days=15)
    assert not [letter for letter in laboratory.inbox(QUALITY) if "催办" in letter.subject and "正式答复" in letter.subject]


def test_s0_5_a_month_counts_as_soon_as_the_client_names_the_system(laboratory: Company) -> None:
    laboratory.write(CUSTOMER, "服务：证书又晚", "这次证书晚了五天。")
    assert laboratory.due("answered") == "11-30 10:00"
    laboratory.later(days=2)
    say(laboratory, CUSTOMER, "我认为这是贵司管理体系的问题。")
    assert laboratory.due("answered") == "12-16 10:00"
