"""Commands that read the record: tickets, show, letters, retry, quarantine."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from mailbot.cli import config_option
from mailbot.errors import MailbotError, RejectedInput
from mailbot.intake.reader import NOBODY, Reader
from mailbot.settings import Settings
from mailbot.settings_file import load
from mailbot.store import letters, outgoing, records, schema
from mailbot.store.engine import Store, open_store

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.command()
@config_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Polls and duties of the company's own too.")
@click.pass_obj
def tickets_command(config: Path, *, as_json: bool, everything: bool) -> None:
    """List every ticket with its status, category and deadlines."""
    with _reading(config) as (connection, settings):
        found = records.all_tickets(connection, own_work=everything)
        if as_json:
            print_lines(found)
            return
        columns = ("number", "status", "category", "department", "assignee", "customer", "subject", "opened")
        rows = ([*_ticket_cells(ticket), _local(ticket["opened_at"], settings)] for ticket in found)
        print_table(columns, rows)


@click.command()
@config_option
@click.argument("number")
@json_option
@click.pass_obj
def show_command(config: Path, number: str, *, as_json: bool) -> None:
    """Show ticket NUMBER with its story and its letters."""
    with _reading(config) as (connection, settings):
        found = records.one_ticket(connection, number.strip("[]# "))
        if found is None:
            raise RejectedInput(f"there is no ticket {number}; `mailbot tickets` lists them")
        ticket_id = records.ticket_id(connection, found["number"])
        letters_of = sorted(records.letters(connection, ticket_id), key=lambda row: row["at"])
        with Reader(settings.limits) as reader:
            texts = [_with_text(connection, row, reader) for row in letters_of]
        whole = {**found, "events": records.story(connection, ticket_id), "letters": texts}
        if as_json:
            print_lines([whole])
        else:
            _print_story(whole, settings)


@click.command()
@config_option
@json_option
@click.pass_obj
def letters_command(config: Path, *, as_json: bool) -> None:
    """List every letter, received and sent, with its fate and the reason."""
    with _reading(config) as (connection, settings):
        if as_json:
            print_lines(records.letters(connection))
            return
        columns = ("id", "fate", "ticket", "from / to", "subject / letter", "reason", "at")
        print_table(columns, ([*_letter_cells(row), _local(row["at"], settings)] for row in records.letters(connection)))


@click.command()
@config_option
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every quarantined letter and every failed sending.")
@click.pass_obj
def retry_command(config: Path, ids: tuple[str, ...], *, everything: bool) -> None:
    """Run letters again: quarantined ones (in-12) through the pipeline, failed sendings (out-7) through the server."""
    if not ids and not everything:
        raise RejectedInput("name letters as `mailbot letters` shows them (in-12, out-7), or --all")
    store = open_record(load(config))
    with store.transaction() as tx:
        chosen = list(ids)
        if everything:
            chosen = [row["id"] for row in records.letters(tx) if row["fate"] in ("quarantined", "failed")]
        received = letters.release(tx, _numbers(chosen, "in"))
        headers = letters.headers_alone(tx, _numbers(chosen, "in"))
        sent = outgoing.send_again(tx, _numbers(chosen, "out"))
    click.echo(f"{received} letter(s) wait to be read again, {sent} to be sent again")
    if not everything:
        _refuse_headers(headers)
    elif headers:
        click.echo(f"{len(headers)} letter(s) too large to fetch stay on the server", err=True)


@click.group(name="quarantine")
def quarantine_command() -> None:
    """Letters that were set aside."""


@quarantine_command.command(name="list")
@config_option
@json_option
@click.pass_obj
def list_quarantined(config: Path, *, as_json: bool) -> None:
    """List them with the step that failed and the reason."""
    with _reading(config) as (connection, settings):
        held = (row for row in records.letters(connection) if row["fate"] == "quarantined")
        if as_json:
            print_lines(held)
        else:
            print_table(
                ("id", "from", "subject", "reason", "at"),
                ([r["id"], r["sender"], r["subject"], r["reason"], _local(r["at"], settings)] for r in held),
            )


@quarantine_command.command(name="show")
@config_option
@click.argument("letter_id")
@click.pass_obj
def show_quarantined(config: Path, letter_id: str) -> None:
    """Write a letter's bytes to standard output, exactly as the server held them."""
    with _reading(config) as (connection, _):
        data = records.raw(connection, letter_id)
    if data is None:
        raise RejectedInput(f"there is no letter {letter_id}; `mailbot letters` lists them")
    sys.stdout.buffer.write(data)


@quarantine_command.command(name="release")
@config_option
@click.argument("ids", nargs=-1, required=True)
@click.pass_obj
def release_quarantined(config: Path, ids: tuple[str, ...]) -> None:
    """Let letters through the pipeline once more."""
    store = open_record(load(config))
    with store.transaction() as tx:
        count = letters.release(tx, _numbers(ids, "in"))
        headers = letters.headers_alone(tx, _numbers(ids, "in"))
    click.echo(f"{count} letter(s) wait to be read again")
    _refuse_headers(headers)


