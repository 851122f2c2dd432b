"""Customers known by their letters: the file, its import, its grades."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.lifecycle import roll
from mailbot.lifecycle.ticket import Customer
from mailbot.store import customers
from tests.clauses.company import CUSTOMER, Company, company

QUALITY = Company.handler("quality-dept")
SECOND = "second@customer.example"
HEADINGS = ["客户名称", "邮箱", "电话", "联系人", "主要产品", "标签", "年销售额"]


@pytest.fixture
def laboratory(tmp_path: Path) -> Iterator[Company]:
    with company("laboratory", tmp_path) as opened:
        yield opened


@pytest.fixture
def sales(tmp_path: Path) -> Iterator[Company]:
    with company("after-sales", tmp_path) as opened:
        yield opened


def imported(firm: Company, *rows: list[str]) -> list[str]:
    """The list is taken in as `mailbot import customers --apply` does; gives what each line was."""
    grades = firm.procedure.grades
    read, flaws = roll.read([HEADINGS, *rows], grades)
    assert flaws == []
    with firm.pipeline.store.transaction() as tx:
        steps = roll.compare(read, customers.everybody(tx))
        customers.take(tx, steps, grades, firm.now)
    return [step.kind for step in steps]


def on_file(firm: Company) -> list[Customer]:
    with firm.pipeline.store.reading() as connection:
        return [known.customer for known in customers.everybody(connection)]


def test_s2_1_staff_sees_who_on_file_writes_and_how_often(tmp_path: Path) -> None:
    with company("feedback", tmp_path) as firm:
        with firm.pipeline.store.transaction() as tx:
            customers.add(tx, Customer(id=0, name="清河商贸", grade="重点客户"), {CUSTOMER, SECOND}, firm.now)
        firm.write(CUSTOMER, "质量：杯子漏水", "上周买的杯子漏水，请处理。")
        firm.write(SECOND, "质量：又漏水", "第二批杯子也漏水，请处理。")
        told = firm.last(QUALITY, "又漏水").text
        assert "客户档案：清河商贸、重点客户" in told
        assert "其他投诉：一年内1件" in told
        ticket = firm.ticket(2)
        assert (ticket.customer and ticket.customer.name, ticket.facts.repeats) == ("清河商贸", 1)


def test_s0_8_a_client_stands_in_the_list_once_however_often_it_is_imported(laboratory: Company) -> None:
    first = ["清河机械厂", CUSTOMER, "010-1234", "李娜", "卡尺", "老客户", ""]
    assert imported(laboratory, first, ["清河机械厂 ", SECOND, "", "", "", "年检", ""]) == ["new", "changed"]
    assert imported(laboratory, first) == ["same"]
    (client,) = on_file(laboratory)
    assert (client.name, client.phone, client.contact, set(client.tags)) == ("清河机械厂", "010-1234", "李娜", {"老客户", "年检"})


def test_s0_8_the_quality_manager_sees_the_clients_tags_whichever_address_wrote(laboratory: Company) -> None:
    imported(laboratory, ["清河机械厂", f"{CUSTOMER}；{SECOND}", "", "", "", "老客户、年检", ""])
    laboratory.write(SECOND, "质量：校准证书数据有误", "证书第二页数据与仪器示值不符。")
    assert "客户档案：清河机械厂、老客户、年检" in laboratory.last(QUALITY).text


def test_s0_8_two_records_that_turn_out_to_be_one_client_share_their_cases(laboratory: Company) -> None:
    imported(laboratory, ["清河机械厂", CUSTOMER, "", "", "", "老客户", ""], ["清河机械（集团）", SECOND, "", "", "", "年检", ""])
    laboratory.write(CUSTOMER, "质量：校准证书数据有误", "证书第二页数据与仪器示值不符。")
    kept, gone = on_file(laboratory)
    with laboratory.pipeline.store.transaction() as tx:
        customers.merge(tx, kept, gone, laboratory.now)
    laboratory.write(SECOND, "质量：证书又有误", "更正后的证书仍有一处不符。")
    told = laboratory.last(QUALITY, "证书又有误").text
    assert "客户档案：清河机械厂、老客户、年检" in told
    assert "其他投诉：一年内1件" in told


@pytest.mark.parametrize(
    ("tags", "yearly", "grade"),
    [("", "500万", "重点顾客"), ("", "499万", "一般顾客"), ("战略", "20万", "重点顾客")],
    ids=["by sales", "below", "by strategy"],
)
def test_s2_4_a_key_customer_is_one_by_sales_or_by_strategy(sales: Company, tags: str, yearly: str, grade: str) -> None:
    imported(sales, ["清河商贸", CUSTOMER, "", "", "", tags, yearly])
    sales.write(CUSTOMER, "质量：法兰有砂眼", "本月到货的法兰有砂眼。")
    assert f"客户档案：清河商贸、{grade}" in sales.last(QUALITY).text


def test_s2_4_the_new_years_sales_grade_a_customer_anew(sales: Company) -> None:
    imported(sales, ["清河商贸", CUSTOMER, "", "", "", "", "800万"], ["大河重工", SECOND, "", "", "", "战略", "800万"])
    imported(sales, ["清河商贸", "", "", "", "", "", "300万"], ["大河重工", "", "", "", "", "", "300万"])
    assert {customer.name: customer.grade for customer in on_file(sales)} == {"清河商贸": "ordinary", "大河重工": "key"}
