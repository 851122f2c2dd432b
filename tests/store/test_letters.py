"""The ledger: kept once, claimed with care, ended in one fate."""

from datetime import UTC, datetime, timedelta

from mailbot.store import letters, places, records
from mailbot.store.engine import Store
from mailbot.store.letters import Arrived, Place

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
PLACE = Place("complaints@company.example", "INBOX", 7)


def keep(store: Store, *uids: int, data: bytes = b"Subject: x\r\n\r\nhello") -> None:
    arrived = [Arrived(uid, NOW - timedelta(minutes=5), data + str(uid).encode()) for uid in uids]
    with store.transaction() as tx:
        letters.keep(tx, PLACE, arrived, NOW)


def claim(store: Store) -> list[letters.Waiting]:
    with store.transaction() as tx:
        return letters.claim(tx)


def test_a_letter_kept_twice_is_one_row(store: Store) -> None:
    keep(store, 1, 2)
    keep(store, 2, 3)
    assert sorted(letter.uid for letter in claim(store)) == [1, 2, 3]


def test_f14_the_same_uid_under_another_uidvalidity_is_another_letter(store: Store) -> None:
    keep(store, 1)
    with store.transaction() as tx:
        letters.keep(tx, Place("complaints@company.example", "INBOX", 8), [Arrived(1, NOW, b"other")], NOW)
    assert len(claim(store)) == 2


def test_f14_an_arrival_in_our_future_is_known_again_under_another_uidvalidity(store: Store) -> None:
    ahead = NOW + timedelta(minutes=61)
    with store.transaction() as tx:
        assert letters.keep(tx, PLACE, [Arrived(1, ahead, b"same")], NOW) == 1
        assert letters.keep(tx, Place("complaints@company.example", "INBOX", 8), [Arrived(4, ahead, b"same")], ahead) == 0
        assert [letter.uid for letter in letters.claim(tx)] == [4]


def test_a_claimed_letter_has_the_bytes_the_server_held(store: Store) -> None:
    keep(store, 4, data=b"\x00\xff raw \r\n")
    assert claim(store)[0].data == b"\x00\xff raw \r\n4"


def test_an_arrival_in_the_future_counts_from_now(store: Store) -> None:
    with store.transaction() as tx:
        letters.keep(tx, PLACE, [Arrived(1, NOW + timedelta(days=2), b"x")], NOW)
    assert claim(store)[0].received_at == NOW


def test_f5_after_a_crash_letters_are_claimed_one_by_one(store: Store) -> None:
    keep(store, 1, 2, 3)
    first = claim(store)
    again = claim(store)
    assert (len(first), len(again), again[0].attempts) == (3, 1, 2)


def test_a_letter_put_back_counts_no_attempt(store: Store) -> None:
    keep(store, 1, 2)
    with store.transaction() as tx:
        letters.put_back(tx, letters.claim(tx))
    assert [letter.attempts for letter in claim(store)] == [1, 1]


def test_a_letter_with_a_fate_is_not_claimed_again(store: Store) -> None:
    keep(store, 1)
    with store.transaction() as tx:
        letters.give_fate(tx, letters.claim(tx)[0].id, "bulk", "Precedence: bulk", NOW)
    assert claim(store) == []


def test_a_released_letter_starts_afresh(store: Store) -> None:
    keep(store, 1)
    with store.transaction() as tx:
        taken = letters.claim(tx)[0]
        letters.give_fate(tx, taken.id, "quarantined", "parse: broken", NOW)
        assert letters.release(tx, [taken.id]) == 1
    assert claim(store)[0].attempts == 1


def test_only_quarantined_letters_are_released(store: Store) -> None:
    keep(store, 1)
    with store.transaction() as tx:
        taken = letters.claim(tx)[0]
        letters.give_fate(tx, taken.id, "bulk", "x", NOW)
        assert letters.release(tx, [taken.id]) == 0


def test_f19_the_same_bytes_again_are_a_copy(store: Store) -> None:
    with store.transaction() as tx:
        letters.keep(tx, PLACE, [Arrived(1, NOW, b"same"), Arrived(2, NOW, b"same")], NOW)
        first, second = letters.claim(tx)
        letters.give_fate(tx, first.id, "bulk", "x", NOW)
        assert letters.earlier_copy(tx, second, None) == first.id


def test_a_copy_of_a_quarantined_letter_is_not_set_aside(store: Store) -> None:
    with store.transaction() as tx:
        letters.keep(tx, PLACE, [Arrived(1, NOW, b"same"), Arrived(2, NOW, b"same")], NOW)
        first, second = letters.claim(tx)
        letters.give_fate(tx, first.id, "quarantined", "x", NOW)
        assert letters.earlier_copy(tx, second, None) is None


def test_text_with_nul_and_endless_ids_can_be_written(store: Store) -> None:
    keep(store, 1)
    with store.transaction() as tx:
        letters.give_fate(tx, letters.claim(tx)[0].id, "bulk", "a\0b", NOW, message_id="m" * 5000, subject="\0")
    with store.reading() as connection:
        assert next(records.letters(connection))["reason"] == "ab"


def test_settled_letters_are_known_as_settled(store: Store) -> None:
    keep(store, 1, 2)
    with store.transaction() as tx:
        letters.mark_settled(tx, PLACE, [1])
    with store.reading() as connection:
        known = letters.known(connection, PLACE, [1, 2, 3])
    assert {uid: row.settled for uid, row in known.items()} == {1: True, 2: False}


def test_f41_an_oversized_letter_is_quarantined_by_its_header(store: Store) -> None:
    with store.transaction() as tx:
        letters.keep_header(tx, PLACE, Arrived(9, NOW, b"Subject: huge\r\n\r\n"), "99,000,000 bytes, more than 25,000,000", NOW)
    with store.reading() as connection:
        row = next(records.letters(connection))
    assert row["fate"] == "quarantined"
    assert "99,000,000 bytes" in row["reason"]


def test_f5_a_letter_that_is_to_be_set_aside_is_not_tried_again(store: Store) -> None:
    keep(store, 1)
    assert [claim(store)[0].attempts for _ in range(letters.MAX_ATTEMPTS + 3)] == [1, 2, 3, 4, 4, 4]


def test_f15_a_later_copy_is_no_earlier_letter_whose_uid_was_given_anew(store: Store) -> None:
    with store.transaction() as tx:
        letters.keep(tx, PLACE, [Arrived(1, NOW + timedelta(minutes=61), b"same")], NOW)
        (first,) = letters.claim(tx)
        places.free(tx, first.id, 1)
        later = Arrived(2, NOW + timedelta(hours=4), b"same")
        assert letters.keep(tx, PLACE, [later], NOW + timedelta(hours=5)) == 1
