"""S2: after-sales service management."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import CUSTOMER, SERVICE, SERVICE_HEAD, Company, company

ENGINEER = Company.handler("technical-dept")


@pytest.fixture
def sales(tmp_path: Path) -> Iterator[Company]:
    with company("after-sales", tmp_path) as opened:
        yield opened


def say(sales: Company, who: str, text: str, to: str = "") -> None:
    sales.reply(who, sales.last(who, to), text)


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
