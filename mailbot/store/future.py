"""Moments further ahead than any wait of ours: a clock that was wrong wrote them, and what they hold back goes on now."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, update

from models.base import core
from models.letters import OutgoingLetter
from models.tables import Channel

FURTHEST = timedelta(hours=12)  # more than the longest pause between two tries

OUTBOX, CHANNEL = core(OutgoingLetter), core(Channel)
OPEN = OUTBOX.c.ended_at.is_(None)
SEND = update(OUTBOX).where(OPEN, OUTBOX.c.next_at > bindparam("beyond")).values(next_at=bindparam("at"))
FREE = update(OUTBOX).where(OPEN, OUTBOX.c.leased_until > bindparam("beyond")).values(leased_until=bindparam("at"))
OPENED = update(CHANNEL).where(CHANNEL.c.closed_until > bindparam("beyond")).values(closed_until=bindparam("at"))


def pull_back(tx: Connection, now: datetime) -> int:
    """Letters, leases and the way out wait no longer than `now`; gives how many did."""
    values = {"beyond": now + FURTHEST, "at": now}
    return sum(tx.execute(statement, values).rowcount for statement in (SEND, FREE, OPENED))
