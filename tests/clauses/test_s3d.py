"""S3d: complaints and returned goods."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import CUSTOMER, SERVICE, Company, company, say

QUALITY, PRODUCTION = Company.handler("quality-dept"), Company.handler("production-dept")


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Company]:
    with company("complaint-and-return", tmp_path) as opened:
        opened.write(CUSTOMER, "质量：灯具不亮，要求退货", "本月到货的30只灯具不亮，要求退货。")
        yield opened


def corrected(works: Company, verdict: str) -> None:
    """Production reports its measure, quality judges it."""
    say(works, PRODUCTION, "#完成任务 已更换镇流器并加严老化试验", "纠正预防措施")
    say(works, QUALITY, f"#评估 {verdict}", "纠正预防措施")


def test_s3d_1_the_record_holds_complaint_and_wish_to_return(works: Company) -> None:
    assert works.ticket().number == "2026-000001"
    assert "return" in works.ticket().signals
    assert "要求退货" in works.last(QUALITY).text


def test_s3d_1_what_is_not_ours_goes_back_to_sales_who_talk_to_the_customer(works: Company) -> None:
    say(works, QUALITY, "#原因 客户接入了380V电源\n")
    say(works, QUALITY, "#责任 客户", "新投诉")
    assert works.ticket().department == "customer-service"
    told = works.last(SERVICE, "与客户联络沟通")
    assert "客户接入了380V电源" in told.text
    assert "灯具不亮" in told.text
    assert not any("纠正预防措施" in letter.subject for letter in works.inbox(PRODUCTION))
    say(works, SERVICE, "#解决\n灯具额定电压220V，接入380V会烧毁，我们可以按成本价为您更换。", "新投诉")
    assert "额定电压220V" in works.last(CUSTOMER).text
    say(works, SERVICE, "#完成任务 已与客户电话沟通，客户接受", "与客户联络沟通")
    say(works, SERVICE, "#关闭", "新投诉")
    assert "closed" in works.ticket().milestones


def test_s3d_1_what_is_ours_goes_to_the_responsible_department_with_a_due_date(works: Company) -> None:
    say(works, QUALITY, "#原因 镇流器批次不良\n")
    say(works, QUALITY, "#责任 我方 生产部", "新投诉")
    assert "纠正预防措施" in works.last(PRODUCTION, "纠正预防措施").subject
    assert works.due("task-1") == "11-30 10:00"
    assert works.ticket().department == "quality-dept"
    works.later(days=15)
    assert "纠正预防措施" in works.last(PRODUCTION, "催办").text


def test_s3d_1_measures_are_done_again_until_they_work_and_only_then_it_is_closed(works: Company) -> None:
    say(works, QUALITY, "#原因 镇流器批次不良\n")
    say(works, QUALITY, "#责任 我方 生产部", "新投诉")
    say(works, QUALITY, "#关闭", "新投诉")
    assert "纠正预防措施" in works.last(QUALITY, "未执行").text
    corrected(works, "无效 老化后仍有两只不亮")
    again = works.last(PRODUCTION, "纠正预防措施")
    assert "老化后仍有两只不亮" in again.text
    say(works, QUALITY, "#关闭", "新投诉")
    assert "closed" not in works.ticket().milestones
    say(works, PRODUCTION, "#完成任务 更换供应商并全检", "纠正预防措施")
    say(works, QUALITY, "#关闭", "新投诉")
    assert "closed" not in works.ticket().milestones, "done, but nobody judged it"
    say(works, QUALITY, "#评估 有效 连续三批无不亮", "纠正预防措施")
    say(works, QUALITY, "#关闭\n已更换供应商并加严检验，感谢您的反馈。", "新投诉")
    assert "closed" in works.ticket().milestones
    assert "加严检验" in works.last(CUSTOMER).text
    assert [task.verdict for task in works.ticket().tasks] == ["ineffective", "effective"]
