"""Dead addresses: a refusal or a bounce said that nobody is there.

Letters to such an address are held (`outgoing.hold_back`) until a letter comes from it or staff asks for another try.
Addresses are kept in lower case.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.base import core
from models.letters import OutgoingLetter
from models.tables import DeadAddress

# no such mailbox, no such host, null MX, mailbox switched off (RFC 3463 §3.2, §3.3; RFC 7505 §4.2)
FINAL = frozenset({"5.1.1", "5.1.2", "5.1.10", "5.2.1"})
HELD = "the address is dead"
DEAD = core(DeadAddress)
OUTBOX = core(OutgoingLetter)
REASON = select(DEAD.c.reason).where(DEAD.c.address == bindparam("that"))
GONE = delete(DEAD).where(DEAD.c.address == bindparam("that"))
WAITS = OUTBOX.c.ended_at.is_(None), OUTBOX.c.held == HELD
LET_GO = update(OUTBOX).where(*WAITS, func.lower(OUTBOX.c.recipient) == bindparam("that")).values(held=None)


class Dead(Struct, frozen=True):
    """A dead address, what was said of it (status as in RFC 3463), and how many letters to it are held."""

    address: str
    since: datetime
    status: str | None
    reason: str
    letters: int


def dead(connection: Connection, address: str) -> str | None:
    """Why nothing can be delivered to `address`, or None."""
    reason: str | None = connection.execute(REASON, {"that": address.lower()}).scalar()
    return reason


def mark_dead(tx: Connection, address: str, status: str | None, reason: str, now: datetime) -> None:
    """A server said for good that nobody is there; what was said first stays."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    values = {"address": address.lower()[:320], "since": now, "status": status, "reason": reason[:800]}
    tx.execute(dialect.insert(DEAD).values(values).on_conflict_do_nothing())


def revive(tx: Connection, address: str) -> bool:
    """Somebody is there after all: letters held for `address` may go. True if it was dead."""
    that = {"that": address.lower()}
    was_dead = tx.execute(GONE, that).rowcount > 0
    if was_dead:
        tx.execute(LET_GO, that)
    return was_dead


def listing(connection: Connection) -> Sequence[Dead]:
    """Every dead address, the oldest first."""
    held = select(func.count()).where(*WAITS, func.lower(OUTBOX.c.recipient) == DEAD.c.address).scalar_subquery()
    query = select(DEAD.c.address, DEAD.c.since, DEAD.c.status, DEAD.c.reason, held).order_by(DEAD.c.since, DEAD.c.address)
    return [Dead(*row) for row in connection.execute(query)]
