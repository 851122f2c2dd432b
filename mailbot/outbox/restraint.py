"""Which automatic letters must not go out: loops and floods end here, whatever they slipped through before.

Takes a letter owed and what went out lately, gives the reason against it or None. Pure. Every limit is a layer of its
own that ends a loop without the others (reliability §5.5, F45-F47; RFC 3834 §2): whatever fools one meets the next.
What a person wrote is never held back, and neither are the managers' reports and alarms.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from mailbot.lifecycle.letters import Owed

DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(days=7)
AUTOMATIC_A_DAY = 10  # automatic letters to one address outside the company
QUICK = timedelta(minutes=30)  # a robot answers at once, and so a loop turns within minutes
QUICK_RETURNS = 2  # answers to one address within that time, after which the next letter without a clue gets none
TO_ONE_READER = 20  # automatic letters of one ticket to one reader within an hour
ALLOWANCE, RATIO = 50, 2  # automatic letters to outsiders within an hour: so many, and so many more for each letter that came in
BREAKER = "breaker: "  # what the reason of a letter begins with that waits until a breaker closes again


class Layers(Struct, frozen=True):
    """The layers of loop safety, all on; a test switches off all but one."""

    screening: bool = True
    marker: bool = True
    echo: bool = True
    hops: bool = True
    once: bool = True
    quick: bool = True
    daily: bool = True
    repeats: bool = True
    ticket_rate: bool = True
    global_rate: bool = True


class Sent(Struct, frozen=True):
    """An automatic letter that was owed before: to whom, which, for which ticket (row id), when."""

    recipient: str
    letter: str
    ticket_id: int | None
    at: datetime


class Past(Struct, frozen=True):
    """What went out lately, as far as it matters for one letter owed at `now`.

    `of_ticket` are the ticket's automatic letters, `to_address` those of seven days to the address; `out` and `came`
    count the last hour's automatic letters to outsiders and letters received."""

    now: datetime
    ticket_id: int | None = None
    changed_at: datetime | None = None
    of_ticket: tuple[Sent, ...] = ()
    to_address: tuple[Sent, ...] = ()
    out: int = 0
    came: int = 0


class Restraint(Struct, frozen=True):
    """Why a letter must not go out now. With `waits` it goes out when a breaker closes again, else never."""

    layer: str
    reason: str
    waits: bool = False


class Limit(NamedTuple):
    """A layer: its name, the sentence for the record, the test, and whether it is a breaker (it closes by itself)."""

    layer: str
    reason: str
    holds: Callable[[Owed, Past], bool]
    breaker: bool = False


def restraint(owed: Owed, past: Past, layers: Layers) -> Restraint | None:
    """The first layer that is against sending `owed`, or None."""
    if owed.automatic is None or owed.letter.startswith("manager/"):
        return None
    limit = next((limit for limit in LIMITS if getattr(layers, limit.layer) and limit.holds(owed, past)), None)
    if limit is None:
        return None
    if limit.breaker and not (is_answer(owed) and is_outside(owed)):
        return Restraint(limit.layer, BREAKER + limit.reason, waits=True)
    return Restraint(limit.layer, limit.reason)


def is_answer(owed: Owed) -> bool:
    """An automatic letter that answers one (RFC 3834 §1.2)."""
    return owed.automatic == "auto-replied"


def is_outside(owed: Owed) -> bool:
    """A letter to a customer."""
    return owed.to.person.startswith("customer:")


def too_many_at_once(out: int, came: int) -> bool:
    """The global breaker: more automatic letters to outsiders within an hour than the letters that came in can explain."""
    return out > ALLOWANCE + RATIO * came


def to_reader(past: Past, address: str) -> int:
    """How many automatic letters of the ticket went to this reader within an hour."""
    return sum(sent.recipient == address and sent.at > past.now - HOUR for sent in past.of_ticket)


def _answered(owed: Owed, past: Past) -> bool:
    same = (s.recipient == owed.to.address and s.letter == owed.letter for s in past.of_ticket)
    return is_answer(owed) and is_outside(owed) and any(same)


def _returns_quickly(owed: Owed, past: Past) -> bool:
    """An answer to a letter without any clue, after two such answers within minutes: a machine that drops all headers (F47)."""
    lately = [s for s in past.to_address if s.letter == owed.letter and s.at > past.now - QUICK]
    return is_answer(owed) and is_outside(owed) and len(lately) >= QUICK_RETURNS


def _enough_today(owed: Owed, past: Past) -> bool:
    """Customers, and members of staff where only their address speaks for them: anyone can write it into a letter."""
    claimed = is_answer(owed) and past.ticket_id is None
    return (is_outside(owed) or claimed) and sum(s.at > past.now - DAY for s in past.to_address) >= AUTOMATIC_A_DAY


def _said_before(owed: Owed, past: Past) -> bool:
    """The same letter of the same ticket within a week, and nothing happened in between."""
    same = [s.at for s in past.to_address if s.letter == owed.letter and s.ticket_id == past.ticket_id and past.ticket_id is not None]
    return is_outside(owed) and bool(same) and max(same) > past.now - WEEK and not (past.changed_at and past.changed_at > max(same))


def _ticket_runs_wild(owed: Owed, past: Past) -> bool:
    return past.ticket_id is not None and to_reader(past, owed.to.address) >= TO_ONE_READER


def _all_runs_wild(owed: Owed, past: Past) -> bool:
    return is_outside(owed) and too_many_at_once(past.out, past.came)


MINUTES = int(QUICK.total_seconds()) // 60
LIMITS = (
    Limit("once", "this ticket was acknowledged to this address before", _answered),
    Limit("quick", f"the address wrote again within {MINUTES} minutes after {QUICK_RETURNS} automatic answers", _returns_quickly),
    Limit("daily", f"the address got {AUTOMATIC_A_DAY} automatic letters within a day", _enough_today),
    Limit("repeats", "the same letter went to this address within 7 days, and nothing has changed since", _said_before),
    Limit(
        "ticket_rate",
        f"{TO_ONE_READER} automatic letters of this ticket to one reader within an hour",
        _ticket_runs_wild,
        breaker=True,
    ),
    Limit("global_rate", "more automatic letters within an hour than the letters that came in explain", _all_runs_wild, breaker=True),
)
