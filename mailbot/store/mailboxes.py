"""The mailboxes that are read: how each numbers its letters, when it was last seen well, what is wrong with it.

Written by the collector, read by `watch`. Trouble sounds the alarm `mailbox ACCOUNT FOLDER` in the same transaction, and a
good look ends it. Trouble that may pass by itself (the network) sounds it only when it has lasted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, bindparam, select, update

from mailbot.store import alarms
from mailbot.store.letters import Place, insert_new
from models.base import core
from models.tables import MailboxState

STATES = core(MailboxState)
THIS = STATES.c.account == bindparam("of_account"), STATES.c.mailbox == bindparam("of_mailbox")
CHANGE = update(STATES).where(*THIS)
ONE = select(STATES.c.uidvalidity, STATES.c.trouble, STATES.c.trouble_since).where(*THIS)
ENDED = (
    update(alarms.ALARMS)
    .where(alarms.ALARMS.c.name.in_(bindparam("names", expanding=True)), alarms.ALARMS.c.since < bindparam("before"))
    .where(alarms.ALARMS.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"))
)
ALL = select(STATES).order_by(STATES.c.account, STATES.c.mailbox)


class State(Struct, frozen=True):
    """A mailbox as the last look left it: `good_at` is the last look that saw every letter, `held` how many there were then."""

    account: str
    mailbox: str
    uidvalidity: int
    looked_at: datetime | None
    good_at: datetime | None
    held: int
    trouble: str | None
    trouble_since: datetime | None


def seen(tx: Connection, place: Place, held: int, now: datetime, trouble: str | None = None) -> None:
    """A look saw all `held` letters; `trouble` is what kept it from settling them."""
    facts = {"uidvalidity": place.uidvalidity, "good_at": now, "held": held}
    _write(tx, (place.account, place.mailbox), facts, trouble, now)
    if trouble is None:
        alarms.end(tx, alarm(place.account, place.mailbox), now)
    else:
        alarms.sound(tx, alarm(place.account, place.mailbox), trouble, now)


def troubled(tx: Connection, account: str, mailbox: str, trouble: str, now: datetime, patience: timedelta = timedelta()) -> None:
    """A look failed; the alarm sounds once trouble has lasted for `patience`."""
    since = _write(tx, (account, mailbox), {}, trouble, now)
    if now - since >= patience:
        alarms.sound(tx, alarm(account, mailbox), trouble, now)


def end_after_a_day(tx: Connection, names: Sequence[str], now: datetime) -> None:
    """Alarms about something that happened once end by themselves: a day is enough to be told."""
    tx.execute(ENDED, {"names": list(names), "before": now - timedelta(days=1), "now": now})


def uidvalidity(connection: Connection, account: str, mailbox: str) -> int | None:
    """The UIDVALIDITY of the last good look; None before there was one."""
    found: int | None = connection.execute(ONE, {"of_account": account, "of_mailbox": mailbox}).scalar()
    return found or None


def states(connection: Connection) -> Sequence[State]:
    """Every mailbox that was ever looked at."""
    return [State(**row) for row in connection.execute(ALL).mappings()]


def alarm(account: str, mailbox: str) -> str:
    """The name of a mailbox's alarm."""
    return f"mailbox {account} {mailbox}"


def _write(tx: Connection, which: tuple[str, str], facts: dict[str, object], trouble: str | None, now: datetime) -> datetime:
    """The row with what this look found; gives since when there is trouble (now, if there is none)."""
    account, mailbox = which
    tx.execute(insert_new(tx, STATES), {"account": account, "mailbox": mailbox, "uidvalidity": 0, "held": 0})
    before = tx.execute(ONE, {"of_account": account, "of_mailbox": mailbox}).one()
    since: datetime = before.trouble_since if trouble and before.trouble_since else now
    values = {**facts, "looked_at": now, "trouble": trouble, "trouble_since": since if trouble else None}
    tx.execute(CHANGE.values(values), {"of_account": account, "of_mailbox": mailbox})
    return since
