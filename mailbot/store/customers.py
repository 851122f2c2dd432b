"""The customer file in the record (S2.1): who writes from which address, duplicates joined, earlier cases counted."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import Connection, Row, bindparam, delete, false, func, insert, or_, select, update

from mailbot.lifecycle import roll
from mailbot.lifecycle.roll import Known, Step, joined
from mailbot.lifecycle.ticket import Customer
from mailbot.procedures.rules import Grade
from mailbot.store import occasions
from models.base import core
from models.tables import CustomerAddress, CustomerRow, TicketRow

CUSTOMER, ADDRESS, TICKET = core(CustomerRow), core(CustomerAddress), core(TicketRow)
YEAR = timedelta(days=365)
BY_ID = select(CUSTOMER).where(CUSTOMER.c.id == bindparam("that"))
BY_ADDRESS = select(CUSTOMER).join(ADDRESS, ADDRESS.c.customer_id == CUSTOMER.c.id).where(ADDRESS.c.address == bindparam("that"))
ON_FILE = select(CUSTOMER).where(CUSTOMER.c.merged_into.is_(None)).order_by(CUSTOMER.c.id)
ADDRESSES = select(ADDRESS).order_by(ADDRESS.c.address)


def by_id(connection: Connection, customer_id: int) -> Customer | None:
    """The customer with this row id."""
    row = connection.execute(BY_ID, {"that": customer_id}).first()
    return _customer(row) if row else None


def recognise(connection: Connection, address: str) -> Customer | None:
    """The customer who writes from this address (lower case)."""
    row = connection.execute(BY_ADDRESS, {"that": address}).first()
    return _customer(row) if row else None


def called(connection: Connection, name: str, phone: str) -> Customer | None:
    """The one customer with this name or phone, as written; None where nobody or more than one has it."""
    fits = [column == value for column, value in ((CUSTOMER.c.name, name), (CUSTOMER.c.phone, phone)) if value]
    rows = connection.execute(ON_FILE.where(or_(*fits)).limit(2)).all() if fits else []
    return _customer(rows[0]) if len(rows) == 1 else None


def repeats(connection: Connection, customer: Customer | None, address: str, now: datetime) -> int:
    """How many complaints the customer, or whoever writes from `address`, made in the year before `now` (aware UTC)."""
    if not (customer or address):
        return 0
    theirs = TICKET.c.requester_address == address if address else false()
    whose = or_(theirs, TICKET.c.customer_id == customer.id) if customer else theirs
    counted = select(func.count()).select_from(TICKET).where(whose, TICKET.c.kind == "complaint", TICKET.c.opened_at > now - YEAR)
    return int(connection.execute(counted).scalar_one())


def same_batch(connection: Connection, batch: str, now: datetime) -> int:
    """How many complaints of the year before `now` are about this batch (S3a.1)."""
    of_it = TICKET.c.facts["batch"].as_string() == batch
    counted = select(func.count()).select_from(TICKET).where(TICKET.c.opened_at > now - YEAR, of_it)
    return int(connection.execute(counted).scalar_one()) if batch else 0


def everybody(connection: Connection) -> list[Known]:
    """All customers on file with their addresses."""
    addresses: dict[int, set[str]] = {}
    for row in connection.execute(ADDRESSES):
        addresses.setdefault(row.customer_id, set()).add(row.address)
    return [Known(_customer(row), frozenset(addresses.get(row.id, ()))) for row in connection.execute(ON_FILE)]


def dealers(connection: Connection) -> tuple[Known, ...]:
    """The customers on file who sell on what they buy (S3a.2)."""
    return tuple(known for known in everybody(connection) if known.customer.dealer)


def cases(connection: Connection, customer_id: int) -> list[str]:
    """Numbers of the customer's tickets, the newest first."""
    query = select(TICKET.c.number).where(TICKET.c.customer_id == customer_id).order_by(TICKET.c.opened_at.desc())
    return list(connection.execute(query).scalars())


def last_written(connection: Connection, customer_id: int) -> tuple[str, str] | None:
    """Address and language of the customer's latest case; None where there is none."""
    theirs = TICKET.c.customer_id == customer_id, TICKET.c.kind == "complaint"
    query = select(TICKET.c.requester_address, TICKET.c.language).where(*theirs).order_by(TICKET.c.opened_at.desc()).limit(1)
    row = connection.execute(query).first()
    return (row[0], row[1]) if row else None


def add(tx: Connection, customer: Customer, addresses: Iterable[str], now: datetime) -> int:
    """A new customer; gives the row id. Earlier cases from these addresses are theirs from now on."""
    row = insert(CUSTOMER).values(**_values(customer), changed_at=now).returning(CUSTOMER.c.id)
    customer_id: int = tx.execute(row).scalar_one()
    _set_addresses(tx, customer_id, addresses)
    return customer_id


def change(tx: Connection, customer: Customer, addresses: Iterable[str], now: datetime) -> None:
    """What is known of a customer anew, and the addresses added."""
    tx.execute(update(CUSTOMER).where(CUSTOMER.c.id == customer.id).values(**_values(customer), changed_at=now))
    _set_addresses(tx, customer.id, addresses)


def take(tx: Connection, steps: Iterable[Step], grades: Mapping[str, Grade], now: datetime) -> None:
    """What a list brings (S0.8): new customers, changes; a later line about a new customer adds to that one."""
    written: dict[int, int] = {}
    for step in steps:
        customer = roll.graded(step.customer, grades, step.row.customer)
        if step.kind == "new":
            written[customer.id] = add(tx, customer, step.addresses, now)
        elif step.kind == "changed":
            change(tx, replace(customer, id=written.get(customer.id, customer.id)), step.addresses, now)


def merge(tx: Connection, kept: Customer, gone: Customer, now: datetime) -> None:
    """Two records of one customer become `kept`; its cases, addresses and turns in polls and duties are those of both."""
    tx.execute(update(ADDRESS).where(ADDRESS.c.customer_id == gone.id).values(customer_id=kept.id))
    tx.execute(update(TICKET).where(TICKET.c.customer_id == gone.id).values(customer_id=kept.id))
    occasions.pass_on(tx, gone.id, kept.id)
    tx.execute(update(CUSTOMER).where(CUSTOMER.c.id == kept.id).values(**_values(joined(kept, gone)), changed_at=now))
    tx.execute(update(CUSTOMER).where(CUSTOMER.c.id == gone.id).values(merged_into=kept.id, changed_at=now))


def _set_addresses(tx: Connection, customer_id: int, addresses: Iterable[str]) -> None:
    theirs = sorted(addresses)
    if theirs:
        tx.execute(delete(ADDRESS).where(ADDRESS.c.address.in_(theirs)))
        tx.execute(insert(ADDRESS), [{"address": address, "customer_id": customer_id} for address in theirs])
        nobodys = TICKET.c.requester_address.in_(theirs), TICKET.c.customer_id.is_(None)
        tx.execute(update(TICKET).where(*nobodys).values(customer_id=customer_id))


def _values(customer: Customer) -> dict[str, Any]:
    values = asdict(customer)
    del values["id"]
    return values | {"tags": list(customer.tags), "sales": str(customer.sales) if customer.sales is not None else None}


def _customer(row: Row[Any]) -> Customer:
    return Customer(
        id=row.id,
        name=row.name,
        phone=row.phone,
        region=row.region,
        contact=row.contact,
        products=row.products,
        grade=row.grade,
        tags=tuple(row.tags),
        sales=Decimal(row.sales) if row.sales else None,
        dealer=row.dealer,
    )
