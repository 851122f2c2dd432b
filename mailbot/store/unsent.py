"""Letters of ours a person should look at: waiting long, in doubt, held. Reads only, but for `told`."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, select, update

from mailbot.store.outgoing import OPEN, OUTBOX
from models.base import core
from models.tables import TicketRow

TICKET = core(TicketRow)


class Unsent(Struct, frozen=True):
    """A letter of the outbox and its ticket's number; `reason` is what was said last, `held` why it is not tried."""

    id: int
    number: str | None
    letter: str
    recipient: str
    automatic: bool
    fate: str
    reason: str | None
    held: str | None
    created_at: datetime
    attempts: int
    doubts: int
    doubted_at: datetime | None


def waiting_long(connection: Connection, since: datetime) -> Sequence[Unsent]:
    """Letters owed since before `since` and not yet sent, but not held; the oldest first (F24: give now minus 15 minutes)."""
    return _listed(connection, OPEN, OUTBOX.c.held.is_(None), OUTBOX.c.created_at <= since)


def doubtful(connection: Connection) -> Sequence[Unsent]:
    """Letters that were in doubt and nobody was told of, however they ended: `sent` ones went out twice, perhaps."""
    return _listed(connection, OUTBOX.c.doubts > 0, OUTBOX.c.told_at.is_(None))


def in_doubt(connection: Connection) -> Sequence[Unsent]:
    """Letters whose fate nobody knows: those that wait for a proof and those that ended so."""
    return _listed(connection, OUTBOX.c.doubts > 0, OUTBOX.c.fate == "in-doubt")


def held(connection: Connection) -> Sequence[Unsent]:
    """Letters that are not tried until somebody or something lets them go."""
    return _listed(connection, OPEN, OUTBOX.c.held.is_not(None))


def told(tx: Connection, letter_ids: Sequence[int], now: datetime) -> None:
    """Somebody was told of these doubts."""
    tx.execute(update(OUTBOX).where(OUTBOX.c.id.in_(letter_ids)).values(told_at=now))


def _listed(connection: Connection, *where: ColumnElement[bool]) -> Sequence[Unsent]:
    columns = (TICKET.c.number if name == "number" else OUTBOX.c[name] for name in Unsent.__struct_fields__)
    joined = select(*columns).outerjoin_from(OUTBOX, TICKET, TICKET.c.id == OUTBOX.c.ticket_id)
    return [Unsent(*row) for row in connection.execute(joined.where(*where).order_by(OUTBOX.c.created_at, OUTBOX.c.id))]
