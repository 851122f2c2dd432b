"""Where the ledger's letters lie on the server: places that are given free, repaired and counted.

A row's place is its account, folder, UIDVALIDITY and UID. A UID that the server gave to another letter is taken from the
row that had it (uid := -id), so that the other letter can be kept; see F4, F15 in tests/faults.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, false, func, or_, select, update

from mailbot.store.letters import LEDGER, Place

ACCOUNT = LEDGER.c.account == bindparam("at_account"), LEDGER.c.mailbox == bindparam("at_mailbox")
FREE = (
    update(LEDGER)
    .where(LEDGER.c.id == bindparam("that"), LEDGER.c.uid > 0)
    .values(uid=-LEDGER.c.id, settled=True, reason=func.coalesce(LEDGER.c.reason + "; ", "") + bindparam("why"))
)
UNSETTLED = select(LEDGER.c.id, LEDGER.c.uidvalidity, LEDGER.c.uid).where(*ACCOUNT, LEDGER.c.settled == false())
NOTHING_LEFT = update(LEDGER).where(LEDGER.c.id == bindparam("that")).values(settled=True)
ARRIVALS = select(LEDGER.c.received_at).where(LEDGER.c.account == bindparam("at_account"), LEDGER.c.received_at >= bindparam("since"))
FIRST = select(func.min(LEDGER.c.stored_at)).where(LEDGER.c.account == bindparam("at_account"))
FATES = select(LEDGER.c.fate, func.count()).where(*ACCOUNT).group_by(LEDGER.c.fate)
LATE = (
    select(*(LEDGER.c[name] for name in ("id", "account", "mailbox", "uid")))
    .add_columns(LEDGER.c.fate.is_(None), LEDGER.c.settled == false())
    .where(LEDGER.c.stored_at < bindparam("before"), or_(LEDGER.c.fate.is_(None), LEDGER.c.settled == false()))
    .order_by(LEDGER.c.id)
)


class Late(Struct, frozen=True):
    """A letter kept some time ago that waits for its fate (`unread`), or lies where it should have been moved away."""

    id: int
    account: str
    mailbox: str
    uid: int
    unread: bool
    unsettled: bool


def free(tx: Connection, letter_id: int, uid: int) -> None:
    """The server gave this letter's UID to another one; the row keeps its letter and its fate, not the UID (F15)."""
    tx.execute(FREE, {"that": letter_id, "why": f"its UID {uid} holds another letter now"})


def settle_what_is_gone(tx: Connection, place: Place, present: Collection[int]) -> int:
    """Rows whose letter was to be moved away and is in the folder no more: nothing is left to do (F4). Gives how many."""
    there = set(present)
    rows = tx.execute(UNSETTLED, {"at_account": place.account, "at_mailbox": place.mailbox}).all()
    gone = [{"that": row.id} for row in rows if row.uidvalidity != place.uidvalidity or row.uid not in there]
    if gone:
        tx.execute(NOTHING_LEFT, gone)
    return len(gone)


def began(connection: Connection, account: str) -> datetime | None:
    """Since when the ledger of an account is kept; None when it is empty."""
    return connection.execute(FIRST, {"at_account": account}).scalar()


def arrivals(connection: Connection, account: str, since: datetime) -> frozenset[datetime]:
    """When each letter of an account that came since then reached its mailbox."""
    return frozenset(connection.execute(ARRIVALS, {"at_account": account, "since": since}).scalars())


def fates(connection: Connection, account: str, mailbox: str) -> dict[str, int]:
    """How many letters of a folder ended in which fate, ever; "waiting" for those without one."""
    rows = connection.execute(FATES, {"at_account": account, "at_mailbox": mailbox})
    return {fate or "waiting": count for fate, count in rows}


def late(connection: Connection, before: datetime) -> list[Late]:
    """Letters kept before then that are not finished yet."""
    rows: Iterable[Any] = connection.execute(LATE, {"before": before})
    return [Late(*row) for row in rows]
