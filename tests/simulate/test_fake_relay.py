"""What the made-up relay says, a real server says: each verdict of the fake, brought about at Postfix or its smtp-sink."""

import asyncio
from typing import Any

import pytest

from mailbot.outbox.send import Courier as RealCourier
from mailbot.outbox.send import Delivery
from mailbot.settings import Smtp
from tests.edges.conftest import way_out
from tests.servers import dovecot, needs, postfix, process, sink
from tests.simulate.mailer import Courier, Relay
from tests.simulate.outside import USERS
from tests.simulate.weather import Ordered

OURS = "complaints@company.example"
RAW = b"Message-ID: <one@company.example>\r\nSubject: one\r\n\r\nOne.\r\n"


def said(courier: Any, recipient: str, copy_to: str = "") -> tuple[Delivery, bool]:
    """The verdict, and whether the final dot was announced."""
    asked: list[bool] = []

    async def dot() -> None:
        asked.append(True)

    async def say() -> Any:
        verdict = await courier.deliver(OURS, recipient, RAW, dot, copy_to)
        await courier.close()
        return verdict

    return asyncio.run(say()), bool(asked)


def fake_says(fault: str, copy_to: str = "") -> tuple[Delivery, bool, Relay]:
    weather, made_up = Ordered(), Relay()
    if fault:
        weather.order(fault)
    verdict, dot = said(Courier(made_up, weather, lambda: None), "alice@customer.example", copy_to)
    assert not weather._orders or not any(weather._orders.values())
    return verdict, dot, made_up


def sink_at(port: int) -> Smtp:
    return Smtp(host="127.0.0.1", port=port, security="none", address=OURS, timeout=5.0)


@pytest.mark.parametrize(
    ("recipient", "fault"),
    [
        ("alice", ""),
        ("later", "smtp-later"),
        ("never", "smtp-never"),
        ("fang+full", "smtp-later-at-dot"),
        ("gita+spam", "smtp-never-at-dot"),
    ],
)
def test_postfix_says_what_the_made_up_relay_says(mail: dovecot.Dovecot, relay: postfix.Postfix, recipient: str, fault: str) -> None:
    mail.empty("alice")
    real, real_dot = said(RealCourier(way_out(relay, password=USERS["complaints"])), f"{recipient}@customer.example")
    fake, fake_dot, made_up = fake_says(fault)
    assert (real.outcome, real.code, real_dot) == (fake.outcome, fake.code, fake_dot)
    assert (real.status or "").split(".")[:1] == (fake.status or "").split(".")[:1]
    assert real.status == fake.status or not fault
    relay.drain()
    assert len(mail.inbox("alice")) == len(made_up.taken)


@pytest.mark.parametrize(("copy_to", "fault"), [("dora", ""), ("never", "smtp-refuses-copy")])
def test_a_copy_that_is_refused_costs_the_copy_alone(mail: dovecot.Dovecot, relay: postfix.Postfix, copy_to: str, fault: str) -> None:
    for user in ("alice", "dora"):
        mail.empty(user)
    courier = RealCourier(way_out(relay, password=USERS["complaints"]))
    real, _ = said(courier, "alice@customer.example", f"{copy_to}@customer.example")
    fake, _, made_up = fake_says(fault, OURS)
    assert (real.outcome, fake.outcome) == ("sent", "sent")
    relay.drain()
    assert (len(mail.inbox("alice")), len(mail.inbox("dora"))) == (len(made_up.taken), len(made_up.copies))


def test_a_copy_alone_is_never_sent(mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    mail.empty("alice")
    courier = RealCourier(way_out(relay, password=USERS["complaints"]))
    real, dot = said(courier, "never@customer.example", "alice@customer.example")
    fake, fake_dot, made_up = fake_says("smtp-never", OURS)
    assert (real.outcome, dot) == (fake.outcome, fake_dot) == ("refused", False)
    relay.drain()
    assert (mail.inbox("alice"), made_up.copies) == ([], [])


@needs("postfix")
@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ((), ""),
        (("-r", "."), "smtp-later-at-dot"),
        (("-f", "."), "smtp-never-at-dot"),
        (("-q", "."), "smtp-no-answer-taken"),
        (("-q", "."), "smtp-no-answer-not-taken"),
        (("-q", "data"), "smtp-cut-in-content"),
        (("-q", "connect"), "smtp-down"),
    ],
)
def test_a_sink_ends_as_the_made_up_relay_does(options: tuple[str, ...], fault: str) -> None:
    with sink.running(*options) as port:
        real, real_dot = said(RealCourier(sink_at(port)), "alice@customer.example")
    fake, fake_dot, _ = fake_says(fault)
    assert (real.outcome, (real.code or 0) // 100, real_dot) == (fake.outcome, (fake.code or 0) // 100, fake_dot)


def test_no_server_is_a_channel_that_is_down_at_both() -> None:
    real, real_dot = said(RealCourier(sink_at(process.free_port())), "alice@customer.example")
    fake, fake_dot, _ = fake_says("smtp-down")
    assert (real.outcome, real_dot) == (fake.outcome, fake_dot) == ("channel-down", False)
