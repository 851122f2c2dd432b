"""The simulation itself: one seed is one run, faults do strike, and a broken promise is seen."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.invariants import Arrived
from tests.simulate.run import World, play
from tests.simulate.weather import FAULTS, Ordered

WORLDS = range(1, 13)


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
    assert struck == set(FAULTS)
    assert sum(report.restarts for report in reports) > len(reports)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A calm one, with one complaint answered."""
    made = World(tmp_path, Ordered(), random.Random(0))
    made.people.complain(made.true_time)
    made.come_to_rest()
    assert made.judge() == []
    yield made
    made.house.close()


def test_a_lost_letter_is_seen(world: World) -> None:
    world.outside.server.inbox.letters.clear()
    world.people.complain(world.true_time)
    world.outside.server.inbox.letters.clear()
    assert any(fault.startswith("V1") for fault in world.judge())


def test_a_letter_sent_twice_is_seen(world: World) -> None:
    world.outside.relay.taken.append(world.outside.relay.taken[0])
    assert any(fault.startswith("V4") for fault in world.judge())


def test_a_secret_told_to_somebody_else_is_seen(world: World) -> None:
    told = b"Message-ID: <x@y>\r\n\r\n" + world.people.talks[0].secret.encode()
    world.outside.relay.taken.append(Arrived("mallory@customer.example", told))
    assert any(fault.startswith("V7") for fault in world.judge())
