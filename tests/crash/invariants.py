"""What must hold after any run, whatever broke in it: V1 to V8 of the list of faults.

Takes what was put into the mailbox, what lies there now, what arrived at recipients, and the database after everything
has come to rest (all letters read, nothing due in the outbox). Gives a sentence for each promise that is broken, naming
the letter or the row; none: all hold. Reads only; shares no query with the product, so that a mistake there shows here.
"""

import email
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, select

from mailbot.store import tickets
from mailbot.store.letters import FATES, MAX_ATTEMPTS
from models.base import core
from models.letters import OutgoingLetter, RawLetter, ReceivedLetter
from models.tables import Alarm, Event, TicketRow

RECEIVED, OUTBOX, RAW, TICKET = core(ReceivedLetter), core(OutgoingLetter), core(RawLetter), core(TicketRow)
SENT_ID = re.compile(rb"^message-id:\s*<([^>\r\n]*)>", re.IGNORECASE | re.MULTILINE)


class Put(Struct, frozen=True):
    """A letter the mailbox accepted. `talk` names its conversation, None: it opens none. `secret` is a string that stands
    in the letter and must reach nobody but the conversation's `customer` and the staff."""

    raw: bytes
    talk: str | None = None
    customer: str = ""
    secret: str = ""


class Arrived(Struct, frozen=True):
    """A copy that a relay took over for a recipient (SMTP said 250 to its final dot)."""

    recipient: str
    raw: bytes


class Seen(Struct, frozen=True):
    """A run that came to rest. `there`: the bytes in every folder of the mailbox now; None where nobody can look.

    `staff`: addresses that may read everything. `may_quarantine`: whether a letter may have been set aside (crashes hit it
    three times, or it is poison). `budget`: at most so many letters out for each letter in, and `allowance` besides."""

    put: Sequence[Put]
    arrived: Sequence[Arrived]
    now: datetime
    there: Sequence[bytes] | None = None
    staff: frozenset[str] = frozenset()
    may_quarantine: bool = False
    budget: int = 6
    allowance: int = 10


def broken(seen: Seen, connection: Connection) -> list[str]:
    """Every promise that does not hold, as sentences that begin with its number."""
    received = connection.execute(select(RECEIVED)).all()
    outbox = connection.execute(select(OUTBOX).order_by(OUTBOX.c.id)).all()
    shown = _shown(connection)
    return [
        *_none_lost(seen, connection, received),
        *_each_has_one_fate(seen, received),
        *_conversations_are_tickets(seen, connection, received),
        *_none_sent_twice(seen, outbox),
        *_each_sending_ended(seen, outbox, shown),
        *_within_budget(seen, outbox),
        *_no_secret_told(seen),
        *_story_is_sealed(connection),
    ]


def _none_lost(seen: Seen, connection: Connection, received: Sequence[Any]) -> Iterator[str]:
    """V1: a letter the server took is in the ledger once, byte for byte, and still on the server."""
    put = Counter(_digest(letter.raw) for letter in seen.put)
    rows = Counter(row.sha256 for row in received if not _header_only(row))
    names = {_digest(letter.raw): _name(letter.raw) for letter in seen.put}
    for digest, count in put.items():
        if rows[digest] < count:
            yield f"V1: {names[digest]} was put {count} times and is in the ledger {rows[digest]} times: lost"
        elif rows[digest] > count:
            yield f"V1: {names[digest]} was put {count} times and is in the ledger {rows[digest]} times"
    for digest in rows.keys() - put.keys():
        yield f"V1: the ledger has a letter {digest[:12]} that nobody put there"
    for raw in connection.execute(select(RAW.c.sha256, RAW.c.content)):
        if _digest(raw.content) != raw.sha256:
            yield f"V1: the bytes kept as {raw.sha256[:12]} are others"
    if seen.there is not None:
        here = Counter(_digest(raw) for raw in seen.there)
        for digest, count in (put - here).items():
            yield f"V1: {names[digest]} has gone from the mailbox ({count} copies)"
        for _digested, count in (here - put).items():
            yield f"V1: the mailbox holds {count} copies more of {names.get(_digested, _digested[:12])} than were put there"


