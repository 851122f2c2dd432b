"""Letters passed on: the customer's own name, address, date and words, in the header blocks mail programs write."""

from datetime import datetime, timedelta, timezone

import pytest

from mailbot.intake.forwards import moment, read
from mailbot.intake.message import Forwarded
from mailbot.intake.parse import parse

CHINA = timezone(timedelta(hours=8))
NINE = datetime(2026, 11, 16, 9, 12, tzinfo=CHINA)
PUMP = "上周买的水泵漏水，请换新。\n订单 88213"

BLOCKS = {
    "QQ Mail": (
        "请处理\n\n\n------------------ 原始邮件 ------------------\n"
        '发件人: "王小明" <wang.xm@customer.example>;\n发送时间: 2026年11月16日(星期一) 上午9:12\n'
        f'收件人: "李静"<lijing@company.example>;\n主题: 水泵漏水\n\n{PUMP}\n'
    ),
    "NetEase": (
        "请处理\n\n-------- 转发邮件信息 --------\n发件人：王小明 <wang.xm@customer.example>\n发送日期：2026-11-16 09:12:00\n"
        f"收件人：李静 <lijing@company.example>\n主题：水泵漏水\n{PUMP}\n"
    ),
    "NetEase on the phone": (
        "请处理\n---- 转发的邮件 ----\n| 发件人 | 王小明<wang.xm@customer.example> |\n| 日期 | 2026年11月16日 09:12 |\n"
        f"| 收件人 | 李静 |\n| 主题 | 水泵漏水 |\n{PUMP}\n"
    ),
    "Foxmail": (
        "请处理\n\n发件人： 王小明\n发送时间： 2026-11-16 09:12\n收件人： 李静\n主题： 水泵漏水\n".replace(
            "王小明", "王小明 <wang.xm@customer.example>"
        )
        + PUMP
    ),
    "Outlook": (
        "请处理\n\n________________________________\n发件人: 王小明 [mailto:wang.xm@customer.example]\n发送时间: 2026年11月16日 9:12\n"
        f"收件人: 李静 <lijing@company.example>; 张三\n <zhang@company.example>\n主题: 水泵漏水\n\n{PUMP}\n"
    ),
    "Gmail": (
        "请处理\n\n---------- Forwarded message ---------\n发件人： 王小明 <wang.xm@customer.example>\nDate: 2026年11月16日周一 上午9:12\n"
        f"Subject: 水泵漏水\nTo: 李静 <lijing@company.example>\n\n\n{PUMP}\n\n-- \n王小明\n"
    ),
    "Apple Mail": (
        "请处理\n\n开始转发的邮件：\n\n> 发件人: 王小明 <wang.xm@customer.example>\n> 主题: 水泵漏水\n"
        "> 日期: 2026年11月16日 GMT+8 上午9:12:00\n"
        "> 收件人: lijing@company.example\n> \n" + "".join(f"> {line}\n" for line in PUMP.split("\n"))
    ),
}


@pytest.mark.parametrize("program", BLOCKS)
def test_forwarded_letter_is_the_customers(program: str) -> None:
    (found,) = read(BLOCKS[program], CHINA)
    assert (found.sender.name, found.sender.address) == ("王小明", "wang.xm@customer.example")
    assert (found.date, found.subject, found.text, found.cover) == (NINE, "水泵漏水", PUMP, "请处理")


def test_english_block_and_its_zone() -> None:
    text = (
        "Please take over.\n\nFrom: Alice Wong <alice@customer.example>\nSent: Monday, November 16, 2026 9:12 PM\n"
        "To: Bob <bob@company.example>\nSubject: The pump leaks\n\nIt leaks.\n\nSent from my iPhone\n"
    )
    (found,) = read(text, CHINA)
    assert found == Forwarded(
        found.sender, datetime(2026, 11, 16, 21, 12, tzinfo=CHINA), "The pump leaks", "It leaks.", "en", "Please take over."
    )


def test_letter_forwarded_twice_gives_both() -> None:
    inner = BLOCKS["Outlook"].removeprefix("请处理")
    text = (
        f"转\n\n发件人: 张三 <zhang@company.example>\n发送时间: 2026年11月16日 11:00\n收件人: 李静\n主题: 转发: 水泵漏水\n\n看一下{inner}"
    )
    assert [(found.sender.address, found.text) for found in read(text, CHINA)] == [
        ("zhang@company.example", "看一下"),
        ("wang.xm@customer.example", PUMP),
    ]


@pytest.mark.parametrize(
    "text", ["", "From: what I can see, it leaks.\nTo: be honest, badly", "发件人：王小明\n主题：没有地址\n\n漏水", "漏水"]
)
def test_what_is_no_forward_passes_nothing_on(text: str) -> None:
    assert read(text, CHINA) == ()


def test_attached_letter_is_passed_on_with_its_own_id_and_moment() -> None:
    head = b"From: Alice <alice@customer.example>\nDate: Mon, 16 Nov 2026 01:12:00 +0000\n"
    inner = head + b"Message-ID: <1@customer.example>\nSubject: Pump\n\nIt leaks.\n"
    raw = (
        b"From: Bob <bob@company.example>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nPlease.\n--b\n"
        b"Content-Type: message/rfc822\n\n" + inner + b"\n--b--\n"
    )
    (found,) = parse(raw).forwarded
    assert (found.sender.address, found.date, found.subject) == ("alice@customer.example", NINE, "Pump")
    assert (found.text, found.cover, found.message_id, found.language) == ("It leaks.", "Please.", "1@customer.example", "en")


@pytest.mark.parametrize(
    ("told", "hour", "minute"),
    [
        ("Mon, Nov 16, 2026 at 9:12 PM", 21, 12),
        ("2026年11月16日(星期一) 上午9:12", 9, 12),
        ("2026年11月16日 上午12:05", 0, 5),
        ("2026年11月16日 中午12:30", 12, 30),
        ("2026/11/16 (週一) 下午 09:12", 21, 12),
        ("2026-11-16 09:12:33", 9, 12),
        ("16 November 2026 09:12", 9, 12),
        ("16. Nov. 2026 um 09:12", 9, 12),
        ("November 16, 2026 at 2:12:33 AM GMT+1", 9, 12),
        ("Mon, 16 Nov 2026 01:12:33 +0000", 9, 12),
        ("lunes, 16 de noviembre de 2026 9:12", 9, 12),
        ("lundi 16 novembre 2026 09:12", 9, 12),
        ("16/11/2026 09:12 (GMT+08:00)", 9, 12),
        ("16.11.2026 09:12", 9, 12),
        ("11/16/2026 9:12 PM", 21, 12),
    ],
)
def test_moment_in_words(told: str, hour: int, minute: int) -> None:
    found = moment(told, CHINA)
    assert found is not None
    assert found.replace(second=0) == datetime(2026, 11, 16, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize("told", ["", "yesterday", "2026年13月45日 99:99", "2026-02-30 09:12", "16 Brumaire 2026 9:12", "11/12/2026 09:12"])
def test_moment_that_is_none(told: str) -> None:
    assert moment(told, CHINA) is None
