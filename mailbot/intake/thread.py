"""Which ticket a letter belongs to, and what its author may do there.

Clues in fixed order: reply token (Message-IDs we gave out, plus-address, body marker), then References to a letter
of a ticket, then the subject's number, then the letter's own Message-ID, which a letter of a ticket had already (F20);
all but the token count only for somebody who takes part already, because anyone can write them (design: the path of a
letter; reliability A4-A6). Looks tickets up through `Finder`; writes nothing.
"""

import re
import unicodedata
from typing import Literal, Protocol

from msgspec import Struct

from mailbot.identity import CLUE, Identity, customer, staff
from mailbot.intake.message import InboundMessage
from mailbot.lifecycle.ticket import Ticket

Standing = Literal["staff", "participant", "third-party", "stranger"]
SUBJECT_NUMBER = re.compile(r"\[\s*#\s*(\d{4}-\d{6,9})\s*\]", re.ASCII)
REFERENCE = re.compile(r"\[\s{0,3}ref:\s{0,3}\d{4}-\d{6,9}\.[a-z2-7]{26}\s{0,3}\]", re.IGNORECASE)
MAX_CLUES = 8


class Clues(Struct, frozen=True):
    """What a letter says about its ticket: tokens, Message-IDs (nearest first), a number in the subject."""

    tokens: tuple[tuple[str, str], ...]
    ids: tuple[str, ...]
    number: str | None


class Threaded(Struct, frozen=True):
    """The ticket found (None: a new one), the author's standing there, the clue that told, a number merely claimed."""

    ticket: Ticket | None
    standing: Standing
    sign: str
    claimed: str | None = None


class Finder(Protocol):
    """Looks into the record."""

    def by_number(self, number: str) -> Ticket | None: ...
    def by_message_ids(self, ids: tuple[str, ...]) -> list[Ticket]: ...
    def takes_part(self, ticket: Ticket) -> frozenset[str]: ...


class Author(Struct, frozen=True):
    """Who claims to have written: the address, its staff key if it is a member's, and every staff key there is."""

    address: str
    member_key: str | None
    staff_keys: tuple[str, ...]


def thread(message: InboundMessage, author: Author, identity: Identity, find: Finder) -> Threaded:
    """Find the ticket of a person's letter."""
    found = clues(message)
    by_token = _by_token(found, author, identity, find)
    if by_token:
        return by_token
    hints = [(t, "reference") for t in find.by_message_ids(found.ids)] if found.ids else []
    ticket = find.by_number(found.number) if found.number else None
    hints += [(ticket, "subject number")] if ticket else []
    hints += [(t, "same Message-ID") for t in find.by_message_ids((message.message_id,))] if message.message_id else []
    for ticket, sign in hints:
        if author.address in find.takes_part(ticket):
            return Threaded(ticket, "participant", sign)
    claimed = hints[0][0].number if hints else found.number
    return Threaded(
        None, "stranger", "a number, but the sender takes no part in it" if claimed else "no clue to an earlier ticket", claimed
    )


def clues(message: InboundMessage) -> Clues:
    """Everything in the letter that may name a ticket; forged clues are in it too."""
    ids = tuple(dict.fromkeys([*message.in_reply_to, *reversed(message.references)]))[: MAX_CLUES * 4]
    addresses = " ".join(a.address for a in (*message.to, *message.cc))
    delivered = " ".join(message.headers.get("delivered-to", ()) + message.headers.get("x-original-to", ()))
    places = " ".join(ids), addresses, delivered.lower(), message.quoted[-20_000:], message.text[-20_000:]
    tokens = dict.fromkeys((m[1], m[2]) for place in places for m in CLUE.finditer(place))
    number = SUBJECT_NUMBER.search(unicodedata.normalize("NFKC", message.subject[:1000]).replace("【", "[").replace("】", "]"))
    return Clues(tuple(tokens)[:MAX_CLUES], ids, number[1] if number else None)


def _by_token(found: Clues, author: Author, identity: Identity, find: Finder) -> Threaded | None:
    for number, token in found.tokens:
        ticket = find.by_number(number)
        if ticket is None:
            continue
        if author.member_key and identity.holds(number, staff(author.member_key), token):
            return Threaded(ticket, "staff", "reply token")
        people = find.takes_part(ticket)
        holders = [customer(address) for address in people] + [staff(key) for key in author.staff_keys]
        if any(identity.holds(number, holder, token) for holder in holders):
            # Somebody passed our letter on (A6): what the newcomer writes is kept, but earns no standing.
            return Threaded(ticket, "participant" if author.address in people else "third-party", "reply token")
    return None


def bears_mark(message: InboundMessage) -> bool:
    """Whether the line with a reply token stands in the letter's own text, as in what a mailbot wrote, not in a quoted letter."""
    return (REFERENCE.search(message.fresh) or REFERENCE.fullmatch(message.quoted.strip())) is not None