def _each_has_one_fate(seen: Seen, received: Sequence[Any]) -> Iterator[str]:
    """V2: every row of the ledger has ended in one fate."""
    for row in received:
        if row.fate is None:
            yield f"V2: in-{row.id} has no fate after {row.attempts} attempts"
        elif row.fate not in FATES:
            yield f"V2: in-{row.id} has the fate {row.fate}, which there is not"
        elif row.fate == "quarantined" and not seen.may_quarantine and not _header_only(row):
            yield f"V2: in-{row.id} was set aside: {row.reason}"
        elif row.attempts > MAX_ATTEMPTS + 1:
            yield f"V2: in-{row.id} was tried {row.attempts} times"


def _conversations_are_tickets(seen: Seen, connection: Connection, received: Sequence[Any]) -> Iterator[str]:
    """V3: as many tickets as conversations, each holding that conversation's letters and no others'."""
    talk_of = {_digest(letter.raw): letter.talk for letter in seen.put}
    tickets_of: dict[str, set[int]] = defaultdict(set)
    talks_of: dict[int, set[str]] = defaultdict(set)
    for row in received:
        talk = talk_of.get(row.sha256)
        if talk is not None and row.ticket_id is not None:
            tickets_of[talk].add(row.ticket_id)
            talks_of[row.ticket_id].add(talk)
        elif talk is not None and row.fate not in ("duplicate", "quarantined", None):
            yield f"V3: in-{row.id} of conversation {talk} ended as {row.fate} without a ticket"
    for talk, its in tickets_of.items():
        if len(its) > 1:
            yield f"V3: conversation {talk} lies in tickets {sorted(its)}"
    for ticket, its_talks in talks_of.items():
        if len(its_talks) > 1:
            yield f"V3: ticket {ticket} holds conversations {sorted(its_talks)}"
    for ticket in connection.execute(select(TICKET.c.id, TICKET.c.number)):
        if ticket.id not in talks_of:
            yield f"V3: ticket {ticket.number} belongs to no conversation"


def _none_sent_twice(seen: Seen, outbox: Sequence[Any]) -> Iterator[str]:
    """V4: each letter of ours arrived once at most; one of a person's twice if its doubt is on record. Never what we don't know of."""
    copies = Counter((_sent_id(copy.raw), copy.recipient.lower()) for copy in seen.arrived)
    known = {(row.message_id, row.recipient.lower()): row for row in outbox}
    for key, count in copies.items():
        row = known.get(key)
        if row is None:
            yield f"V4: a letter {key[0]} to {key[1]} arrived that the outbox does not know"
        elif count > (2 if row.doubts and not row.automatic else 1):
            whose = "automatic" if row.automatic else "a person's"
            yield f"V4: out-{row.id} ({whose}, {row.doubts} doubts on record, {row.fate}) arrived {count} times"
    bytes_of: dict[str, set[bytes]] = defaultdict(set)
    for copy in seen.arrived:
        bytes_of[_sent_id(copy.raw)].add(_body(copy.raw))
    for message_id, bodies in bytes_of.items():
        if len(bodies) > 1:
            yield f"V4: {message_id} arrived with {len(bodies)} different contents"


