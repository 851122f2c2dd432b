"""`mailbot import customers`, `mailbot customers`: the customer file (S0.8, S2.1)."""

import csv
import importlib
import io
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mailbot.cli import config_option
from mailbot.commands.records import json_option, open_record, print_lines, print_table
from mailbot.errors import RejectedInput
from mailbot.lifecycle import roll
from mailbot.lifecycle.roll import Known
from mailbot.lifecycle.ticket import Customer
from mailbot.procedures.procedure import load as load_procedure
from mailbot.settings_file import load
from mailbot.store import customers, occasions

CHARSETS = ("utf-8-sig", "gb18030")
# What openpyxl raises at a damaged workbook; its XML parsers' errors are SyntaxErrors.
DAMAGED = OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError, EOFError, zipfile.BadZipFile, zlib.error


@click.group(name="import")
def import_command() -> None:
    """Take data of the company in."""


@import_command.command(name="customers")
@config_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--apply", "applied", is_flag=True, help="Write it; without, only show what would change.")
@click.pass_obj
def import_customers(config: Path, file: Path, *, applied: bool) -> int:
    """Customers and dealers from FILE (.csv or .xlsx): shows what is new, changed or double; --apply writes it."""
    settings = load(config)
    grades = load_procedure(settings.company.procedure, settings.path("."), settings.company.zone).grades
    rows, flaws = roll.read(table(file), grades)
    record = open_record(settings)
    with record.transaction() if applied else record.reading() as tx:
        steps = roll.compare(rows, customers.everybody(tx))
        if applied:
            customers.take(tx, steps, grades, datetime.now(UTC))
    for step in steps:
        if step.kind != "same" or step.like:
            like = f"; perhaps the same as {_ids(step.like)}" if step.like else ""
            click.echo(f"line {step.row.line}: {step.kind}: {step.customer.name}{like}")
    for flaw in flaws:
        column = f", column {flaw.column}" if flaw.column else ""
        click.echo(f"{file}: line {flaw.line}{column}: {flaw.reason}", err=True)
    counts = ", ".join(f"{sum(step.kind == kind for step in steps)} {kind}" for kind in ("new", "changed", "same"))
    click.echo(f"{counts}, {len(flaws)} wrong; " + ("written" if applied else "nothing written yet: add --apply"))
    return 1 if flaws else 0


def table(file: Path) -> list[list[str]]:
    """The cells of a .csv (UTF-8 or GB18030) or of the first sheet of an .xlsx. Raises RejectedInput."""
    if file.suffix.lower() == ".xlsx":
        return _sheet(file)
    data = file.read_bytes()
    for charset in CHARSETS:
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        first = text.partition("\n")[0]
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
        try:
            return list(rows)
        except csv.Error as error:
            cure = "look for a quotation mark that is never closed"
            raise RejectedInput(f"{file}: no CSV up to line {rows.line_num} ({error}); {cure}") from None
    raise RejectedInput(f"{file}: neither UTF-8 nor GB18030 text; save it as CSV (UTF-8) or as .xlsx")


def _sheet(file: Path) -> list[list[str]]:
    try:
        openpyxl = importlib.import_module("openpyxl")
    except ImportError:
        raise RejectedInput(f"{file}: reading .xlsx needs openpyxl; run: pip install 'mailbot[sheets]', or save the table as CSV") from None
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        return [["" if cell is None else str(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    except DAMAGED as error:
        raise RejectedInput(f"{file}: not a readable .xlsx ({error}); save it anew, or as CSV") from None


def _ids(ids: tuple[int, ...]) -> str:
    return ", ".join(str(number) if number > 0 else "an earlier line" for number in ids)


@click.group(name="customers", invoke_without_command=True)
@config_option
@json_option
@click.pass_context
def customers_command(ctx: click.Context, *, as_json: bool) -> None:
    """The customer file; `show` and `merge` for one of them."""
    if ctx.invoked_subcommand:
        return
    with open_record(load(ctx.obj)).reading() as connection:
        known = customers.everybody(connection)
    if as_json:
        print_lines(map(_plain, known))
        return
    columns = ("id", "name", "grade", "phone", "region", "contact", "dealer", "tags", "addresses")
    print_table(columns, ([_cell(row[name]) for name in columns] for row in map(_plain, known)))


@customers_command.command(name="show")
@config_option
@click.argument("customer_id", type=int)
@click.pass_obj
def show_customer(config: Path, customer_id: int) -> None:
    """One customer with the numbers of its cases, and what came of polls and duties for it."""
    with open_record(load(config)).reading() as connection:
        found = _found(customers.everybody(connection), customer_id)
        cases = customers.cases(connection, customer_id)
        done = [f"{key} {period}: {case or note}" for _, key, period, case, note in occasions.of_customer(connection, customer_id)]
    for name, value in {**_plain(found), "cases": cases, "polls and duties": done}.items():
        click.echo(f"{name}: {_cell(value)}")


@customers_command.command(name="merge")
@config_option
@click.argument("kept", type=int)
@click.argument("gone", type=int)
@click.pass_obj
def merge_customers(config: Path, kept: int, gone: int) -> None:
    """Join the record GONE into KEPT: addresses, cases and tags of both, KEPT's words where both have some."""
    if kept == gone:
        raise RejectedInput("these are one customer already; name two ids as `mailbot customers` shows them")
    with open_record(load(config)).transaction() as tx:
        known = customers.everybody(tx)
        first, second = _found(known, kept).customer, _found(known, gone).customer
        customers.merge(tx, first, second, datetime.now(UTC))
    click.echo(f"customer {gone} ({second.name}) is now part of {kept} ({first.name})")


def _found(known: list[Known], customer_id: int) -> Known:
    found = next((one for one in known if one.customer.id == customer_id), None)
    if found is None:
        raise RejectedInput(f"there is no customer {customer_id}; `mailbot customers` lists them")
    return found


def _plain(known: Known) -> dict[str, Any]:
    customer = known.customer
    words = {name: getattr(customer, name) for name in Customer.__struct_fields__}
    sales = str(customer.sales) if customer.sales is not None else None
    return words | {"tags": list(customer.tags), "sales": sales, "addresses": sorted(known.addresses)}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
