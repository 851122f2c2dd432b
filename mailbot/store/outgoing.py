"""The outbox: letters owed, claimed, handed over, and how each ended.

Bytes and Message-ID are written in the transaction that changed the ticket and never change again. A row is
`queued` until a sender claims it (`sending`), is `in-doubt` from the moment its content goes out until the
server's answer is known, and ends as `sent`, `failed` or `in-doubt` with a reason.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, bindparam, func, insert, select, update

from models.tables import OutgoingLetter, core

OutgoingFate = Literal["queued", "sending", "in-doubt", "sent", "failed"]
LEASE = timedelta(minutes=15)
OUTBOX = core(OutgoingLetter)
NEW = insert(OUTBOX)
AUTOMATIC = (
    select(func.count())
    .select_from(OUTBOX)
    .where(OUTBOX.c.recipient == bindparam("to"), OUTBOX.c.created_at >= bindparam("since"), OUTBOX.c.automatic)
)


class Letter(Struct, frozen=True):
    """A letter to enqueue: template name, recipient, frozen bytes."""

    ticket_id: int | None
    letter: str
    recipient: str
    person: str
    message_id: str
    automatic: bool
    data: bytes


class Claimed(Struct, frozen=True):
    """A letter this process sends now."""

    id: int
    ticket_id: int | None
    letter: str
    recipient: str
    message_id: str
    automatic: bool
    attempts: int
    created_at: datetime
    data: bytes


def enqueue(tx: Connection, letters: Sequence[Letter], now: datetime) -> None:
    """Letters to send, in the caller's transaction."""
    rows = [
        {
            "ticket_id": letter.ticket_id,
            "letter": letter.letter,
            "recipient": letter.recipient[:320],
            "person": letter.person,
            "message_id": letter.message_id,
            "automatic": letter.automatic,
            "data": letter.data,
            "created_at": now,
            "next_at": now,
            "fate": "queued",
            "attempts": 0,
        }
        for letter in letters
    ]
    if rows:
        tx.execute(NEW, rows)


def claim(tx: Connection, now: datetime, limit: int = 20) -> list[Claimed]:
    """The next letters to send; nobody else gets them while the lease runs."""
    free = OUTBOX.c.leased_until.is_(None) | (OUTBOX.c.leased_until < now)
    waiting = OUTBOX.c.ended_at.is_(None), OUTBOX.c.next_at <= now, free, OUTBOX.c.fate != "in-doubt"
    query = select(*(OUTBOX.c[name] for name in Claimed.__struct_fields__)).where(*waiting)
    found = [Claimed(*row) for row in tx.execute(query.order_by(OUTBOX.c.next_at, OUTBOX.c.id).limit(limit))]
    if found:
        values = {"fate": "sending", "leased_until": now + LEASE, "attempts": OUTBOX.c.attempts + 1}
        tx.execute(update(OUTBOX).where(OUTBOX.c.id.in_([c.id for c in found])).values(values))
    return found


def in_doubt(tx: Connection, letter_id: int) -> None:
    """The content goes out now: from here on nobody knows until the server answers."""
    _set(tx, letter_id, fate="in-doubt")


def finish(tx: Connection, letter_id: int, fate: OutgoingFate, reason: str, now: datetime) -> None:
    """The letter's end."""
    _set(tx, letter_id, fate=fate, reason=reason[:800], ended_at=now, leased_until=None)


def postpone(tx: Connection, letter_id: int, reason: str, next_at: datetime) -> None:
    """Not now: try again at `next_at`."""
    _set(tx, letter_id, fate="queued", reason=reason[:800], next_at=next_at, leased_until=None)


def put_back(tx: Connection, letter_ids: Sequence[int]) -> None:
    """Claimed but not tried (stop, or the channel is down): as if never claimed."""
    values = {"fate": "queued", "leased_until": None, "attempts": OUTBOX.c.attempts - 1}
    tx.execute(update(OUTBOX).where(OUTBOX.c.id.in_(letter_ids), OUTBOX.c.fate == "sending").values(values))


def resolve_doubts(tx: Connection, now: datetime) -> tuple[int, int]:
    """After a crash between content and answer: automatic letters end in doubt (at most once), people's letters
    go out again with the same Message-ID (at least once). Gives how many of each."""
    left = OUTBOX.c.fate == "in-doubt", OUTBOX.c.ended_at.is_(None), OUTBOX.c.leased_until < now
    reason = "the connection ended before the server's answer; not sent again, as it is automatic"
    ended = tx.execute(update(OUTBOX).where(*left, OUTBOX.c.automatic).values(ended_at=now, reason=reason, leased_until=None))
    again = {"fate": "queued", "next_at": now, "leased_until": None, "reason": "in doubt; sent again with the same Message-ID"}
    resent = tx.execute(update(OUTBOX).where(*left, OUTBOX.c.automatic.is_(False)).values(again))
    return ended.rowcount, resent.rowcount


def free_leases(tx: Connection, now: datetime) -> None:
    """At the start of the one service nobody else sends: leases of a dead process end at once."""
    held = OUTBOX.c.ended_at.is_(None), OUTBOX.c.leased_until.is_not(None)
    tx.execute(update(OUTBOX).where(*held).values(leased_until=now - timedelta(seconds=1)))


def send_again(tx: Connection, letter_ids: Sequence[int]) -> int:
    """Queue failed letters once more, the same bytes; gives how many."""
    where = OUTBOX.c.id.in_(letter_ids), OUTBOX.c.fate.in_(("failed", "in-doubt")), OUTBOX.c.ended_at.is_not(None)
    values = {"fate": "queued", "ended_at": None, "leased_until": None, "attempts": 0}
    return tx.execute(update(OUTBOX).where(*where).values(values)).rowcount


def find(connection: Connection, message_ids: Sequence[str]) -> Sequence[Any]:
    """Our letters with these Message-IDs: rows of id, ticket_id, letter, recipient, person."""
    columns = (OUTBOX.c.id, OUTBOX.c.ticket_id, OUTBOX.c.letter, OUTBOX.c.recipient, OUTBOX.c.person)
    return connection.execute(select(*columns).where(OUTBOX.c.message_id.in_(message_ids))).all() if message_ids else []


def automatic_since(connection: Connection, recipient: str, since: datetime) -> int:
    """How many automatic letters this address was owed since then."""
    return connection.execute(AUTOMATIC, {"to": recipient, "since": since}).scalar_one()


def _set(tx: Connection, letter_id: int, **values: Any) -> None:  # noqa: ANN401 - column values
    tx.execute(update(OUTBOX).where(OUTBOX.c.id == letter_id).values(values))
