"""Every way an SMTP dialogue can end, by script: what is certain is never called doubtful, nor the other way round."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.errors import StoreUnusable
from mailbot.outbox.envelope import UnfitError, commands, content
from mailbot.outbox.send import Courier, Delivery
from mailbot.settings import Smtp
from tests.edges import scripted
from tests.edges.scripted import CUT, SILENCE, SmtpScript

SENDER, ALICE = "complaints@company.example", "alice@customer.example"
LETTER = b"Subject: x\r\n\r\nhello\r\n"
Dialogue = Callable[[Courier, SmtpScript], Coroutine[Any, Any, Any]]


async def nothing() -> None:
    """What the caller does before the content goes out."""


async def deliver(courier: Courier, data: bytes = LETTER, recipient: str = ALICE) -> Delivery:
    return await courier.deliver(SENDER, recipient, data, nothing)


def play(script: dict[str, str | list[str]], dialogue: Dialogue, *offers: str, timeout: float = 5.0, after_dot: float = 5.0) -> Any:
    """Run a dialogue between a courier and a scripted server."""

    async def both() -> Any:
        async with scripted.smtp(script, offers) as server:
            smtp = Smtp(host="127.0.0.1", port=server.port, security="none", address=SENDER, timeout=timeout)
            courier = Courier(smtp, after_dot=after_dot)
            try:
                return await dialogue(courier, server)
            finally:
                await courier.close()

    return asyncio.run(both())


async def single(courier: Courier, _: SmtpScript) -> Delivery:
    return await deliver(courier)


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("greeting", "554 go away", "channel-down"),
        ("greeting", "421 too many", "channel-down"),
        ("greeting", CUT, "channel-down"),
        ("EHLO", CUT, "channel-down"),
        ("MAIL", "451 4.3.0 busy", "deferred"),
        ("MAIL", "421 4.3.2 restart", "deferred"),
        ("MAIL", "552 5.3.4 too big", "refused"),
        ("MAIL", "530 5.7.0 Authentication required", "channel-down"),
        ("MAIL", "553 Mail from must equal authorized user", "channel-down"),
        ("MAIL", "501 mail from address must be same as authorization user", "channel-down"),
        ("MAIL", CUT, "deferred"),
        ("MAIL", "354 what?", "deferred"),
        ("RCPT", "450 4.2.0 greylisted", "deferred"),
        ("RCPT", "452 4.2.2 full", "deferred"),
        ("RCPT", "550 5.1.1 no such user", "refused"),
        ("RCPT", "553 5.7.1 Sender address rejected: not owned by user", "channel-down"),
        ("RCPT", "421 4.7.0 too many", "deferred"),
        ("RCPT", CUT, "deferred"),
        ("DATA", "554 5.5.1 no", "refused"),
        ("DATA", "451 4.3.0 later", "deferred"),
        ("DATA", "250 what?", "deferred"),
        ("DATA", CUT, "deferred"),
        (".", "250 2.6.0 queued", "sent"),
        (".", "452 4.3.1 disk full", "deferred"),
        (".", "421 4.3.2 restart", "deferred"),
        (".", "554 5.7.1 spam", "refused"),
        (".", CUT, "in-doubt"),
        (".", "gibberish", "in-doubt"),
        (".", "354 again", "in-doubt"),
    ],
)
def test_f11_each_ending_has_its_verdict(step: str, answer: str, outcome: str) -> None:
    assert play({step: answer}, single).outcome == outcome


@pytest.mark.parametrize(("step", "outcome"), [("MAIL", "deferred"), ("RCPT", "deferred"), ("DATA", "deferred"), (".", "in-doubt")])
def test_f30_silence_ends_as_a_cut_would(step: str, outcome: str) -> None:
    assert play({step: SILENCE}, single, timeout=0.2, after_dot=0.2).outcome == outcome


def test_f9_a_cut_before_the_whole_content_went_out_is_no_doubt() -> None:
    doubts = []

    async def doubt() -> None:
        doubts.append(1)

    async def large(courier: Courier, _: SmtpScript) -> Delivery:
        return await courier.deliver(SENDER, ALICE, b"7" * 50_000_000, doubt)

    assert (play({"content": CUT}, large).outcome, doubts) == ("deferred", [])


def test_code_status_and_words_are_told_apart() -> None:
    delivery = play({"RCPT": "550-5.1.1 There is\r\n550 5.1.1 no such user"}, single)
    assert delivery == Delivery("refused", 550, "5.1.1", "There is no such user")


def test_a_dead_kept_connection_is_replaced_unnoticed() -> None:
    async def twice(courier: Courier, server: SmtpScript) -> tuple[list[str], int, int]:
        outcomes: list[str] = [(await deliver(courier)).outcome for _ in range(3)]
        return outcomes, server.connections, len(server.letters)

    assert play({"MAIL": ["250 ok", "421 4.4.2 idle too long", "250 ok"]}, twice) == (["sent"] * 3, 2, 3)
    assert play({"MAIL": ["250 ok", CUT, "250 ok"]}, twice) == (["sent"] * 3, 2, 3)


def test_a_server_that_closes_after_each_letter_is_followed() -> None:
    async def twice(courier: Courier, server: SmtpScript) -> tuple[list[str], int]:
        return [(await deliver(courier)).outcome for _ in range(2)], server.connections

    assert play({"RSET": CUT, "RCPT": ["550 no", "250 ok"]}, twice) == (["refused", "sent"], 2)


def test_a_store_that_fails_is_not_the_channels_fault() -> None:
    async def store_gone() -> None:
        raise StoreUnusable("the database is read-only")

    async def failing(courier: Courier, server: SmtpScript) -> list[bytes]:
        with pytest.raises(StoreUnusable):
            await courier.deliver(SENDER, ALICE, LETTER, store_gone)
        return server.letters

    assert play({}, failing) == []


def test_after_a_cancelled_send_the_next_letter_goes_out() -> None:
    async def cancelled(courier: Courier, server: SmtpScript) -> tuple[str, int]:
        await deliver(courier)
        sending = asyncio.create_task(deliver(courier))
        await server.heard.wait()
        sending.cancel()
        await asyncio.wait([sending])
        return (await deliver(courier)).outcome, server.connections

    assert play({"RCPT": ["250 ok", SILENCE, "250 ok"]}, cancelled) == ("sent", 2)


def test_many_callers_share_one_connection_in_turn() -> None:
    async def crowd(courier: Courier, server: SmtpScript) -> tuple[set[str], int, int]:
        deliveries = await asyncio.gather(*(deliver(courier) for _ in range(20)))
        return {d.outcome for d in deliveries}, server.connections, len(server.letters)

    assert play({}, crowd) == ({"sent"}, 1, 20)


def test_the_null_return_path_is_allowed() -> None:
    async def null(courier: Courier, server: SmtpScript) -> bool:
        await courier.deliver("", ALICE, LETTER, nothing)
        return "MAIL FROM:<>" in server.commands

    assert play({}, null)


def test_a_greeting_as_old_as_helo_is_enough() -> None:
    assert play({"EHLO": "502 what?"}, single).outcome == "sent"


def test_f29_eight_bit_content_goes_only_where_it_is_taken() -> None:
    async def chinese(courier: Courier, _: SmtpScript) -> str:
        return (await deliver(courier, "你好\r\n".encode())).outcome

    assert [play({}, chinese), play({}, chinese, "8BITMIME")] == ["refused", "sent"]


def test_f29_an_internationalised_address_goes_only_where_it_is_taken() -> None:
    async def chen(courier: Courier, server: SmtpScript) -> tuple[str, bool]:
        outcome = (await deliver(courier, recipient="陈@例子.example")).outcome
        return outcome, any(command.endswith("SMTPUTF8") for command in server.commands)

    assert [play({}, chen), play({}, chen, "SMTPUTF8")] == [("refused", False), ("sent", True)]


def test_a_domain_in_chinese_needs_no_extension() -> None:
    async def domain(courier: Courier, server: SmtpScript) -> bool:
        await deliver(courier, recipient="alice@例子.example")
        return "RCPT TO:<alice@xn--fsqu00a.example>" in server.commands

    assert play({}, domain)


@given(st.binary())
def test_no_content_ends_a_letter_early(data: bytes) -> None:
    wire = content(data)
    assert b"\r\n.\r\n" not in b"\r\n" + wire
    assert wire.endswith(b"\r\n")
    assert wire.replace(b"\r\n", b"").count(b"\r") == wire.replace(b"\r\n", b"").count(b"\n") == 0


@given(st.binary())
def test_dots_are_the_only_thing_added(data: bytes) -> None:
    lines = content(data).split(b"\r\n")
    plain = [line[1:] if line.startswith(b".") else line for line in lines]
    assert b"\n".join(plain).rstrip(b"\n") == data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")


@given(st.text(), st.text())
def test_no_address_ends_a_command_line(sender: str, recipient: str) -> None:
    try:
        lines = commands({"smtputf8": ""}, sender, [recipient], LETTER)
    except UnfitError:
        return
    assert all((line.count(b"<") == line.count(b">") == 1 and line.isascii()) or b"SMTPUTF8" in lines[0] for line in lines)
    assert not any(byte < 32 for line in lines for byte in line)
