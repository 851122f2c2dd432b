"""The same letter twice, in every disguise: nothing is dropped that says something new, nothing is answered twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.faults.desk import Side, company, letter
from tests.pure.people import ALICE, BOB, at

NOW = at(16, 10)
LEAKS = "杯子上周才买,昨天倒热水的时候发现杯底一直在漏水。"
MALLORY = "mallory@elsewhere.example"


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Side]:
    with company(database_url, tmp_path) as side:
        yield side


def with_file(content: bytes, when: datetime = NOW) -> bytes:
    written = EmailMessage()
    head = {"From": ALICE.address, "To": "complaints@company.example", "Subject": "发票", "Message-ID": "<bill@customer.example>"}
    for name, value in head.items():
        written[name] = value
    written["Date"] = when
    written.set_content("见附件")
    written.add_attachment(content, "application", "pdf", filename="bill.pdf")
    return written.as_bytes()


def test_f19_the_same_letter_by_another_way_is_a_duplicate(desk: Side) -> None:
    desk.take(letter(LEAKS, Message_ID="<one@customer.example>"), NOW)
    desk.take(letter(LEAKS, Message_ID="<one@customer.example>", Received="from a by b; Mon, 16 Nov 2026 10:00:00 +0800"), NOW)
    assert (desk.fates(), len(desk.to(ALICE.address))) == (["new-ticket", "duplicate"], 1)


def test_f20_the_same_id_with_another_file_is_kept_with_the_ticket_and_seen(desk: Side) -> None:
    desk.take(with_file(b"%PDF-1 first"), NOW)
    desk.take(with_file(b"%PDF-1 second"), NOW)
    assert desk.fates() == ["new-ticket", "appended"]
    assert [part.content for part in desk.to(BOB)[-1].attachments] == [b"%PDF-1 second"]
    assert len(desk.to(ALICE.address)) == 1, "and is not acknowledged again"


def test_f20_the_same_id_gives_a_stranger_no_part_in_the_ticket(desk: Side) -> None:
    desk.take(letter(LEAKS, Message_ID="<one@customer.example>"), NOW)
    desk.take(letter("请把结果发给我。", MALLORY, Message_ID="<one@customer.example>"), NOW)
    assert desk.fates() == ["new-ticket", "new-ticket"]


def test_f21_the_same_words_under_another_id_stay_with_the_first_ticket(desk: Side) -> None:
    desk.take(letter(LEAKS), NOW)
    desk.take(letter(LEAKS.replace(",", ", \r\n")), NOW + timedelta(hours=47))
    assert desk.fates() == ["new-ticket", "appended"]
    assert desk.story()[-1] == "possible-duplicate"
    assert len(desk.to(ALICE.address)) == 1
    (notice, shown) = desk.to(BOB)
    assert "twice" in (shown.html or ""), "staff sees that it may be the same letter"
    assert "twice" not in (notice.html or "")


def test_f21_only_the_first_double_is_told(desk: Side) -> None:
    for _ in range(5):
        desk.take(letter(LEAKS), NOW)
    assert (desk.fates().count("appended"), len(desk.to(BOB))) == (4, 2)


@pytest.mark.parametrize(
    ("words", "sender", "later"),
    [(LEAKS, ALICE.address, 49), (LEAKS + "还有杯盖。", ALICE.address, 1), (LEAKS, MALLORY, 1)],
    ids=["two days later", "other words", "another author"],
)
def test_f21_what_may_be_a_new_complaint_opens_a_ticket(desk: Side, words: str, sender: str, later: int) -> None:
    desk.take(letter(LEAKS), NOW)
    desk.take(letter(words, sender), NOW + timedelta(hours=later))
    assert desk.fates() == ["new-ticket", "new-ticket"]


def test_f22_a_letter_without_message_id_has_one_in_the_ledger(desk: Side) -> None:
    raw = letter(LEAKS, Message_ID="", Date="Mon, 16 Nov 2026 10:00:00 +0800")
    desk.take(raw, NOW)
    with desk.store.reading() as connection:
        (known,) = connection.exec_driver_sql("SELECT message_id FROM received_letter").scalars()
        (digest,) = connection.exec_driver_sql("SELECT sha256 FROM raw_letter").scalars()
    assert known == f"{digest}@{desk.pipeline.identity.name}"
    desk.take(b"Received: from a by b; Mon, 16 Nov 2026 10:00:00 +0800\r\n" + raw, NOW)
    assert desk.fates() == ["new-ticket", "duplicate"]


def test_f22_the_same_words_without_id_or_date_a_year_later_are_no_duplicate(desk: Side) -> None:
    desk.take(letter(LEAKS, Message_ID=""), NOW)
    desk.take(letter(LEAKS, Message_ID="", Received="from a by b; Tue, 16 Nov 2027 10:00:00 +0800"), NOW + timedelta(days=365))
    assert desk.fates() == ["new-ticket", "new-ticket"]


def test_f23_a_hundred_copies_through_aliases_are_one_ticket_that_names_the_addresses(desk: Side) -> None:
    raw = letter(LEAKS, Message_ID="<one@customer.example>", Cc="help@company.example")
    for number in range(100):
        to = "help@company.example" if number % 2 else "complaints@company.example"
        desk.keep(f"Delivered-To: {to}\r\nReceived: from hop{number} by mx\r\n".encode() + raw, NOW)
    while desk.pipeline.work(NOW):
        pass
    assert (desk.fates().count("new-ticket"), desk.fates().count("duplicate"), len(desk.to(ALICE.address))) == (1, 99, 1)
    assert desk.story().count("also-sent-to") == 1


def test_f23_a_copy_in_another_mailbox_of_ours_is_noted_by_that_mailbox(desk: Side) -> None:
    raw = letter(LEAKS, Message_ID="<one@customer.example>")
    desk.keep(raw, NOW)
    desk.keep(raw, NOW, "help")
    while desk.pipeline.work(NOW):
        pass
    assert desk.story().count("also-sent-to") == 1