def _each_sending_ended(seen: Seen, outbox: Sequence[Any], shown: "Shown") -> Iterator[str]:
    """V5: every letter of ours ended, truthfully; what did not arrive, or may not have, is shown to a person."""
    copies = Counter((_sent_id(copy.raw), copy.recipient.lower()) for copy in seen.arrived)
    for row in outbox:
        arrived = copies[row.message_id, row.recipient.lower()]
        if row.fate in ("queued", "sending", "in-doubt") and row.ended_at is None:
            if not row.held and row.next_at <= seen.now:
                yield f"V5: out-{row.id} is still {row.fate} ({row.reason})"
        elif row.fate == "sent" and not arrived:
            yield f"V5: out-{row.id} is said to be sent and never arrived: lost"
        elif row.fate == "failed" and arrived and not row.doubts:
            yield f"V5: out-{row.id} is said to have failed and arrived {arrived} times"
        elif row.fate in ("failed", "in-doubt") and not shown.covers(row):
            yield f"V5: out-{row.id} ({row.letter}) ended as {row.fate} and nobody is told ({row.reason})"
        elif row.fate not in ("sent", "failed", "in-doubt"):
            yield f"V5: out-{row.id} ended as {row.fate}, which there is not"


def _within_budget(seen: Seen, outbox: Sequence[Any]) -> Iterator[str]:
    """V6: letters out stay within so many for each letter in."""
    most = seen.budget * len(seen.put) + seen.allowance
    if len(outbox) > most:
        yield f"V6: {len(outbox)} letters out for {len(seen.put)} in; at most {most}"


def _no_secret_told(seen: Seen) -> Iterator[str]:
    """V7: what a customer wrote reaches that customer and the staff, nobody else."""
    secrets = {letter.secret: letter.customer.lower() for letter in seen.put if letter.secret}
    if not secrets:
        return
    for copy in seen.arrived:
        recipient = copy.recipient.lower()
        if recipient in seen.staff:
            continue
        words = _readable(copy.raw)
        for secret, customer in secrets.items():
            if secret in words and recipient != customer:
                yield f"V7: the secret {secret} of {customer} went to {recipient} in {_sent_id(copy.raw)}"


def _story_is_sealed(connection: Connection) -> Iterator[str]:
    """V8: nobody changed a ticket's story after it was written, and it tells what the tables hold."""
    for number in tickets.verify(connection):
        yield f"V8: the story of ticket {number} was changed after it was written"
    for number in tickets.strayed(connection):
        yield f"V8: the rows of ticket {number} are not what its story tells"


class Shown(Struct, frozen=True):
    """Where people see that a letter did not arrive: in a ticket's story, or in an alarm."""

    stories: frozenset[tuple[int, str]]
    alarms: str

    def covers(self, row: Any) -> bool:
        """Whether this letter's end is shown somewhere."""
        in_story = (row.ticket_id, row.recipient) in self.stories
        return bool(row.told_at or in_story or row.recipient in self.alarms or f"out-{row.id}" in self.alarms)


def _shown(connection: Connection) -> Shown:
    event, alarm = core(Event), core(Alarm)
    kinds = ("undelivered", "in-doubt")
    told = connection.execute(select(event.c.ticket_id, event.c.data).where(event.c.kind.in_(kinds)))
    stories = frozenset((row.ticket_id, str(row.data.get("address", ""))) for row in told)
    return Shown(stories, "\n".join(f"{row.name} {row.text}" for row in connection.execute(select(alarm.c.name, alarm.c.text))))


def _header_only(row: Any) -> bool:
    """A letter too large to take: its header alone is kept."""
    return bool(row.fate == "quarantined" and (row.reason or "").startswith("fetch:"))


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _name(raw: bytes) -> str:
    return _sent_id(raw) or f"the letter {_digest(raw)[:12]}"


def _sent_id(raw: bytes) -> str:
    found = SENT_ID.search(raw.partition(b"\r\n\r\n")[0] if b"\r\n\r\n" in raw else raw.partition(b"\n\n")[0])
    return found[1].decode("ascii", "replace") if found else ""


def _body(raw: bytes) -> bytes:
    """The content without what relays put on top, lines as LF."""
    return raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].rstrip(b"\n")


def _readable(raw: bytes) -> str:
    """Everything a reader could see: header fields and every part decoded."""
    letter = email.message_from_bytes(raw)
    parts = [part.get_payload(decode=True) for part in letter.walk() if not part.is_multipart()]
    texts = [part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)]
    return "\n".join([*(f"{name}: {value}" for name, value in letter.items()), *texts])
