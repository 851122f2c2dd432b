"""A case held against its procedure: what was due when, who ended it when, what was moved or stood still, which notices went out.

Pure: (the ticket in each of its rounds, its story, now, procedure) -> rows in the order in which they began. What was
paused, agreed or acknowledged is known of the last round only; of earlier ones it stands in the story.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from mailbot.lifecycle.clock import VERIFY, Clock, clock
from mailbot.lifecycle.milestones import FINAL
from mailbot.lifecycle.ticket import Due, Pause, Task, Ticket
from mailbot.procedures.procedure import Procedure
from mailbot.procedures.skipped import Gap, gaps, made_up

State = Literal["reached", "kept", "missed", "void", "running", "late"]


class Notice(Struct, frozen=True):
    """A step of the ladder for which letters went out: to whom (staff keys) and when (aware UTC)."""

    step: str
    letter: str
    to: tuple[str, ...]
    at: datetime


class Row(Struct, frozen=True, kw_only=True):
    """A milestone, deadline or task in one round; moments are aware UTC.

    `state`: "reached" without a deadline; "kept" in time, "missed" but reached; "void" by `ended_with`, another milestone;
    "running", or "late" and still open. `by` is a staff key, "customer" or "mailbot". `agreed`: the customer agreed to the
    moment; `told`: it is the date told to the customer. `skipped` and `worked` are the days that working time left out or
    counted against the week; `uncertain` is the year whose make-up days are not known.
    """

    round: int
    name: str
    since: datetime
    state: State
    task: Task | None = None
    clause: str = ""
    owner: str = ""
    due_at: datetime | None = None
    ended_at: datetime | None = None
    ended_with: str = ""
    by: str = ""
    pauses: tuple[Pause, ...] = ()
    agreed: bool = False
    told: bool = False
    rests_until: datetime | None = None
    skipped: tuple[Gap, ...] = ()
    worked: tuple[date, ...] = ()
    uncertain: int | None = None
    notices: tuple[Notice, ...] = ()


def timeline(rounds: Sequence[Ticket], story: Sequence[Mapping[str, Any]], now: datetime, procedure: Procedure, language: str) -> list[Row]:
    """Every row of every round; holidays are named in `language`."""
    sent = _notices(story)
    rows: list[Row] = []
    for ticket in rounds:
        rows += _milestones(ticket)
        of_tasks = {name for name in ticket.due if ticket.task(name.removesuffix(VERIFY))}
        rows += (_deadline(ticket, due, now, procedure, language) for name, due in ticket.due.items() if name not in of_tasks)
    rows += _tasks(rounds, now, procedure, language)
    rows = [replace(row, notices=sent.get((0 if row.task else row.round, row.name), ())) for row in rows]
    return sorted(rows, key=lambda row: (row.round, row.since, row.due_at or row.since))


def _milestones(ticket: Ticket) -> Iterator[Row]:
    """What was reached without being due."""
    for name, reached in ticket.milestones.items():
        if name not in ticket.due:
            yield Row(round=ticket.round, name=name, since=reached.at, state="reached", ended_at=reached.at, by=reached.by)


def _deadline(ticket: Ticket, due: Due, now: datetime, procedure: Procedure, language: str) -> Row:
    written = procedure.deadlines.get(due.name)
    ended_with = _ended_with(ticket, due, written.unless if written else ())
    reached, behind = ticket.milestones.get(ended_with), clock(ticket, due, procedure)
    until = due.ended_at or now
    pauses = ticket.facts.pauses if written and written.pause else ()
    return Row(
        round=ticket.round,
        name=due.name,
        since=due.since,
        state=_state(due, ended_with, now),
        clause=written.clause if written else "",
        owner=behind.owner if behind else "",
        due_at=due.at,
        ended_at=due.ended_at,
        ended_with=ended_with,
        by=reached.by if reached else "",
        pauses=tuple(p for p in pauses if p.since < until and (p.until is None or p.until > due.since)),
        agreed=due.name in ticket.facts.extended,
        told=bool(written and written.promise and due.at == ticket.facts.promised),
        rests_until=ticket.facts.acknowledged.get(due.name),
        **_days(behind, language),
    )


def _ended_with(ticket: Ticket, due: Due, unless: Sequence[str]) -> str:
    """The milestone that ended a deadline: its own, where that was reached."""
    if due.ended_at is None:
        return ""
    others = [name for name in ticket.milestones if name in FINAL or name in unless]
    return due.name if due.name in ticket.milestones else min(others, key=lambda name: ticket.milestones[name].at, default="")


def _state(due: Due, ended_with: str, now: datetime) -> State:
    if due.ended_at is None:
        return "late" if due.at < now else "running"
    if ended_with != due.name:
        return "void"
    return "kept" if due.ended_at <= due.at else "missed"


def _days(behind: Clock | None, language: str) -> dict[str, Any]:
    """Which days stand behind a moment that was counted in working time."""
    if behind is None or not behind.counted:
        return {}
    since, until, calendar = behind.due.since, behind.due.at, behind.calendar
    year = until.astimezone(calendar.zone).year
    skipped, worked = tuple(gaps(calendar, since, until, language)), tuple(made_up(calendar, since, until))
    return {"skipped": skipped, "worked": worked, "uncertain": None if calendar.covered(year) else year}


def _tasks(rounds: Sequence[Ticket], now: datetime, procedure: Procedure, language: str) -> Iterator[Row]:
    """Tasks go on from round to round: each stands once, in the round that it was given in, and so does its judgement."""
    last = rounds[-1]
    for task in last.tasks:
        began = max((ticket.round for ticket in rounds if _received(ticket) <= task.since), default=1)
        done = Due(task.clock, task.due_at or task.since, task.since, task.done_at)
        clocks = [done, *(due for ticket in rounds[-1:] if (due := ticket.due.get(task.clock + VERIFY)))]
        for due in clocks:
            judged = due is not done
            behind = clock(last, due, procedure) if judged or task.due_at else None
            kind = procedure.tasks.get(task.kind)
            yield Row(
                round=began,
                name=due.name,
                since=due.since,
                state=_state(due, due.name, now) if judged or task.due_at else "reached" if task.done_at else "running",
                task=task,
                clause=kind.clause if kind else "",
                owner=behind.owner if behind else task.owner,
                due_at=due.at if judged else task.due_at,
                ended_at=due.ended_at,
                ended_with=due.name if due.ended_at else "",
                by=(task.verdict_by or "") if judged or not (kind and kind.verify_by) else "",
                rests_until=last.facts.acknowledged.get(due.name),
                **_days(behind, language),
            )


def _received(ticket: Ticket) -> datetime:
    return ticket.milestones["received"].at if "received" in ticket.milestones else ticket.opened_at


def _notices(story: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], tuple[Notice, ...]]:
    """The steps of the ladder by round and clock; those of tasks under round 0, since tasks know no rounds."""
    found: dict[tuple[int, str], tuple[Notice, ...]] = {}
    current = 1
    for event in story:
        if event["kind"] == "reopened":
            current = event.get("round", current + 1)
        elif event["kind"] == "escalated":
            name = event["milestone"]
            key = (0 if name.startswith("task-") else current, name)
            found[key] = (*found.get(key, ()), Notice(event["step"], event["letter"], tuple(event["to"]), event["at"]))
    return found
