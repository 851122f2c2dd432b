"""The command line: names and one-line helps here, each command's code in `mailbot/commands`, loaded when it is called.

`mailbot --help` imports nothing but click. Exit status: 0 done, 1 it fell short (said on stderr, with the cure), 2 wrong use.
"""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbot.errors import MailbotError, WrongSettings

if TYPE_CHECKING:
    from mailbot.settings import Settings

DEFAULT = "mailbot.toml"
UNNAMED = Path(DEFAULT)  # where nobody named a file: by this very object it differs from a "mailbot.toml" that somebody did name
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Play a day in a company on this machine; no configuration."),
    "init": ("setup", "Write a settings file to start from."),
    "check": ("setup", "Verify accounts, database, templates, procedure and calendar, each with the cure."),
    "run": ("service", "Run the service; --once drains everything once and exits."),
    "status": ("status", "How the service stands; exit status 1 when something needs a person."),
    "tickets": ("records", "List tickets."),
    "show": ("records", "Show one ticket with its story and letters."),
    "letters": ("records", "List every letter with its fate."),
    "reconcile": ("reconcile", "Account for every letter the mailboxes hold."),
    "retry": ("records", "Run quarantined letters and failed sendings again."),
    "quarantine": ("records", "List, show and release letters that were set aside."),
    "read": ("reading", "Read letter files without a database."),
    "explain": ("reading", "What the pipeline would make of a letter file, and why."),
    "classify": ("reading", "Classify JSON lines from standard input."),
    "train": ("learning", "Train the classifier."),
    "evaluate": ("learning", "Measure the classifier."),
    "import": ("customers", "Take a table of customers in."),
    "customers": ("customers", "The customer file; show and merge customers."),
    "procedure": ("procedure", "Show a complaint procedure as a table and a timeline."),
    "backup": ("backup", "Copy the record into a file while the service runs."),
    "restore": ("backup", "Put a backup in the record's place; nothing is sent until it is confirmed."),
    "db": ("database", "Bring the database to this version."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"mailbot.commands.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib  # noqa: PLC0415 - only after a mistake

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else " `mailbot --help` lists them."
            raise click.UsageError(f"{error.format_message().rstrip('.')}.{hint}", ctx) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(path_type=Path), default=None, help=f"Settings file (default: {DEFAULT}, or MAILBOT_CONFIG).")
@click.version_option(package_name="mailbot")
@click.pass_context
def mailbot(ctx: click.Context, config: Path | None) -> None:
    """A company's complaint procedure, carried out by e-mail."""
    named = os.environ.get("MAILBOT_CONFIG")
    ctx.obj = config or (Path(named) if named else UNNAMED)


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--config` may stand behind the command's name as well."""

    def chosen(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
        if value is not None:
            ctx.obj = value

    option = click.option(
        "--config", type=click.Path(path_type=Path), expose_value=False, callback=chosen, is_eager=True, help="Settings file."
    )
    return option(command)


def settings_if_there(config: Path) -> "Settings | None":
    """Settings for a command that can do without them; a file that somebody named has to be there. Raises WrongSettings."""
    from mailbot.settings_file import load  # noqa: PLC0415 - `--help` needs none

    return load(config) if config is not UNNAMED or config.exists() else None


def main() -> None:
    """Entry point: runs a command and turns errors into a sentence and an exit status."""
    try:
        status = mailbot.main(standalone_mode=False)
    except click.exceptions.Abort:
        _leave("interrupted", 1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except WrongSettings as error:
        _leave(str(error), 2)
    except MailbotError as error:
        _leave(str(error), 1)
    except BrokenPipeError:
        # The reader went away (`mailbot tickets | head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _leave(sentence: str, status: int) -> None:
    for line in sentence.splitlines():
        click.echo(f"mailbot: {line}", err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
