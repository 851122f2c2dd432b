"""Looks tickets up for `thread`: by number, by the letters they hold, and who takes part in them."""

from sqlalchemy import Connection

from mailbot.lifecycle.ticket import Ticket
from mailbot.store import letters, tickets


class Finder:
    """The record as `thread` sees it, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_number(self, number: str) -> Ticket | None:
        return tickets.load(self._connection, number)

    def by_message_ids(self, ids: tuple[str, ...]) -> list[Ticket]:
        found = (tickets.load_by_id(self._connection, ticket_id) for ticket_id in letters.tickets_of(self._connection, ids))
        return [ticket for ticket in found if ticket]

    def takes_part(self, ticket: Ticket) -> frozenset[str]:
        assert ticket.id is not None, "a ticket that was found has its row id"
        return frozenset(person.address for person in tickets.participants(self._connection, ticket.id))
