"""`mailbot backup` and `mailbot restore`."""

from contextlib import closing
from pathlib import Path

import click

from mailbot.cli import config_option
from mailbot.errors import RejectedInput
from mailbot.service import system_clock
from mailbot.settings import Settings
from mailbot.settings_file import load
from mailbot.store import backup, dump, instance, schema
from mailbot.store.engine import Store, located, open_store


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup_command(config: Path, file: Path) -> None:
    """Copy the record into FILE while the service runs, and check the copy."""
    with closing(_open(load(config))) as store:
        found = backup.save(store, file) if _is_sqlite(store) else dump.save(store, file)
    click.echo(f"{file}: {found}")


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--force", is_flag=True, help="Also in the place of a record that has more than the backup.")
@click.option("--confirm", is_flag=True, help="After a restore: show the letters that wait, and let them go out.")
@click.option("--skip-automatic", is_flag=True, help="With --confirm: only people's letters go out, automatic ones end in doubt.")
@click.pass_obj
def restore_command(config: Path, file: Path | None, *, force: bool, confirm: bool, skip_automatic: bool) -> None:
    """Put a backup in the place of the record; nothing is sent until `mailbot restore --confirm`."""
    settings = load(config)
    if (file is None) != confirm or (skip_automatic and not confirm):
        raise RejectedInput("name a FILE to restore, or, after that, --confirm (with --skip-automatic if you like)")
    if file is None:
        _let_go(settings, skip_automatic=skip_automatic)
        return
    url = located(settings.database.url, settings.path("."))
    if url.get_backend_name() == "sqlite":
        aside = backup.put_back(file, Path(url.database or ""), system_clock(), force=force)
        click.echo(f"database {url.database} is the backup now" + (f"; the former one is {aside}" if aside else ""))
    else:
        with closing(open_store(settings.database.url)) as store:
            dump.put_back(store, file, system_clock(), force=force)
            click.echo(f"database {store.place} is the backup now")
    click.echo("Nothing is sent until you run `mailbot restore --confirm`; `mailbot run` reads and sorts mail meanwhile.")
    for box in settings.mailbox:
        if box.done_folder:
            click.echo(f"Letters taken in since the backup lie in {box.done_folder} of {box.user}: move them back and they are read again.")


def _let_go(settings: Settings, *, skip_automatic: bool) -> None:
    now = system_clock()
    with closing(_open(settings)) as store, store.transaction() as tx:
        since = instance.held_since(tx)
        if since is None:
            raise RejectedInput("nothing is held: this record was not restored, or it was confirmed already")
        waiting = backup.unsure(tx)
        for letter in waiting:
            written = letter.created_at.astimezone(settings.company.zone)
            kind = "automatic" if letter.automatic else "by a person"
            cells = (f"out-{letter.id}", letter.number or "-", letter.letter, letter.recipient, kind, f"{written:%Y-%m-%d %H:%M}")
            click.echo("  ".join(cells))
        skipped = backup.skip_automatic(tx, now) if skip_automatic else 0
        instance.let_go(tx)
    click.echo(f"{len(waiting) - skipped} letter(s) go out" + (f", {skipped} automatic one(s) do not" if skipped else ""))


def _open(settings: Settings) -> Store:
    store = open_store(settings.database.url, settings.path("."))
    schema.require(store)
    return store


def _is_sqlite(store: Store) -> bool:
    return store.engine.dialect.name == "sqlite"
