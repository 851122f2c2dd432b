"""The ledger of received letters: kept, settled on the server, claimed, given a fate.

A row is written before the server is touched; it waits while `fate` is NULL and ends in exactly one fate. A letter whose
place on the server is another one now (UIDVALIDITY changed) keeps its row; `places` does the rest of that book-keeping.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, Insert, Table, and_, bindparam, false, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.base import core
from models.letters import RawLetter, ReceivedLetter

Fate = Literal["new-ticket", "appended", "order", "refused", "noted", "bounce", "bulk", "loop", "duplicate", "quarantined"]
FATES: tuple[Fate, ...] = ("new-ticket", "appended", "order", "refused", "noted", "bounce", "bulk", "loop", "duplicate", "quarantined")
MAX_ATTEMPTS = 3
BATCH = 50
VARIABLES = 10_000  # values in one statement: databases limit them

# Statements are built once: building one costs more than running it.
RAW, LEDGER = core(RawLetter), core(ReceivedLetter)
HERE = tuple(LEDGER.c[name] == bindparam(f"at_{name}") for name in ("account", "mailbox", "uidvalidity"))
# A letter too large to fetch, or refused by the server: the ledger holds its header alone, and it stays where it is.
HEADER_ALONE = and_(LEDGER.c.fate == "quarantined", LEDGER.c.reason.like("fetch:%"))
KNOWN = (
    select(LEDGER.c.uid, LEDGER.c.id, LEDGER.c.settled, LEDGER.c.sha256, LEDGER.c.received_at, RAW.c.size)
    .add_columns(func.coalesce(HEADER_ALONE, false()))
    .join_from(LEDGER, RAW, RAW.c.sha256 == LEDGER.c.sha256)
    .where(*HERE, LEDGER.c.uid.in_(bindparam("uids", expanding=True)))
)
ELSEWHERE = (
    select(LEDGER.c.id, LEDGER.c.uid, LEDGER.c.sha256, LEDGER.c.received_at, LEDGER.c.stored_at)
    .where(*HERE[:2], LEDGER.c.sha256.in_(bindparam("digests", expanding=True)))
    .where(or_(LEDGER.c.uidvalidity != bindparam("at_uidvalidity"), LEDGER.c.uid < 0))
    .order_by(LEDGER.c.id)
)
MOVED = update(LEDGER).where(LEDGER.c.id == bindparam("that"))
MOVED = MOVED.values(uidvalidity=bindparam("now_uidvalidity"), uid=bindparam("now_uid"), settled=func.coalesce(HEADER_ALONE, false()))
WHOLE = update(LEDGER).where(LEDGER.c.id == bindparam("that"), HEADER_ALONE).values(sha256=bindparam("digest"))
WHOLE = WHOLE.values(fate=None, reason=None, attempts=0, decided_at=None, settled=False)
SETTLED = update(LEDGER).where(*HERE, LEDGER.c.uid == bindparam("that")).values(settled=True)
HEADER_ONLY = update(LEDGER).where(*HERE, LEDGER.c.uid == bindparam("that"), LEDGER.c.fate.is_(None))
NEXT = select(LEDGER.c.id, LEDGER.c.attempts).where(LEDGER.c.fate.is_(None)).order_by(LEDGER.c.received_at, LEDGER.c.id).limit(BATCH)
# One that was tried too often is only to be set aside, however often that fails.
TRIED = update(LEDGER).where(LEDGER.c.id.in_(bindparam("ids", expanding=True)), LEDGER.c.attempts <= MAX_ATTEMPTS)
TRIED = TRIED.values(attempts=LEDGER.c.attempts + 1)
PUT_BACK = update(LEDGER).where(LEDGER.c.id == bindparam("that"), LEDGER.c.fate.is_(None)).values(attempts=bindparam("before"))
TAKEN = (
    select(*(LEDGER.c[name] for name in ("id", "account", "uid", "sha256", "received_at", "attempts")), RAW.c.content)
    .join_from(LEDGER, RAW, RAW.c.sha256 == LEDGER.c.sha256)
    .where(LEDGER.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(LEDGER.c.received_at, LEDGER.c.id)
)
FATE = ("fate", "reason", "decided_at", "ticket_id", "message_id", "content_key", "sender", "subject", "kind")
GIVE_FATE = update(LEDGER).where(LEDGER.c.id == bindparam("that")).values({name: bindparam(f"new_{name}") for name in FATE})
# A quarantined letter was never answered, so a later copy of it must not be set aside.
DONE = LEDGER.c.fate.is_not(None), LEDGER.c.fate != "quarantined", LEDGER.c.id != bindparam("that")
SAME_BYTES = select(LEDGER.c.id).where(*DONE, LEDGER.c.sha256 == bindparam("sha256")).limit(1)
SAME_BYTES_EVER = select(RAW.c.size).where(RAW.c.sha256 == bindparam("sha256"))
SAME_WORDS = select(LEDGER.c.id).where(*DONE, LEDGER.c.content_key == bindparam("content_key")).limit(1)
HOLDS = select(LEDGER.c.message_id, LEDGER.c.ticket_id).where(
    LEDGER.c.message_id.in_(bindparam("ids", expanding=True)), LEDGER.c.ticket_id.is_not(None)
)
OPENING = (
    select(RAW.c.content, LEDGER.c.received_at)
    .join_from(LEDGER, RAW, RAW.c.sha256 == LEDGER.c.sha256)
    .where(LEDGER.c.ticket_id == bindparam("that"), LEDGER.c.fate == "new-ticket")
)
WRITTEN = (
    select(RAW.c.content)
    .join_from(LEDGER, RAW, RAW.c.sha256 == LEDGER.c.sha256)
    .where(LEDGER.c.ticket_id == bindparam("that"), LEDGER.c.message_id == bindparam("message_id"))
    .limit(1)
)
RELEASE = (
    update(LEDGER)
    .where(LEDGER.c.id.in_(bindparam("ids", expanding=True)), LEDGER.c.fate == "quarantined", ~HEADER_ALONE)
    .values(fate=None, reason=None, attempts=0, decided_at=None)
)
HEADERS = select(LEDGER.c.id).where(LEDGER.c.id.in_(bindparam("ids", expanding=True)), HEADER_ALONE).order_by(LEDGER.c.id)


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


class Known(Struct, frozen=True):
    """What the ledger holds of a letter on the server; of one with `header_alone`, `size` and `sha256` are the header's."""

    id: int
    settled: bool
    sha256: str
    received_at: datetime
    size: int
    header_alone: bool


