"""The outbox: claimed once, in doubt from the content on, ended with a reason."""

from datetime import UTC, datetime, timedelta

from mailbot.store import outgoing, records
from mailbot.store.engine import Store

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
LATER = NOW + outgoing.LEASE + timedelta(seconds=1)


def owe(store: Store, *names: str, automatic: bool = True) -> None:
    rows = [
        outgoing.Letter(None, "staff/receipt", f"{n}@company.example", f"staff:{n}", f"{n}@company.example", automatic, b"x") for n in names
    ]
    with store.transaction() as tx:
        outgoing.enqueue(tx, rows, NOW)


def claim(store: Store, now: datetime = NOW) -> list[outgoing.Claimed]:
    with store.transaction() as tx:
        return outgoing.claim(tx, now)


def fates(store: Store) -> list[str]:
    with store.reading() as connection:
        return [row["fate"] for row in records.letters(connection)]


def test_a_claimed_letter_is_nobody_elses_while_the_lease_runs(store: Store) -> None:
    owe(store, "bob")
    assert len(claim(store)) == 1
    assert claim(store) == []


def test_a_lease_that_ran_out_frees_a_letter_that_was_not_in_doubt(store: Store) -> None:
    owe(store, "bob")
    claim(store)
    assert [c.attempts for c in claim(store, LATER)] == [1]


def test_a_letter_put_back_counts_no_attempt(store: Store) -> None:
    owe(store, "bob")
    with store.transaction() as tx:
        outgoing.put_back(tx, [c.id for c in outgoing.claim(tx, NOW)])
    assert [c.attempts for c in claim(store)] == [0]


def test_a_postponed_letter_waits_for_its_moment(store: Store) -> None:
    owe(store, "bob")
    with store.transaction() as tx:
        outgoing.postpone(tx, outgoing.claim(tx, NOW)[0].id, "451 later", NOW + timedelta(minutes=5))
    assert claim(store) == []
    assert len(claim(store, NOW + timedelta(minutes=5))) == 1


def test_after_a_crash_in_doubt_an_automatic_letter_is_not_sent_again(store: Store) -> None:
    owe(store, "bob")
    with store.transaction() as tx:
        outgoing.in_doubt(tx, outgoing.claim(tx, NOW)[0].id)
    with store.transaction() as tx:
        assert outgoing.resolve_doubts(tx, LATER) == (1, 0)
    assert claim(store, LATER) == []
    assert fates(store) == ["in-doubt"]


def test_after_a_crash_in_doubt_a_persons_letter_goes_out_again(store: Store) -> None:
    owe(store, "alice", automatic=False)
    with store.transaction() as tx:
        outgoing.in_doubt(tx, outgoing.claim(tx, NOW)[0].id)
    with store.transaction() as tx:
        assert outgoing.resolve_doubts(tx, LATER) == (0, 1)
    assert [c.message_id for c in claim(store, LATER)] == ["alice@company.example"]


def test_a_dead_process_holds_no_lease_at_the_next_start(store: Store) -> None:
    owe(store, "bob")
    claim(store)
    with store.transaction() as tx:
        outgoing.free_leases(tx, NOW)
    assert len(claim(store)) == 1


def test_a_failed_letter_can_be_sent_again_on_request(store: Store) -> None:
    owe(store, "bob")
    with store.transaction() as tx:
        claimed = outgoing.claim(tx, NOW)[0]
        outgoing.finish(tx, claimed.id, "failed", "550 5.1.1 unknown", NOW)
        assert outgoing.send_again(tx, [claimed.id]) == 1
    assert len(claim(store)) == 1


def test_automatic_letters_to_an_address_are_counted_for_a_day(store: Store) -> None:
    owe(store, "bob")
    owe(store, "carol", automatic=False)
    with store.reading() as connection:
        counts = [outgoing.automatic_since(connection, f"{n}@company.example", NOW) for n in ("bob", "carol")]
        assert [*counts, outgoing.automatic_since(connection, "bob@company.example", LATER)] == [1, 0, 0]
