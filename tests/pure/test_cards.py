"""Signatures without a delimiter, and what companies add below letters. Whole letters are in tests/letters (signature-*)."""

import pytest

from mailbot.intake.quotes import cut

CARDS = [
    "Best regards,\n\nAlice Wong\nBuyer Ltd",
    "Kind regards\nAlice\n+86 21 5555 0199",
    "Mit freundlichen Grüßen\n\nAlice Wong\nLeiterin Einkauf\nSitz der Gesellschaft: Hamburg, HRB 55555",
    "Alice Wong\nProcurement Manager\nTel: +86 21 5555 0199",
    "*Alice Wong*\nBuyer Ltd\nalice@customer.example",
    "王芳\n采购部\nalice@customer.example",
    "王芳 | 采购经理\n苏州某某机械有限公司\n电话：0512-55550188",
    "--------------\n王芳 13900000000",
    "__________\nAlice Wong\nBuyer Ltd",
    "==========\n株式会社サンプル\nTEL: 03-5555-0199\n==========",
    "-Alice",
    "——王芳",
]
NOTICES = [
    "This e-mail is confidential and intended only for the addressee. If you received it in error, please delete it.",
    "本邮件及附件含有保密信息，仅供指定收件人使用，误收者请立即删除并通知发件人，谢谢合作。",
    "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie sie bitte.",
    "Ce message est confidentiel. Si vous l'avez reçu par erreur, merci de le détruire.",
    "Please consider the environment before printing this e-mail.",
    "<https://www.avast.com/sig-email>\nVirus-free. www.avast.com",
    "请考虑环保，非必要不打印本邮件。",
]
STAYS = [
    "Regards\nAlice",
    "Best regards to your boss,\nwho told me it would last.",
    "王芳\n2026年11月16日",
    "Please send it to my new address below.\n\nAlice Wong\nBuyer Ltd\nTel: +86 21 5555 0199",
    "This man was rude to me:\n\nBob Li\nManager\nTel. +86 21 5555 0100",
    "请按这个开票：\n\n苏州某某机械有限公司\n地址：星湖街 100 号\n电话：0512-55550188",
    "订单号：88213\n公司：某某机械有限公司\n电话：0512-55550188",
    "I want:\n\n-Refund\n-Apology",
    "One of these\n\n-Kettle\n-Pump",
    "This message is confidential, please.\nDon't tell my neighbour.",
    "第一部分\n----------\n漏水",
    "What I got\n__________\nkettle, plastic",
    "Thanks,\nbut I asked for a refund of 86 yuan,\nnot for cat food.",
]


@pytest.mark.parametrize("below", ["", "\n\nOn Nov 16, 2026, Bob wrote:\n> old", "\n\n发件人: Bob\n发送时间: 今天\n主题: x\n\nold"])
@pytest.mark.parametrize("card", CARDS)
def test_card_is_no_text(card: str, below: str) -> None:
    assert cut(f"It leaks again.\n\n{card}{below}")[0] == "It leaks again."


@pytest.mark.parametrize("notice", NOTICES)
def test_notice_is_no_text(notice: str) -> None:
    assert cut(f"It leaks again.\n\n{notice}")[0] == "It leaks again."
    assert cut(f"{notice}\n\nIt leaks again.")[0] == "It leaks again."


@pytest.mark.parametrize("text", STAYS)
def test_nothing_is_cut_from(text: str) -> None:
    assert cut(f"It leaks again.\n\n{text}")[0] == f"It leaks again.\n\n{text}"


def test_thanks_above_a_card_stay() -> None:
    assert cut("It leaks.\n\n谢谢！\n\n王芳\n采购部\n电话：0512-55550188")[0] == "It leaks.\n\n谢谢！"


def test_own_name_above_a_card_that_repeats_it_stays() -> None:
    assert cut("It leaks.\n\nAlice\n\nAlice Wong\nBuyer Ltd\nTel. 020 5555 0123")[0] == "It leaks.\n\nAlice"


def test_letter_that_is_all_card_is_kept() -> None:
    assert cut(CARDS[3])[0] == CARDS[3]
