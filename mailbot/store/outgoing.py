"""The outbox: letters owed, claimed, handed over, and how each ended.

Bytes and Message-ID are written in the transaction that changed the ticket and never change again. A row is
`queued` until a sender claims it (`sending`), is `in-doubt` from the moment its final dot goes out until the
server's answer is known, and ends as `sent`, `failed` or `in-doubt` with a reason. `doubts` counts the times the
answer was never known; a row that is `held` waits, queued, until its cause is gone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, and_, bindparam, case, func, insert, or_, select, update

from mailbot.store import addresses, channel
from models.base import core
from models.letters import OutgoingLetter

OutgoingFate = Literal["queued", "sending", "in-doubt", "sent", "failed"]
LEASE = timedelta(minutes=15)
MOST_DOUBTS = 2  # a person's letter goes out at most so often without an answer
NO_ANSWER = "the service stopped before the server's answer"
OUTBOX = core(OutgoingLetter)
NEW = insert(OUTBOX)
OPEN = OUTBOX.c.ended_at.is_(None)
IN_DOUBT = OPEN, OUTBOX.c.fate == "in-doubt"
THAT = OUTBOX.c.id == bindparam("that")
GOES_OUT = (
    update(OUTBOX)
    .where(THAT, OUTBOX.c.fate == "sending")
    .values(fate="in-doubt", leased_until=bindparam("until"), next_at=bindparam("patient_until"))
)
END = (
    update(OUTBOX)
    .where(THAT, OPEN)
    .values(fate=bindparam("end"), reason=bindparam("why"), ended_at=bindparam("at"), queue_id=bindparam("queue"), leased_until=None)
)
POSTPONE = update(OUTBOX).where(THAT, OPEN).values(fate="queued", reason=bindparam("why"), next_at=bindparam("then"), leased_until=None)
DOUBT = (
    update(OUTBOX)
    .where(THAT, *IN_DOUBT, OUTBOX.c.leased_until.is_not(None))
    .values(doubts=OUTBOX.c.doubts + 1, doubted_at=bindparam("at"), reason=bindparam("why"), next_at=bindparam("then"), leased_until=None)
)
LOST = (
    update(OUTBOX)
    .where(*IN_DOUBT, OUTBOX.c.leased_until < bindparam("now"))
    .values(doubts=OUTBOX.c.doubts + 1, doubted_at=bindparam("now"), reason=NO_ANSWER, leased_until=None)
)
NO_PROOF = *IN_DOUBT, OUTBOX.c.leased_until.is_(None), OUTBOX.c.next_at <= bindparam("now")
PROVEN = update(OUTBOX).where(
    OUTBOX.c.message_id == bindparam("that"),
    or_(OUTBOX.c.fate == "in-doubt", OUTBOX.c.doubts > 0),
    OUTBOX.c.fate != "sent",
)
HOLD_DEAD = (
    update(OUTBOX)
    .where(
        OPEN,
        OUTBOX.c.fate == "queued",
        OUTBOX.c.held.is_(None),
        OUTBOX.c.next_at <= bindparam("now"),
        func.lower(OUTBOX.c.recipient).in_(select(addresses.DEAD.c.address)),
    )
    .values(held=addresses.HELD)
    .returning(*(OUTBOX.c[name] for name in ("id", "ticket_id", "letter", "recipient", "automatic")))
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


class Addressed(Struct, frozen=True):
    """A letter of the outbox: its number, ticket, template and recipient."""

    id: int
    ticket_id: int | None
    letter: str
    recipient: str
    automatic: bool


class Claimed(Addressed, frozen=True):
    """A letter this process sends now."""

    message_id: str
    attempts: int
    doubts: int
    created_at: datetime
    data: bytes


class Doubtful(Addressed, frozen=True):
    """A letter whose doubt is settled without proof; `reason` says what was in doubt."""

    reason: str


DOUBTED = tuple(OUTBOX.c[name] for name in Doubtful.__struct_fields__)
ONCE_MORE = (
    update(OUTBOX)
    .where(*NO_PROOF, OUTBOX.c.automatic.is_(False), OUTBOX.c.doubts < MOST_DOUBTS)
    .values(fate="queued", next_at=bindparam("now"))
    .returning(*DOUBTED)
)
NO_MORE = update(OUTBOX).where(*NO_PROOF).values(ended_at=bindparam("now")).returning(*DOUBTED)
CLAIM = (
    select(*(OUTBOX.c[name] for name in Claimed.__struct_fields__))
    .where(
        OPEN,
        OUTBOX.c.fate != "in-doubt",
        OUTBOX.c.held.is_(None),
        OUTBOX.c.next_at <= bindparam("now"),
        OUTBOX.c.leased_until.is_(None) | (OUTBOX.c.leased_until < bindparam("now")),
    )
    .order_by(OUTBOX.c.next_at, OUTBOX.c.id)
    .limit(bindparam("most"))
)
FOUND = OUTBOX.c.id, OUTBOX.c.ticket_id, OUTBOX.c.letter, OUTBOX.c.recipient, OUTBOX.c.person


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
            "doubts": 0,
        }
        for letter in letters
    ]
    if rows:
        tx.execute(NEW, rows)


def hold_back(tx: Connection, now: datetime) -> list[Addressed]:
    """Hold letters whose turn it is but whose address is dead; gives them."""
    return [Addressed(*row) for row in tx.execute(HOLD_DEAD, {"now": now})]


def claim(tx: Connection, now: datetime, limit: int = 20) -> list[Claimed]:
    """The next letters to send; nobody else gets them while the lease runs."""
    found = [Claimed(*row) for row in tx.execute(CLAIM, {"now": now, "most": limit})]
    if found:
        values = {"fate": "sending", "leased_until": now + LEASE, "attempts": OUTBOX.c.attempts + 1}
        tx.execute(update(OUTBOX).where(OUTBOX.c.id.in_([c.id for c in found])).values(values))
    return found


def in_doubt(tx: Connection, letter_id: int, now: datetime, patience: timedelta = timedelta()) -> bool:
    """The final dot goes out now: from here on nobody knows until the server answers.

    Without an answer the doubt is settled after `patience`. False if the letter is not this sender's any more: no dot then."""
    moments = {"until": now + LEASE, "patient_until": now + patience}
    return tx.execute(GOES_OUT, {"that": letter_id} | moments).rowcount == 1


