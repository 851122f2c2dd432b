"""This installation's row, and duties done once a day."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mailbot.identity import Identity
from models.tables import DailyDuty, Instance


def identity(connection: Connection, domain: str) -> Identity:
    """The installation's name and secret; `domain` is that of the complaints address."""
    row = connection.execute(select(Instance.name, Instance.secret)).one()
    return Identity(row.name, row.secret, domain)


def last_run(connection: Connection) -> datetime | None:
    """When the clocks were last looked at."""
    return connection.execute(select(Instance.last_run_at)).scalar()


def remember_run(tx: Connection, now: datetime) -> None:
    """The clocks were looked at now."""
    tx.execute(update(Instance).values(last_run_at=now))


def last_duty(connection: Connection, duty: str) -> datetime | None:
    """When a duty was last begun."""
    return connection.execute(select(func.max(DailyDuty.done_at)).where(DailyDuty.duty == duty)).scalar()


def begin_duty(tx: Connection, duty: str, day: str, now: datetime) -> bool:
    """True the first time a duty is begun on a day, in the transaction that does it; False ever after."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    row = dialect.insert(DailyDuty).values(duty=duty, day=day, done_at=now).on_conflict_do_nothing().returning(DailyDuty.duty)
    return tx.execute(row).first() is not None


def hold(tx: Connection, now: datetime) -> None:
    """Nothing is sent from now on until `let_go`: the database came from a backup, and letters may have gone out since."""
    tx.execute(update(Instance).values(held_since=now))


def let_go(tx: Connection) -> None:
    """Sending may go on."""
    tx.execute(update(Instance).values(held_since=None))


def held_since(connection: Connection) -> datetime | None:
    """Since when nothing is sent, or None."""
    return connection.execute(select(Instance.held_since)).scalar()
