"""S2: after-sales service management."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, say

ENGINEER, QUALITY = Company.handler("technical-dept"), Company.handler("quality-dept")


@pytest.fixture
def sales(tmp_path: Path) -> Iterator[Company]:
    with company("after-sales", tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("其他：咨询法兰的最高工作温度", "请问贵司DN50法兰的最高工作温度是多少？"),
        ("其他：建议改用木箱", "建议法兰改用木箱包装，纸箱容易破。"),
    ],
    ids=["inquiry", "suggestion"],
)
def test_s2_2_an_inquiry_or_suggestion_is_registered_numbered_and_due(sales: Company, subject: str, text: str) -> None:
    sales.write(CUSTOMER, subject, text)
    ticket = sales.ticket()
    assert (ticket.number, ticket.category, ticket.department) == ("2026-000001", "other", "customer-service")
    assert "2026-000001" in sales.last(CUSTOMER).text
    assert "咨询、建议及其他" in sales.last(SERVICE, "000001").text
    assert sales.due("first-answered") == "11-17 10:00"


def test_s2_2_what_is_known_is_answered_at_once_and_the_answer_is_on_record(sales: Company) -> None:
    sales.write(CUSTOMER, "其他：咨询法兰的最高工作温度", "请问贵司DN50法兰的最高工作温度是多少？")
    say(sales, SERVICE, "#解决\n最高425℃，选型表见官网。")
    assert "最高425℃" in sales.last(CUSTOMER).text
    assert {"first-answered", "answered"} <= sales.ticket().milestones.keys()
    assert sales.ticket().facts.outcome == "最高425℃，选型表见官网。"


def test_s2_2_what_is_not_known_is_recorded_worked_out_with_engineering_and_answered(sales: Company) -> None:
    sales.write(CUSTOMER, "其他：咨询法兰能否用于海水", "请问316L法兰能否长期用于海水？")
    say(sales, SERVICE, "#协同 技术部\n#进展 已请技术部研究，周四前答复您。")
    assert "周四前答复您" in sales.last(CUSTOMER).text
    assert "能否长期用于海水" in sales.last(ENGINEER).text
    assert "first-answered" in sales.ticket().milestones
    sales.later(days=1)
    say(sales, ENGINEER, "#原因 316L不耐高氯离子，应选用双相钢")
    assert not any("双相钢" in letter.text for letter in sales.inbox(CUSTOMER))
    say(sales, SERVICE, "#解决\n海水工况请选用双相钢2205，316L只能短期使用。", "新")
    assert "双相钢2205" in sales.last(CUSTOMER).text
    assert sales.ticket().facts.cause == "316L不耐高氯离子，应选用双相钢"
    assert sales.ticket().due["resolved"].ended_at == sales.now


def test_s2_2_an_inquiry_nobody_answers_is_urged_and_climbs(sales: Company) -> None:
    sales.write(CUSTOMER, "其他：咨询法兰的最高工作温度", "请问贵司DN50法兰的最高工作温度是多少？")
    sales.later(days=1, hours=1)
    assert "答复咨询" in sales.last(SERVICE, "催办").text
    sales.later(days=1)
    assert "答复咨询" in sales.last(SERVICE_HEAD, "逾期上报").text


def complained(sales: Company, times: int) -> None:
    """The same customer, as often, about the same thing."""
    for number in range(1, times + 1):
        sales.write(CUSTOMER, f"质量：第{number}批法兰有砂眼", f"第{number}批到货的法兰有砂眼。")


def test_s2_3_a_problem_that_comes_back_raises_a_corrective_action_for_the_responsible_department(sales: Company) -> None:
    complained(sales, 2)
    assert [sales.ticket(number).tasks for number in (1, 2)] == [(), ()]
    sales.write(CUSTOMER, "质量：第3批法兰有砂眼", "第3批到货的法兰又有砂眼。")
    asked = sales.last(QUALITY, "纠正和预防措施处理单")
    assert "第3批到货的法兰又有砂眼" in asked.text
    assert "其他投诉：一年内2件" in asked.text
    assert sales.due("task-1", 3) == "11-30 10:00"


def test_s2_3_sales_checks_that_it_is_carried_out_and_sends_back_what_does_not_work(sales: Company) -> None:
    complained(sales, 3)
    say(sales, QUALITY, "#完成任务 更换模具并加检砂眼", "纠正和预防措施处理单")
    assert "更换模具并加检砂眼" in sales.last(SERVICE, "纠正和预防措施处理单").text
    assert sales.due("task-1-verify", 3) == "12-14 10:00"
    sales.later(days=29)
    assert sales.last(SERVICE, "催办单：评估")
    say(sales, SERVICE, "#评估 无效 第4批仍有两件", "催办单：评估")
    assert "第4批仍有两件" in sales.last(QUALITY, "纠正和预防措施处理单").text
    say(sales, QUALITY, "#完成任务 改用树脂砂", "第4批仍有两件")
    say(sales, SERVICE, "#评估 有效", "改用树脂砂")
    assert [task.verdict for task in sales.ticket(3).tasks] == ["ineffective", "effective"]


def test_s2_3_sales_may_ask_for_one_by_hand_and_an_open_one_is_urged(sales: Company) -> None:
    complained(sales, 1)
    say(sales, Company.head("quality-dept"), "#任务 纠正措施 11月20日 清点库存法兰", "新投诉")
    assert sales.due("task-1") == "11-20 23:59"
    sales.later(days=7)
    assert "清点库存法兰" in sales.last(QUALITY, "催办单：任务").text
