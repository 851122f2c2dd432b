"""Refusals for now, for good, 421 and a cut at every command: the right verdict, and no letter out of sight."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.outbox.send import Courier, Delivery
from mailbot.settings import Smtp
from mailbot.store import unsent
from tests.edges import scripted
from tests.faults.sending import OURS, Sending, minutes, sending
from tests.servers import needs, sink

ALICE, BOB = "alice@customer.example", "bob@customer.example"
COMMANDS = ("connect", "ehlo", "mail", "rcpt", "data", ".")
BEFORE_MAIL = ("connect", "ehlo")


@pytest.fixture
def sender(database_url: str, tmp_path: Path) -> Iterator[Sending]:
    with sending(database_url, tmp_path) as fresh:
        yield fresh


def verdict(*options: str) -> Delivery:
    """What becomes of a letter to Alice, and whether its dot was announced."""

    async def nothing() -> None:
        """The caller would write its doubt down."""

    async def one(port: int) -> Delivery:
        courier = Courier(Smtp(host="127.0.0.1", port=port, security="none", address=OURS, timeout=5), after_dot=5)
        try:
            return await courier.deliver(OURS, ALICE, b"Subject: x\r\n\r\nhello", nothing)
        finally:
            await courier.close()

    with sink.running(*options) as port:
        return asyncio.run(one(port))


@needs("postfix")
@pytest.mark.parametrize("command", COMMANDS)
def test_f24_refused_for_now_is_tried_again(command: str) -> None:
    soft = {"ehlo": ("-r", "ehlo,helo")}.get(command, ("-r", command))
    assert verdict(*soft).outcome == ("channel-down" if command in BEFORE_MAIL else "deferred")


@needs("postfix")
@pytest.mark.parametrize("command", COMMANDS)
def test_f25_refused_for_good_is_not_tried_again(command: str) -> None:
    hard = {"ehlo": ("-f", "ehlo,helo")}.get(command, ("-f", command))
    delivery = verdict(*hard)
    assert delivery.outcome == ("channel-down" if command in BEFORE_MAIL else "refused")
    assert delivery.code == (None if command in BEFORE_MAIL else 500)


@needs("postfix")
@pytest.mark.parametrize("way", ["-q", "-Q"])
@pytest.mark.parametrize("command", COMMANDS)
def test_f26_gone_before_the_dot_is_certainly_not_sent(way: str, command: str) -> None:
    gone = {"ehlo": (way, "ehlo,helo")}.get(command, (way, command))
    after_the_dot = "in-doubt" if way == "-q" else "deferred"
    expected = "channel-down" if command in BEFORE_MAIL else after_the_dot if command == "." else "deferred"
    assert verdict(*gone).outcome == expected


@needs("postfix")
def test_f26_a_sink_that_refuses_nothing_takes_the_letter() -> None:
    assert verdict().outcome == "sent"


def test_f24_a_letter_that_waits_for_a_quarter_of_an_hour_is_shown_with_what_was_said(sender: Sending) -> None:
    sender.owe(ALICE)
    sender.turn(DOT="451 4.3.0 later")
    with sender.store.reading() as connection:
        (letter,) = unsent.waiting_long(connection, minutes(0))
        assert (letter.recipient, letter.reason, letter.attempts) == (ALICE, "451 4.3.0 later", 1)
        assert list(unsent.waiting_long(connection, minutes(-1))) == []


def test_f24_a_letter_refused_for_now_again_and_again_is_given_up_and_told(sender: Sending) -> None:
    ticket = sender.complain()
    sender.owe(ALICE, ticket=ticket)
    for hour in (0, 50, 97):
        sender.turn(minutes(60 * hour), RCPT="451 4.3.0 later")
    assert sender.fates() == {ALICE: "failed"}
    assert sender.story(ticket)[-1] == "undelivered"


def test_f25_a_letter_refused_for_good_is_told_to_staff(sender: Sending) -> None:
    ticket = sender.complain()
    sender.owe(ALICE, ticket=ticket)
    sender.turn(RCPT=["550 5.7.1 not from you", "250 ok"])
    assert sender.fates() == {ALICE: "failed"}
    assert [row["fate"] for row in sender.letters() if row["letter"] == "staff/undeliverable"] == ["sent"]


class Breaks(Courier):
    """A courier with a bug that one recipient's letters bring out."""

    async def deliver(self, sender: str, recipient: str, *rest: object, **more: object) -> Delivery:
        if recipient == ALICE:
            raise ZeroDivisionError("a bug")
        return await super().deliver(sender, recipient, *rest, **more)  # type: ignore[arg-type]


def test_f39_a_letter_that_meets_a_bug_stops_no_other_and_ends_after_three_tries(sender: Sending) -> None:
    ticket = sender.complain()
    sender.owe(ALICE, BOB, ticket=ticket)
    assert sender.turn(make=Breaks).went
    assert sender.fates() == {ALICE: "queued", BOB: "sent"}
    for at in (10, 30):
        sender.turn(minutes(at), make=Breaks)
    assert sender.fates()[ALICE] == "failed"
    assert sender.story(ticket)[-1] == "undelivered"


def test_f42_a_notice_that_can_not_be_written_costs_neither_the_verdict_nor_the_next_letter(sender: Sending) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    sender.owe(ALICE, BOB)
    sender.pipeline.not_delivered = breaks  # type: ignore[assignment, method-assign]
    sender.turn(RCPT=["554 5.7.1 no", "250 ok"])
    assert (sender.fates(), sender.alarms()) == ({ALICE: "failed", BOB: "sent"}, ["undelivered out-1"])


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("250 2.0.0 Ok: queued as 4F2A9C1D", "4F2A9C1D"),
        ("250 OK id=1tFxYz-000000001Ab-0Xyz", "1tFxYz-000000001Ab-0Xyz"),
        ("250 2.0.0 4AQ8ptbK012345 Message accepted for delivery", "4AQ8ptbK012345"),
        ("250 Mail OK queued as gzga-smtp-mta-g0-1,_____wD3X4", "gzga-smtp-mta-g0-1"),
        ("250 Ok", None),
    ],
)
def test_f30_the_servers_name_for_the_letter_is_known(said: str, name: str | None) -> None:
    async def one() -> Delivery:
        async with scripted.smtp({".": said}) as server:
            courier = Courier(Smtp(host="127.0.0.1", port=server.port, security="none", address=OURS))

            async def nothing() -> None:
                """Nothing to write down."""

            try:
                return await courier.deliver(OURS, ALICE, b"x", nothing)
            finally:
                await courier.close()

    assert asyncio.run(one()).queue_id == name
