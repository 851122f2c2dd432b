"""Customers known by their letters."""

from pathlib import Path

from mailbot.lifecycle.ticket import Customer
from mailbot.store import customers
from tests.clauses.company import CUSTOMER, Company, company


def test_s2_1_staff_sees_who_on_file_writes_and_how_often(tmp_path: Path) -> None:
    with company("feedback", tmp_path) as firm:
        with firm.pipeline.store.transaction() as tx:
            customers.add(tx, Customer(id=0, name="清河商贸", grade="重点客户"), {CUSTOMER, "second@customer.example"}, firm.now)
        firm.write(CUSTOMER, "质量：杯子漏水", "上周买的杯子漏水，请处理。")
        firm.write("second@customer.example", "质量：又漏水", "第二批杯子也漏水，请处理。")
        told = firm.last(Company.handler("quality-dept"), "又漏水").text
        assert "客户档案：清河商贸、重点客户" in told
        assert "一年内其他投诉：1件" in told
        ticket = firm.ticket(2)
        assert (ticket.customer and ticket.customer.name, ticket.facts.repeats) == ("清河商贸", 1)
