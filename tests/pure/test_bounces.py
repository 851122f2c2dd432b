"""What a delivery report says. Whole letters are in tests/letters; here the forms a line may take, and odd ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake import bounces
from mailbot.intake.parse import parse

DAEMON = "From: MAILER-DAEMON@mx.example\nTo: complaints@company.example\nSubject: Undelivered mail\n"
REPORT = (
    "Content-Type: multipart/report; report-type=delivery-status; boundary=d\n\n"
    "--d\n\n{}\n--d\nContent-Type: message/delivery-status\n\n{}\n"
)


def failed(text: str) -> list[tuple[str, str | None]]:
    report = bounces.read(parse(text.encode()))
    return [(one.address, one.status) for one in report.failed] if report else []


@pytest.mark.parametrize(
    "line",
    [
        "<Dead@customer.example>: host mx.customer.example said no",
        "  dead@customer.example",
        " * dead@customer.example",
        "> dead@customer.example",
        "-- dead@customer.example",
        "'dead@customer.example' on Monday",
        "dead@customer.example<mailto:dead@customer.example>",
        ">>> dead@customer.example <dead@customer.example>",
        "c=US;a= ;p=X;o=Y;dda:SMTP=dead@customer.example; on Monday",
        "Recipient: [SMTP:dead@customer.example]",
        "Final delivery to dead@customer.example was not possible",
        "550 <dead@customer.example>... User unknown",
        "收件人邮件地址（dead@customer.example）有误",
        "无法发送到dead@customer.example，请检查",
        "宛先 dead@customer.example",
        "Rcpt=[dead@customer.example];Error=[550 no]",
        "Destinatário: dead@customer.example",
        "<made@customer.example> (expanded from <dead@customer.example>): no",
        "********@customer.example\n<dead@customer.example>",
        "Delivered successfully:\nwell@customer.example\n\ndead@customer.example",
    ],
)
def test_address_is_found_in_every_form_of_line(line: str) -> None:
    assert [address for address, _ in failed(f"{DAEMON}\nSorry.\n\n{line}\n")] == ["dead@customer.example"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("550 5.1.1 no", "5.1.1"),
        ("(#5.7.1)", "5.7.1"),
        ("host mx[5.1.1.9] said: 550 User unknown", "5.1.1"),
        ("452 mailbox full", "4.2.2"),
        ("554 denied", "5.7.1"),
        ("550 hmm", "5.0.0"),
        ("邮箱已满", "5.2.2"),
        ("hmm", None),
    ],
)
def test_status_is_given_or_meant(said: str, status: str | None) -> None:
    assert failed(f"{DAEMON}\n<dead@customer.example>:\n{said}\n") == [("dead@customer.example", status)]


def test_every_address_of_a_list_has_failed() -> None:
    assert [
        address for address, _ in failed(f"{DAEMON}\nNot delivered to: a@customer.example; <b@customer.example>、c@customer.example\n")
    ] == [
        "a@customer.example",
        "b@customer.example",
        "c@customer.example",
    ]


def test_status_of_each_address_is_its_own() -> None:
    text = "<a@customer.example>:\n550 5.1.1 gone\n\n<b@customer.example>:\n552 5.2.2 full\n"
    assert failed(f"{DAEMON}\n{text}") == [("a@customer.example", "5.1.1"), ("b@customer.example", "5.2.2")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("Final-Recipient: rfc822; dead@customer.example\nAction: error\nStatus: 5.0.0", [("dead@customer.example", "5.0.0")]),
        ("Final-Recipient: rfc822; dead@customer.example\nStatus: 5.1.1", [("dead@customer.example", "5.1.1")]),
        ("Action: failed\n\nFinal-Recipient: <dead@customer.example>\nStatus: 4.7.0", [("dead@customer.example", "4.7.0")]),
        (
            "Final-Recipient: x400; /S=dead/C=WW/\nOriginal-Recipient: rfc822; dead@customer.example\nAction: failed",
            [("dead@customer.example", None)],
        ),
        (
            "Final-Recipient: rfc822; dead@customer.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 #5.7.1 no",
            [("dead@customer.example", "5.7.1")],
        ),
        ("Final-Recipient: rfc822; slow@customer.example\nAction: delayed\nStatus: 4.4.1", []),
        ("Original-Recipient: rfc822;a+2Bb@customer.example\nAction: failed\nStatus: 5.1.1", [("a+b@customer.example", "5.1.1")]),
        ('Final-Recipient: rfc822; "A. B" <a@customer.example>\nAction: failed\nStatus: 5.1.1', [("a@customer.example", "5.1.1")]),
        ("Reporting-MTA: dns; mx", [("named@customer.example", None)]),
    ],
)
def test_f44_formal_report(fields: str, expected: list[tuple[str, str | None]]) -> None:
    assert failed(DAEMON + REPORT.format("I could not reach:\n\n<named@customer.example>", fields)) == expected


def test_f44_report_without_an_address_names_whom_the_returned_letter_was_written_to() -> None:
    letter = "--d\nContent-Type: message/rfc822\n\nTo: Alice <dead@customer.example>\nMessage-ID: <7@company.example>\n--d--"
    text = f"{DAEMON}Content-Type: multipart/mixed; boundary=d\n\n--d\n\nYour message was not delivered.\n{letter}"
    report = bounces.read(parse(text.encode()))
    assert report is not None
    assert ([one.address for one in report.failed], report.returned) == (["dead@customer.example"], ("7@company.example",))


def test_wrapped_report_is_read() -> None:
    inner = "Subject: x\n\n--e\n\nFinal-Recipient: rfc822;dead@customer.example\nAction: failed\n\n--e\n\nMessage-ID: <7@company.example>\n"
    text = f"{DAEMON}Content-Type: multipart/mixed; boundary=d\n\n--d\n\nA disclaimer.\n--d\nContent-Type: message/rfc822\n\n{inner}\n--d--"
    report = bounces.read(parse(text.encode()))
    assert report is not None
    assert ([one.address for one in report.failed], report.returned) == (["dead@customer.example"], ("7@company.example",))


def test_own_and_machine_addresses_have_not_failed() -> None:
    text = (
        "could not be delivered\n\nmailer-daemon@mx.example\npostmaster@mx.example\ncomplaints@company.example\n<dead@customer.example>\n"
    )
    assert [address for address, _ in failed(f"{DAEMON}\n{text}")] == ["dead@customer.example"]


def test_many_failed_addresses_are_cut() -> None:
    lines = "\n".join(f"<a{number}@customer.example>" for number in range(1_000))
    assert len(failed(f"{DAEMON}\n{lines}\n")) == bounces.MAX_FAILED


@pytest.mark.parametrize("text", ["", "hello", "The report is attached, please read it."])
def test_person_at_the_post_office_reports_nothing(text: str) -> None:
    assert bounces.read(parse(f"From: postmaster@customer.example\nSubject: Our order\n\n{text}".encode())) is None


@given(st.text(st.sampled_from("a@.<>:;\n -5\"'(收件人toTo"), max_size=400), st.sampled_from([DAEMON + "\n{0}", DAEMON + REPORT]))
def test_any_report_has_bounded_values(body: str, form: str) -> None:
    for address, _status in failed(form.format(body, "Final-Recipient: " + body)):
        assert 0 < len(address) <= 400
        assert "\n" not in address
