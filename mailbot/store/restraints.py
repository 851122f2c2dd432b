"""What the rules of `outbox.restraint` ask of the outbox, and the letters that wait for a breaker to close.

A letter that waits is `queued` with the reason in `held`; nobody claims it. It is let go, or replaced by another, in
one transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, func, select, update

from models.base import core
from models.letters import OutgoingLetter, ReceivedLetter
from models.tables import TicketRow

OUTBOX, LEDGER, TICKET = core(OutgoingLetter), core(ReceivedLetter), core(TicketRow)
MOST = 5_000  # rows looked at when an hour's letters are counted

# Statements are built once: building one costs more than running it.
SENT = (OUTBOX.c.recipient, OUTBOX.c.letter, OUTBOX.c.ticket_id, OUTBOX.c.created_at)
MEANT = OUTBOX.c.automatic, OUTBOX.c.held.is_(None)
OF_TICKET = select(*SENT).where(OUTBOX.c.ticket_id == bindparam("that"), *MEANT)
TO_ADDRESS = select(*SENT).where(OUTBOX.c.recipient == bindparam("to"), OUTBOX.c.created_at > bindparam("since"), *MEANT)
OUTSIDE = OUTBOX.c.person.like("customer:%")
NTH = select(OUTBOX.c.created_at).where(*MEANT, OUTSIDE).order_by(OUTBOX.c.id.desc()).limit(1).offset(bindparam("nth"))
LATEST_OUT = select(OUTBOX.c.created_at.label("at")).where(*MEANT, OUTSIDE).order_by(OUTBOX.c.id.desc()).limit(MOST).subquery()
LATEST_IN = select(LEDGER.c.stored_at.label("at")).order_by(LEDGER.c.id.desc()).limit(MOST).subquery()
OUT = select(func.count()).select_from(LATEST_OUT).where(LATEST_OUT.c.at > bindparam("since"))
CAME = select(func.count()).select_from(LATEST_IN).where(LATEST_IN.c.at > bindparam("since"))
HOLD = update(OUTBOX).where(OUTBOX.c.message_id == bindparam("that")).values(held=bindparam("why"))
WAITING = OUTBOX.c.ended_at.is_(None), OUTBOX.c.held.like(bindparam("why"))
HELD = (
    select(OUTBOX.c.id, OUTBOX.c.ticket_id, TICKET.c.number, OUTBOX.c.letter, OUTBOX.c.recipient, OUTBOX.c.person)
    .select_from(OUTBOX.outerjoin(TICKET, TICKET.c.id == OUTBOX.c.ticket_id))
    .where(*WAITING)
    .order_by(OUTBOX.c.id)
)
LET_GO = update(OUTBOX).where(OUTBOX.c.id == bindparam("that")).values(held=None, next_at=bindparam("now"), created_at=bindparam("now"))
DROP = delete(OUTBOX).where(OUTBOX.c.id == bindparam("that"))
TEXTS = select(OUTBOX.c.data).where(OUTBOX.c.ticket_id == bindparam("that"), OUTBOX.c.message_id.like(bindparam("clue")))
TO_READER = select(func.count()).where(
    OUTBOX.c.ticket_id == bindparam("that"), OUTBOX.c.recipient == bindparam("to"), OUTBOX.c.created_at > bindparam("since"), *MEANT
)
REACHED = select(OUTBOX.c.id).where(OUTBOX.c.recipient == bindparam("to"), OUTBOX.c.fate == "sent", OUTBOX.c.ended_at > bindparam("since"))
LISTED = select(OUTBOX.c.id).where(
    OUTBOX.c.recipient == bindparam("to"), OUTBOX.c.created_at == bindparam("now"), OUTBOX.c.letter == "manager/digest"
)


class Held(Struct, frozen=True):
    """A letter that waits; `number` is its ticket's."""

    id: int
    ticket_id: int | None
    number: str | None
    letter: str
    recipient: str
    person: str


Row = tuple[str, str, int | None, datetime]


def of_ticket(connection: Connection, ticket_id: int) -> list[Row]:
    """The ticket's automatic letters: recipient, letter, ticket, moment."""
    return [tuple(row) for row in connection.execute(OF_TICKET, {"that": ticket_id})]


def to_address(connection: Connection, address: str, since: datetime) -> list[Row]:
    """The automatic letters to an address since then."""
    return [tuple(row) for row in connection.execute(TO_ADDRESS, {"to": address, "since": since})]


def last_hour(connection: Connection, now: datetime, allowance: int) -> tuple[int, int]:
    """Automatic letters to outsiders and letters received within an hour; up to `allowance` letters out nothing is counted."""
    since = now - timedelta(hours=1)
    nth = connection.execute(NTH, {"nth": allowance}).scalar()
    if nth is None or nth <= since:
        return 0, 0
    return connection.execute(OUT, {"since": since}).scalar_one(), connection.execute(CAME, {"since": since}).scalar_one()


def hold(tx: Connection, message_id: str, reason: str) -> None:
    """A letter just owed waits; `reason` is shown by `status`."""
    tx.execute(HOLD, {"that": message_id, "why": reason})


def held(connection: Connection, beginning: str) -> list[Held]:
    """Letters that wait for a reason with this beginning, the oldest first."""
    return [Held(*row) for row in connection.execute(HELD, {"why": f"{beginning}%"})]


def let_go(tx: Connection, letter_ids: Sequence[int], now: datetime) -> None:
    """These may go out; they count as owed now."""
    if letter_ids:
        tx.execute(LET_GO, [{"that": letter_id, "now": now} for letter_id in letter_ids])


def drop(tx: Connection, letter_ids: Sequence[int]) -> None:
    """These were never sent and are not needed: another letter owed in this transaction says the same."""
    if letter_ids:
        tx.execute(DROP, [{"that": letter_id} for letter_id in letter_ids])


def texts(connection: Connection, ticket_id: int, clue: str) -> list[bytes]:
    """Our letters of a ticket whose Message-ID begins with this reply token."""
    return list(connection.execute(TEXTS, {"that": ticket_id, "clue": f"{clue}.%"}).scalars())


def to_reader(connection: Connection, ticket_id: int | None, address: str, now: datetime) -> int:
    """How many automatic letters of a ticket went to one reader within an hour."""
    return connection.execute(TO_READER, {"that": ticket_id, "to": address, "since": now - timedelta(hours=1)}).scalar_one()


def reached_since(connection: Connection, address: str, since: datetime) -> bool:
    """Whether a letter to this address was sent since then."""
    return connection.execute(REACHED.limit(1), {"to": address, "since": since}).first() is not None


def listed(connection: Connection, address: str, now: datetime) -> bool:
    """Whether a list of what is late was owed to this address at this very moment."""
    return connection.execute(LISTED.limit(1), {"to": address, "now": now}).first() is not None
