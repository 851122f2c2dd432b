"""No answer came to the final dot: automatic letters go out at most once, people's letters once more and not oftener."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from mailbot.errors import StoreBusy
from mailbot.outbox.post import Post
from mailbot.store import outgoing, unsent
from mailbot.store.engine import Store
from tests.edges import scripted
from tests.edges.scripted import CUT, SILENCE
from tests.faults.sending import OURS, Sending, minutes, sending

ALICE, BOB = "alice@customer.example", "bob@customer.example"


@pytest.fixture
def sender(database_url: str, tmp_path: Path) -> Iterator[Sending]:
    with sending(database_url, tmp_path) as fresh:
        yield fresh


class Hiccup(Store):
    """A store that is busy at some of its transactions, counted from 1."""

    def __init__(self, real: Store, *busy_at: int) -> None:
        self.__dict__.update(real.__dict__)
        self._busy_at = busy_at
        self._count = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        self._count += 1
        if self._count in self._busy_at:
            raise StoreBusy("the database is locked")
        with super().transaction() as tx:
            yield tx


@pytest.mark.parametrize("answer", [CUT, SILENCE, "gibberish"])
def test_f11_an_automatic_letter_without_an_answer_is_never_sent_again(sender: Sending, answer: str) -> None:
    sender.owe(ALICE, automatic=True)
    assert len(sender.turn(DOT=answer).server.letters) == 1
    assert sender.turn(minutes(2)).server.letters == sender.turn(minutes(600)).server.letters == []
    assert sender.fates() == {ALICE: "in-doubt"}


def test_f30_a_persons_letter_goes_out_once_more_with_the_same_bytes(sender: Sending) -> None:
    sender.owe(ALICE)
    first, second = sender.turn(DOT=CUT), sender.turn(minutes(2), DOT="250 2.0.0 Ok: queued as 4F2A9C")
    assert first.bodies == second.bodies
    (letter,) = sender.letters()
    assert (letter["fate"], letter["reason"]) == ("sent", "250 2.0.0 Ok: queued as 4F2A9C; once in doubt, sent again")
    assert sender.turn(minutes(600)).server.letters == []


def test_f30_an_earlier_refusal_for_now_costs_a_persons_letter_nothing(sender: Sending) -> None:
    sender.owe(ALICE)
    assert sender.turn(RCPT="450 4.2.0 greylisted").server.letters == []
    assert len(sender.turn(minutes(5), DOT=CUT).server.letters) == 1
    assert len(sender.turn(minutes(10)).server.letters) == 1
    assert sender.fates() == {ALICE: "sent"}


def test_f30_a_persons_letter_that_was_twice_in_doubt_is_told_to_staff_and_not_sent_again(sender: Sending) -> None:
    ticket = sender.complain()
    sender.owe(ALICE, ticket=ticket)
    for at in (0, 2):
        assert len(sender.turn(minutes(at), DOT=CUT).server.letters) == 1
    sender.turn(minutes(4))
    assert sender.fates() == {ALICE: "in-doubt"}
    assert sender.story(ticket)[-2:] == ["in-doubt", "undelivered"]
    assert "staff/undeliverable" in [row["letter"] for row in sender.letters() if row["fate"] == "sent"]


def test_f30_a_doubt_is_listed_though_the_letter_was_sent_in_the_end(sender: Sending) -> None:
    sender.owe(ALICE)
    sender.turn(DOT=CUT)
    sender.turn(minutes(2))
    with sender.store.reading() as connection:
        assert [(u.recipient, u.fate, u.doubts) for u in unsent.doubtful(connection)] == [(ALICE, "sent", 1)]


def test_f10_a_sender_killed_before_the_dot_leaves_a_doubt_that_is_settled(sender: Sending) -> None:
    sender.owe(ALICE)
    sender.owe(BOB, automatic=True)
    with sender.store.transaction() as tx:
        for letter in outgoing.claim(tx, minutes(0)):
            outgoing.in_doubt(tx, letter.id, minutes(0))
    sender.pipeline.recover(minutes(0))
    assert [f"to {ALICE}" in body.decode() for body in sender.turn().bodies] == [True]
    assert sender.fates() == {ALICE: "sent", BOB: "in-doubt"}


def test_f30_a_copy_to_ourselves_travels_along_and_proves_the_letter(sender: Sending) -> None:
    sender.owe(ALICE)
    first = sender.turn(DOT=CUT, smtp={"journal": True})
    assert [command for command in first.server.commands if command.startswith("RCPT")] == [f"RCPT TO:<{ALICE}>", f"RCPT TO:<{OURS}>"]
    assert sender.turn(minutes(14)).server.letters == []
    with sender.store.transaction() as tx:
        assert outgoing.proven(tx, "letter-1@company.example", minutes(14)) is not None
    assert sender.turn(minutes(60)).server.letters == []
    assert sender.fates() == {ALICE: "sent"}


def test_f30_without_a_proof_a_persons_letter_goes_out_again_after_a_quarter_of_an_hour(sender: Sending) -> None:
    sender.owe(ALICE)
    sender.turn(DOT=CUT, smtp={"journal": True})
    assert [len(sender.turn(minutes(at)).server.letters) for at in (14, 16)] == [0, 1]


@pytest.mark.parametrize("refusal", ["550 5.1.1 unknown", "452 4.2.2 full"])
def test_f27_a_copy_that_is_refused_costs_only_the_proof(sender: Sending, refusal: str) -> None:
    sender.owe(ALICE)
    assert len(sender.turn(RCPT=["250 ok", refusal], smtp={"journal": True}).server.letters) == 1
    assert sender.fates() == {ALICE: "sent"}


def test_f27_a_copy_is_not_worth_a_letter_that_is_refused(sender: Sending) -> None:
    sender.owe(ALICE)
    assert sender.turn(RCPT=["550 5.1.1 unknown", "250 ok"], smtp={"journal": True}).server.letters == []
    assert sender.fates() == {ALICE: "failed"}


def test_f31_a_verdict_the_database_can_not_take_is_written_before_anything_else_is_sent(sender: Sending) -> None:
    sender.owe(ALICE, BOB)
    real = sender.store
    sender.pipeline.store = Hiccup(real, 3)  # the claim, the doubt, the verdict
    with pytest.raises(StoreBusy):
        sender.turn()
    sender.pipeline.store = real
    assert sender.fates() == {ALICE: "sent", BOB: "queued"}
    assert [b"to bob" in body for body in sender.turn().bodies] == [True]


def test_f31_a_verdict_is_kept_until_the_database_takes_it(sender: Sending) -> None:
    sender.owe(ALICE, BOB)
    real = sender.store
    busy = Hiccup(real, 3, 4, 5)
    sender.pipeline.store = busy

    async def rounds() -> tuple[int, list[str]]:
        async with scripted.smtp({}) as server:
            sender.point_at(server.port)
            post = Post(sender.pipeline, lambda: minutes(0))
            for _ in range(3):  # the verdict, and two tries to catch up before anything else
                with pytest.raises(StoreBusy):
                    await post.send_waiting()
            sent = len(server.letters)
            assert await post.send_waiting()
            await post.close()
            return sent, [letter.decode().split()[-2] for letter in server.letters]

    assert asyncio.run(rounds()) == (1, [ALICE, BOB])
    assert sender.fates() == {ALICE: "sent", BOB: "sent"}


def test_f31_a_doubt_the_database_can_not_take_sends_nothing_and_is_none(sender: Sending) -> None:
    sender.owe(ALICE, automatic=True)
    real = sender.store
    sender.pipeline.store = Hiccup(real, 2)
    with pytest.raises(StoreBusy):
        sender.turn()
    sender.pipeline.store = real
    assert sender.fates() == {ALICE: "queued"}
    assert len(sender.turn(minutes(2)).server.letters) == 1
    assert sender.fates() == {ALICE: "sent"}


class LosesAnswers(Store):
    """A store that carries its transactions out, and for some of them says that it was busy."""

    def __init__(self, real: Store, *lost: int) -> None:
        self.__dict__.update(real.__dict__)
        self._lost = lost
        self._count = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        self._count += 1
        with super().transaction() as tx:
            yield tx
        if self._count in self._lost:
            raise StoreBusy("the connection broke at COMMIT")


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_f31_a_commit_whose_answer_is_lost_loses_and_doubles_no_letter(sender: Sending, lost: int) -> None:
    sender.owe(ALICE, automatic=True)
    real = sender.store
    sender.pipeline.store = LosesAnswers(real, lost)
    with pytest.raises(StoreBusy):
        sender.turn()
    sender.pipeline.store = real
    letters_out = len(sender.turn(minutes(2)).server.letters)
    assert (letters_out, sender.fates()) == (0 if lost == 3 else 1, {ALICE: "sent"})


def test_f31_a_refusal_whose_commit_lost_its_answer_is_told_once(sender: Sending) -> None:
    ticket = sender.complain()
    sender.owe(ALICE, ticket=ticket)
    sender.pipeline.store = LosesAnswers(sender.store, 2)
    with pytest.raises(StoreBusy):
        sender.turn(RCPT="554 5.7.1 no")
    assert sender.story(ticket).count("undelivered") == 1


def test_f31_a_doubt_whose_commit_lost_its_answer_counts_once(sender: Sending) -> None:
    sender.owe(ALICE)
    sender.pipeline.store = LosesAnswers(sender.store, 3)
    with pytest.raises(StoreBusy):
        sender.turn(DOT=CUT)
    with sender.store.reading() as connection:
        assert [letter.doubts for letter in unsent.doubtful(connection)] == [1]
