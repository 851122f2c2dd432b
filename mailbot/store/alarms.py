"""Alarms: what a person must know now, each under a name of its own.

Raised and ended in the transaction that sees the cause; who is told, and by which way, is `watch`'s affair.
An alarm that is raised again while it runs only renews its text: its `since` and `told_at` stay.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.base import core
from models.tables import Alarm

ALARMS = core(Alarm)


class Running(Struct, frozen=True):
    """An alarm that has not ended."""

    name: str
    text: str
    since: datetime
    told_at: datetime | None


def sound(tx: Connection, name: str, text: str, now: datetime) -> None:
    """There is cause for alarm `name`; `text` is one sentence for an operator, with the cure."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    row = dialect.insert(ALARMS).values(name=name[:200], text=text[:2000], since=now)
    running = ALARMS.c.ended_at.is_(None)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_={"text": row.excluded.text}, where=running))
    again = {"text": text[:2000], "since": now, "told_at": None, "ended_at": None}
    tx.execute(update(ALARMS).where(ALARMS.c.name == name[:200], ALARMS.c.ended_at.is_not(None)).values(again))


def end(tx: Connection, name: str, now: datetime) -> None:
    """The cause is gone."""
    tx.execute(update(ALARMS).where(ALARMS.c.name == name[:200], ALARMS.c.ended_at.is_(None)).values(ended_at=now))


def running(connection: Connection) -> Sequence[Running]:
    """Every alarm that has not ended, the oldest first."""
    columns = (ALARMS.c[name] for name in Running.__struct_fields__)
    return [Running(*row) for row in connection.execute(select(*columns).where(ALARMS.c.ended_at.is_(None)).order_by(ALARMS.c.since))]


def told(tx: Connection, names: Sequence[str], now: datetime) -> None:
    """Somebody was told of these."""
    tx.execute(update(ALARMS).where(ALARMS.c.name.in_(names)).values(told_at=now))
