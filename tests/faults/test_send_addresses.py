"""Addresses: dead ones get no more letters until somebody is there again; bounces come back to the letter they are of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.identity import Identity
from mailbot.store import addresses, outgoing, unsent
from tests.faults.sending import OURS, Sending, minutes, sending

ALICE = "Alice@customer.example"
US, THEM = Identity("clearwater", "00" * 32, "company.example"), Identity("clearwater", "01" * 32, "company.example")
UNKNOWN = "550 5.1.1 no such user"


@pytest.fixture
def sender(database_url: str, tmp_path: Path) -> Iterator[Sending]:
    with sending(database_url, tmp_path) as fresh:
        yield fresh


def rcpts(commands: list[str]) -> int:
    return len([command for command in commands if command.startswith("RCPT")])


@pytest.mark.parametrize("status", sorted(addresses.FINAL))
def test_f25_an_address_where_nobody_is_gets_no_second_letter(sender: Sending, status: str) -> None:
    sender.owe(ALICE)
    sender.turn(RCPT=f"550 {status} nobody")
    sender.owe(ALICE, ALICE.lower(), automatic=True)
    assert rcpts(sender.turn(minutes(1)).server.commands) == 0
    with sender.store.reading() as connection:
        assert [(d.address, d.status, d.letters) for d in addresses.listing(connection)] == [(ALICE.lower(), status, 2)]
        assert [letter.held for letter in unsent.held(connection)] == [addresses.HELD] * 2
        assert list(unsent.waiting_long(connection, minutes(1))) == []


@pytest.mark.parametrize("reply", ["552 5.2.2 full", "550 5.7.1 not from you", "450 4.1.1 perhaps later", "550 what a pity"])
def test_f25_another_refusal_kills_no_address(sender: Sending, reply: str) -> None:
    sender.owe(ALICE)
    sender.turn(RCPT=reply)
    with sender.store.reading() as connection:
        assert addresses.dead(connection, ALICE) is None


def test_f25_a_persons_letter_that_is_held_is_told_to_staff(sender: Sending) -> None:
    ticket = sender.complain()
    with sender.store.transaction() as tx:
        addresses.mark_dead(tx, ALICE, "5.1.1", "550 5.1.1 no such user", minutes(0))
    sender.owe(ALICE, ticket=ticket)
    sender.turn(minutes(1))
    assert sender.fates() == {ALICE: "queued"}
    assert sender.story(ticket)[-1] == "undelivered"
    sender.turn(minutes(2))
    assert sender.story(ticket).count("undelivered") == 1


def test_f25_a_letter_from_a_dead_address_lets_the_held_ones_go(sender: Sending) -> None:
    sender.owe(ALICE)
    sender.turn(RCPT=UNKNOWN)
    sender.owe(ALICE)
    sender.turn(minutes(1))
    with sender.store.transaction() as tx:
        assert [addresses.revive(tx, ALICE), addresses.revive(tx, ALICE)] == [True, False]
    assert rcpts(sender.turn(minutes(2)).server.commands) == 1


def test_f25_staff_may_try_a_dead_address_again(sender: Sending) -> None:
    sender.owe(ALICE)
    sender.turn(RCPT=UNKNOWN)
    sender.owe(ALICE)
    sender.turn(minutes(1))
    with sender.store.transaction() as tx:
        assert outgoing.send_again(tx, [1]) == 1
    sender.turn(minutes(2))
    assert [letter["fate"] for letter in sender.letters()] == ["sent", "sent"]


@pytest.mark.parametrize(("plus", "path"), [(True, "complaints+b1-"), (False, f"{OURS}>")])
def test_f28_a_letter_goes_out_with_its_own_return_path_where_the_provider_can(sender: Sending, path: str, *, plus: bool) -> None:
    sender.owe(ALICE)
    commands = sender.turn(smtp={"plus_addressing": plus}).server.commands
    (mail,) = [command for command in commands if command.startswith("MAIL")]
    assert mail.startswith(f"MAIL FROM:<{path}")


@given(st.integers(0, 10**18 - 1))
def test_f28_a_return_path_names_its_letter_and_nobody_else_can_write_one(letter: int) -> None:
    path = US.return_path(OURS, letter)
    assert [US.letter_of_return_path(path), US.letter_of_return_path(path.upper())] == [letter, letter]
    assert THEM.letter_of_return_path(path) is None
    assert len(path.partition("@")[0]) <= 64


@given(st.one_of(st.text(), st.from_regex(r"complaints\+b\d{1,20}-[a-z2-7]{26}@company\.example", fullmatch=True)))
def test_f28_a_return_path_that_was_guessed_names_no_letter(address: str) -> None:
    assert US.letter_of_return_path(address) is None


def test_f28_a_return_path_that_would_be_too_long_is_the_plain_address() -> None:
    assert US.return_path(f"{'c' * 60}@company.example", 7) == f"{'c' * 60}@company.example"


@given(st.from_regex(r"[!-;=?-~]{1,250}", fullmatch=True))
def test_f30_a_mark_outlives_another_message_id(message_id: str) -> None:
    mark = US.letter_mark(message_id)
    assert [US.letter_of_mark(mark), THEM.letter_of_mark(mark), US.letter_of_mark(mark[:-1])] == [message_id, None, None]


@given(st.text())
def test_f30_a_mark_that_was_guessed_is_none(value: str) -> None:
    assert US.letter_of_mark(value) is None


def test_f28_a_letter_bounces_once(sender: Sending) -> None:
    sender.owe(ALICE)
    with sender.store.transaction() as tx:
        for at in (5, 9):
            outgoing.bounced(tx, 1, minutes(at))
        row = outgoing.by_id(tx, 1)
        assert (row.recipient if row else None) == ALICE
        assert tx.execute(outgoing.OUTBOX.select()).one().bounced_at == minutes(5)
        assert outgoing.by_id(tx, 2) is None
