"""What a registration by letter says."""

import pytest

from mailbot.lifecycle.manual import read

SHEET = "客户：李娜\n电话：138 0013 8000\n地区：上海\n渠道：门店\n产品：保温杯\n批号：B2611\n内容：杯子漏水。\n要求换新。"


def test_each_line_is_kept_and_the_content_runs_to_the_end() -> None:
    sheet = read(SHEET)
    assert sheet
    assert (sheet.customer.name, sheet.customer.address, sheet.text) == ("李娜", "", "杯子漏水。\n要求换新。")
    assert sheet.facts == {"phone": "138 0013 8000", "region": "上海", "product": "保温杯", "batch": "B2611", "channel": "shop"}
    assert sheet.wrong == ()


def test_english_lines_and_an_empty_one_before_the_text() -> None:
    sheet = read("Customer: Alice Carter <Alice@X.example>\nChannel: phone\n\nThe flask leaks: every day.\n")
    assert sheet
    assert (sheet.customer.name, sheet.customer.address, sheet.text) == ("Alice Carter", "alice@x.example", "The flask leaks: every day.")


def test_an_address_may_have_a_line_of_its_own() -> None:
    sheet = read("姓名：李娜\n邮箱：li.na@customer.example\n内容：漏水")
    assert sheet
    assert sheet.customer.address == "li.na@customer.example"


@pytest.mark.parametrize(
    "text", ["", "您好：\n杯子漏水", "内容：漏水", "产品：杯子\n\n漏水", "说明：如下\n客户：李娜", "http://x.example/a"]
)
def test_other_letters_are_no_registration(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("line", "wrong"), [("邮箱：没有", "没有"), ("渠道：飞鸽", "飞鸽"), ("这一行没有名称", "这一行没有名称"), ("会员号：7", "会员号：7")]
)
def test_a_line_that_cannot_be_used_is_named(line: str, wrong: str) -> None:
    sheet = read(f"客户：李娜\n{line}\n内容：漏水")
    assert sheet
    assert sheet.wrong == (wrong,)


def test_a_registration_without_colons_and_in_full_width_is_read_too() -> None:
    sheet = read("客户 孙先生\n电话　１３９\n邮箱 ｃ６＠customer.example\n内容 发货少了两箱")
    assert sheet is not None
    assert (sheet.customer.name, sheet.customer.address, sheet.values["phone"]) == ("孙先生", "c6@customer.example", "１３９")
    assert (sheet.text, sheet.wrong) == ("发货少了两箱", ())


@pytest.mark.parametrize("text", ["客户 孙先生来电说少了两箱，请处理。", "客户 孙先生来电\n说少了两箱", "电话 一直打不通\n\n请处理"])
def test_a_sentence_that_begins_with_such_a_word_is_no_registration(text: str) -> None:
    assert read(text) is None
