"""Earlier letters that say what a new one says, and the further addresses a letter came by."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, select

from models.base import core
from models.letters import ReceivedLetter
from models.tables import Event

LEDGER, EVENT = core(ReceivedLetter), core(Event)
TICKET = select(LEDGER.c.ticket_id, LEDGER.c.account).where(LEDGER.c.id == bindparam("that"))
# The key's first half names author and words: hexadecimal digits sort before "g" everywhere.
SAID = (
    select(LEDGER.c.id, LEDGER.c.ticket_id)
    .where(
        LEDGER.c.content_key.between(bindparam("words"), bindparam("above")),
        LEDGER.c.received_at >= bindparam("since"),
        LEDGER.c.ticket_id.is_not(None),
        LEDGER.c.fate.in_(("new-ticket", "appended")),
    )
    .order_by(LEDGER.c.received_at, LEDGER.c.id)
    .limit(1)
)
NOTED = select(EVENT.c.data).where(EVENT.c.ticket_id == bindparam("that"), EVENT.c.kind == bindparam("kind"))


class Said(Struct, frozen=True):
    """The letter that said the same first, and its ticket."""

    letter_id: int
    ticket_id: int


def said_before(connection: Connection, words: str, since: datetime) -> Said | None:
    """The first letter of the same author with the same words and files since then that belongs to a ticket."""
    row = connection.execute(SAID, {"words": words, "above": f"{words}g", "since": since}).first()
    return Said(*row) if row else None


def came_to(connection: Connection, letter_id: int) -> tuple[int | None, str]:
    """Ticket and mailbox of a letter."""
    row = connection.execute(TICKET, {"that": letter_id}).one()
    return row.ticket_id, row.account


def noted(connection: Connection, ticket_id: int, kind: str) -> list[dict[str, Any]]:
    """The facts of every line of this kind in a ticket's story."""
    return list(connection.execute(NOTED, {"that": ticket_id, "kind": kind}).scalars())