def finish(tx: Connection, letter_id: int, fate: OutgoingFate, reason: str, now: datetime, queue_id: str | None = None) -> bool:
    """The letter's end; `queue_id` is what the server calls it. False if it had ended before."""
    values = {"that": letter_id, "end": fate, "why": reason[:800], "at": now, "queue": queue_id}
    return tx.execute(END, values).rowcount == 1


def postpone(tx: Connection, letter_id: int, reason: str, next_at: datetime) -> None:
    """Not now: try again at `next_at`."""
    tx.execute(POSTPONE, {"that": letter_id, "why": reason[:800], "then": next_at})


def reopen(tx: Connection, letter_ids: Sequence[int], reason: str, next_at: datetime) -> None:
    """Refused for no fault of theirs: these letters wait until `next_at`, also those that had failed."""
    values = {"fate": "queued", "reason": reason[:800], "next_at": next_at, "leased_until": None, "ended_at": None}
    tx.execute(update(OUTBOX).where(OUTBOX.c.id.in_(letter_ids), OUTBOX.c.fate != "sent").values(values))


def doubt(tx: Connection, letter_id: int, reason: str, now: datetime, settle_at: datetime) -> None:
    """No answer came to the whole letter; the doubt waits for a proof until `settle_at`."""
    tx.execute(DOUBT, {"that": letter_id, "why": reason[:800], "at": now, "then": settle_at})


def put_back(tx: Connection, letter_ids: Sequence[int]) -> None:
    """Claimed but not tried (stop, or the channel is down): as if never claimed."""
    values = {"fate": "queued", "leased_until": None, "attempts": OUTBOX.c.attempts - 1}
    tx.execute(update(OUTBOX).where(OUTBOX.c.id.in_(letter_ids), OUTBOX.c.fate == "sending").values(values))


