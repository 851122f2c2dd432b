"""Closed complaints in the record: which belong to a time, what one lacks, which deadlines were kept."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.lifecycle.letters import Ballot
from mailbot.lifecycle.tally import Counted, Kept, Voted
from mailbot.lifecycle.ticket import Customer, Due, Facts, Reached, Ticket
from mailbot.store import casebook, customers, tickets, votes
from mailbot.store.engine import Store

ALICE = Address("Alice", "alice@customer.example")
START, END = datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def save(store: Store, closed_at: datetime | None = None, before: Ticket | None = None, **changes: object) -> Ticket:
    with store.transaction() as tx:
        fresh = before or Ticket(None, tickets.next_number(tx, 2026), "杯子漏水", "zh-Hans", ALICE, START)
        reached = {"closed": Reached(closed_at, "mailbot")} if closed_at else {}
        return tickets.save(tx, before, replace(fresh, milestones={"received": Reached(START, "customer")} | reached, **changes), None)


def test_complaints_closed_in_a_time_are_found_and_no_others(store: Store) -> None:
    first, last = save(store, START), save(store, END - timedelta(microseconds=1))
    save(store, START - timedelta(microseconds=1))
    save(store, END)
    save(store)
    save(store, START + DAY, kind="duty")
    with store.reading() as connection:
        assert casebook.closed(connection, START, END) == [first.number, last.number]


def test_a_complaint_closed_twice_counts_once_and_still_after_it_was_opened_again(store: Store) -> None:
    case = save(store, START + DAY)
    case = save(store, START + 9 * DAY, case, round=2)
    save(store, None, case, round=3)
    with store.reading() as connection:
        assert casebook.closed(connection, START, END) == [case.number]
        assert casebook.kinds(connection, START, END) == ({"": 1}, {"": 1})


def test_closed_complaints_are_counted_by_category_and_responsibility(store: Store) -> None:
    save(store, START, category="quality", facts=Facts(responsibility="own"))
    save(store, START, category="quality", facts=Facts(responsibility="customer"))
    save(store, START, category="price")
    with store.reading() as connection:
        assert casebook.kinds(connection, START, END) == ({"quality": 2, "price": 1}, {"own": 1, "customer": 1, "": 1})


def test_a_check_tells_what_was_late_and_what_is_missing(store: Store) -> None:
    due = {
        "planned": Due("planned", START + DAY, START, START + DAY),
        "resolved": Due("resolved", START + DAY, START, START + DAY + HOUR),
        "answered": Due("answered", START + DAY, START, None),
        "surveyed": Due("surveyed", START + DAY, START, START + 2 * DAY),
        "task-1": Due("task-1", START + DAY, START, None),
    }
    case = save(store, START + 3 * DAY, due=due, facts=Facts(cause="密封圈老化"))
    with store.transaction() as tx:
        votes.cast(tx, case, Ballot({"overall": 4, "price": 2}), START)
        found = casebook.checked(tx, case.number, frozenset({"surveyed"}), END)
    assert found
    assert (found.timely, [row.name for row in found.late]) == (Kept(1, 3), ["answered", "resolved"])
    assert (found.missing, found.score, found.closed_at) == (("responsibility", "outcome"), 2, START + 3 * DAY)


def test_nobody_checks_a_case_that_does_not_exist(store: Store) -> None:
    with store.reading() as connection:
        assert casebook.checked(connection, "2026-000099", frozenset(), END) is None


def test_a_deadline_counts_when_it_is_kept_or_else_when_it_passes(store: Store) -> None:
    kept = Due("planned", END + DAY, START - DAY, START)
    passed = Due("planned", START, START - DAY, END + DAY)
    for due in (kept, passed, replace(passed, ended_at=None)):
        save(store, department="quality-dept", due={"planned": due})
    for due in (replace(kept, ended_at=END), replace(kept, ended_at=None), replace(passed, at=START - HOUR)):
        save(store, department="quality-dept", due={"planned": due})
    save(store, department="quality-dept", due={"planned": kept}, kind="duty")
    with store.reading() as connection:
        assert casebook.settled(connection, START, END) == [Counted("quality-dept", "planned", Kept(1, 3))]
        apart = casebook.settled(connection, START, END, {"planned"})
    assert [(row.name, row.kept, row.case is not None) for row in apart] == [("planned", Kept(kept, 1), True) for kept in (1, 0, 0)]


def test_votes_of_a_time_are_read_with_their_round(store: Store) -> None:
    case = save(store, round=2)
    with store.transaction() as tx:
        votes.cast(tx, case, Ballot({"overall": 4}), START)
        assert casebook.voted(tx, START, END) == [Voted(case.id or 0, 2, "overall", 4)]
        assert casebook.voted(tx, END, END + DAY) == []


def test_a_customers_latest_complaints_come_newest_first(store: Store) -> None:
    with store.transaction() as tx:
        shop = customers.add(tx, Customer(id=0, name="清河商贸"), (), START)
        owner = customers.by_id(tx, shop)
    cases = [save(store, customer=owner) for _ in range(6)]
    save(store)
    save(store, customer=owner, kind="duty")
    with store.reading() as connection:
        assert [t.number for t in casebook.of_customer(connection, shop)] == [case.number for case in cases[:0:-1]]
