"""What staff said complaints are about: kept with the words, the last word on a ticket counts."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.lifecycle.ticket import Ticket
from mailbot.store import judgements, tickets
from mailbot.store.engine import Store
from mailbot.store.judgements import Judged

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
SAID = Judged(0, NOW, "bob@company.example", "Flask", "It leaks\0.", "quality", "delivery", 0.41)


def ticket(store: Store, number: str) -> int:
    with store.transaction() as tx:
        saved = tickets.save(tx, None, Ticket(None, number, "Flask", "en", Address("Alice", "alice@x.example"), NOW), None)
    assert saved.id is not None
    return saved.id


def test_the_last_word_on_each_ticket_counts(store: Store) -> None:
    first, second = ticket(store, "2026-000001"), ticket(store, "2026-000002")
    with store.transaction() as tx:
        judgements.remember(tx, replace(SAID, ticket_id=first))
        judgements.remember(tx, replace(SAID, ticket_id=second, category="price", spoken=False))
        judgements.remember(tx, replace(SAID, ticket_id=first, category="service", by="carol@company.example"))
    with store.reading() as connection:
        found = judgements.latest(connection)
    assert [(j.ticket_id, j.category, j.by, j.text, j.guess, j.spoken) for j in found] == [
        (second, "price", "bob@company.example", "It leaks.", "delivery", False),
        (first, "service", "carol@company.example", "It leaks.", "delivery", True),
    ]


def test_those_after_a_moment_are_counted(store: Store) -> None:
    number = ticket(store, "2026-000001")
    with store.transaction() as tx:
        for hour in range(3):
            judgements.remember(tx, replace(SAID, ticket_id=number, at=NOW + timedelta(hours=hour)))
    with store.reading() as connection:
        assert [judgements.since(connection, moment) for moment in (None, NOW, NOW + timedelta(hours=2))] == [3, 2, 0]
