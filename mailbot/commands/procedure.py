"""`mailbot procedure`: a complaint procedure, readable."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli import config_option

if TYPE_CHECKING:
    from mailbot.procedures.clauses import Procedure
    from mailbot.settings import Settings

WIDE = 200  # columns of a table that goes into a pipe


@click.group(name="procedure")
def procedure_command() -> None:
    """Complaint procedures."""


@procedure_command.command(name="list")
def list_presets() -> None:
    """The procedures that come with mailbot, each with its title."""
    from mailbot.procedures.procedure import load, presets  # noqa: PLC0415

    for name in presets():
        title = load(name, Path()).title
        click.echo(f"{name:20}  {title.zh_cn} · {title.en}")


@procedure_command.command(name="show")
@config_option
@click.argument("name", required=False)
@click.option("--language", default=None, help="zh, zh-TW or en (default: the company's, or en).")
@click.pass_obj
def show(config: Path, name: str | None, language: str | None) -> None:
    """Show procedure NAME (a preset or a file; default: the company's own) as a table and a timeline."""
    from rich.console import Console  # noqa: PLC0415

    from mailbot.procedures.show import as_table  # noqa: PLC0415
    from mailbot.settings import letter_language  # noqa: PLC0415

    settings, procedure = _chosen(config, name)
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    console.print(as_table(procedure, letter_language(language or (settings.company.language if settings else "en"))))


@procedure_command.command(name="check")
@config_option
@click.argument("name", required=False)
@click.pass_obj
def check(config: Path, name: str | None) -> None:
    """Say what is wrong with procedure NAME (a preset or a file; default: the company's own), each with its key and cure."""
    from mailbot.procedures.check import check as flaws_of  # noqa: PLC0415
    from mailbot.procedures.check import coverage  # noqa: PLC0415
    from mailbot.service import system_clock  # noqa: PLC0415

    settings, procedure = _chosen(config, name)
    gap = coverage(procedure, system_clock().astimezone(procedure.calendar.zone).date())
    flaws = [*(flaws_of(procedure, settings.staff) if settings else ()), *([gap] if gap else ())]
    for flaw in flaws:
        click.echo(f"{flaw.level}: {flaw}")
    click.echo(f"procedure {procedure.id}: {len(procedure.deadlines)} deadlines, no error, {len(flaws)} warnings")


@procedure_command.command(name="new")
@click.option("--from", "source", default="feedback", show_default=True, help="The preset to begin with.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write; never one that exists.")
def new(source: str, out: Path) -> None:
    """Write a procedure of your own, with every line of a preset and its comments, to change it."""
    from mailbot.errors import RejectedInput  # noqa: PLC0415
    from mailbot.procedures.procedure import SHIPPED, presets  # noqa: PLC0415

    if source not in presets():
        raise RejectedInput(f"--from {source}: no such preset; use one of {', '.join(presets())}")
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write((SHIPPED / f"{source}.toml").read_text("utf-8"))
    except FileExistsError:
        raise RejectedInput(f"--out {out}: the file exists; name another one, or move it away") from None
    except OSError as error:
        raise RejectedInput(f"--out {out}: can't be written ({error.strerror}); name a file in a folder that is there and yours") from None
    click.echo(f'wrote {out}; change it, then put procedure = "{out}" under [company] and run: mailbot procedure check {out}')


@procedure_command.command(name="timeline")
@config_option
@click.argument("number")
@click.option("--language", default=None, help="zh, zh-TW or en (default: the company's).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def timeline(config: Path, number: str, language: str | None, *, as_json: bool) -> None:
    """Hold ticket NUMBER against the procedure: what was due when, who reached it when, what moved it, which notices went out."""
    from rich.console import Console  # noqa: PLC0415

    from mailbot.commands.records import open_record, print_lines  # noqa: PLC0415
    from mailbot.errors import RejectedInput  # noqa: PLC0415
    from mailbot.lifecycle.timeline import timeline as held_against  # noqa: PLC0415
    from mailbot.procedures.naming import Names  # noqa: PLC0415
    from mailbot.procedures.procedure import load as load_procedure  # noqa: PLC0415
    from mailbot.reports.timeline import as_table, as_values  # noqa: PLC0415
    from mailbot.service import system_clock  # noqa: PLC0415
    from mailbot.settings import letter_language  # noqa: PLC0415
    from mailbot.settings_file import load  # noqa: PLC0415
    from mailbot.store import records  # noqa: PLC0415

    settings = load(config)
    company = settings.company
    procedure = load_procedure(company.procedure, settings.path("."), company.zone)
    names = Names(procedure, letter_language(language or company.language))
    with open_record(settings).reading() as connection:
        rounds = records.rounds(connection, number.strip("[]# "))
        if not rounds:
            raise RejectedInput(f"there is no ticket {number}; `mailbot tickets` lists them")
        story = records.story(connection, records.ticket_id(connection, rounds[-1].number))
    rows = held_against(rounds, story, system_clock(), procedure, names.language)
    if as_json:
        print_lines(as_values(rows, names))
    else:
        console = Console() if sys.stdout.isatty() else Console(width=WIDE)
        console.print(as_table(rows, names, company.zone))


def _chosen(config: Path, name: str | None) -> tuple["Settings | None", "Procedure"]:
    """The procedure called `name` in the company's zone, or the company's own; the settings where there are any."""
    from mailbot.procedures.procedure import load as load_procedure  # noqa: PLC0415
    from mailbot.settings_file import load  # noqa: PLC0415

    settings = load(config) if config.exists() or name is None else None
    if settings is None:
        return None, load_procedure(name or "feedback", Path())
    home = settings.path(".") if name is None else Path()
    return settings, load_procedure(name or settings.company.procedure, home, settings.company.zone)
