"""What staff do by replying: orders, answers, mistakes; and that a From line alone orders nothing."""

import pytest

from mailbot.intake.message import InboundMessage
from tests.stories.world import World, monday

LEAKS = "杯子上周才买,昨天倒热水的时候发现杯底一直在漏水,桌子都湿了。这种质量太差了,要求退货退款。"


def notice_to_bob(company: World) -> InboundMessage:
    company.write("Alice <alice@customer.example>", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.new("alice")
    return company.new("bob")[0]


def bob_writes(company: World, text: str, hour: int = 11, **how: bool) -> InboundMessage:
    """Bob answers his notice; gives the letter he gets back."""
    company.answer("bob@company.example", company.inbox("bob")[0], text, **how)
    company.turn(monday(hour))
    return company.inbox("bob")[-1]


def test_one_mistyped_order_and_nothing_is_done_or_sent(company: World) -> None:
    notice_to_bob(company)
    back = bob_writes(company, "#accept\n#reslove\nWe sent a new one.")
    assert "resolve" in back.text
    assert "We sent a new one." in back.text
    assert company.inbox("alice")[1:] == []
    assert company.fates()[-1] == "refused"
    assert company.ticket()["assignee"] is None


@pytest.mark.parametrize("order", ["#category price", "＃类别：价格", "# 類別 價格"])
def test_a_member_corrects_the_category_and_the_department_follows(company: World, order: str) -> None:
    notice_to_bob(company)
    bob_writes(company, order)
    assert (company.ticket()["category"], company.ticket()["department"]) == ("price", "sales-dept")
    assert company.new("wang"), "sales has no people here, so customer service gets the notice"


def test_orders_without_references_hold_by_the_marker_in_the_quote(company: World) -> None:
    notice_to_bob(company)
    bob_writes(company, "#受理", references=False)
    assert "accepted" in company.ticket()["milestones"]


def test_a_from_line_alone_orders_nothing(company: World) -> None:
    notice_to_bob(company)
    company.write("Bob <bob@company.example>", f"Re: [#{company.ticket()['number']}]", "#close\nGoodbye")
    company.turn(monday(11))
    assert company.fates()[-1] == "refused"
    assert company.ticket()["status"] == "new"
    assert "Goodbye" in company.new("bob")[-1].text
    assert len(company.inbox("alice")) == 1


def test_a_customer_with_a_members_letter_orders_nothing(company: World) -> None:
    notice = notice_to_bob(company)
    company.answer("mallory@customer.example", notice, "#close")
    company.turn(monday(11))
    assert company.ticket()["status"] == "new"


def test_declining_tells_the_customer_the_reason(company: World) -> None:
    notice_to_bob(company)
    bob_writes(company, "#不受理 该产品不是本公司生产")
    assert company.ticket()["status"] == "declined"
    assert "该产品不是本公司生产" in company.new("alice")[-1].text


def test_a_promised_date_moves_the_deadline_and_is_told(company: World) -> None:
    notice_to_bob(company)
    bob_writes(company, "#预计 2026-12-01\n零件已经在路上。")
    assert company.ticket()["due"]["resolved"].astimezone(monday(0).tzinfo).date().isoformat() == "2026-12-01"
    assert "零件已经在路上" in company.new("alice")[-1].text


def test_a_ticket_goes_to_the_colleague_it_is_assigned_to(company: World) -> None:
    notice_to_bob(company)
    bob_writes(company, "#转 王芳")
    assert company.ticket()["assignee"] == "wang@company.example"
    (notice,) = company.new("wang")
    assert "杯底一直在漏水" in notice.text


def test_help_is_answered_with_every_order(company: World) -> None:
    notice_to_bob(company)
    shown = bob_writes(company, "#帮助")
    assert {"accept", "resolve", "category"} <= {word.strip("#,") for word in shown.text.split()}
    assert company.inbox("alice")[1:] == []


def test_closing_and_reopening(company: World) -> None:
    notice_to_bob(company)
    bob_writes(company, "#resolve\nDone.")
    bob_writes(company, "#close", 12)
    assert company.ticket()["status"] == "closed"
    bob_writes(company, "#重开", 13)
    assert (company.ticket()["status"], company.ticket()["round"]) == ("open", 2)


def test_an_order_that_does_not_fit_is_refused_with_the_reason(company: World) -> None:
    notice_to_bob(company)
    back = bob_writes(company, "#reopen")
    assert company.fates()[-1] == "refused"
    assert "does not fit" in back.text


def test_an_answer_has_the_headers_mail_programs_thread_by(company: World) -> None:
    notice_to_bob(company)
    first = company.inbox("alice")[0]
    bob_writes(company, "Please send a photo.")
    answer = company.inbox("alice")[-1]
    assert set(first.references) & set(answer.references)
    assert answer.headers.get("auto-submitted") is None
    assert first.headers["auto-submitted"] == ("auto-replied",)
    assert first.headers["x-auto-response-suppress"] == ("All",)
    assert answer.reply_to[0].address == "complaints@company.example"


def test_f25_a_letter_that_can_not_be_delivered_is_told_to_the_desk(company: World) -> None:
    company.write("gone@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.turn(monday(10, 1))
    assert any("gone@customer.example" in letter.text and "5.1.1" in letter.text for letter in company.new("bob"))
    assert "undelivered" in company.story()


def test_a_member_registers_a_complaint_taken_by_phone(company: World) -> None:
    company.write("王芳 <wang@company.example>", "电话投诉: 快递没到", "客户李先生来电:订单已经发货十天,快递一直没有送到,物流也查不到。")
    company.turn(monday(10))
    assert (company.fates(), company.ticket()["requester"]["address"]) == (["new-ticket"], "wang@company.example")


def test_f28_a_bounce_finds_its_letter_and_is_told_with_the_servers_words(company: World) -> None:
    notice_to_bob(company)
    (acknowledgement,) = company.inbox("alice")
    bounce = f"""From: MAILER-DAEMON@mx.customer.example
To: complaints@company.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your letter could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example

Final-Recipient: rfc822; alice@customer.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 the mailbox is full
--b
Content-Type: text/rfc822-headers

Message-ID: <{acknowledgement.message_id}>
--b--
"""
    company.mail.deliver("complaints", bounce.replace("\n", "\r\n").encode())
    company.turn(monday(11))
    assert company.fates()[-1] == "bounce"
    assert "the mailbox is full" in company.new("bob")[-1].text


FORWARD = """{cover}

------------------ 原始邮件 ------------------
发件人: "Alice" <alice@customer.example>;
发送时间: 2026年11月16日(星期一) 上午8:05
收件人: "Bob"<bob@company.example>;
主题: 保温杯漏水

{text}
"""


def test_forwarded_complaint_is_the_customers_case(company: World) -> None:
    company.write("Bob <bob@company.example>", "转发：保温杯漏水", FORWARD.format(cover="麻烦处理一下", text=LEAKS))
    company.turn(monday(10))
    ticket = company.ticket()
    assert (ticket["requester"]["address"], ticket["subject"]) == ("alice@customer.example", "保温杯漏水")
    assert company.story()[:2] == ["opened", "forwarded"]
    (told,) = company.new("alice")
    assert ticket["number"] in told.subject
    notice = company.new("bob")[0]
    assert "A colleague forwarded this complaint." in notice.text
    assert LEAKS in notice.text
    assert "麻烦处理一下" not in told.text
    company.write("Alice <alice@customer.example>", f"Re: {told.subject}", "还有一个也漏", In_Reply_To=f"<{told.message_id}>")
    company.turn(monday(11))
    assert company.fates()[-1] == "appended"


def test_colleague_who_forwards_a_letter_hears_of_the_case_though_another_desk_has_it(company: World) -> None:
    company.write("王芳 <wang@company.example>", "转发：保温杯漏水", FORWARD.format(cover="", text=LEAKS))
    company.turn(monday(10))
    assert company.ticket()["department"] == "quality-dept"
    assert "由同事转发" in company.new("wang")[0].text


def test_forwarded_attachment_is_the_customers_case(company: World) -> None:
    head = "From: Bob <bob@company.example>\nTo: complaints@company.example\nSubject: FW: Leaking cup\nMessage-ID: <2@company.example>\n"
    inner = "From: Alice <alice@customer.example>\nSubject: Leaking cup\nMessage-ID: <1@customer.example>\n\nThe cup leaks.\n"
    company.post(
        f"{head}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nPlease.\n"
        f"--b\nContent-Type: message/rfc822\n\n{inner}--b--\n".encode(),
        "bob@company.example",
    )
    company.turn(monday(10))
    assert (company.ticket()["requester"]["address"], company.ticket()["subject"]) == ("alice@customer.example", "Leaking cup")


def test_copy_of_a_colleagues_answer_forwards_nothing(company: World) -> None:
    text = FORWARD.format(cover="您好，我们马上处理。", text=LEAKS)
    company.write("Bob <bob@company.example>", "回复：保温杯漏水", text, Cc="alice@customer.example")
    company.turn(monday(10))
    assert company.ticket()["requester"]["address"] == "bob@company.example"
    assert company.inbox("alice") == []


def test_encrypted_letter_opens_a_case_that_says_so(company: World) -> None:
    raw = (
        "From: Alice <alice@customer.example>\nTo: complaints@company.example\nSubject: Private\nMessage-ID: <3@customer.example>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n'
        "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\nContent-Type: application/octet-stream\n\n"
        "-----BEGIN PGP MESSAGE-----\n\nhQEMA1\n-----END PGP MESSAGE-----\n--b--\n"
    )
    company.post(raw.encode())
    company.turn(monday(10))
    assert "The letter is encrypted and could not be read." in company.new("carol")[0].text
    assert company.fates() == ["new-ticket"]


def test_a_task_is_given_done_judged_and_done_again_by_letter(company: World) -> None:
    notice_to_bob(company)
    receipt = bob_writes(company, "#任务 改进 12月1日 换密封圈供应商\n请先比较三家。")
    assert "任务1" in receipt.text or "Task 1" in receipt.text
    bob_writes(company, "#finish 1 supplier B delivers from now on", 12)
    asked = company.new("wang")[-1]  # customer service judges improvements
    assert "supplier B delivers" in asked.text
    company.answer("wang@company.example", asked, "#评估 无效 仍有漏水")
    company.turn(monday(13))
    assert "仍有漏水" in company.inbox("bob")[-1].text
    assert len(company.inbox("alice")) == 1, "the customer hears nothing of it"
    assert company.fates()[-3:] == ["order", "order", "order"]
