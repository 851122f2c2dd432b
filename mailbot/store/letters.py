"""The ledger of received letters: kept, settled on the server, claimed, given a fate.

A row is written before the server is touched; it waits while `fate` is NULL and ends in exactly one fate.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, Insert, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.tables import RawLetter, ReceivedLetter

Fate = Literal["new-ticket", "appended", "order", "refused", "noted", "bounce", "bulk", "loop", "duplicate", "quarantined"]
FATES: tuple[Fate, ...] = ("new-ticket", "appended", "order", "refused", "noted", "bounce", "bulk", "loop", "duplicate", "quarantined")
MAX_ATTEMPTS = 3
BATCH = 50


class Arrived(Struct, frozen=True):
    """A letter as the server gave it: its UID, INTERNALDATE (aware UTC) and bytes."""

    uid: int
    received_at: datetime
    data: bytes


class Place(Struct, frozen=True):
    """A mailbox that numbers its letters: account, folder, UIDVALIDITY (RFC 9051 §2.3.1.1)."""

    account: str
    mailbox: str
    uidvalidity: int


class Waiting(Struct, frozen=True):
    """A stored letter without a fate, and how often it was tried (this time included)."""

    id: int
    account: str
    uid: int
    sha256: str
    received_at: datetime
    attempts: int
    data: bytes


def known(connection: Connection, place: Place, uids: Sequence[int]) -> dict[int, bool]:
    """Which of these UIDs are in the ledger, and whether the server side is settled."""
    query = select(ReceivedLetter.uid, ReceivedLetter.settled).where(*_in(place), ReceivedLetter.uid.in_(uids))
    return {row.uid: row.settled for row in connection.execute(query)}


def keep(tx: Connection, place: Place, letters: Sequence[Arrived], now: datetime) -> None:
    """Write the bytes and a ledger row for each letter; a letter that is there already is left as it is."""
    if not letters:
        return
    digests = [hashlib.sha256(letter.data).hexdigest() for letter in letters]
    tx.execute(insert_new(tx, RawLetter), [{"sha256": d, "size": len(a.data), "content": a.data} for d, a in zip(digests, letters, strict=True)])
    rows = [
        {
            "account": place.account,
            "mailbox": place.mailbox,
            "uidvalidity": place.uidvalidity,
            "uid": letter.uid,
            "sha256": digest,
            "received_at": min(letter.received_at, now),
            "stored_at": now,
            "settled": False,
            "attempts": 0,
        }
        for digest, letter in zip(digests, letters, strict=True)
    ]
    tx.execute(insert_new(tx, ReceivedLetter), rows)


def keep_oversized(tx: Connection, place: Place, header: Arrived, size: int, limit: int, now: datetime) -> None:
    """A letter too large to fetch: its header is kept, the letter stays on the server, a person is needed."""
    keep(tx, place, [header], now)
    reason = f"{size:,} bytes, more than mailbox.max_bytes = {limit:,}; the letter itself stays in {place.mailbox} on the server"
    values = {"fate": "quarantined", "reason": f"fetch: {reason}", "decided_at": now, "settled": True}
    tx.execute(update(ReceivedLetter).where(*_in(place), ReceivedLetter.uid == header.uid, ReceivedLetter.fate.is_(None)).values(values))


def mark_settled(tx: Connection, place: Place, uids: Iterable[int]) -> None:
    """The server side of these letters is done: moved away, or to be left where they are."""
    rows = [{"that": uid} for uid in uids]
    if rows:
        tx.execute(update(ReceivedLetter).where(*_in(place), ReceivedLetter.uid == bindparam("that")).values(settled=True), rows)


def claim(tx: Connection) -> list[Waiting]:
    """The next letters to read, oldest first; the attempt counts from now on.

    A letter that was tried before is claimed alone: if it takes the process down once more, its neighbours don't pay."""
    columns = (ReceivedLetter.id, ReceivedLetter.attempts)
    query = select(*columns).where(ReceivedLetter.fate.is_(None)).order_by(ReceivedLetter.received_at, ReceivedLetter.id).limit(BATCH)
    found = tx.execute(query).all()
    tried = next((n for n, row in enumerate(found) if row.attempts), len(found))
    chosen = [row.id for row in (found[:1] if tried == 0 else found[:tried])]
    if not chosen:
        return []
    tx.execute(update(ReceivedLetter).where(ReceivedLetter.id.in_(chosen)).values(attempts=ReceivedLetter.attempts + 1))
    wanted = select(
        ReceivedLetter.id,
        ReceivedLetter.account,
        ReceivedLetter.uid,
        ReceivedLetter.sha256,
        ReceivedLetter.received_at,
        ReceivedLetter.attempts,
        RawLetter.content,
    ).join(RawLetter, RawLetter.sha256 == ReceivedLetter.sha256)
    rows = tx.execute(wanted.where(ReceivedLetter.id.in_(chosen)).order_by(ReceivedLetter.received_at, ReceivedLetter.id))
    return [Waiting(*row) for row in rows]


