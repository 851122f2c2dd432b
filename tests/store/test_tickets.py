"""Tickets in the record: what is saved is what is loaded, rounds stay on record, steps happen once."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from mailbot.intake.message import Address
from mailbot.lifecycle.letters import Entry
from mailbot.lifecycle.ticket import Due, Reached, Task, Ticket
from mailbot.store import records, tickets
from mailbot.store.engine import Store

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
ALICE = Address("Alice", "alice@customer.example")
LATE = Due("planned", NOW - timedelta(hours=1), NOW - timedelta(days=2))


def save(store: Store, before: Ticket | None = None, **changes: object) -> Ticket:
    with store.transaction() as tx:
        fresh = before or Ticket(None, tickets.next_number(tx, 2026), "杯子漏水", "zh-Hans", ALICE, NOW)
        return tickets.save(tx, before, replace(fresh, **changes), None)


def load(store: Store, number: str) -> Ticket | None:
    with store.reading() as connection:
        return tickets.load(connection, number)


def test_numbers_count_up_within_a_year(store: Store) -> None:
    with store.transaction() as tx:
        assert [tickets.next_number(tx, year) for year in (2026, 2026, 2027)] == ["2026-000001", "2026-000002", "2027-000001"]


def test_what_is_saved_is_what_is_loaded(store: Store) -> None:
    saved = save(
        store,
        category="quality",
        terms=("漏水",),
        milestones={"received": Reached(NOW, "customer")},
        due={"planned": LATE},
        by_customer_at=NOW,
    )
    assert load(store, saved.number) == saved


def test_a_change_is_written_and_the_rest_left(store: Store) -> None:
    first = save(store, due={"planned": LATE})
    second = save(store, first, due={"planned": replace(LATE, ended_at=NOW)}, assignee="bob@company.example")
    assert load(store, first.number) == second


def test_a_new_round_leaves_the_old_ones_clocks_stopped(store: Store) -> None:
    first = save(store, due={"planned": LATE}, milestones={"received": Reached(NOW, "customer")})
    save(store, first, round=2, due={}, milestones={"received": Reached(NOW + timedelta(days=1), "customer")})
    with store.reading() as connection:
        assert records.overdue(connection, NOW + timedelta(days=9)) == []


def test_a_step_of_the_ladder_can_be_taken_once(store: Store) -> None:
    ticket = save(store)
    with store.transaction() as tx:
        tickets.take_steps(tx, ticket, [("planned", "0")], NOW)
    with pytest.raises(IntegrityError), store.transaction() as tx:
        tickets.take_steps(tx, ticket, [("planned", "0")], NOW)


def test_a_tasks_steps_stay_taken_in_the_next_round(store: Store) -> None:
    first = save(store)
    with store.transaction() as tx:
        tickets.take_steps(tx, first, [("planned", "0"), ("task-1", "0"), ("task-1-verify", "-25%")], NOW)
    second = save(store, first, round=2, milestones={"received": Reached(NOW, "customer")})
    with store.reading() as connection:
        assert tickets.steps_taken(connection, second) == {("task-1", "0"), ("task-1-verify", "-25%")}


def test_an_overdue_task_is_listed_with_what_it_is(store: Store) -> None:
    work = Task(serial=1, kind="fix", title="换阀门", owner="quality-dept", by="chen", since=NOW, due_at=NOW)
    save(store, due={"task-1": Due("task-1", NOW, NOW)}, tasks=(work,))
    with store.reading() as connection:
        assert [row.task for row in records.overdue(connection, NOW + timedelta(days=1))] == [work]


def test_the_list_of_what_is_late_takes_as_many_statements_for_twenty_tickets_as_for_one(store: Store) -> None:
    def statements() -> int:
        asked: list[str] = []
        with store.reading() as connection:
            event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
            found = records.overdue(connection, NOW + timedelta(days=1))
        assert [row.task.title for row in found if row.task] == [f"换阀门 {number}" for number in range(len(found))]
        return len(asked)

    def one_more(number: int) -> None:
        work = Task(serial=1, kind="fix", title=f"换阀门 {number}", owner="quality-dept", by="chen", since=NOW, due_at=NOW)
        save(store, due={"task-1": Due("task-1", NOW, NOW)}, tasks=(work,))

    one_more(0)
    alone = statements()
    for number in range(1, 20):
        one_more(number)
    assert statements() == alone


def test_tickets_wake_at_their_moment(store: Store) -> None:
    with store.transaction() as tx:
        fresh = Ticket(None, tickets.next_number(tx, 2026), "杯子漏水", "zh-Hans", ALICE, NOW)
        ticket = tickets.save(tx, None, fresh, NOW)
        assert tickets.to_wake(tx, NOW - timedelta(seconds=1)) == []
        assert tickets.to_wake(tx, NOW) == [ticket.id]


def test_the_story_is_told_in_order(store: Store) -> None:
    ticket = save(store)
    assert ticket.id is not None
    with store.transaction() as tx:
        tickets.log(tx, ticket.id, [Entry("opened", "alice"), Entry("note", "bob", {"text": "called"})], NOW)
    with store.reading() as connection:
        assert [(e["kind"], e.get("text")) for e in records.story(connection, ticket.id)] == [("opened", None), ("note", "called")]


def test_overdue_deadlines_are_listed_longest_first(store: Store) -> None:
    save(store, due={"planned": LATE, "resolved": Due("resolved", NOW - timedelta(days=1), NOW)})
    with store.reading() as connection:
        assert [row.milestone for row in records.overdue(connection, NOW)] == ["resolved", "planned"]


def test_the_json_of_a_ticket_has_the_fields_of_the_contract(store: Store) -> None:
    ticket = save(store, due={"planned": LATE}, milestones={"received": Reached(NOW, "customer")})
    assert ticket.id is not None
    with store.transaction() as tx:
        tickets.add_participants(tx, ticket.id, [ALICE], NOW)
    with store.reading() as connection:
        (shown,) = records.all_tickets(connection)
    fields = "number subject status category confidence severity requester participants department assignee round"
    assert list(shown) == [*fields.split(), "opened_at", "milestones", "due", "letters"]
    assert (shown["status"], shown["participants"], shown["due"]) == ("new", ["alice@customer.example"], {"planned": LATE.at})


def test_earlier_tickets_of_a_customer_are_found_newest_first(store: Store) -> None:
    first, second, third = save(store), save(store), save(store)
    with store.reading() as connection:
        found = records.history(connection, ALICE.address, third.id)
    assert [row.number for row in found] == [second.number, first.number]


def test_polls_and_duties_are_listed_only_when_asked_for(store: Store) -> None:
    numbers = [save(store, kind=kind, due={"planned": LATE}).number for kind in ("complaint", "poll", "duty")]
    with store.reading() as connection:
        assert [ticket["number"] for ticket in records.all_tickets(connection)] == numbers[:1]
        assert [ticket["number"] for ticket in records.all_tickets(connection, own_work=True)] == numbers
        assert [row.number for row in records.history(connection, ALICE.address, None)] == numbers[:1]
        assert records.open_by_category(connection) == {None: 1}
