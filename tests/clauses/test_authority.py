"""Who decides as general manager: a vice president is a manager too, and decides nothing that is the general manager's."""

from pathlib import Path

from tests.clauses.company import BOSS, CUSTOMER, SERVICE_HEAD, Company, company

SALES, VICE, FINANCE = Company.handler("sales-dept"), "vice-president@company.example", Company.handler("finance-dept")


def test_what_the_general_manager_approves_a_vice_president_neither_gets_nor_decides(tmp_path: Path) -> None:
    with company("enterprise", tmp_path) as works:
        works.write(CUSTOMER, "价格：多收货款", "多收了1200元，请折让。")
        works.reply(SALES, works.last(SALES, "新投诉"), "#折让 1200 单价开错")
        works.reply(SERVICE_HEAD, works.last(SERVICE_HEAD, "请审批"), "同意")
        assert not works.inbox(VICE)
        works.reply(BOSS, works.last(BOSS, "请审批"), "同意")
        assert "1,200" in works.last(FINANCE, "折让").text
