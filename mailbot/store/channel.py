"""The way out on record: whether it is closed, until when, and why; a restart does not forget it.

One row. It is closed by failures that are no letter's fault and opened by a letter that is taken.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.base import core
from models.tables import Channel

NAME = "smtp"
CHANNEL = core(Channel)
STATE = select(CHANNEL.c.failures, CHANNEL.c.closed_until, CHANNEL.c.trouble, CHANNEL.c.trouble_since).where(CHANNEL.c.name == NAME)
FAILED = (
    update(CHANNEL)
    .where(CHANNEL.c.name == NAME)
    .values(
        failures=CHANNEL.c.failures + 1,
        trouble=bindparam("why"),
        closed_until=bindparam("until"),
        trouble_since=func.coalesce(CHANNEL.c.trouble_since, bindparam("at", type_=CHANNEL.c.trouble_since.type)),
    )
)
OPENED = update(CHANNEL).where(CHANNEL.c.name == NAME).values(failures=0, trouble=None, closed_until=None, trouble_since=None)
HURRY = update(CHANNEL).where(CHANNEL.c.name == NAME).values(closed_until=None)


class State(Struct, frozen=True):
    """Failures in a row, the moment before which nothing is tried, the sentence for an operator, and since when it holds."""

    failures: int = 0
    closed_until: datetime | None = None
    trouble: str | None = None
    trouble_since: datetime | None = None


def state(connection: Connection) -> State:
    """How the way out stands."""
    row = connection.execute(STATE).first()
    return State(*row) if row else State()


def failed(tx: Connection, trouble: str, closed_until: datetime, now: datetime) -> None:
    """It could not be used; nothing is tried before `closed_until`."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    tx.execute(dialect.insert(CHANNEL).values(name=NAME, failures=0).on_conflict_do_nothing())
    tx.execute(FAILED, {"why": trouble[:2000], "until": closed_until, "at": now})


def opened(tx: Connection, now: datetime) -> None:  # noqa: ARG001 - the moment belongs to the event, though nothing keeps it yet
    """It works."""
    tx.execute(OPENED)


def hurry(tx: Connection) -> None:
    """Staff asks for a try now; failures so far still count."""
    tx.execute(HURRY)
