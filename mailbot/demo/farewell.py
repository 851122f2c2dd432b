"""What the demo says at its end: what to look at, what to do next, and how to connect a mail program."""

from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mailbot.demo import company, page
from mailbot.demo.cast import CUSTOMERS, REFUSING, RETURNING, SERVICE, STAFF
from mailbot.demo.postoffice import HOST, PostOffice


def what_next(console: Console, out: Path, seconds: float, *, keep: bool) -> None:
    """Where the results lie."""
    console.print()
    console.print(Rule(Text(f"Done in {seconds:.0f} seconds  演示完毕", style="bold green"), align="left", style="green"))
    _line(console, "Every conversation as people saw it  每一封信", str(out / page.NAME))
    _line(
        console,
        "The record of it  工单记录",
        f"mailbot --config {out / company.SETTINGS} tickets",
        f"mailbot --config {out / company.SETTINGS} letters",
    )
    if not keep:
        _line(console, "Write to it with your own mail program  用自己的邮箱软件试", "mailbot demo --keep")
    _line(console, "For your own company  用于自己的公司", "mailbot init, then mailbot check, then mailbot run")


def how_to_connect(console: Console, office: PostOffice, out: Path) -> None:
    """Servers, accounts and passwords."""
    console.print()
    console.print(Rule(Text("Open until Ctrl-C  按 Ctrl-C 结束", style="bold"), align="left", style="dim"))
    servers = Table.grid(padding=(0, 2))
    servers.add_row("IMAP", f"{HOST}, port {office.imap_port}, SSL/TLS")
    servers.add_row("SMTP", f"{HOST}, port {office.smtp_port}, SSL/TLS (or port {office.submission_port}, STARTTLS)")
    servers.add_row("Certificate authority to trust", str(out / company.CA))
    servers.add_row("User name", "the address")
    servers.add_row("Write complaints to", SERVICE.address)
    console.print(servers)
    console.print()
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "address", "password"):
        table.add_column(heading, no_wrap=True)
    table.add_column("", style="dim")
    for person in (*CUSTOMERS, *STAFF):
        if person.address not in (REFUSING, RETURNING) and person.client != "bulk":
            table.add_row(person.name, person.address, person.password, f"{person.role} {person.department}".strip())
    console.print(table)


def _line(console: Console, what: str, *commands: str) -> None:
    """A caption and what to open or type, never broken, so that it can be copied."""
    console.print(Text(what))
    for command in commands:
        console.print(Text(f"    {command}", style="bold"), soft_wrap=True)
