"""The whole machine, with few steps, over a real Dovecot and a real Postfix: what holds on the fakes holds there."""

import random
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.servers import dovecot, postfix
from tests.simulate.outside import Real
from tests.simulate.run import World
from tests.simulate.test_machine import Machine


def test_the_machine_holds_on_a_real_dovecot_and_a_real_postfix(mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    class OnRealServers(Machine):
        def build(self, seed: int, boxes: int) -> World:
            return World(Path(self.folder.name), self.weather, random.Random(seed), Real(mail, relay), boxes=boxes)

    few = settings(max_examples=4, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(OnRealServers, settings=few)
