"""`mailbot status`: how the service stands, told from tables and files alone, also while it is dead."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from mailbot.cli import config_option
from mailbot.settings import Settings
from mailbot.settings_file import load
from mailbot.store import schema
from mailbot.store.engine import open_store
from mailbot.watch import alarm, clock
from mailbot.watch.duty import STORAGE, shortage
from mailbot.watch.signins import told
from mailbot.watch.state import Finding, State, findings, state, unbalanced


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--accept-clock", is_flag=True, help="The clock is right as it is now: reminders and escalations go on.")
@click.pass_obj
def status_command(config: Path, *, as_json: bool, accept_clock: bool) -> int:
    """Tell how the service stands; exit status 0 when nothing needs a person, 1 when something does, each with its cure."""
    settings, now = load(config), datetime.now(UTC)
    store = open_store(settings.database.url, settings.path("."))
    try:
        schema.require(store)
        if accept_clock:
            with store.transaction() as tx:
                clock.accept(tx, now)
        running, short = store.service_running(), shortage(store)
        with store.reading() as connection:
            found = state(connection, now, settings, running=running)
    finally:
        store.close()
    needs = _needs(found, settings, short)
    if as_json:
        click.echo(msgspec.json.encode({"good": not needs, "findings": needs, **msgspec.structs.asdict(found)}))
    else:
        _print(found, needs, settings)
    return 1 if needs else 0


def _needs(found: State, settings: Settings, short: str) -> list[Finding]:
    """What the state shows, a full disk, and the alarms of other parts that run."""
    own = findings(found, settings) + ([Finding(STORAGE, *_split(short), alarm=True)] if short else [])
    names = {finding.name for finding in own}
    others = [Finding(a.name, *_split(a.text), alarm=True) for a in found.alarms if a.name not in names and not alarm.is_ours(a.name)]
    return own + others


def _split(text: str) -> tuple[str, str]:
    cause, _, cure = text.partition("; ")
    return cause, cure


def _print(found: State, needs: list[Finding], settings: Settings) -> None:
    for label, value in _lines(found, settings):
        click.echo(f"{label:<10} {value}")
    for finding in needs:
        click.secho(f"! {finding.cause}", bold=True)
        if finding.cure:
            click.echo(f"  {finding.cure}")
    click.echo("nothing needs a person" if not needs else f"{len(needs)} thing(s) need a person")


def _lines(found: State, settings: Settings) -> list[tuple[str, str]]:
    def at(moment: datetime | None) -> str:
        return moment.astimezone(settings.company.zone).strftime("%Y-%m-%d %H:%M") if moment else "never"

    incoming, outgoing, channel = found.incoming, found.outgoing, found.channel
    waits = f"{incoming.waiting} wait" + (f", the oldest since {at(incoming.oldest_at)}" if incoming.waiting else "")
    owed = f"{outgoing.waiting} to send" + (f", the oldest since {at(outgoing.oldest_at)}" if outgoing.waiting else "")
    way = "open"
    if channel.trouble:
        way = f"closed until {at(channel.closed_until)}, trouble since {at(channel.trouble_since)}: {channel.trouble}"
    boxes = [(f"{box.account} {box.mailbox}", at(box.good_at), box.held, box.trouble) for box in found.mailboxes]
    return [
        ("service", f"{'running' if found.running else 'not running'}, clocks last looked at {at(found.last_run_at)}, epoch {found.epoch}"),
        *(("mailbox", f"{name}: good look {good}, {held} letter(s)" + (f"; {bad}" if bad else "")) for name, good, held, bad in boxes),
        *(("signs in", f"{sign_in.name}: {told(sign_in)}") for sign_in in found.sign_ins),
        ("received", f"{waits}, {incoming.quarantined} quarantined"),
        ("balance", unbalanced(found.balance) or "closes: every letter received has its fate and is settled on its server"),
        ("owed", f"{owed}, {len(outgoing.doubtful)} in doubt, {len(outgoing.held)} held, {len(found.dead_addresses)} dead address(es)"),
        ("way out", f"{way}" + (f"; nothing is sent since the restore of {at(found.held_since)}" if found.held_since else "")),
        ("alarms", ", ".join(f"{a.name} since {at(a.since)}" for a in found.alarms) or "none"),
        ("database", f"{found.database}, schema {found.schema}"),
    ]
