"""`mailbot procedure`: a complaint procedure, readable."""

from pathlib import Path

import click

from mailbot.cli import config_option


@click.group(name="procedure")
def procedure_command() -> None:
    """Complaint procedures."""


@procedure_command.command(name="list")
def list_presets() -> None:
    """The procedures that come with mailbot."""
    from mailbot.procedures.procedure import presets  # noqa: PLC0415

    for name in presets():
        click.echo(name)


@procedure_command.command(name="show")
@config_option
@click.argument("name", required=False)
@click.option("--language", default=None, help="zh, zh-TW or en (default: the company's, or en).")
@click.pass_obj
def show(config: Path, name: str | None, language: str | None) -> None:
    """Show procedure NAME (a preset or a file; default: the company's own) as a table and a timeline."""
    from rich.console import Console  # noqa: PLC0415

    from mailbot.procedures.procedure import load as load_procedure  # noqa: PLC0415
    from mailbot.procedures.show import as_table  # noqa: PLC0415
    from mailbot.settings import letter_language, load  # noqa: PLC0415

    settings = load(config) if config.exists() or name is None else None
    chosen = name or (settings.company.procedure if settings else "feedback")
    home = settings.path(".") if settings and name is None else Path()
    procedure = load_procedure(chosen, home, settings.company.zone) if settings else load_procedure(chosen, home)
    Console().print(as_table(procedure, letter_language(language or (settings.company.language if settings else "en"))))