def settle_doubts(tx: Connection, now: datetime) -> tuple[list[Doubtful], list[Doubtful]]:
    """Doubts without proof, wherever they came from (F10, F11, F30): automatic letters end in doubt (at most once), people's
    letters go out once more, the same bytes and Message-ID (at least once), and end in doubt after the second time.

    Gives those that ended, and those that go out again."""
    tx.execute(LOST, {"now": now})
    resent = [Doubtful(*row) for row in tx.execute(ONCE_MORE, {"now": now})]
    return [Doubtful(*row) for row in tx.execute(NO_MORE, {"now": now})], resent


def unproven(connection: Connection) -> Sequence[str]:
    """Message-IDs of letters in doubt that a proof would end as sent."""
    return connection.execute(select(OUTBOX.c.message_id).where(*IN_DOUBT)).scalars().all()


def proven(tx: Connection, message_id: str, now: datetime, how: str = "a copy came back", queue_id: str | None = None) -> int | None:
    """The server had taken our letter: a doubt ends as sent, and nobody need be asked whether it arrived twice unless it went out again.

    Gives the row's id; None if it is not ours."""
    once = and_(OUTBOX.c.fate == "in-doubt", OUTBOX.c.doubts == 1, OUTBOX.c.leased_until.is_(None))
    values = {
        "fate": "sent",
        "reason": f"once in doubt; {how}",
        "ended_at": now,
        "leased_until": None,
        "queue_id": func.coalesce(queue_id, OUTBOX.c.queue_id),
        "told_at": case((once, now), else_=OUTBOX.c.told_at),
    }
    tx.execute(PROVEN.values(values), {"that": message_id})
    found: int | None = tx.execute(select(OUTBOX.c.id).where(OUTBOX.c.message_id == message_id)).scalar()
    return found


def bounced(tx: Connection, letter_id: int, now: datetime) -> None:
    """A bounce of this letter came; the first one counts."""
    tx.execute(update(OUTBOX).where(OUTBOX.c.id == letter_id, OUTBOX.c.bounced_at.is_(None)).values(bounced_at=now))


def free_leases(tx: Connection, now: datetime) -> None:
    """At the start of the one service nobody else sends: leases of a dead process end at once."""
    tx.execute(update(OUTBOX).where(OPEN, OUTBOX.c.leased_until.is_not(None)).values(leased_until=now - timedelta(seconds=1)))


def send_again(tx: Connection, letter_ids: Sequence[int]) -> int:
    """Staff asks for another try of failed, doubtful or held letters, the same bytes and at once; gives how many.

    Their addresses count as alive again, and a closed channel is tried."""
    chosen = OUTBOX.c.id.in_(letter_ids), or_(OUTBOX.c.held.is_not(None), OUTBOX.c.ended_at.is_not(None) & (OUTBOX.c.fate != "sent"))
    recipients = tx.execute(select(OUTBOX.c.recipient).where(*chosen).distinct()).scalars().all()
    values = {"fate": "queued", "ended_at": None, "leased_until": None, "attempts": 0, "held": None}
    count = tx.execute(update(OUTBOX).where(*chosen).values(values)).rowcount
    for recipient in recipients:
        addresses.revive(tx, recipient)
    if count:
        channel.hurry(tx)
    return count


def find(connection: Connection, message_ids: Sequence[str]) -> Sequence[Any]:
    """Our letters with these Message-IDs: rows of id, ticket_id, letter, recipient, person."""
    return connection.execute(select(*FOUND).where(OUTBOX.c.message_id.in_(message_ids))).all() if message_ids else []


def to_person(connection: Connection, ticket_id: int | None, person: str) -> Sequence[Any]:
    """The last fifty letters of a ticket to one person, newest first: rows of letter and data."""
    wanted = select(OUTBOX.c.letter, OUTBOX.c.data).where(OUTBOX.c.ticket_id == ticket_id, OUTBOX.c.person == person)
    return connection.execute(wanted.order_by(OUTBOX.c.id.desc()).limit(50)).all()


def by_id(connection: Connection, letter_id: int) -> Any | None:  # noqa: ANN401 - a row
    """One of our letters by its number: a row as `find` gives it."""
    return connection.execute(select(*FOUND).where(OUTBOX.c.id == letter_id)).first()