class Waiting(Struct, frozen=True):
    """A stored letter without a fate, and how often it was tried (this time included)."""

    id: int
    account: str
    uid: int
    sha256: str
    received_at: datetime
    attempts: int
    data: bytes


def known(connection: Connection, place: Place, uids: Sequence[int]) -> dict[int, Known]:
    """Which of these UIDs are in the ledger, and what it holds of them."""
    found: dict[int, Known] = {}
    for start in range(0, len(uids), VARIABLES):
        rows: Iterable[Any] = connection.execute(KNOWN, _at(place) | {"uids": list(uids[start : start + VARIABLES])})
        found |= {row[0]: Known(*row[1:]) for row in rows}
    return found


def keep(tx: Connection, place: Place, letters: Sequence[Arrived], now: datetime) -> int:
    """Write the bytes and a ledger row for each letter; gives how many of them are new.

    A letter that is there already is left as it is; one that had another place before (the same bytes and arrival under
    another UIDVALIDITY, F14) keeps its row and its fate."""
    digests = {letter.uid: hashlib.sha256(letter.data).hexdigest() for letter in letters}
    letters = _not_elsewhere(tx, place, letters, digests)
    if not letters:
        return 0
    tx.execute(insert_new(tx, RAW), [{"sha256": digests[a.uid], "size": len(a.data), "content": a.data} for a in letters])
    rows = [
        {
            "account": place.account,
            "mailbox": place.mailbox,
            "uidvalidity": place.uidvalidity,
            "uid": letter.uid,
            "sha256": digests[letter.uid],
            "received_at": min(letter.received_at, now),
            "stored_at": now,
            "settled": False,
            "attempts": 0,
        }
        for letter in letters
    ]
    tx.execute(insert_new(tx, LEDGER), rows)
    return len(rows)


def keep_header(tx: Connection, place: Place, header: Arrived, why: str, now: datetime) -> int:
    """A letter that can't be fetched: its header is kept, the letter stays on the server, a person is needed.

    `why` says how large it is and what the limit is, or what the server said. Gives 1 if it is new."""
    new = keep(tx, place, [header], now)
    reason = f"fetch: {why}; the letter itself stays in {place.mailbox} on the server"
    values = {"fate": "quarantined", "reason": reason, "decided_at": now, "settled": True}
    tx.execute(HEADER_ONLY.values(values), _at(place) | {"that": header.uid})
    return new


def complete(tx: Connection, row_id: int, letter: Arrived) -> None:
    """A letter of which the header alone was kept came whole: it waits to be read."""
    digest = hashlib.sha256(letter.data).hexdigest()
    tx.execute(insert_new(tx, RAW), {"sha256": digest, "size": len(letter.data), "content": letter.data})
    tx.execute(WHOLE, {"that": row_id, "digest": digest})


def mark_settled(tx: Connection, place: Place, uids: Iterable[int]) -> None:
    """The server side of these letters is done: moved away, or to be left where they are."""
    rows = [_at(place) | {"that": uid} for uid in uids]
    if rows:
        tx.execute(SETTLED, rows)


