"""`mailbot reconcile`: the balance between the mailboxes and the ledger. Exit status 1 where it does not close."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from mailbot.cli import config_option
from mailbot.errors import MailbotError
from mailbot.intake import balance
from mailbot.intake.balance import Balance
from mailbot.settings_file import load
from mailbot.store import schema
from mailbot.store.engine import open_store

SHOWN = 20  # differences printed of each mailbox; --json gives them all


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a mailbox.")
@click.pass_obj
def reconcile_command(config: Path, *, as_json: bool) -> int:
    """Account for every letter the mailboxes hold; exit status 1 on a difference, or where a server can't be asked."""
    settings = load(config)
    store = open_store(settings.database.url, settings.path("."))
    schema.require(store)
    closes = True
    for box in settings.mailbox:
        try:
            weighed = balance.weigh(box, store, datetime.now(UTC))
        except MailbotError as error:
            closes = False
            silent = {"account": box.account, "folder": box.folder, "trouble": str(error)}
            click.echo(json.dumps(silent, ensure_ascii=False) if as_json else f"{box.account} {box.folder}: {error}")
            continue
        closes = closes and not weighed.differences
        if as_json:
            click.echo(json.dumps(msgspec.to_builtins(weighed) | {"trouble": None}, ensure_ascii=False))
        else:
            _print(weighed)
    store.close()
    return 0 if closes else 1


def _print(weighed: Balance) -> None:
    click.echo(f"{weighed.account} {weighed.folder}: {weighed.held} on the server, {weighed.accounted} accounted for")
    if weighed.done_folder:
        click.echo(f"{weighed.account} {weighed.done_folder}: {weighed.done_held} on the server, {weighed.done_accounted} accounted for")
    fates = ", ".join(f"{count} {fate}" for fate, count in sorted(weighed.fates.items()))
    click.echo(f"  ledger: {fates or 'empty'}")
    for found in weighed.differences[:SHOWN]:
        click.echo(f"  {found.folder} UID {found.uid}: {found.what}; {found.cure}")
    if len(weighed.differences) > SHOWN:
        click.echo(f"  and {len(weighed.differences) - SHOWN} more; --json names them all")
