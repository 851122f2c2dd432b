"""Recurring clauses: each period once, and none from before a clause was in force."""

from datetime import UTC, datetime, timedelta

from mailbot.store import occasions
from mailbot.store.engine import Store
from mailbot.store.occasions import Turn

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


def test_a_period_is_taken_once(store: Store) -> None:
    with store.transaction() as tx:
        assert occasions.take(tx, Turn("duty", "spot-check", "2026-11"), NOW)
    with store.transaction() as tx:
        assert not occasions.take(tx, Turn("duty", "spot-check", "2026-11"), LATER)
        assert occasions.take(tx, Turn("duty", "spot-check", "2026-12"), LATER)
        assert occasions.take(tx, Turn("poll", "spot-check", "2026-11"), LATER)


def test_each_customer_has_a_period_of_their_own(store: Store) -> None:
    with store.transaction() as tx:
        assert occasions.take(tx, Turn("poll", "key", "2026-Q4", 7), NOW)
        assert occasions.take(tx, Turn("poll", "key", "2026-Q4", 8), NOW, note="no address on file")
        assert not occasions.take(tx, Turn("poll", "key", "2026-Q4", 7), LATER)
        assert occasions.take(tx, Turn("poll", "key", "2027-Q1", 7), LATER)
    with store.reading() as connection:
        assert occasions.last_times(connection, "poll", "key") == {7: LATER, 8: NOW}


def test_a_clause_is_in_force_from_the_first_look_on(store: Store) -> None:
    with store.transaction() as tx:
        occasions.come_into_force(tx, "poll", "key", NOW)
    with store.transaction() as tx:
        occasions.come_into_force(tx, "poll", "key", LATER)
        occasions.come_into_force(tx, "poll", "ordinary", LATER)
        assert occasions.since(tx, "poll", "key") == NOW
        assert occasions.since(tx, "poll", "ordinary") == LATER
        assert occasions.last_times(tx, "poll", "key") == {}


def test_nothing_is_known_of_a_clause_that_was_not_looked_at(store: Store) -> None:
    with store.transaction() as tx:
        assert occasions.since(tx, "duty", "spot-check") is None
        occasions.come_into_force(tx, "duty", "spot-check", NOW)
        assert occasions.since(tx, "duty", "spot-check") == NOW
        assert occasions.since(tx, "poll", "spot-check") is None


def test_who_had_a_turn_in_a_period_is_known(store: Store) -> None:
    with store.transaction() as tx:
        for period, customer in (("2026-Q4", 7), ("2026-Q4", 9), ("2027-Q1", 7)):
            occasions.take(tx, Turn("duty", "visit", period, customer), NOW)
        assert occasions.taken(tx, "duty", "visit", "2026-Q4") == {7, 9}
        assert occasions.taken(tx, "duty", "visit", "2027-Q2") == frozenset()
