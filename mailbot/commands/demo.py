"""`mailbot demo`: a day in a company on this machine."""

from pathlib import Path

import click

from mailbot.errors import WrongSettings

NEEDED = ("pymap", "aiosmtpd", "cryptography", "proxyprotocol", "pysasl")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo-out"), show_default=True, help="Where the results go.")
@click.option("--keep", is_flag=True, help="Leave the mail server and the service up for your own mail program, until Ctrl-C.")
def demo_command(out: Path, *, keep: bool) -> None:
    """Play a day in a company: real mail on loopback, the real service, nothing to configure.

    Exit status 1 when something that ought to happen does not; 2 when the demo's packages are missing.
    """
    from rich.console import Console  # noqa: PLC0415 - not needed for --help

    try:
        from mailbot.demo.theatre import play  # noqa: PLC0415 - the demo's packages are an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        raise WrongSettings(f"the demo's mail server needs the package {error.name}; pip install 'mailbot[demo]'") from None
    play(out, Console(highlight=False), keep=keep)
