"""Quantities and shares as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.lifecycle.order_arguments import Wrong, read_amount
from mailbot.lifecycle.order_quantities import Quantity, read_counted, read_quantity, read_shares
from mailbot.lifecycle.orders import OrderContext, parse_reply
from mailbot.lifecycle.ticket import Share
from tests.pure.orders_cast import BOB, CAROL, CONTEXT, LI_SI, PROCEDURE, TODAY, only, wrong

DEPARTMENTS = {key: labels.all for key, labels in PROCEDURE.departments.items()}


@pytest.mark.parametrize(
    ("text", "number", "unit", "rest"),
    [
        ("100 件 表面划伤", "100", "件", "表面划伤"),
        ("100件表面划伤", "100", "件", "表面划伤"),
        ("１００ 件，色差大，不能用", "100", "件", "色差大，不能用"),
        ("1,200.5 kg too wet", "1200.5", "kg", "too wet"),
        ("40 Boxes: torn", "40", "boxes", "torn"),
        ("100 metal parts", "100", "", "metal parts"),
        ("7", "7", "", ""),
        ("1万件 划伤", "10000", "件", "划伤"),
        ("１.５萬 件", "15000", "件", ""),
        ("3千克 受潮", "3", "千克", "受潮"),
        ("5 万向轮 破损", "5", "", "万向轮 破损"),
    ],
)
def test_a_quantity_is_a_number_a_unit_and_words(text: str, number: str, unit: str, rest: str) -> None:
    assert read_quantity(text) == (Quantity(Decimal(number), unit), rest)


@pytest.mark.parametrize(
    "text",
    ["", "若干", "2% of it", "-5 件", "件 100", "1.2.3 件", "3百件", "100余件", "100-120 件", "100件至120件", "1,5 t", "2成", "-1万件"],
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    assert read_quantity(text) == Wrong("bad-quantity")


def test_a_unit_is_the_same_in_singular_and_plural_and_in_both_scripts() -> None:
    pairs = [("1 box", "2 boxes"), ("3 個", "4 个"), ("5 kg", "6公斤"), ("7 pcs", "8 pieces")]
    for first, second in pairs:
        one, other = read_quantity(first), read_quantity(second)
        assert isinstance(one, tuple)
        assert isinstance(other, tuple)
        assert one[0].measure == other[0].measure


@pytest.mark.parametrize(
    ("text", "amount"), [("3千", 3000), ("1.2亿", 120_000_000), ("￥３万元 赔偿", 30_000), ("1,200.50 元", "1200.50"), ("1200元整", 1200)]
)
def test_a_sum_is_read_as_people_write_it(text: str, amount: int | str) -> None:
    read = read_amount(text)
    assert isinstance(read, tuple)
    assert read[0] == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["-500", "−500", "负500", "1000-2000", "1000元至2000元", "3百万", "5k", "2w", "1,20", "1.200,50", "1 200", "50%"]
)
def test_a_number_that_means_another_is_no_sum(text: str) -> None:
    assert isinstance(read_amount(text), Wrong)


@pytest.mark.parametrize(
    ("text", "serial", "number", "rest"),
    [
        ("98 件", None, 98, ""),
        ("2 98 件", 2, 98, ""),
        ("任务2 98件", 2, 98, ""),
        ("第2项：98 件 两件破损", 2, 98, "两件破损"),
        ("task 3 500 boxes", 3, 500, ""),
        ("#3 40", 3, 40, ""),
        ("1,200 件", None, 1200, ""),
        ("98 件 2 箱破损", None, 98, "2 箱破损"),
    ],
)
def test_a_count_may_name_its_task_first(text: str, serial: int | None, number: int, rest: str) -> None:
    read = read_counted(text)
    assert not isinstance(read, Wrong)
    assert (read[0], read[1].number, read[2]) == (serial, number, rest)


@pytest.mark.parametrize(
    "text", ["质量部 70%，销售部 30%", "质量部70％、销售部30％", "quality-dept: 70 %; sales-dept = 30%", "品質部 40% 质量部 30% 李四 30%"]
)
def test_shares_name_departments_or_people_and_make_the_whole(text: str) -> None:
    shares = read_shares(text, CONTEXT.members, DEPARTMENTS, ())
    assert not isinstance(shares, Wrong)
    assert [share.percent for share in shares] == [70, 30]
    assert shares[0].owner == "quality-dept"
    assert shares[1].owner in ("sales-dept", f"staff:{LI_SI.key}")


@pytest.mark.parametrize("text", ["质量部 60%，销售部 30%", "质量部", "质量部 70%，销售部 30% 谢谢", "质量部 100%，销售部 0%", "质量部 70"])
def test_shares_that_are_not_the_whole_are_refused(text: str) -> None:
    assert read_shares(text, CONTEXT.members, DEPARTMENTS, ()) == Wrong("bad-shares")


def test_a_share_of_a_stranger_is_refused_as_a_stranger() -> None:
    refused = read_shares("火星部 100%", CONTEXT.members, DEPARTMENTS, ())
    assert isinstance(refused, Wrong)
    assert refused.reason == "unknown-person"


def test_the_text_below_a_return_is_its_reason_and_not_for_the_customer() -> None:
    reply = parse_reply("#退货 100 件 划伤\n客户要求全部退回。", CONTEXT)
    assert (reply.orders[0].text, reply.text) == ("划伤\n客户要求全部退回。", "")


def test_a_long_reason_is_kept_whole() -> None:
    reason = "划伤" * 300
    assert only(f"#退货 100 件 {reason}").text == reason
    assert only(f"#折让 1200 {reason}").text == reason


def test_goods_orders_carry_their_values() -> None:
    assert only("#allowance 1,200.50 slight, but visible").text == "slight, but visible"
    assert only("#实退98件").quantity == Quantity(Decimal(98), "件")
    assert only("#分摊 销售部 100%").shares == (Share("sales-dept", Decimal(100)),)
    assert wrong("#return many pieces").reason == "bad-quantity"


def test_only_heads_share_a_loss() -> None:
    for member, problems in ((BOB, ["not-allowed"]), (CAROL, [])):
        reply = parse_reply("#shares 质量部 100%", OrderContext(CONTEXT.members, PROCEDURE, TODAY, member))
        assert [problem.reason for problem in reply.problems] == problems


@given(st.text(max_size=60) | st.text("0123456789.,%任务件 第项", max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for read in (read_quantity(text), read_counted(text), read_shares(text, CONTEXT.members, DEPARTMENTS, ())):
        assert isinstance(read, Wrong | tuple)