def _refuse_headers(letter_ids: list[int]) -> None:
    """A letter that is still on the server, too large or refused, can't be read from here (B16: its header is no letter)."""
    if letter_ids:
        names = ", ".join(f"in-{number}" for number in letter_ids)
        raise RejectedInput(
            f"{names}: the ledger holds the header alone, the letter lies on the server; raise max_bytes of its mailbox if it is too "
            "large and restart the service, which fetches it by itself"
        )


def open_record(settings: Settings) -> Store:
    """The record, at this version's schema."""
    store = open_store(settings.database.url, settings.path("."))
    schema.require(store)
    return store


@contextmanager
def _reading(config: Path) -> Iterator[tuple[Connection, Settings]]:
    settings = load(config)
    with open_record(settings).reading() as connection:
        yield connection, settings


def _numbers(ids: tuple[str, ...] | list[str], direction: str) -> list[int]:
    for name in ids:
        head, _, tail = name.partition("-")
        if head not in ("in", "out") or not tail.isdigit():
            raise RejectedInput(f"{name} is not a letter's id; ids look like in-12 or out-7")
    return [int(name.partition("-")[2]) for name in ids if name.startswith(f"{direction}-")]


def _with_text(connection: Connection, row: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """A letter with what it says; it is read anew from its bytes, so a better reader shows more."""
    data = records.raw(connection, row["id"])
    if data is None:
        return row
    message = reader.read(data, NOBODY).message
    return {**row, "subject": message.subject, "text": message.text, "fresh": message.fresh, "kind": row.get("kind") or "person"}


def print_lines(rows: Any) -> None:  # noqa: ANN401 - any iterable of dictionaries
    """Each row as a line of JSON."""
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise MailbotError(f"{type(value).__name__} can't be written as JSON")


def _local(moment: datetime, settings: Settings) -> str:
    return moment.astimezone(settings.company.zone).strftime("%Y-%m-%d %H:%M")


def _ticket_cells(ticket: dict[str, Any]) -> list[str]:
    return [
        ticket["number"],
        ticket["status"],
        ticket["category"] or "?",
        ticket["department"] or "",
        ticket["assignee"] or "",
        ticket["requester"]["address"],
        ticket["subject"][:60],
    ]


def _letter_cells(row: dict[str, Any]) -> list[str]:
    if row["direction"] == "in":
        who, what = row["sender"] or "", (row["subject"] or "")[:50]
    else:
        who, what = row["recipient"], row["letter"]
    return [row["id"], row["fate"], row["ticket"] or "", who, what, (row["reason"] or "")[:80]]


def print_table(columns: tuple[str, ...], rows: Iterator[list[Any]]) -> None:
    """A table that fits the terminal: the first columns keep their width, the later ones are cut. A pipe gets every word."""
    from rich import box  # noqa: PLC0415 - 40 ms, not needed for JSON
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console() if sys.stdout.isatty() else Console(width=400)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(columns):
        table.add_column(name, no_wrap=True, overflow="ellipsis", min_width=11 if place == 0 else None)
    for row in rows:
        table.add_row(*(Text(str(cell or "")) for cell in row))
    console.print(table)


def _print_story(whole: dict[str, Any], settings: Settings) -> None:
    click.secho(f"[#{whole['number']}] {whole['subject']}", bold=True)
    category = f"{whole['category'] or 'not classified'} ({whole['confidence']:.0%})"
    click.echo(f"{whole['status']}, {category}, {whole['severity']}, round {whole['round']}")
    click.echo(
        f"from {whole['requester']['name']} <{whole['requester']['address']}>; {whole['department']}; {whole['assignee'] or 'nobody yet'}\n"
    )
    for name, due in whole["due"].items():
        reached = whole["milestones"].get(name)
        click.echo(f"  {name:<14} due {_local(due, settings)}" + (f"   reached {_local(reached, settings)}" if reached else ""))
    click.echo()
    for event in whole["events"]:
        rest = ", ".join(f"{key} {_brief(value)}" for key, value in event.items() if key not in ("at", "kind", "by") and value)
        click.echo(f"{_local(event['at'], settings)}  {event['kind']:<16} by {event['by']}" + (f"  ({rest})" if rest else ""))
    for letter in whole["letters"]:
        arrow = "<-" if letter["direction"] == "in" else "->"
        who = letter.get("sender") or letter.get("recipient")
        click.secho(
            f"\n{_local(letter['at'], settings)} {arrow} {who}  {letter['id']} {letter['fate']}  {letter.get('subject') or ''}", bold=True
        )
        click.echo((letter.get("fresh") or "").strip())


def _brief(value: object) -> str:
    """A value of the story on one line."""
    shown = " ".join((f"{value:.0%}" if isinstance(value, float) else str(value)).split())
    return shown if len(shown) <= 90 else shown[:89] + "…"
