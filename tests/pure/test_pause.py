"""Back-off: waits grow, stay bounded, differ from one another, and start afresh after success."""

from mailbot.pauses import FIRST_PAUSE, LONGEST_PAUSE, Pause


def test_waits_double_up_to_a_bound() -> None:
    pause = Pause()
    waits = [pause.next() for _ in range(12)]
    bounds = [min(FIRST_PAUSE * 2**n, LONGEST_PAUSE) for n in range(12)]
    assert all(0.67 * bound <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))


def test_after_success_the_waits_start_afresh() -> None:
    pause = Pause()
    for _ in range(5):
        pause.next()
    pause.reset()
    assert pause.next() <= FIRST_PAUSE


def test_two_services_do_not_wait_in_step() -> None:
    assert len({Pause().next() for _ in range(20)}) > 1