def claim(tx: Connection) -> list[Waiting]:
    """The next letters to read, oldest first; the attempt counts from now on.

    A letter that was tried before is claimed alone: if it takes the process down once more, its neighbours don't pay."""
    found = tx.execute(NEXT).all()
    tried = next((n for n, row in enumerate(found) if row.attempts), len(found))
    chosen = [row.id for row in (found[:1] if tried == 0 else found[:tried])]
    if not chosen:
        return []
    tx.execute(TRIED, {"ids": chosen})
    rows: Iterable[Any] = tx.execute(TAKEN, {"ids": chosen})
    return [Waiting(*row) for row in rows]


def put_back(tx: Connection, claimed: Sequence[Waiting]) -> None:
    """Claimed but not finished through no fault of theirs: the attempt does not count, even if nobody knows whether it was written."""
    if claimed:
        tx.execute(PUT_BACK, [{"that": letter.id, "before": letter.attempts - 1} for letter in claimed])


def give_fate(tx: Connection, letter_id: int, fate: Fate, reason: str, now: datetime, **facts: Any) -> None:  # noqa: ANN401 - column values
    """End a letter's way; `facts` are further columns (ticket_id, message_id, sender, …)."""
    values = {"fate": fate, "reason": reason, "decided_at": now, **facts}
    tx.execute(GIVE_FATE, {"that": letter_id} | {f"new_{name}": _storable(values.get(name)) for name in FATE})


def earlier_copy(connection: Connection, letter: Waiting, content_key: str | None) -> int | None:
    """The id of a letter with a fate that is this one again: the same bytes, or the same id, author and words."""
    same: int | None = connection.execute(SAME_BYTES, {"that": letter.id, "sha256": letter.sha256}).scalar()
    if same is None and content_key:
        same = connection.execute(SAME_WORDS, {"that": letter.id, "content_key": content_key}).scalar()
    return same


def tickets_of(connection: Connection, message_ids: Sequence[str]) -> list[int]:
    """Tickets that hold a letter with one of these Message-IDs, the nearest reference first."""
    if not message_ids:
        return []
    ids = [_storable(message_id) for message_id in message_ids]
    found = {row.message_id: row.ticket_id for row in connection.execute(HOLDS, {"ids": ids})}
    return list(dict.fromkeys(found[m] for m in ids if m in found))


def holds(connection: Connection, sha256: str) -> bool:
    """Whether a letter with these bytes was ever kept."""
    return connection.execute(SAME_BYTES_EVER, {"sha256": sha256}).first() is not None


def opening(connection: Connection, ticket_id: int) -> tuple[bytes, datetime] | None:
    """The bytes and arrival of the letter that opened a ticket."""
    row = connection.execute(OPENING, {"that": ticket_id}).first()
    return (row.content, row.received_at) if row else None


def written(connection: Connection, ticket_id: int, message_id: str) -> bytes | None:
    """The bytes of a letter to a ticket, by its Message-ID."""
    return connection.execute(WRITTEN, {"that": ticket_id, "message_id": message_id}).scalar()


def release(tx: Connection, letter_ids: Sequence[int]) -> int:
    """Give quarantined letters a fresh start; gives how many. Those in `headers_alone` stay: a header is no letter."""
    return tx.execute(RELEASE, {"ids": list(letter_ids)}).rowcount


def headers_alone(connection: Connection, letter_ids: Sequence[int]) -> list[int]:
    """Which of these letters were too large to fetch, or refused by the server: their headers alone are in the ledger."""
    return list(connection.execute(HEADERS, {"ids": list(letter_ids)}).scalars())


def insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows with a taken key as they are."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def _not_elsewhere(tx: Connection, place: Place, letters: Sequence[Arrived], digests: dict[int, str]) -> Sequence[Arrived]:
    """The letters that had no other place in this mailbox before; the others' rows take the new one.

    An arrival that lay in our future was kept as the moment of keeping it; where only a UID was given anew (F15) such a row
    is left alone, as a later copy is likelier there. Limit: two copies of the same bytes that arrived in the same second
    are one letter to it."""
    rows: list[Any] = list(tx.execute(ELSEWHERE, _at(place) | {"digests": list(digests.values())}))
    fresh = []
    for letter in letters:
        same = next((row for row in rows if row.sha256 == digests[letter.uid] and _may_be(row, letter)), None)
        if same:
            rows.remove(same)
            tx.execute(MOVED, {"that": same.id, "now_uidvalidity": place.uidvalidity, "now_uid": letter.uid})
        else:
            fresh.append(letter)
    return fresh


def _may_be(row: Any, letter: Arrived) -> bool:  # noqa: ANN401 - a row of ELSEWHERE
    return bool(row.received_at == letter.received_at or (row.uid > 0 and row.received_at == row.stored_at < letter.received_at))


def _at(place: Place) -> dict[str, Any]:
    return {"at_account": place.account, "at_mailbox": place.mailbox, "at_uidvalidity": place.uidvalidity}


def _storable(value: Any) -> Any:  # noqa: ANN401 - column values
    """PostgreSQL text holds no NUL, and an index entry only some 2,700 bytes."""
    return value.replace("\0", "")[:800] if isinstance(value, str) else value
