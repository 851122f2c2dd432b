"""What kind of mail a letter is. Whole letters are in tests/letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake.message import Screening
from mailbot.intake.parse import parse
from mailbot.intake.screen import RULES, Own, screen

OWN = Own(frozenset({"complaints@company.example"}), "0123-abc")
PLAIN = "From: Alice <alice@customer.example>\nSubject: Broken printer\n"
REPORT = "Content-Type: multipart/report; report-type={}; boundary=d\n\n--d\n\nText.\n--d\nContent-Type: message/{}\n\n{}\n--d--\n"

# One letter for each rule: what makes the rule hold, and it alone.
SIGNS = {
    "X-Mailbot-Instance is ours": PLAIN + "X-Mailbot-Instance: 0123-abc\n\nx",
    "multipart/report of abuse": PLAIN + "Content-Type: multipart/report; report-type=feedback-report; boundary=d\n\n--d\n\nx\n--d--",
    "message/feedback-report": PLAIN + "Content-Type: message/feedback-report\n\nFeedback-Type: abuse",
    "complaint about spam": "From: staff@mail.example\nSubject: complaint about message from 192.0.2.4\n"
    "Content-Type: multipart/mixed; boundary=d\n\n--d\nContent-Type: message/rfc822\n\nSubject: x\n\nx\n--d--",
    "report about our domain": "From: dmarc@mail.example\nSubject: Report Domain: company.example Submitter: mail.example\n\nx",
    "mailing list": PLAIN + "List-Post: <mailto:list@lists.example>\n\nx",
    "delivery report": PLAIN
    + REPORT.format("delivery-status", "delivery-status", "Final-Recipient: rfc822;dead@customer.example\nAction: failed\nStatus: 5.1.1"),
    "sender is our own address": "From: complaints@company.example\n\nx",
    "read receipt": PLAIN + 'Content-Type: multipart/report; report-type="disposition-notification"; boundary=d\n\n--d\n\nx\n--d--',
    "message/disposition-notification": PLAIN + "Content-Type: message/disposition-notification\n\nDisposition: displayed",
    "report of delivery": PLAIN
    + REPORT.format("delivery-status", "delivery-status", "Final-Recipient: rfc822;well@customer.example\nAction: delivered"),
    "receipt": "From: alice@customer.example\nSubject: Read: 投诉\n\nYour message was read on Monday.",
    "answer to an invitation": "From: alice@customer.example\nSubject: 已接受：看货\n"
    "Content-Type: multipart/mixed; boundary=d\n\n--d\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n--d--",
    "Precedence: auto_reply": PLAIN + "Precedence: auto_reply\n\nx",
    "X-Precedence: auto_reply": PLAIN + "X-Precedence: auto_reply\n\nx",
    "Auto-Submitted": PLAIN + 'Auto-Submitted: Auto-Replied; owner-email="x"\n\nx',
    "autoresponder's field": PLAIN + "X-Autoreply: yes\n\nx",
    "X-Mailer of an autoresponder": PLAIN + "X-Mailer: qmail-autoresponder\n\nx",
    "Delivered-To: autoresponder": PLAIN + "Delivered-To: Autoresponder\n\nx",
    "X-Amazon-Mail-Relay-Type: notification": PLAIN + "X-Amazon-Mail-Relay-Type: notification\n\nx",
    "subject of an automatic reply": "From: alice@customer.example\nSubject: 自动回复：投诉\n\nx",
    "subject and text of an absence": "From: alice@customer.example\nSubject: 休假通知\n\n我正在休假。",
    "subject of a receipt and text of a machine": PLAIN.replace("Broken printer", "We received your mail")
    + "\nThis is an automated message.",
    "text of a challenge": PLAIN + "\nYour message is held until you are verified.",
    "List-Unsubscribe and words of a newsletter": PLAIN
    + "List-Unsubscribe: <mailto:x@y.example>\n\n"
    + "https://y.example/new\n" * 3
    + "Unsubscribe",
    "low precedence and words of absence": "From: alice@customer.example\nSubject: Thank you for your e-mail\nPrecedence: junk\n\nx",
    "Precedence: bulk, list or junk": PLAIN + "Precedence: bulk\n\nx",
    "X-Precedence: bulk, list or junk": PLAIN + "X-Precedence: junk\n\nx",
    "too many Received lines": "Received: from here by there; Mon, 16 Nov 2026 10:00:00 +0800\n" * 51 + PLAIN + "\nx",
    "X-Loop: yes": PLAIN + "X-Loop: yes\n\nx",
    "sent by a mail daemon": "From: MAILER-DAEMON@mx.example\nSubject: hello\n\nx",
    "empty return path": "Return-Path: <>\n" + PLAIN + "\nx",
}


def screened(text: str) -> Screening:
    return screen(parse(text.encode()), OWN)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sign)
def test_f45_rule_decides_the_letter_that_shows_its_sign(rule: object) -> None:
    sign = getattr(rule, "sign", "")
    screening = screened(SIGNS[sign])
    assert (screening.sign, screening.kind) == (sign, getattr(rule, "kind", ""))
    assert not screening.answerable


@pytest.mark.parametrize(
    "subject",
    [
        "自动门坏了",
        "自动售货机吞钱",
        "收到自动回复后没人处理",
        "Automatic transmission broken",
        "Delivery failure of your courier",
        "退信",
        "Out of stock?",
        "Re: 自动回复：投诉",
        "On holiday, no hot water",
        "Read: the meter",
        "已收到货，少一件",
        "Challenge: my claim",
        "Fwd: Undelivered Mail Returned to Sender",
        "投递失败",
        "Read the attached letter",
        "Accepted offer not honoured",
    ],
)
def test_subject_of_a_person_stays_a_persons(subject: str) -> None:
    assert screened(f"From: alice@customer.example\nSubject: {subject}\n\n请尽快处理，谢谢。").kind == "person"


@pytest.mark.parametrize(
    "subject",
    [
        "自动回复：投诉",
        "自动回复: x",
        "[自动回复] 投诉",
        "自動回覆：投訴",
        "Automatic reply: x",
        "Out of Office: x",
        "AUTO-REPLY",
        "自動応答: x",
        "Abwesenheitsnotiz: x",
        "[Automatyczna odpowiedź] x",
        "Auto: x",
    ],
)
def test_subject_of_an_automatic_reply(subject: str) -> None:
    assert screened(f"From: alice@customer.example\nSubject: {subject}\n\nx").kind == "auto-reply"


@pytest.mark.parametrize(
    "field",
    ["List-Unsubscribe: <mailto:x@y.example>", "X-Auto-Response-Suppress: DR, OOF", "X-Auto-Response-Suppress: All"],
)
def test_person_who_asks_for_silence_is_not_answered(field: str) -> None:
    screening = screened(f"{PLAIN}{field}\n\nIt is broken.")
    assert (screening.kind, screening.answerable) == ("person", False)


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: DR, RN",
        "Precedence: normal",
        "X-Mailbot-Instance: another",
        "Return-Path: <alice@customer.example>",
    ],
)
def test_harmless_field_changes_nothing(field: str) -> None:
    screening = screened(f"{PLAIN}{field}\n\nIt is broken.")
    assert (screening.kind, screening.answerable) == ("person", True)


def test_no_reply_sender_is_not_answered() -> None:
    assert not screened("From: no-reply@shop.example\nSubject: x\n\nx").answerable


def test_delay_fails_nobody() -> None:
    text = PLAIN + REPORT.format(
        "delivery-status", "delivery-status", "Final-Recipient: rfc822;slow@customer.example\nAction: delayed\nStatus: 4.4.1"
    )
    assert screened(text).bounced == ()
    assert screened(text).kind == "bounce"


def test_report_names_every_failed_recipient_once() -> None:
    groups = "Reporting-MTA: dns; mx\n\n" + "\n\n".join(
        f"Final-Recipient: rfc822; <{name}@customer.example>\nAction: {action}\nStatus: {status}"
        for name, action, status in [
            ("a", "failed", "5.1.1"),
            ("b", "delayed", "4.4.1"),
            ("c", "Failed (bad)", "5.7.1"),
            ("a", "failed", "5.1.1"),
        ]
    )
    failed = screened(PLAIN + REPORT.format("delivery-status", "delivery-status", groups)).bounced
    assert [(one.address, one.status) for one in failed] == [("a@customer.example", "5.1.1"), ("c@customer.example", "5.7.1")]


def test_report_that_came_through_a_list_is_a_bounce() -> None:
    text = (
        "List-Id: <l.example>\n"
        + PLAIN
        + REPORT.format("delivery-status", "delivery-status", "Final-Recipient: rfc822;a@b.example\nAction: failed")
    )
    assert screened(text).kind == "bounce"


def test_list_letter_that_quotes_a_report_is_bulk() -> None:
    assert screened(f"List-Id: <l.example>\n{PLAIN}\nI got this:\n\n<a@b.example>: could not be delivered, user unknown").kind == "bulk"


@given(st.binary(max_size=300))
def test_any_letter_has_a_kind(raw: bytes) -> None:
    assert screen(parse(raw), OWN).kind in ("person", "auto-reply", "bounce", "bulk", "loop")
