"""S1: an enterprise's complaint handling plan."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import BOSS, CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, moment, say

HANDLER, OFFICE = Company.handler("quality-dept"), Company.handler("gm-office")
VICE = "vice-president@company.example"


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Company]:
    with company("enterprise", tmp_path) as opened:
        opened.write(CUSTOMER, "质量：布料色差", "订单A88布料色差明显，要求处理。")
        yield opened


def negotiated(works: Company, amount: int) -> None:
    """The customer agreed, and the general manager's office has its opinion."""
    say(works, HANDLER, f"#金额 {amount}")
    say(works, HANDLER, "#协商 重做色差部分，三天内发出", "新投诉")
    say(works, CUSTOMER, "同意", "重做色差部分")
    works.later(hours=7)
    say(works, OFFICE, "#完成 综合意见")
    say(works, HANDLER, "#解决\n重做的布料今天发出。", "新投诉")


def test_s1_1_a_complaint_not_accepted_is_explained(works: Company) -> None:
    say(works, HANDLER, "#不受理 该布料不是我公司生产")
    assert "不是我公司生产" in works.last(CUSTOMER).text
    assert "declined" in works.ticket().milestones


def test_s1_1_an_accepted_complaint_tells_the_waiting_time(works: Company) -> None:
    assert works.due("accepted") == "11-16 14:00"
    say(works, HANDLER, "#受理\n#预计 11月20日")
    assert "accepted" in works.ticket().milestones
    assert "20" in works.last(CUSTOMER).text


def test_s1_1_customer_service_accepts_and_the_leading_department_keeps_its_case(works: Company) -> None:
    works.at(moment(16, 13))
    say(works, SERVICE, "#受理", "决定是否受理")
    assert "accepted" in works.ticket().milestones
    assert works.ticket().assignee is None
    assert "此件仍由质量管理部承办" in works.last(SERVICE).text
    works.new(HANDLER)
    works.at(moment(17, 18))
    assert works.new(HANDLER), "the department is still reminded of what it owes"
    say(works, HANDLER, "#受理", "新投诉")
    assert "此件由您承办" in works.last(HANDLER).text


def test_s1_2_the_customer_confirms_what_was_registered(works: Company) -> None:
    asked = works.last(CUSTOMER, "登记内容，请您确认")
    assert "产品质量" in asked.text
    works.reply(CUSTOMER, asked, "确认")
    assert works.ticket().milestones["confirmed"].by == "customer"


def test_s1_2_a_registration_that_is_wrong_is_told_to_the_desk(works: Company) -> None:
    works.reply(CUSTOMER, works.last(CUSTOMER, "请您确认"), "有误，订单号是A89")
    assert "confirmed" not in works.ticket().milestones
    assert "订单号是A89" in works.last(HANDLER).text


def test_s1_2_a_wish_to_return_or_exchange_is_flagged(works: Company) -> None:
    works.write("other@customer.example", "质量：布料起球", "布料起球严重，要求退货。")
    assert "return" in works.ticket(2).signals
    assert "要求退货" in works.last("other@customer.example", "请您确认").text
    assert "要求退货" in works.last(HANDLER, "起球").text


def test_s1_3_each_case_is_numbered(works: Company) -> None:
    works.write("other@customer.example", "价格：发票有误", "单价不对。")
    assert [works.ticket(number).number for number in (1, 2)] == ["2026-000001", "2026-000002"]


def test_s1_4_the_report_is_due_a_day_after_the_investigation_and_goes_to_the_general_manager(works: Company) -> None:
    say(works, HANDLER, "#原因 染缸温度偏低\n#责任 我方 生产部")
    assert works.due("reported") == "11-17 10:00"
    say(works, HANDLER, "#报告 三号染缸温控失灵，已停用", "新投诉")
    assert "三号染缸温控失灵" in works.last(BOSS).text
    assert works.ticket().due["reported"].ended_at == works.now


@pytest.mark.parametrize(("amount", "who"), [(500, SERVICE_HEAD), (5000, VICE), (50000, BOSS)])
def test_s1_5_the_authority_that_approves_follows_the_amount(works: Company, amount: int, who: str) -> None:
    negotiated(works, amount)
    authority = {SERVICE_HEAD: "customer-service-head", VICE: "vice-president", BOSS: "general-manager"}[who]
    assert [task.owner for task in works.ticket().tasks if task.kind == "approval"] == [authority]
    assert not any("今天发出" in letter.text for letter in works.inbox(CUSTOMER))
    say(works, who, "同意", "请审批")
    assert "今天发出" in works.last(CUSTOMER).text


