"""The way out closes after failures that are no letter's fault: for how long, over restarts, with which alarm; and opens."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.outbox.gate import pause
from mailbot.outbox.send import Courier
from mailbot.settings import Smtp
from mailbot.store import channel, instance, outgoing
from tests.edges import scripted
from tests.edges.scripted import CUT
from tests.faults.sending import OURS, Sending, Turn, minutes, sending

ALICE, BOB = "alice@customer.example", "bob@customer.example"
LOGIN: dict[str, Any] = {"user": "complaints", "password": "secret"}
OFFERS = ("AUTH PLAIN", "SIZE 1000000")
MANY = [f"customer{n}@other.example" for n in range(7)]
BLOCKED = "554 5.7.1 your address is on a list"


@pytest.fixture
def sender(database_url: str, tmp_path: Path) -> Iterator[Sending]:
    with sending(database_url, tmp_path) as fresh:
        yield fresh


def signs_in(sender: Sending, at: float, auth: str) -> Turn:
    return sender.turn(minutes(at), smtp=LOGIN, offers=OFFERS, AUTH=auth)


def test_f49_a_refused_login_is_not_tried_again_for_five_minutes_then_ten_then_twenty(sender: Sending) -> None:
    sender.owe(ALICE)
    tried = [at for at in range(60) if signs_in(sender, at, "535 5.7.8 wrong").server.connections]
    assert [bool(5 <= b - a <= most) for a, b, most in zip(tried, tried[1:], (7, 13, 25), strict=False)] == [True] * 3
    assert len(tried) == 4
    (letter,) = sender.letters()
    assert (letter["fate"], letter["attempts"]) == ("queued", 0)


def test_f49_a_way_out_that_is_closed_says_why_and_for_how_long(sender: Sending) -> None:
    sender.owe(ALICE)
    turn = signs_in(sender, 0, "535 5.7.8 wrong")
    assert (turn.went, "535" in turn.trouble, "secret" in turn.trouble, 0 < turn.pause <= 60) == (False, True, False, True)
    later = signs_in(sender, 4, "235 ok")
    assert (later.went, later.trouble, later.server.connections) == (False, turn.trouble, 0)


def test_f49_the_right_password_opens_the_way_and_ends_the_alarm(sender: Sending) -> None:
    sender.owe(ALICE)
    for at in (0, 7, 16):
        signs_in(sender, at, "535 5.7.8 wrong")
    assert sender.alarms() == ["sending"]
    assert signs_in(sender, 60, "235 ok").went
    assert (sender.fates(), sender.alarms()) == ({ALICE: "sent"}, [])
    with sender.store.reading() as connection:
        assert channel.state(connection) == channel.State()


def test_f49_staff_may_ask_for_a_try_at_once(sender: Sending) -> None:
    sender.owe(BOB)
    sender.turn(RCPT="554 5.6.0 no")
    sender.owe(ALICE)
    signs_in(sender, 1, "535 5.7.8 wrong")
    with sender.store.transaction() as tx:
        assert outgoing.send_again(tx, [1]) == 1
    signs_in(sender, 2, "235 ok")
    assert sender.fates() == {ALICE: "sent", BOB: "sent"}


@pytest.mark.parametrize("auth", ["454 4.7.0 later", "421 4.7.0 later", CUT])
def test_f24_a_login_that_fails_for_now_is_tried_again_soon(sender: Sending, auth: str) -> None:
    sender.owe(ALICE)
    assert not signs_in(sender, 0, auth).went
    assert signs_in(sender, 0.1, "235 ok").went
    assert sender.fates() == {ALICE: "sent"}


def test_f54_a_server_that_is_away_raises_the_alarm_after_a_quarter_of_an_hour(sender: Sending) -> None:
    sender.owe(ALICE)
    for at in (0, 7, 14):
        assert not sender.turn(minutes(at), greeting="554 closed").went
    assert sender.alarms() == []
    assert not sender.turn(minutes(15.1), greeting="554 closed").went
    assert sender.alarms() == ["sending"]


@pytest.mark.parametrize(("slow", "first", "longest"), [(True, 300, 3600), (False, 2, 300)])
def test_f49_pauses_double_up_to_a_limit(first: int, longest: int, *, slow: bool) -> None:
    for failures in range(70):
        least = timedelta(seconds=min(first * 2**failures, longest))
        assert least <= pause(failures, slow=slow) <= 1.2 * least


def test_f25_five_refusals_of_us_in_a_row_close_the_way_out_and_no_letter_fails(sender: Sending) -> None:
    sender.owe(*MANY)
    turn = sender.turn(RCPT=BLOCKED)
    assert (turn.went, len([c for c in turn.server.commands if c.startswith("RCPT")])) == (False, 5)
    assert set(sender.fates().values()) == {"queued"}
    assert sender.alarms() == ["sending"]
    assert sender.turn(minutes(4)).server.connections == 0


def test_f25_after_a_storm_one_letter_tries_the_way_and_a_taken_one_opens_it(sender: Sending) -> None:
    sender.owe(*MANY)
    sender.turn(RCPT=BLOCKED)
    still = sender.turn(minutes(7), RCPT=BLOCKED)
    assert (still.went, len([c for c in still.server.commands if c.startswith("RCPT")])) == (False, 1)
    assert set(sender.fates().values()) == {"queued"}
    sender.turn(minutes(60))
    sender.turn(minutes(120))
    assert set(sender.fates().values()) == {"sent"}
    assert sender.alarms() == []


@pytest.mark.parametrize(
    "answers",
    [
        {"RCPT": "550 5.1.1 unknown"},
        {"RCPT": "552 5.2.2 full"},
        {"DOT": "554 5.6.0 not so"},
        {"RCPT": [BLOCKED, BLOCKED, BLOCKED, BLOCKED, "250 ok", BLOCKED]},
        {"RCPT": [BLOCKED, "550 5.7.26 other"] * 4},
    ],
)
def test_f25_refusals_of_addresses_and_letters_close_nothing(sender: Sending, answers: dict[str, Any]) -> None:
    sender.owe(*MANY)
    assert sender.turn(**answers).went
    assert set(sender.fates().values()) <= {"failed", "sent"}
    assert "sending" not in sender.alarms()


def test_f25_one_address_that_refuses_again_and_again_is_no_storm(sender: Sending) -> None:
    sender.owe(*[ALICE] * 6)
    assert sender.turn(RCPT=BLOCKED).went


def test_f25_a_sender_address_that_is_not_ours_fails_no_letter(sender: Sending) -> None:
    sender.owe(ALICE)
    assert not sender.turn(MAIL="553 5.7.1 Sender address rejected: not owned by user").went
    assert sender.fates() == {ALICE: "queued"}


def test_f34_nothing_leaves_a_restored_database_until_somebody_lets_it(sender: Sending) -> None:
    sender.owe(ALICE)
    with sender.store.transaction() as tx:
        instance.hold(tx, minutes(0))
    turn = sender.turn(minutes(1))
    assert (turn.went, turn.server.connections, sender.fates()) == (False, 0, {ALICE: "queued"})
    assert "restore --confirm" in turn.trouble
    with sender.store.transaction() as tx:
        instance.let_go(tx)
    assert sender.turn(minutes(2)).went
    assert sender.fates() == {ALICE: "sent"}


def test_f56_an_address_that_swallows_everything_does_not_hide_the_next() -> None:
    async def dialogue(hole: int) -> str:
        async with scripted.smtp({}) as server:
            at = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in (hole, server.port)]

            async def two_addresses(*_: object, **__: object) -> list[Any]:
                return at

            asyncio.get_running_loop().getaddrinfo = two_addresses  # type: ignore[method-assign]
            courier = Courier(Smtp(host="mail.company.example", port=25, security="none", address=OURS, timeout=1))

            async def nothing() -> None:
                """Nothing to write down."""

            try:
                return (await courier.deliver(OURS, ALICE, b"x", nothing)).outcome
            finally:
                await courier.close()

    with scripted.deaf_port() as hole:
        assert asyncio.run(dialogue(hole)) == "sent"


def test_f56_a_name_server_that_says_nothing_closes_the_way_out_in_time() -> None:
    async def dialogue() -> str:
        never = asyncio.Event()

        async def silent(*_: object, **__: object) -> list[Any]:
            await never.wait()
            return []

        asyncio.get_running_loop().getaddrinfo = silent  # type: ignore[method-assign]
        courier = Courier(Smtp(host="mail.company.example", port=25, security="none", address=OURS, timeout=0.2))

        async def nothing() -> None:
            """Nothing to write down."""

        return (await courier.deliver(OURS, ALICE, b"x", nothing)).outcome

    assert asyncio.run(dialogue()) == "channel-down"
