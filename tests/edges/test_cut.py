"""The wire cut at a byte, at many bytes: no half letter comes in, and no verdict on a letter that went out is wrong."""

import asyncio
from collections.abc import Iterator

import pytest

from mailbot.errors import ServerRefused, Transient
from mailbot.intake.fetch import Mailroom
from mailbot.outbox.send import Courier
from mailbot.settings import Smtp
from tests.edges import cut, scripted
from tests.edges.conftest import box_at
from tests.servers import dovecot

LETTERS = [b"Subject: %d\r\n\r\n" % n + b"0123456789abcdef\r\n" * 5 for n in range(3)]


@pytest.fixture
def full(mail: dovecot.Dovecot) -> Iterator[dovecot.Dovecot]:
    for letter in LETTERS:
        mail.deliver("complaints", letter)
    yield mail
    mail.empty("complaints")


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("after", [*range(0, 3000, 97), 10_000])
def test_f12_whole_letters_come_in_or_none(full: dovecot.Dovecot, way: cut.Way, after: int) -> None:
    came: list[bytes] = []
    with cut.wire(full.port, way, after) as port:
        room = Mailroom(box_at(full, port=port, security="none"))
        try:
            room.connect()
            came += [raw.data for raw in room.fetch(room.uids())]
            room.settle(room.uids())
        except (Transient, ServerRefused):
            pass
        finally:
            room.close()
    assert came in ([], LETTERS)
    assert sorted(full.inbox("complaints") + full.inbox("complaints", "Processed")) == LETTERS


@pytest.mark.parametrize("way", ["up", "down"])
def test_f26_a_verdict_is_never_wrong(way: cut.Way) -> None:
    async def verdict(after: int) -> tuple[str, bool, bool]:
        doubts: list[int] = []

        async def doubt() -> None:
            doubts.append(1)

        async with scripted.smtp({}) as server:
            with cut.wire(server.port, way, after) as port:
                courier = Courier(Smtp(host="127.0.0.1", port=port, security="none", address="a@b.example", timeout=5))
                delivery = await courier.deliver("a@b.example", "c@d.example", LETTERS[0], doubt)
                await courier.close()
            return delivery.outcome, bool(server.letters), bool(doubts)

    async def all_cuts() -> set[tuple[str, bool, bool]]:
        return {await verdict(after) for after in range(330)}

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
