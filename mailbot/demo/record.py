"""What the service has written down, as the demo needs it: fates, events, letters sent. Reads only."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select

from mailbot.lifecycle.ticket import Ticket
from mailbot.store import records, tickets
from mailbot.store.engine import Store
from models.letters import OutgoingLetter, ReceivedLetter
from models.tables import Event, TicketRow


class Happened(Struct, frozen=True):
    """A line of a ticket's story."""

    id: int
    number: str
    at: datetime
    kind: str
    by: str
    data: dict[str, Any]


class Record:
    """The service's database, asked from outside."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def letters(self) -> list[dict[str, Any]]:
        """Every letter with its fate, as `mailbot letters --json` gives it."""
        with self._store.reading() as connection:
            return list(records.letters(connection))

    def tickets(self) -> list[dict[str, Any]]:
        """Every ticket, as `mailbot tickets --json` gives it."""
        with self._store.reading() as connection:
            return list(records.all_tickets(connection))

    def ticket(self, number: str) -> Ticket | None:
        with self._store.reading() as connection:
            return tickets.load(connection, number)

    def received(self, message_id: str) -> dict[str, Any] | None:
        """The received letter with this Message-ID, once it has a fate."""
        found = (row for row in self.letters() if row["direction"] == "in" and row["message_id"] == message_id)
        return next((row for row in found if row["fate"] != "waiting"), None)

    def sent(self, message_id: str) -> dict[str, Any] | None:
        """The letter of ours with this Message-ID."""
        return next((r for r in self.letters() if r["direction"] == "out" and r["message_id"] == message_id), None)

    def raw(self, letter_id: str) -> bytes:
        """A letter's bytes."""
        with self._store.reading() as connection:
            return records.raw(connection, letter_id) or b""

    def news(self, after: int) -> tuple[list[dict[str, Any]], list[Happened]]:
        """Every letter, and the lines of every ticket's story after number `after`, as of one moment."""
        columns = Event.id, TicketRow.number, Event.at, Event.kind, Event.by, Event.data
        query = select(*columns).join(TicketRow, TicketRow.id == Event.ticket_id).where(Event.id > after).order_by(Event.id)
        with self._store.reading() as connection:
            return list(records.letters(connection)), [Happened(*row) for row in connection.execute(query)]

    def quiet(self, delivered: int, now: datetime) -> bool:
        """Whether all `delivered` letters have a fate, no clock is behind and nothing waits to be sent."""
        with self._store.reading() as connection:
            known = connection.execute(select(func.count()).where(ReceivedLetter.fate.is_not(None))).scalar_one()
            waiting = OutgoingLetter.ended_at.is_(None), OutgoingLetter.next_at <= now
            unsent = connection.execute(select(func.count()).where(*waiting)).scalar_one()
            return known == delivered and not unsent and not tickets.to_wake(connection, now)
