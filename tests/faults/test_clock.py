"""The clock: a jump holds what it would set off, until it is undone or somebody has looked; sleep is no jump."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mailbot.errors import WrongSettings
from mailbot.once import run_once
from mailbot.pipeline import Pipeline
from mailbot.store import alarms, channel, instance
from mailbot.watch import clock
from tests.faults.watched import OUTBOX, START, Night, company, words


@pytest.fixture
def pipeline(database_url: str, tmp_path: Path) -> Iterator[Pipeline]:
    with company(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def night(pipeline: Pipeline) -> Night:
    night = Night(pipeline)
    assert not night.watch.holds_clocks(night.now)
    return night


def running(pipeline: Pipeline) -> list[str]:
    with pipeline.store.reading() as connection:
        return [alarm.name for alarm in alarms.running(connection)]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=365), timedelta(days=-365)])
def test_f35_a_jump_holds_the_clocks_and_people_are_told(night: Night, jump: timedelta) -> None:
    night.passes(seconds=20)
    night.now += jump
    assert night.watch.holds_clocks(night.now)
    assert night.watch.tell(night.now) == 1
    (letter,) = night.told()
    assert letter["To"].endswith("<chen@company.example>")
    assert "--accept-clock" in words(letter)


def test_f35_a_jump_that_is_undone_holds_no_longer(night: Night) -> None:
    night.now += timedelta(hours=2)
    assert night.watch.holds_clocks(night.now)
    night.now -= timedelta(hours=2)
    night.passes(seconds=20)
    assert not night.watch.holds_clocks(night.now)
    assert running(night.pipeline) == []


def test_f35_a_jump_that_stays_holds_until_somebody_accepts_the_clock(night: Night) -> None:
    night.now += timedelta(hours=2)
    assert night.watch.holds_clocks(night.now)
    night.passes(days=3)
    assert night.watch.holds_clocks(night.now)
    with night.pipeline.store.transaction() as tx:
        clock.accept(tx, night.now)
    assert not night.watch.holds_clocks(night.now)
    night.passes(seconds=20)
    assert not night.watch.holds_clocks(night.now)


def test_f35_a_held_clock_outlives_a_restart(night: Night) -> None:
    night.now += timedelta(days=400)
    night.watch.holds_clocks(night.now)
    assert Night(night.pipeline).watch.holds_clocks(night.now)


def test_f35_small_steps_and_a_night_asleep_are_no_jump(night: Night) -> None:
    for step in (4, -4, 4, 4, 4, 4):
        night.passes(seconds=20)
        night.now += timedelta(minutes=step)
        assert not night.watch.holds_clocks(night.now)
    night.passes(hours=9)  # the other clock runs while the machine sleeps
    assert not night.watch.holds_clocks(night.now)


def test_f35_what_a_wrong_clock_put_far_ahead_goes_on_when_it_is_right_again(night: Night) -> None:
    night.now += timedelta(days=365)
    night.watch.holds_clocks(night.now)
    night.watch.tell(night.now)  # an alarm, owed in the wrong year
    with night.pipeline.store.transaction() as tx:
        channel.failed(tx, "no server", night.now + timedelta(minutes=5), night.now)
    night.now -= timedelta(days=365)
    night.watch.holds_clocks(night.now)
    with night.pipeline.store.reading() as connection:
        assert connection.execute(select(OUTBOX.c.next_at)).scalars().all() == [night.now]
        assert channel.state(connection).closed_until == night.now


def test_f35_ordinary_waits_are_left_alone(night: Night) -> None:
    later = night.now + timedelta(hours=5)
    with night.pipeline.store.transaction() as tx:
        alarms.sound(tx, "sending", "no server", night.now)
    night.watch.tell(night.now)
    with night.pipeline.store.transaction() as tx:
        tx.execute(update(OUTBOX).values(next_at=later))
    night.watch.holds_clocks(night.now)
    with night.pipeline.store.reading() as connection:
        assert connection.execute(select(OUTBOX.c.next_at)).scalars().all() == [later]


def test_f35_the_other_clock_counts_sleep_and_never_goes_back() -> None:
    first = clock.running_clock()
    assert clock.running_clock() >= first > 0


def test_f35_a_pass_after_the_clock_was_ahead_once_warns_and_holds_but_works(pipeline: Pipeline) -> None:
    with pipeline.store.transaction() as tx:
        instance.remember_run(tx, datetime.now(UTC) + timedelta(days=30))
    problems: list[str] = []
    run_once(pipeline, None, problems)
    assert any("clock is not trusted" in problem for problem in problems)
    assert "clock behind" in running(pipeline)
    with pipeline.store.transaction() as tx:
        clock.accept(tx, datetime.now(UTC))
    problems.clear()
    run_once(pipeline, None, problems)
    assert not any("clock" in problem for problem in problems)


def test_f35_a_rehearsal_never_goes_back(pipeline: Pipeline) -> None:
    run_once(pipeline, START, [])
    with pytest.raises(WrongSettings, match="before the last run"):
        run_once(pipeline, START - timedelta(hours=1), [])
