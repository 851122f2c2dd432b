"""What the made-up servers promise, the real ones keep: each thing a fake does is done to the real one too, and both are asked.

The mailbox: any order of arrivals, moves, another client's deletions and new sessions, question by question with Dovecot.
The way out: each verdict with Postfix. And the whole machine, with few steps, over both real servers.
"""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from mailbot.intake.fetch import Mailroom
from mailbot.outbox.send import Courier as RealCourier
from mailbot.settings import Mailbox
from tests.edges.conftest import box_at, way_out
from tests.servers import dovecot, postfix, require
from tests.simulate.mailbox import Room, Server
from tests.simulate.mailer import Courier, Relay
from tests.simulate.outside import USERS, Real
from tests.simulate.run import World
from tests.simulate.test_machine import Machine
from tests.simulate.weather import Ordered

FEW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
ACTS = st.lists(
    st.sampled_from(("arrives", "look", "settle first", "settle all", "settle gone", "taken away", "again")), min_size=3, max_size=12
)


@pytest.fixture(scope="module")
def mail() -> Iterator[dovecot.Dovecot]:
    require("dovecot")
    with dovecot.running(USERS) as server:
        yield server


@pytest.fixture(scope="module")
def relay(mail: dovecot.Dovecot) -> Iterator[postfix.Postfix]:
    require("postfix")
    answers = {"later@customer.example": "451 4.3.0 try later", "never@customer.example": "550 5.1.1 no such user"}
    with postfix.running(mail, answers=answers) as server:
        yield server


class Both:
    """The same mailbox at both servers, and a session with each. Their UIDs differ by where each began to count."""

    def __init__(self, mail: dovecot.Dovecot) -> None:
        mail.empty("complaints")
        self.mail, self.made_up = mail, Server()
        self.box: Mailbox = box_at(mail, password=USERS["complaints"])
        self.serial = 0
        self.rooms: tuple[Any, Any] = (None, None)
        self.connect()
        self.arrives()
        self.first = self.rooms[0].uids()[0] - self.rooms[1].uids()[0]

    def connect(self) -> None:
        self.close()
        self.rooms = Mailroom(self.box), Room(self.box, self.made_up, Ordered(), lambda: None)
        for room in self.rooms:
            room.connect()

    def arrives(self) -> None:
        self.serial += 1
        raw = f"Subject: {self.serial}\r\n\r\n{'x' * self.serial}\r\n".encode()
        at = AT + timedelta(minutes=self.serial)
        self.mail.deliver("complaints", raw, at.timestamp())
        self.made_up.deliver(raw, at)

    def settle(self, uids: list[int]) -> None:
        self.rooms[0].settle([uid + self.first for uid in uids])
        self.rooms[1].settle(uids)

    def taken_away(self) -> None:
        """Another client deletes the oldest letter."""
        uids = sorted(self.made_up.inbox.letters)
        if uids:
            del self.made_up.inbox.letters[uids[0]]
            with Elsewhere(self.box) as other:
                other.client.uid("STORE", str(uids[0] + self.first), "+FLAGS", r"(\Deleted)")
                other.client.expunge()

    def compare(self) -> None:
        """Every question mailbot asks has the same answer."""
        real, fake = self.rooms
        uids = fake.uids()
        assert [uid - self.first for uid in real.uids()] == uids
        told = {uid - self.first: facts for uid, facts in real.facts([uid + self.first for uid in uids]).items()}
        assert {uid: (f.size, f.internal_date) for uid, f in told.items()} == {
            uid: (f.size, f.internal_date) for uid, f in fake.facts(uids).items()
        }
        asked = [*uids, 9999]  # one that is not there is left out by both
        got = [(raw.uid - self.first, raw.internal_date, raw.data) for raw in real.fetch([uid + self.first for uid in asked])]
        assert got == [(raw.uid, raw.internal_date, raw.data) for raw in fake.fetch(asked)]
        assert self.mail.inbox("complaints", "Processed") == [held.raw for held in self.made_up.folders["Processed"].letters.values()]

    def close(self) -> None:
        for room in self.rooms:
            if room:
                room.close()


class Elsewhere:
    """Somebody else's session with the same mailbox."""

    def __init__(self, box: Mailbox) -> None:
        self._room = Mailroom(box)

    def __enter__(self) -> Any:
        self._room.connect()
        return self._room._signed_in

    def __exit__(self, *_: object) -> None:
        self._room.close()


@settings(max_examples=12, **FEW)
@given(acts=ACTS)
def test_dovecot_keeps_what_the_made_up_mailbox_promises(mail: dovecot.Dovecot, acts: list[str]) -> None:
    both = Both(mail)
    try:
        for act in acts:
            uids = sorted(both.made_up.inbox.letters)
            match act:
                case "arrives":
                    both.arrives()
                case "settle first":
                    both.settle(uids[:1])
                case "settle all":
                    both.settle(uids)
                case "settle gone":
                    both.settle([9_000])
                case "taken away":
                    both.taken_away()
                case "again":
                    both.connect()
            both.compare()
    finally:
        both.close()


def test_both_mailboxes_tell_when_letters_are_numbered_anew(mail: dovecot.Dovecot) -> None:
    both = Both(mail)
    before = [room.uidvalidity for room in both.rooms]
    both.close()
    Real.renumber(Renumbered(mail), 0)
    both.made_up.renumber()
    both.connect()
    assert all(new != old for new, old in zip([room.uidvalidity for room in both.rooms], before, strict=True))
    assert all(len(room.uids()) == 1 for room in both.rooms)
    both.close()


class Renumbered:
    """As much of `Real` as it takes to give a mailbox another UIDVALIDITY."""

    validity = Real.validity

    def __init__(self, mail: dovecot.Dovecot) -> None:
        self._mail = mail


@pytest.mark.parametrize(
    ("recipient", "fault", "status"),
    [("alice", "", None), ("later", "smtp-later", "4.3.0"), ("never", "smtp-never", "5.1.1")],
)
def test_postfix_says_what_the_made_up_relay_says(
    mail: dovecot.Dovecot, relay: postfix.Postfix, recipient: str, fault: str, status: str | None
) -> None:
    mail.empty("alice")
    weather, made_up = Ordered(), Relay()
    if fault:
        weather.order(fault)
    address, raw = f"{recipient}@customer.example", b"Message-ID: <one@company.example>\r\nSubject: one\r\n\r\nOne.\r\n"
    asked: list[str] = []

    async def say(courier: Any, who: str) -> Any:
        async def dot() -> None:
            asked.append(who)

        verdict = await courier.deliver("complaints@company.example", address, raw, dot)
        await courier.close()
        return verdict

    real = asyncio.run(say(RealCourier(way_out(relay, password=USERS["complaints"])), "real"))
    fake = asyncio.run(say(Courier(made_up, weather, lambda: None), "made up"))
    assert real.outcome == fake.outcome
    assert (real.code or 0) // 100 == (fake.code or 0) // 100
    assert status is None or real.status == fake.status == status
    assert asked == ([] if fault else ["real", "made up"])  # a refusal before the dot is never in doubt
    relay.drain()
    assert len(mail.inbox("alice")) == len(made_up.taken)


def test_the_machine_holds_on_a_real_dovecot_and_a_real_postfix(mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    class OnRealServers(Machine):
        def build(self, seed: int, boxes: int) -> World:
            return World(Path(self.folder.name), self.weather, random.Random(seed), Real(mail, relay), boxes=boxes)

    run_state_machine_as_test(OnRealServers, settings=settings(max_examples=4, stateful_step_count=12, **FEW))
