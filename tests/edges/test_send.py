"""Letters out through real Postfix: over which security, in which bytes, with which verdict."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from msgspec.structs import replace

from mailbot.identity import Identity
from mailbot.outbox.send import Courier, Delivery, probe
from mailbot.settings import Smtp
from tests.edges.conftest import COMPLAINTS, way_out
from tests.servers import dovecot, postfix

ALICE = "alice@customer.example"
LETTER = b"From: complaints@company.example\nSubject: x\nMessage-ID: <1@company.example>\n\n.dot\n..\n\n.\nend"


@pytest.fixture(autouse=True)
def _nothing_on_its_way(postfix_server: postfix.Postfix, mail: dovecot.Dovecot) -> Iterator[None]:  # noqa: ARG001 - emptied first
    yield
    postfix_server.drain()


async def nothing() -> None:
    """What the caller does before the content goes out."""


def send(smtp: Smtp, *recipients: str, data: bytes = LETTER, before_dot: Callable[[], Awaitable[None]] = nothing) -> list[Delivery]:
    async def all_of_them() -> list[Delivery]:
        courier = Courier(smtp)
        try:
            return [await courier.deliver(COMPLAINTS, recipient, data, before_dot) for recipient in recipients]
        finally:
            await courier.close()

    return asyncio.run(all_of_them())


def one(smtp: Smtp, recipient: str = ALICE, data: bytes = LETTER) -> Delivery:
    (delivery,) = send(smtp, recipient, data=data)
    return delivery


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_each_kind_of_security_delivers(postfix_server: postfix.Postfix, mail: dovecot.Dovecot, security: str) -> None:
    doors = {"tls": postfix_server.tls_port, "starttls": postfix_server.port, "none": postfix_server.open_port}
    login = {"user": "", "password": ""} if security == "none" else {}
    delivery = one(way_out(postfix_server, security=security, port=doors[security], **login))
    assert (delivery.outcome, delivery.code, delivery.status) == ("sent", 250, "2.0.0")
    assert mail.arrived("alice")


def test_content_arrives_line_by_line_as_it_was(postfix_server: postfix.Postfix, mail: dovecot.Dovecot) -> None:
    one(way_out(postfix_server))
    (letter,) = mail.arrived("alice")
    assert letter.endswith(b"\n\n.dot\n..\n\n.\nend\n")


def test_smuggled_line_ends_start_no_second_letter(postfix_server: postfix.Postfix, mail: dovecot.Dovecot) -> None:
    smuggled = LETTER + b"\n.\rMAIL FROM:<x@y.example>\r\n.\nRCPT TO:<bob@customer.example>\r.\r\nDATA\r\n"
    send(way_out(postfix_server), ALICE, "bob@customer.example", data=smuggled)
    assert len(mail.arrived("alice")) == len(mail.arrived("bob")) == 1


def test_one_connection_carries_many_letters(postfix_server: postfix.Postfix) -> None:
    deliveries = send(way_out(postfix_server), ALICE, "gone@customer.example", ALICE, "later@customer.example", ALICE)
    assert [d.outcome for d in deliveries] == ["sent", "refused", "sent", "deferred", "sent"]
    assert postfix_server.logged(r"disconnect from \S+ ehlo=1 auth=1 mail=5 rcpt=3/5 data=3 rset=2 quit=1")


@pytest.mark.parametrize(
    ("recipient", "verdict"),
    [
        ("gone@customer.example", ("refused", 550, "5.1.1")),
        ("later@customer.example", ("deferred", 451, "4.3.0")),
        ("nobody@customer.example", ("refused", 550, "5.1.1")),
        ("not an address", ("refused", None, "5.1.3")),
        ("a@b.example>\r\nRCPT TO:<c@d.example", ("refused", None, "5.1.3")),
        ("陈@customer.example", ("refused", 550, "5.1.1")),
    ],
)
def test_f27_a_recipient_that_is_not_taken_gets_its_verdict(
    postfix_server: postfix.Postfix, recipient: str, verdict: tuple[str, int | None, str]
) -> None:
    delivery = one(way_out(postfix_server), recipient)
    assert (delivery.outcome, delivery.code, delivery.status) == verdict


def test_f29_a_letter_too_large_is_refused_before_it_goes_out(postfix_server: postfix.Postfix) -> None:
    delivery = one(way_out(postfix_server), data=b"7" * 6_000_000)
    assert (delivery.outcome, delivery.status) == ("refused", "5.3.4")


def test_f49_the_way_out_is_closed_to_a_wrong_password_which_is_not_shown(postfix_server: postfix.Postfix) -> None:
    delivery = one(way_out(postfix_server, password="not-the-word"))
    assert delivery.outcome == "channel-down"
    assert "password_file" in delivery.text
    assert "not-the-word" not in repr(delivery)


@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"ca_file": ""}, "ca_file"),
        ({"ca_file": "", "security": "starttls", "port": "port"}, "ca_file"),
        ({"security": "tls", "port": "port"}, 'security = "starttls"'),
        ({"security": "starttls", "port": "open_port"}, "does not offer STARTTLS"),
        ({"security": "none", "port": "port"}, 'security = "starttls" or "tls"'),
        ({"port": 1}, "check host and port"),
        ({"host": "nowhere.invalid"}, "DNS"),
    ],
)
def test_f56_a_channel_that_is_down_names_the_cure(postfix_server: postfix.Postfix, changes: dict[str, str | int], cure: str) -> None:
    port = changes.get("port", "tls_port")
    reachable = {**changes, "port": getattr(postfix_server, port) if isinstance(port, str) else port}
    delivery = one(way_out(postfix_server, **reachable))
    assert (delivery.outcome, cure in delivery.text) == ("channel-down", True)


def test_the_content_waits_until_the_caller_has_written_its_doubt_down(postfix_server: postfix.Postfix, mail: dovecot.Dovecot) -> None:
    async def disk_full() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        send(way_out(postfix_server), ALICE, before_dot=disk_full)
    send(way_out(postfix_server), ALICE)
    assert len(mail.arrived("alice")) == 1


def test_f25_a_refused_recipient_never_puts_a_letter_in_doubt(postfix_server: postfix.Postfix) -> None:
    doubts = []

    async def doubt() -> None:
        doubts.append(1)

    send(way_out(postfix_server), "gone@customer.example", "later@customer.example", ALICE, before_dot=doubt)
    assert len(doubts) == 1


def test_probe_describes_a_good_way_out(postfix_server: postfix.Postfix) -> None:
    ((fine, sentence, cure),) = probe(way_out(postfix_server))
    assert (fine, cure) == (True, "")
    assert sentence.endswith("complaints is signed in over TLS, it takes letters up to 5 MB")


def test_probe_gives_the_cure_for_a_bad_one(postfix_server: postfix.Postfix) -> None:
    told = probe(replace(way_out(postfix_server, password="wrong"), verify=False))
    assert [fine for fine, _, _ in told] == [False, False]
    assert told[1][2] == "check user and the password in password_file"


def test_f28_what_comes_back_to_a_return_path_arrives_with_us(postfix_server: postfix.Postfix, mail: dovecot.Dovecot) -> None:
    us = Identity("clearwater", "00" * 32, "company.example")
    assert one(way_out(postfix_server), us.return_path(COMPLAINTS, 7)).outcome == "sent"
    (letter,) = mail.arrived("complaints")
    named = [us.letter_of_return_path(line.split(b": ")[1].decode()) for line in letter.splitlines() if line.startswith(b"X-Original-To: ")]
    assert named == [7]


def test_f30_a_copy_to_ourselves_arrives_and_a_refused_one_costs_nothing(postfix_server: postfix.Postfix, mail: dovecot.Dovecot) -> None:
    async def copied(copy_to: str) -> Delivery:
        courier = Courier(way_out(postfix_server))
        try:
            return await courier.deliver(COMPLAINTS, ALICE, LETTER, nothing, copy_to)
        finally:
            await courier.close()

    assert [asyncio.run(copied(to)).outcome for to in (COMPLAINTS, "gone@customer.example")] == ["sent", "sent"]
    assert [len(mail.arrived("complaints")), len(mail.arrived("alice", 2))] == [1, 2]
