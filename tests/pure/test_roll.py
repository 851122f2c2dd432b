"""The table of customers: read as people keep it, compared with the file."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from mailbot.lifecycle.roll import Known, compare, graded, joined, read
from mailbot.lifecycle.ticket import Customer
from mailbot.procedures.rules import Grade, Labels

KEY = {"key": Grade(label=Labels("重点客户", "重點客戶", "key account"), sales_from=Decimal(5_000_000), tags=("战略",))}
TABLE = [
    ["客户名称", "地址(邮箱)", "电话", "地区", "联系人", "主要产品", "等级", "标签", "年销售额", "经销商"],
    ["清河商贸", "Li@qinghe.example；wang@qinghe.example", "010-1234", "北京", "李娜", "保温杯", "重点客户", "战略、老客户", "600万", "是"],
]
ON_FILE = Known(Customer(id=7, name="清河商贸", phone="0101234", tags=("老客户",)), frozenset({"li@qinghe.example"}))


def test_every_column_in_chinese_is_read() -> None:
    (row,), flaws = read(TABLE, KEY)
    assert flaws == []
    assert row.addresses == ("li@qinghe.example", "wang@qinghe.example")
    customer = row.customer
    assert (customer.name, customer.grade, customer.sales, customer.dealer) == ("清河商贸", "key", Decimal(6_000_000), True)
    assert customer.tags == ("战略", "老客户")


def test_english_headings_are_read_in_any_order() -> None:
    (row,), flaws = read([["E-mail", " Name ", "Dealer"], ["a@x.example", "Acme", "no"]], {})
    assert (row.customer.name, row.customer.dealer, row.addresses, flaws) == ("Acme", False, ("a@x.example",), [])


@pytest.mark.parametrize(
    ("heading", "value", "told"),
    [
        ("邮箱", "not an address", "no e-mail address"),
        ("等级", "黄金", "it has 重点客户"),
        ("年销售额", "很多", "write the year's sales as a number"),
        ("年销售额", "1e999", "write the year's sales as a number"),
        ("年销售额", "0." + "3" * 40, "write the year's sales as a number"),
        ("经销商", "也许", "neither yes nor no"),
    ],
)
def test_a_wrong_cell_is_told_by_line_with_the_cure(heading: str, value: str, told: str) -> None:
    rows, (flaw,) = read([["name", heading], ["A", ""], ["B", value]], KEY)
    assert [row.customer.name for row in rows] == ["A"]
    assert (flaw.line, flaw.column) == (3, heading)
    assert told in flaw.reason


def test_a_line_without_a_name_is_told_and_an_empty_one_is_not() -> None:
    _, flaws = read([["name", "phone"], ["", "123"], ["", ""]], {})
    assert [flaw.line for flaw in flaws] == [2]


def test_an_unknown_column_is_told_and_the_rest_is_read() -> None:
    rows, flaws = read([["name", "邮编"], ["A", "100000"]], {})
    assert len(rows) == 1
    assert "'邮编'" in flaws[0].reason


def test_of_two_columns_for_one_thing_the_first_filled_cell_counts_and_it_is_told() -> None:
    rows, (flaw,) = read([["name", "电话", "手机"], ["A", "1", ""], ["B", "", "2"], ["C", "3", "4"]], {})
    assert [row.customer.phone for row in rows] == ["1", "2", "3"]
    assert (flaw.line, "columns 电话, 手机 mean the same" in flaw.reason) == (1, True)


def test_a_table_without_names_is_refused() -> None:
    rows, (flaw,) = read([["phone"], ["123"]], {})
    assert rows == []
    assert "客户名称" in flaw.reason


@pytest.mark.parametrize("cells", [["New name", "li@qinghe.example"], [" 清河 商贸", "new@qinghe.example"]])
def test_a_known_address_or_name_means_the_same_customer(cells: list[str]) -> None:
    rows, _ = read([["name", "email"], cells], {})
    (step,) = compare(rows, [ON_FILE])
    assert (step.kind, step.customer.id) == ("changed", 7)
    assert step.addresses == {"li@qinghe.example", cells[1]}


def test_an_empty_cell_leaves_what_is_known() -> None:
    rows, _ = read([["name", "phone"], ["清河商贸", ""]], {})
    (step,) = compare(rows, [ON_FILE])
    assert (step.kind, step.customer.phone) == ("same", "0101234")


def test_the_same_phone_under_another_name_is_reported_and_not_joined() -> None:
    rows, _ = read([["name", "phone"], ["河清商贸", "010-1234"]], {})
    (step,) = compare(rows, [ON_FILE])
    assert (step.kind, step.like) == ("new", (7,))


def test_a_second_line_about_a_new_customer_adds_to_the_first() -> None:
    rows, _ = read([["name", "email", "phone"], ["A", "a@x.example", ""], ["a", "b@x.example", "12"]], {})
    first, second = compare(rows, [])
    assert (first.kind, second.kind) == ("new", "changed")
    assert second.customer.id == first.customer.id
    assert second.addresses == {"a@x.example", "b@x.example"}


def test_a_line_that_names_one_customer_and_writes_another_ones_address_is_reported_with_both() -> None:
    other = Known(Customer(id=8, name="门店"), frozenset({"shop@x.example"}))
    rows, _ = read([["name", "email"], ["清河商贸", "shop@x.example"]], {})
    (step,) = compare(rows, [ON_FILE, other])
    assert (step.customer.id, step.like, step.addresses) == (8, (7,), {"shop@x.example"})


def test_the_grade_follows_from_sales_or_tags_unless_it_was_said() -> None:
    some = Customer(id=1, name="A")
    assert graded(replace(some, sales=Decimal(5_000_000)), KEY).grade == "key"
    assert graded(replace(some, sales=Decimal(4_999_999)), KEY).grade == ""
    assert graded(replace(some, tags=("战略",)), KEY).grade == "key"
    assert graded(replace(some, grade="ordinary", tags=("战略",)), KEY).grade == "ordinary"


def test_joining_keeps_the_firsts_words_and_both_tags() -> None:
    second = Customer(id=9, name="B", phone="999", region="上海", tags=("新",), dealer=True)
    whole = joined(ON_FILE.customer, second)
    assert (whole.id, whole.name, whole.phone, whole.region) == (7, "清河商贸", "0101234", "上海")
    assert (whole.tags, whole.dealer) == (("老客户", "新"), True)