def give_fate(tx: Connection, letter_id: int, fate: Fate, reason: str, now: datetime, **facts: Any) -> None:  # noqa: ANN401 - column values
    """End a letter's way; `facts` are further columns (ticket_id, message_id, sender, …)."""
    facts = {key: _storable(value) for key, value in facts.items()}
    values = {"fate": fate, "reason": _storable(reason), "decided_at": now, **facts}
    tx.execute(update(ReceivedLetter).where(ReceivedLetter.id == letter_id).values(values))


def earlier_copy(connection: Connection, letter: Waiting, content_key: str | None) -> int | None:
    """The id of a letter with a fate that is this one again: the same bytes, or the same id, author and words."""
    done = ReceivedLetter.fate.is_not(None) & (ReceivedLetter.id != letter.id)
    same = ReceivedLetter.sha256 == letter.sha256
    if content_key:
        same |= ReceivedLetter.content_key == content_key
    # A quarantined letter was never answered, so a later copy of it must not be set aside.
    return connection.execute(select(ReceivedLetter.id).where(done, same, ReceivedLetter.fate != "quarantined").limit(1)).scalar()


def tickets_of(connection: Connection, message_ids: Sequence[str]) -> list[int]:
    """Tickets that hold a letter with one of these Message-IDs, the nearest reference first."""
    if not message_ids:
        return []
    query = select(ReceivedLetter.message_id, ReceivedLetter.ticket_id)
    query = query.where(ReceivedLetter.message_id.in_(message_ids), ReceivedLetter.ticket_id.is_not(None))
    found = {row.message_id: row.ticket_id for row in connection.execute(query)}
    return list(dict.fromkeys(found[m] for m in message_ids if m in found))


def release(tx: Connection, letter_ids: Sequence[int]) -> int:
    """Give quarantined letters a fresh start; gives how many."""
    where = (ReceivedLetter.id.in_(letter_ids), ReceivedLetter.fate == "quarantined")
    return tx.execute(update(ReceivedLetter).where(*where).values(fate=None, reason=None, attempts=0, decided_at=None)).rowcount


def insert_new(connection: Connection, table: type[RawLetter | ReceivedLetter]) -> Insert:
    """An INSERT that leaves rows with a taken key as they are."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def _in(place: Place) -> tuple[Any, ...]:
    columns = (ReceivedLetter.account, ReceivedLetter.mailbox, ReceivedLetter.uidvalidity)
    return tuple(column == value for column, value in zip(columns, (place.account, place.mailbox, place.uidvalidity), strict=True))


def _storable(value: Any) -> Any:  # noqa: ANN401 - column values
    """PostgreSQL text holds no NUL, and an index entry only some 2,700 bytes."""
    return value.replace("\0", "")[:800] if isinstance(value, str) else value
