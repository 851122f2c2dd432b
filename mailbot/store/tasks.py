"""Tasks in the record: those of a ticket, and what changed in them."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from mailbot.lifecycle.ticket import Task
from models.base import core
from models.tables import TaskRow

TASK = core(TaskRow)
FIELDS = Task.__struct_fields__
OF_TICKET = select(TASK).where(TASK.c.ticket_id == bindparam("that")).order_by(TASK.c.serial)
NEW = insert(TASK)
CHANGE = (
    update(TASK)
    .where(TASK.c.ticket_id == bindparam("that"), TASK.c.serial == bindparam("number"))
    .values({name: bindparam(f"new_{name}") for name in FIELDS if name != "serial"})
)


def of(connection: Connection, ticket_id: int) -> tuple[Task, ...]:
    """The tasks of a ticket, in the order they were given."""
    return tuple(map(_task, connection.execute(OF_TICKET, {"that": ticket_id})))


def of_several(connection: Connection, ticket_ids: Select[Any]) -> dict[tuple[int, str], Task]:
    """The tasks of all tickets that a query names, by row id of the ticket and name of the clock, in one statement."""
    rows = connection.execute(select(TASK).where(TASK.c.ticket_id.in_(ticket_ids)))
    return {(row.ticket_id, task.clock): task for row in rows for task in (_task(row),)}


def save(tx: Connection, ticket_id: int, before: Iterable[Task], after: Iterable[Task]) -> None:
    """Write what differs; a task is never removed."""
    old = {task.serial: task for task in before}
    new = [asdict(task) | {"ticket_id": ticket_id} for task in after if task.serial not in old]
    if new:
        tx.execute(NEW, new)
    for task in after:
        if task.serial in old and task != old[task.serial]:
            changed = {f"new_{name}": value for name, value in asdict(task).items() if name != "serial"}
            tx.execute(CHANGE, {"that": ticket_id, "number": task.serial} | changed)


def _task(row: Row[Any]) -> Task:
    return Task(**{name: getattr(row, name) for name in FIELDS})
