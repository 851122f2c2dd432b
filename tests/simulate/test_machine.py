"""The same world, moved by Hypothesis: it looks for the shortest way to a broken promise.

On the fakes, with every fault to order; and on a real Dovecot and a real Postfix with few steps, where only mailbot's own
side fails (crashes, its database): what holds against the fakes must hold against the servers they stand for.
"""

import random
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.simulate.house import STEPS
from tests.simulate.run import World
from tests.simulate.weather import FAULTS, Ordered

WRITERS = ("complain", "answer", "order", "cold_order", "again", "away", "parrot", "newsletter", "echo", "nameless")


class Machine(RuleBasedStateMachine):
    """What may happen to a mailbot; `teardown` lets everything come to rest and judges."""

    world: World

    @initialize(seed=st.integers(0, 3), boxes=st.integers(1, 2))
    def begin(self, seed: int, boxes: int) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="mailbot-machine-")
        self.weather = Ordered()
        self.world = self.build(seed, boxes)

    def build(self, seed: int, boxes: int) -> World:
        return World(Path(self.folder.name), self.weather, random.Random(seed), boxes=boxes)

    @rule(who=st.sampled_from(WRITERS))
    def somebody_writes(self, who: str) -> None:
        getattr(self.world.people, who)(self.world.true_time)

    @rule(name=st.sampled_from(STEPS))
    def a_loop_has_its_turn(self, name: str) -> None:
        if name in self.world.house.steps:
            self.world.house.step(name)

    @rule()
    def everything_has_its_turn(self) -> None:
        for name in self.world.house.steps:
            self.world.house.step(name)

    @rule(fault=st.sampled_from(FAULTS))
    def something_will_break(self, fault: str) -> None:
        self.weather.order(fault)

    @rule()
    def the_process_is_killed(self) -> None:
        self.world.house.restart()

    @rule(minutes=st.sampled_from((1, 20, 60 * 26)))
    def time_passes(self, minutes: int) -> None:
        self.world.wait(minutes)

    @rule(minutes=st.sampled_from((-61, 61)))
    def the_clock_is_set(self, minutes: int) -> None:
        self.world.jump(minutes)

    @rule()
    def the_mailbox_is_built_anew(self) -> None:
        self.world.renumber()

    @rule()
    def a_letter_is_copied_into_the_other_mailbox(self) -> None:
        self.world.copy_across()

    @rule()
    def an_unread_letter_is_moved_into_the_other_mailbox(self) -> None:
        self.world.move_across()

    @rule()
    def a_mailbox_breaks_or_is_mended(self) -> None:
        self.world.break_off()

    @rule()
    def somebody_takes_a_letter_away(self) -> None:
        self.world.take_away()

    @rule()
    def failures_are_reported(self) -> None:
        self.world.reports()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.come_to_rest()
            assert self.world.judge() == []
        finally:
            self.world.house.close()
            self.folder.cleanup()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=timedelta(minutes=1), suppress_health_check=list(HealthCheck)
)
