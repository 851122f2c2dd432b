"""The outbox: claimed once, in doubt from the dot on, ended with a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from mailbot.store import outgoing, records, unsent
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


def test_f9_a_lease_that_ran_out_frees_a_letter_that_was_not_in_doubt(store: Store) -> None:
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


def doubtful(store: Store, name: str, *, automatic: bool, patience: timedelta = timedelta()) -> None:
    """A letter whose sender died between the dot and the answer."""
    owe(store, name, automatic=automatic)
    with store.transaction() as tx:
        assert outgoing.in_doubt(tx, outgoing.claim(tx, NOW)[0].id, NOW, patience)


def settle(store: Store, now: datetime = LATER) -> tuple[list[str], list[str]]:
    with store.transaction() as tx:
        ended, again = outgoing.settle_doubts(tx, now)
    return [letter.recipient for letter in ended], [letter.recipient for letter in again]


def test_f10_after_a_crash_in_doubt_an_automatic_letter_is_not_sent_again(store: Store) -> None:
    doubtful(store, "bob", automatic=True)
    assert settle(store) == (["bob@company.example"], [])
    assert claim(store, LATER) == []
    assert fates(store) == ["in-doubt"]


def test_f10_after_a_crash_in_doubt_a_persons_letter_goes_out_once_more(store: Store) -> None:
    doubtful(store, "alice", automatic=False)
    assert settle(store) == ([], ["alice@company.example"])
    (again,) = claim(store, LATER)
    assert (again.message_id, again.data, again.doubts) == ("alice@company.example", b"x", 1)
    with store.transaction() as tx:
        outgoing.in_doubt(tx, again.id, LATER)
    assert settle(store, LATER + 2 * outgoing.LEASE) == (["alice@company.example"], [])
    assert claim(store, LATER + 2 * outgoing.LEASE) == []


def test_f11_a_doubt_is_not_settled_while_its_sender_may_live(store: Store) -> None:
    doubtful(store, "alice", automatic=False)
    assert settle(store, NOW + outgoing.LEASE) == ([], [])


def test_f30_a_doubt_waits_for_its_proof(store: Store) -> None:
    doubtful(store, "alice", automatic=False, patience=2 * outgoing.LEASE)
    assert settle(store) == ([], [])
    assert settle(store, NOW + 2 * outgoing.LEASE) == ([], ["alice@company.example"])


@pytest.mark.parametrize("automatic", [True, False])
def test_f30_a_copy_that_came_back_ends_a_doubt_as_sent(store: Store, *, automatic: bool) -> None:
    doubtful(store, "alice", automatic=automatic)
    with store.transaction() as tx:
        assert outgoing.proven(tx, "alice@company.example", NOW) == 1
    assert (fates(store), settle(store), claim(store, LATER)) == (["sent"], ([], []), [])


def test_f30_a_late_proof_stops_the_second_copy_before_its_dot(store: Store) -> None:
    doubtful(store, "alice", automatic=False)
    settle(store)
    (again,) = claim(store, LATER)
    with store.transaction() as tx:
        outgoing.proven(tx, "alice@company.example", LATER)
        assert not outgoing.in_doubt(tx, again.id, LATER)
    assert fates(store) == ["sent"]


def test_a_copy_proves_nothing_of_a_letter_that_is_not_in_doubt(store: Store) -> None:
    owe(store, "alice")
    with store.transaction() as tx:
        assert [outgoing.proven(tx, f"{n}@company.example", NOW) for n in ("alice", "nobody")] == [1, None]
    assert fates(store) == ["queued"]


def test_a_verdict_that_is_known_ends_no_doubt_on_record(store: Store) -> None:
    doubtful(store, "alice", automatic=False)
    with store.transaction() as tx:
        outgoing.finish(tx, 1, "sent", "250 ok", NOW, "4F2A")
    with store.reading() as connection:
        assert list(unsent.doubtful(connection)) == []


def test_a_doubt_is_listed_until_somebody_was_told(store: Store) -> None:
    doubtful(store, "alice", automatic=False)
    settle(store)
    with store.transaction() as tx:
        assert [(u.id, u.doubts, u.reason) for u in unsent.doubtful(tx)] == [(1, 1, outgoing.NO_ANSWER)]
        unsent.told(tx, [1], LATER)
        assert list(unsent.doubtful(tx)) == []


def test_letters_that_wait_long_are_listed(store: Store) -> None:
    owe(store, "bob")
    with store.reading() as connection:
        assert [len(unsent.waiting_long(connection, NOW + timedelta(minutes=m))) for m in (-1, 0)] == [0, 1]


def test_f9_a_dead_process_holds_no_lease_at_the_next_start(store: Store) -> None:
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
