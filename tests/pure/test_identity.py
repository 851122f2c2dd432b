"""Drawing by lot: repeatable, not to be guessed, fair enough."""

from collections import Counter

from mailbot.identity import Identity

OURS = Identity("one", "00" * 32, "company.example")
CASES = [f"2026-{number:06}" for number in range(1, 41)]


def test_the_same_occasion_draws_the_same_cases_in_whatever_order_they_are_listed() -> None:
    drawn = OURS.drawn("spot-check 2026-11", CASES, 3)
    assert len(set(drawn)) == 3
    assert OURS.drawn("spot-check 2026-11", reversed(CASES), 3) == drawn


def test_another_secret_or_period_draws_others() -> None:
    drawn = OURS.drawn("spot-check 2026-11", CASES, 3)
    assert OURS.drawn("spot-check 2026-12", CASES, 3) != drawn
    assert Identity("one", "11" * 32, "company.example").drawn("spot-check 2026-11", CASES, 3) != drawn


def test_fewer_cases_than_lots_are_all_drawn() -> None:
    assert OURS.drawn("spot-check 2026-11", CASES[:2], 3) == CASES[:2]
    assert OURS.drawn("spot-check 2026-11", [], 3) == []


def test_over_many_periods_every_case_has_its_chance() -> None:
    counts = Counter(number for period in range(2000) for number in OURS.drawn(f"spot-check {period}", CASES, 4))
    assert set(counts) == set(CASES)
    assert max(counts.values()) < 1.4 * min(counts.values()) + 1
