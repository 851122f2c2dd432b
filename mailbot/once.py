"""One pass, as `mailbot run --once` makes it: mailboxes, pipeline, clocks and outbox once each, then the end."""

import asyncio
from datetime import UTC, datetime, timedelta

from mailbot.errors import Fenced, MailbotError, StoreBroken, WrongSettings
from mailbot.intake.collect import Collector
from mailbot.outbox.post import Post
from mailbot.pipeline import Pipeline
from mailbot.service import Clock, open_watch, prepare, system_clock


def run_once(pipeline: Pipeline, now: datetime | None, problems: list[str]) -> None:
    """Drain mailboxes, pipeline, timers and outbox once. What could not be reached is added to `problems`.

    `now` given is taken as the moment of everything (rehearsals); raises WrongSettings when it lies before the last run."""
    clock: Clock = system_clock if now is None else lambda: now
    prepare(pipeline)
    with pipeline.store.sole_service():
        if now:
            _refuse_going_back(pipeline, now)
        pipeline.recover(clock())
        for box in pipeline.settings.mailbox:
            _collect(Collector(box, pipeline.store), clock, problems)
        while pipeline.work(clock()):
            pass
        if now:
            pipeline.clocks(now)
        else:
            _look_once(pipeline, clock(), problems)
        asyncio.run(_send_once(pipeline, clock, problems))


def _collect(collector: Collector, clock: Clock, problems: list[str]) -> None:
    try:
        with collector.session(clock()):
            collector.look(clock())
    except (StoreBroken, Fenced):
        raise
    except MailbotError as error:
        problems.append(str(error))


def _look_once(pipeline: Pipeline, now: datetime, problems: list[str]) -> None:
    """Clocks and watch; a pass has no earlier tick to compare with, but knows when the last one was (F35)."""
    watch = open_watch(pipeline, datetime.min.replace(tzinfo=UTC))
    if watch.holds_clocks(now):
        problems.append("the clock is not trusted, so reminders and escalations are held; `mailbot status` says why")
    else:
        pipeline.clocks(now)
    watch.tell(now)


async def _send_once(pipeline: Pipeline, clock: Clock, problems: list[str]) -> None:
    post = Post(pipeline, clock)
    try:
        if not await post.send_waiting():
            problems.append(post.trouble)
    finally:
        await post.close()


def _refuse_going_back(pipeline: Pipeline, now: datetime) -> None:
    last = pipeline.last_run()
    if last and now < last - timedelta(seconds=1):
        raise WrongSettings(f"--now {now.isoformat()} lies before the last run ({last.isoformat()}); clocks only go forward")
