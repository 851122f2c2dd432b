"""The customer file in the record (S2.1)."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from mailbot.lifecycle.ticket import Customer
from models.tables import CustomerAddress, CustomerRow, core

CUSTOMER, ADDRESS = core(CustomerRow), core(CustomerAddress)
BY_ID = select(CUSTOMER).where(CUSTOMER.c.id == bindparam("that"))
BY_ADDRESS = select(CUSTOMER).join(ADDRESS, ADDRESS.c.customer_id == CUSTOMER.c.id).where(ADDRESS.c.address == bindparam("that"))


def by_id(connection: Connection, customer_id: int) -> Customer | None:
    """The customer with this row id."""
    row = connection.execute(BY_ID, {"that": customer_id}).first()
    return _customer(row) if row else None


def by_address(connection: Connection, address: str) -> Customer | None:
    """The customer who writes from this address (lower case)."""
    row = connection.execute(BY_ADDRESS, {"that": address}).first()
    return _customer(row) if row else None


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
