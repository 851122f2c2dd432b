"""S3c: five steps - receive, assess, resolve by agreement, record and follow up, analyse and improve."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import CUSTOMER, SERVICE, Company, company, say

QUALITY, LEGAL = Company.handler("quality-dept"), Company.handler("legal-dept")


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Company]:
    with company("five-steps", tmp_path) as opened:
        yield opened


@pytest.fixture
def case(firm: Company) -> Company:
    firm.write(CUSTOMER, "质量：投影仪花屏", "周一在三楼会议室开机花屏，当时王工在场。", [("photo.jpg", b"\xff\xd8\xff photo")])
    return firm


def agreed(case: Company) -> None:
    """The customer accepts what is proposed."""
    say(case, QUALITY, "#协商 为您更换主板，保修延长一年", "新投诉")
    say(case, CUSTOMER, "同意", "保修延长一年")


def test_s3c_1_step_1_what_is_known_is_registered_and_what_is_missing_is_asked_for(case: Company) -> None:
    told = case.last(QUALITY, "新投诉")
    assert [part.name for part in told.attachments] == ["photo.jpg"]
    assert "发生时间" in told.text
    say(case, QUALITY, "#时间 11月16日\n#地点 三楼会议室")
    facts = case.ticket().facts
    assert (facts.happened, facts.place) == ("11月16日", "三楼会议室")


def test_s3c_1_step_2_what_cannot_be_sorted_is_assessed_within_hours_sooner_if_urgent(firm: Company) -> None:
    firm.write(CUSTOMER, "投影仪", "这台机器我不满意。")
    firm.write(CUSTOMER, "另一台", "情况紧急，请立即处理，非常着急！")
    assert (firm.due("classified", 1), firm.due("classified", 2)) == ("11-16 14:00", "11-16 11:00")
    say(firm, SERVICE, "质量", "另一台")
    assert firm.ticket(2).due["classified"].ended_at == firm.now


def test_s3c_1_step_2_a_matter_of_law_or_compliance_is_major_and_reaches_the_lawyers(firm: Company) -> None:
    firm.write(CUSTOMER, "质量：投影仪漏标能效", "机身没有能效标识，我会向监管部门反映。")
    assert firm.ticket().severity == "major"
    assert "000001" in firm.last(LEGAL, "通报").subject
    firm.write(CUSTOMER, "质量：投影仪花屏", "开机花屏。")
    assert not any("000002" in letter.subject for letter in firm.inbox(LEGAL))


def test_s3c_1_step_3_nothing_is_solved_before_the_customer_agrees(case: Company) -> None:
    assert (case.due("first-answered"), case.due("agreed")) == ("11-17 10:00", "11-19 10:00")
    say(case, QUALITY, "#解决\n主板已更换。", "新投诉")
    assert "resolved" not in case.ticket().milestones
    assert "与客户达成共识" in case.last(QUALITY, "未执行").text
    agreed(case)
    assert case.ticket().milestones["agreed"].by == "customer"
    say(case, QUALITY, "#解决\n主板已更换。", "新投诉")
    assert "主板已更换" in case.last(CUSTOMER).text


def test_s3c_1_step_3_an_agreement_by_phone_is_recorded_by_who_heard_it(case: Company) -> None:
    say(case, QUALITY, "#协商 为您更换主板，保修延长一年", "新投诉")
    say(case, QUALITY, "#已同意\n#备注 王工电话中同意", "新投诉")
    assert case.ticket().milestones["agreed"].by == QUALITY


def test_s3c_1_step_4_measures_and_outcome_are_on_record_and_the_customer_is_asked(case: Company) -> None:
    agreed(case)
    say(case, QUALITY, "#原因 主板电容鼓包\n", "新投诉")
    say(case, QUALITY, "#解决\n主板已更换。", "新投诉")
    facts = case.ticket().facts
    assert (facts.cause, facts.plan, facts.outcome) == ("主板电容鼓包", "为您更换主板，保修延长一年", "主板已更换。")
    case.later(days=4)
    case.reply(CUSTOMER, case.last(CUSTOMER, "满意"), "2 又花屏了")
    assert case.ticket().round == 2


def test_s3c_1_step_5_an_improvement_is_carried_out_and_its_effect_watched(case: Company) -> None:
    agreed(case)
    say(case, QUALITY, "#任务 改进措施 更换电容供应商", "新投诉")
    assert case.due("task-1") == "12-14 10:00"
    case.later(days=10)
    say(case, QUALITY, "#完成任务 已切换到新供应商", "新投诉")
    assert "已切换到新供应商" in case.last(SERVICE, "改进措施").text
    assert case.due("task-1-verify") == "12-26 10:00"
    say(case, SERVICE, "#评估 有效 返修率降到千分之一", "改进措施")
    assert case.ticket().tasks[0].verdict == "effective"
