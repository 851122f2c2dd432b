"""Letters that had waited too long when they were read: whether some still wait, and which nobody was told of."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from models.base import core
from models.letters import ReceivedLetter
from models.tables import Alarm, Event, TicketRow

LEDGER, EVENT, TICKET, ALARM = core(ReceivedLetter), core(Event), core(TicketRow), core(Alarm)
OLDEST = select(func.min(LEDGER.c.received_at)).where(LEDGER.c.fate.is_(None))
TOLD = select(ALARM.c.since).where(ALARM.c.name == "backlog")
UNSAID = (
    select(TICKET.c.number)
    .join_from(EVENT, TICKET, TICKET.c.id == EVENT.c.ticket_id)
    .where(EVENT.c.kind == "backlog", EVENT.c.at > bindparam("since"))
    .order_by(EVENT.c.id)
)


def waits(connection: Connection, before: datetime) -> bool:
    """Whether a letter that arrived before then has no fate yet."""
    oldest: datetime | None = connection.execute(OLDEST).scalar()
    return oldest is not None and oldest < before


def unsaid(connection: Connection, now: datetime) -> list[str]:
    """Numbers of the tickets of a week that got no acknowledgement as backlog, since that was last told."""
    told: datetime | None = connection.execute(TOLD).scalar()
    since = now - timedelta(days=7)
    return list(connection.execute(UNSAID, {"since": max(told, since) if told else since}).scalars())
