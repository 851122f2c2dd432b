"""The wire broken at many bytes (`python -m tests.wire --every`: at each): no letter is lost, none is sent twice."""

import asyncio
from collections.abc import Iterator

import pytest

from mailbot.outbox.send import Courier
from mailbot.settings import Smtp
from tests.edges import scripted
from tests.servers import dovecot, postfix, require
from tests.wire.__main__ import WAYS, faults_of
from tests.wire.proxy import HARMS, Fault, Harm, Proxy, Way
from tests.wire.session import LETTERS, USERS, ImapWire, SmtpWire

STRIDE = 149  # bytes; no divisor of anything


@pytest.fixture(scope="module")
def mail() -> Iterator[dovecot.Dovecot]:
    require("dovecot")
    with dovecot.running(USERS) as server:
        yield server


@pytest.fixture(scope="module")
def imap(mail: dovecot.Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ImapWire, Proxy]]:
    with Proxy(mail.port) as proxy:
        yield ImapWire(mail, proxy, tmp_path_factory.mktemp("imap")), proxy


@pytest.fixture(scope="module")
def smtp(mail: dovecot.Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmtpWire, Proxy]]:
    require("postfix")
    with postfix.running(mail) as relay, Proxy(relay.open_port) as proxy:
        yield SmtpWire(mail, relay, proxy, tmp_path_factory.mktemp("smtp")), proxy


@pytest.mark.parametrize("harm", HARMS)
def test_f12_whole_letters_come_in_once_whatever_the_wire_does(imap: tuple[ImapWire, Proxy], harm: Harm) -> None:
    wire, proxy = imap
    before, faults = proxy.harmed, list(faults_of(wire.length(), STRIDE, [harm]))
    assert {fault: broken for fault in faults if (broken := wire.case(fault))} == {}
    assert proxy.harmed > before


@pytest.mark.parametrize("harm", HARMS)
def test_f26_f30_letters_go_out_once_or_are_in_doubt_whatever_the_wire_does(smtp: tuple[SmtpWire, Proxy], harm: Harm) -> None:
    wire, proxy = smtp
    before, faults = proxy.harmed, list(faults_of(wire.length(), STRIDE, [harm]))
    assert {fault: broken for fault in faults if (broken := wire.case(fault))} == {}
    assert proxy.harmed > before


@pytest.mark.parametrize("harm", ["cut", "half-close"])
def test_f30_an_answer_cut_off_is_a_doubt_on_record(smtp: tuple[SmtpWire, Proxy], harm: Harm) -> None:
    wire, _ = smtp
    doubtful = 0
    for back in range(16, 60, 12):  # the answer to the last dot, and to QUIT
        assert wire.case(Fault(harm, "down", wire.length()["down"] - back)) == []
        doubtful += wire.doubtful()
    assert doubtful


@pytest.mark.parametrize("way", WAYS)
def test_f26_a_verdict_is_never_wrong(way: Way) -> None:
    async def verdict(server: scripted.SmtpScript, port: int) -> tuple[str, bool, bool]:
        doubts: list[int] = []

        async def doubt() -> None:
            doubts.append(1)

        server.letters.clear()
        courier = Courier(Smtp(host="127.0.0.1", port=port, security="none", address="a@b.example", timeout=5))
        delivery = await courier.deliver("a@b.example", "c@d.example", LETTERS[0], doubt)
        await courier.close()
        return delivery.outcome, bool(server.letters), bool(doubts)

    async def all_cuts() -> set[tuple[str, bool, bool]]:
        seen = set()
        async with scripted.smtp({}) as server:
            with Proxy(server.port) as proxy:
                for after in range(330):
                    proxy.arm(Fault("cut", way, after))
                    seen.add(await verdict(server, proxy.port))
        return seen

    seen = asyncio.run(all_cuts())
    assert ("sent", True, True) in seen
    assert seen <= {
        ("channel-down", False, False),
        ("deferred", False, False),
        ("deferred", False, True),
        ("in-doubt", False, True),
        ("in-doubt", True, True),
        ("sent", True, True),
    }


def test_the_wire_harms_what_it_says() -> None:
    async def heard(harm: Harm) -> bytes:
        async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"0123456789")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        with Proxy(server.sockets[0].getsockname()[1]) as proxy:
            proxy.arm(Fault(harm, "down", 4))
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            try:
                return await asyncio.wait_for(reader.read(), 0.5 if harm == "stall" else 20)
            except (TimeoutError, ConnectionResetError) as error:
                return type(error).__name__.encode()
            finally:
                writer.close()
                await asyncio.sleep(0.01)  # the socket closes in the loop's next turn
                server.close()

    told = {harm: asyncio.run(heard(harm)) for harm in HARMS}
    assert told == {
        "cut": b"0123",
        "reset": b"ConnectionResetError",
        "stall": b"TimeoutError",
        "half-close": b"0123",
        "dribble": b"0123456789",
    }