def test_s1_6_the_office_has_a_day_for_its_opinion_and_nothing_is_done_before(works: Company) -> None:
    say(works, HANDLER, "#协商 重做色差部分")
    say(works, CUSTOMER, "同意", "重做色差部分")
    assert works.due("office-opinion") == "11-17 10:00"
    say(works, HANDLER, "#解决\n今天发出。", "新投诉")
    assert "resolved" not in works.ticket().milestones
    assert "综合意见" in works.last(HANDLER, "未执行").text or "总经理办公室意见" in works.last(HANDLER, "未执行").text


def test_s1_7_copies_of_a_closed_case_go_to_five_departments(works: Company) -> None:
    negotiated(works, 500)
    say(works, SERVICE_HEAD, "同意", "请审批")
    say(works, HANDLER, "#关闭", "新投诉")
    told = [name for name in works.procedure.departments if any("结案抄送" in m.subject for m in works.inbox(Company.handler(name)))]
    assert set(told) == {"quality-dept", "production-dept", "finance-dept", "gm-office", "customer-service"}


def test_s1_8_an_outcome_not_accepted_is_a_new_round_that_shows_the_first(works: Company) -> None:
    negotiated(works, 500)
    say(works, SERVICE_HEAD, "同意", "请审批")
    works.later(days=3, hours=1)
    say(works, CUSTOMER, "1，还是有色差", "满意")
    assert works.ticket().round == 2
    again = works.last(HANDLER, "已重开").text
    assert "还是有色差" in again
    assert "重做的布料今天发出" in again, "both are submitted: the first outcome stands with the new complaint"
    assert works.ticket().number == "2026-000001"


def test_s1_8_the_new_round_is_negotiated_and_approved_anew(works: Company) -> None:
    negotiated(works, 500)
    say(works, SERVICE_HEAD, "同意", "请审批")
    works.later(days=3, hours=1)
    say(works, CUSTOMER, "1，还是有色差", "满意")
    assert {"agreed", "office-opinion", "resolved"}.isdisjoint(works.ticket().milestones)
    say(works, HANDLER, "#解决\n全部退款。", "已重开")
    assert "与客户达成一致" in works.last(HANDLER, "未执行").text
    say(works, HANDLER, "#协商 全部退款", "已重开")
    say(works, CUSTOMER, "同意", "全部退款")
    say(works, OFFICE, "#完成 综合意见")
    say(works, HANDLER, "#解决\n退款今天到账。", "已重开")
    assert not any("今天到账" in letter.text for letter in works.inbox(CUSTOMER))
    say(works, SERVICE_HEAD, "同意", "请审批")
    assert "今天到账" in works.last(CUSTOMER).text
    assert [event["kind"] for event in works.story()].count("resolved") == 2


def test_s1_13_late_work_draws_an_urging_notice(works: Company) -> None:
    works.later(days=2, hours=1)
    assert "催办" in works.last(HANDLER, "催办").subject


def test_s1_13_a_department_that_was_too_slow_explains_itself_after_closing(works: Company) -> None:
    works.later(days=14)
    negotiated(works, 500)
    say(works, SERVICE_HEAD, "同意", "请审批")
    say(works, HANDLER, "#关闭", "新投诉")
    inquiry = works.last(Company.head("quality-dept"), "个工作小时")
    assert "治办单" in inquiry.subject
    works.later(days=6)
    assert any("催办" in letter.subject and "治办单" in letter.subject for letter in works.inbox(Company.head("quality-dept")))
    works.reply(Company.head("quality-dept"), inquiry, "#完成任务 检测设备送修，已增备用机")
    say(works, SERVICE, "#评估 有效", "请评估")
    assert [(task.kind, task.verdict) for task in works.ticket().tasks if task.kind != "approval"] == [("overdue-inquiry", "effective")]


def test_s1_13_who_was_quick_explains_nothing(works: Company) -> None:
    negotiated(works, 500)
    say(works, SERVICE_HEAD, "同意", "请审批")
    say(works, HANDLER, "#关闭", "新投诉")
    assert [task.kind for task in works.ticket().tasks] == ["approval"]
