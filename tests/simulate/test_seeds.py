"""The simulation itself: one seed is one run, faults do strike, and a broken promise is seen."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.errors import MailbotError
from tests.crash.invariants import Arrived
from tests.servers import needs, postgres
from tests.simulate.databases import Stores
from tests.simulate.house import LOOKS
from tests.simulate.run import AROUND, AWAY, World, play
from tests.simulate.weather import FAULTS, Ordered

WORLDS = (*range(1, 17), 45)  # among them every kind of fault strikes


@pytest.mark.parametrize("seed", [3, 18])
def test_a_seed_played_twice_gives_the_same_record(seed: int, tmp_path: Path) -> None:
    first, second = play(seed, tmp_path), play(seed, tmp_path)
    assert first.record == second.record
    assert first == second


def test_another_seed_is_another_world(tmp_path: Path) -> None:
    assert play(3, tmp_path).record != play(4, tmp_path).record


def test_every_promise_holds_in_some_worlds_and_every_kind_of_fault_struck(tmp_path: Path) -> None:
    reports = [play(seed, tmp_path) for seed in WORLDS]
    assert [(report.seed, fault) for report in reports for fault in report.faults] == []
    struck = {fault for report in reports for fault, count in report.struck.items() if count}
    assert struck == {*FAULTS, *AROUND}
    assert sum(report.restarts for report in reports) > len(reports)
    assert {report.boxes for report in reports} == {1, 2}


@needs("postgres")
def test_every_promise_holds_on_postgresql_and_a_seed_is_one_run_there_too(tmp_path: Path) -> None:
    with postgres.running() as server:
        first, second = play(3, tmp_path, Stores(server)), play(3, tmp_path, Stores(server))
        every_other = Stores(server, 2)
        assert [every_other.url(seed, tmp_path).partition(":")[0] for seed in (1, 2)] == ["sqlite", "postgresql+psycopg"]
    assert first == second
    assert (first.store, first.faults) == ("postgresql", ())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A calm one, with one complaint answered."""
    made = World(tmp_path, Ordered(), random.Random(0))
    made.people.complain(made.true_time)
    made.come_to_rest()
    assert made.judge() == []
    yield made
    made.house.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[World]:
    """A calm one with two mailboxes."""
    made = World(tmp_path, Ordered(), random.Random(0), boxes=2)
    yield made
    made.house.close()


def put_into(world: World, box: int) -> None:
    """The letter that came last lies in this mailbox, wherever it came."""
    raw = world.people.put[-1].raw
    there = next(place for place in world.boxes if raw in world.outside.waiting(place))
    world.outside.deliver(raw, world.outside.take_away(raw, there), box)


@pytest.mark.parametrize("why", AWAY)
@pytest.mark.parametrize("broken", [0, 1])
def test_one_broken_mailbox_does_not_keep_the_other_waiting(two: World, broken: int, why: MailbotError) -> None:
    two.outside.break_off(broken, why)
    for box in two.boxes:
        two.people.complain(two.true_time)
        put_into(two, box)
    for look in LOOKS:
        two.house.step(look)
    assert [len(two.outside.waiting(box)) for box in two.boxes] == [broken == 0, broken == 1]
    two.come_to_rest()
    assert two.judge() == []


def test_a_letter_in_both_mailboxes_is_one_ticket_with_one_acknowledgement(two: World) -> None:
    two.people.complain(two.true_time)
    for _ in range(5):
        two.copy_across()
    assert all(two.outside.waiting(box) for box in two.boxes)
    two.come_to_rest()
    assert two.judge() == []
    assert len(two.outside.inbox(two.people.talks[0].customer)) == 1


def test_a_letter_moved_across_before_it_is_read_is_taken_in_once(two: World) -> None:
    two.people.complain(two.true_time)
    before = [len(two.outside.waiting(box)) for box in two.boxes]
    while [len(two.outside.waiting(box)) for box in two.boxes] == before:
        two.move_across()
    two.come_to_rest()
    assert two.judge() == []


def test_a_mailbox_numbered_anew_opens_no_ticket_for_the_letters_of_the_other(two: World) -> None:
    two.people.complain(two.true_time)
    two.copy_across()
    two.weather.order("imap-refuses-move")
    for look in LOOKS:
        two.house.step(look)
    two.renumber()
    two.come_to_rest()
    assert two.judge() == []


def test_a_lost_letter_is_seen(world: World) -> None:
    world.people.complain(world.true_time)
    world.outside.servers[0].inbox.letters.clear()
    assert any(fault.startswith("V1") for fault in world.judge())


def test_a_letter_sent_twice_is_seen(world: World) -> None:
    world.outside.relay.taken.append(world.outside.relay.taken[0])
    assert any(fault.startswith("V4") for fault in world.judge())


def test_a_secret_told_to_somebody_else_is_seen(world: World) -> None:
    told = b"Message-ID: <x@y>\r\n\r\n" + world.people.talks[0].secret.encode()
    world.outside.relay.taken.append(Arrived("mallory@customer.example", told))
    assert any(fault.startswith("V7") for fault in world.judge())
