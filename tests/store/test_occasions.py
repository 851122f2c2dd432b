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
        assert occasions.in_force_since(tx, "poll", "key", NOW) == NOW
    with store.transaction() as tx:
        assert occasions.in_force_since(tx, "poll", "key", LATER) == NOW
        assert occasions.in_force_since(tx, "poll", "ordinary", LATER) == LATER
        assert occasions.last_times(tx, "poll", "key") == {}
