"""Threading: the reply token first, then hints that count only for somebody who takes part."""

from datetime import UTC, datetime

import pytest

from mailbot.identity import Identity, customer, staff
from mailbot.intake.message import Address
from mailbot.intake.parse import parse
from mailbot.intake.thread import Author, Threaded, clues, thread
from mailbot.lifecycle.ticket import Ticket

NUMBER = "2026-000123"
US = Identity("a1b2c3d4", "00" * 32, "company.example")
ALICE, BOB, MALLORY = "alice@customer.example", "bob@company.example", "mallory@customer.example"
TICKET = Ticket(1, NUMBER, "杯子漏水", "zh-Hans", Address("Alice", ALICE), datetime(2026, 11, 16, tzinfo=UTC))
OTHER = Ticket(2, "2026-000124", "Late", "en", Address("", MALLORY), datetime(2026, 11, 16, tzinfo=UTC))


class Record:
    """Two tickets: Alice's, which holds the letter <hers@customer.example>, and Mallory's."""

    def by_number(self, number: str) -> Ticket | None:
        return next((t for t in (TICKET, OTHER) if t.number == number), None)

    def by_message_ids(self, ids: tuple[str, ...]) -> list[Ticket]:
        return [TICKET] if "hers@customer.example" in ids else []

    def takes_part(self, ticket: Ticket) -> frozenset[str]:
        return frozenset({ticket.requester.address})


def found(sender: str, *header: str, body: str = "hello", member: str | None = None) -> Threaded:
    raw = "\r\n".join([f"From: {sender}", "To: complaints@company.example", *header, "", body]).encode()
    return thread(parse(raw), Author(sender, member, (BOB,)), US, Record())


def reference(person: str) -> str:
    return f"In-Reply-To: <{US.message_id(NUMBER, person, 's1')}>"


def test_a_customers_token_in_a_reference_threads_her_letter() -> None:
    assert (found(ALICE, reference(customer(ALICE))).ticket, found(ALICE, reference(customer(ALICE))).standing) == (TICKET, "participant")


def test_a_members_token_gives_a_member_staffs_standing() -> None:
    assert found(BOB, reference(staff(BOB)), member=BOB).standing == "staff"


def test_a_members_token_gives_nobody_else_staffs_standing() -> None:
    assert found(MALLORY, reference(staff(BOB))).standing == "third-party"


def test_a_customers_token_gives_a_member_no_right_to_order() -> None:
    assert found(BOB, reference(customer(ALICE)), member=BOB).standing == "third-party"


def test_the_marker_in_the_quoted_text_is_as_good_as_a_reference() -> None:
    assert found(BOB, body=f"#accept\n\n> {US.marker(NUMBER, staff(BOB))}", member=BOB).standing == "staff"


def test_the_plus_address_is_as_good_as_a_reference() -> None:
    address = US.reply_address("complaints@company.example", NUMBER, customer(ALICE))
    assert found(ALICE, f"Cc: {address}").ticket == TICKET


def test_a_changed_token_is_no_token() -> None:
    good = US.token(NUMBER, customer(ALICE))
    forged = ("b" if good[0] != "b" else "c") + good[1:]
    assert found(MALLORY, f"References: <{NUMBER}.{forged}.s1@company.example>").ticket is None


def test_another_tickets_token_does_not_open_this_one() -> None:
    token = US.token(OTHER.number, customer(MALLORY))
    assert found(MALLORY, f"References: <{NUMBER}.{token}.s1@company.example>").ticket is None


def test_a_reference_to_her_own_letter_threads_a_participants_letter() -> None:
    assert found(ALICE, "References: <hers@customer.example>").sign == "reference"


def test_a_reference_to_anothers_letter_is_only_a_claim() -> None:
    result = found(MALLORY, "References: <hers@customer.example>")
    assert (result.ticket, result.claimed) == (None, NUMBER)


@pytest.mark.parametrize(
    "subject",
    [f"Re: x [#{NUMBER}]", f"回复：x ［＃{NUMBER}］", f"答复: 【#{NUMBER}】x", f"轉寄：[# {NUMBER}]", f"Fw：Re: [#{NUMBER}] 回覆"],
)
def test_a_number_in_the_subject_counts_for_a_participant_in_any_form(subject: str) -> None:
    assert found(ALICE, f"Subject: {subject}").sign == "subject number"
    assert found(MALLORY, f"Subject: {subject}").ticket is None


def test_no_clue_is_a_new_ticket() -> None:
    assert found(ALICE, "Subject: order 2026-000123") == Threaded(None, "stranger", "no clue to an earlier ticket", None)


def test_a_letter_full_of_clues_costs_a_bounded_number_of_lookups() -> None:
    raw = b"From: a@b.example\r\n\r\n" + b" ".join(f"2026-{n:06d}.{'a' * 26}".encode() for n in range(5000))
    assert len(clues(parse(raw)).tokens) == 8
