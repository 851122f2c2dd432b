"""`mailbot db`: the schema."""

from pathlib import Path

import click

from mailbot.cli import config_option
from mailbot.settings_file import load
from mailbot.store import schema
from mailbot.store.engine import open_store


@click.group(name="db")
def db_command() -> None:
    """The database's schema."""


@db_command.command()
@config_option
@click.pass_obj
def upgrade(config: Path) -> None:
    """Create the tables, or bring older ones to this version."""
    settings = load(config)
    store = open_store(settings.database.url, settings.path("."))
    before, after = schema.upgrade(store)
    click.echo(f"database {store.place}: schema {after}" + ("" if before == after else f" (was {before or 'empty'})"))
