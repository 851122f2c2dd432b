"""`mailbot run`: the service, or one pass of it."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from mailbot import lessons, maillog
from mailbot.cli import config_option
from mailbot.errors import Transient, WrongSettings
from mailbot.once import run_once
from mailbot.pipeline import open_pipeline
from mailbot.service import Service, system_clock
from mailbot.settings_file import load


@click.command()
@config_option
@click.option("--once", is_flag=True, help="Drain mailboxes, pipeline, timers and outbox once, then exit.")
@click.option("--now", default=None, metavar="ISO", help="With --once: take this moment as now (rehearsals); never before the last run.")
@click.option("--log-level", default="INFO", type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"]), help="What is logged to stderr.")
@click.pass_obj
def run_command(config: Path, *, once: bool, now: str | None, log_level: str) -> int:
    """Run the service until SIGTERM; --once does everything that is due now, the classifier's lesson too, and exits."""
    if now and not once:
        raise WrongSettings("--now goes with --once: a running service lives in the present")
    settings = load(config)
    maillog.configure(log_level, settings)
    pipeline = open_pipeline(settings)
    try:
        if not once:
            # All that matters is in the database: a part that hangs is left behind, as a crash would.
            asyncio.run(Service(pipeline, config=config, watched=True, abandon=_abandon).serve())
            return 0
        problems: list[str] = []
        run_once(pipeline, _moment(now, pipeline.settings.company.timezone) if now else None, problems)
        if not now and pipeline.lesson_due(system_clock()):  # a rehearsal teaches nothing
            lessons.learn(config)
    finally:
        pipeline.close()
    if problems:
        raise Transient("\n".join(dict.fromkeys(problems)))
    return 0


def _abandon(status: int) -> None:
    maillog.abandoned()
    os._exit(status)


def _moment(text: str, zone: str) -> datetime:
    """An ISO 8601 moment; without an offset it is the company's local time."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only with --now

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongSettings(f"--now {text}: not an ISO 8601 moment; write 2026-11-23T09:30 or 2026-11-23T09:30+08:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
