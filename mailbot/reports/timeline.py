"""The time line of a case, for the terminal as a table and for programs as plain values.

Takes the rows of `lifecycle.timeline` and the procedure's names in one language. Pure; moments are shown in the company's
time zone. A deadline or milestone that the procedure no longer knows is called by its key.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mailbot.lifecycle.timeline import Row
from mailbot.procedures.naming import Names

COLUMNS = ("what", "clause", "owner", "due", "reached", "by", "remark")


def as_table(rows: Sequence[Row], names: Names, zone: ZoneInfo) -> RenderableType:
    """A table for each round, with everything that moved a moment or went out because of it as a remark."""
    return Group(*(_round(number, list(of_round), names, zone) for number, of_round in groupby(rows, key=lambda row: row.round)))


def as_values(rows: Sequence[Row], names: Names) -> Iterator[dict[str, Any]]:
    """Each row as JSON holds it; moments aware UTC."""
    for row in rows:
        yield {
            "round": row.round,
            "name": row.name,
            "what": _what(row, names),
            "clause": row.clause,
            "owner": row.owner,
            "since": row.since,
            "due": row.due_at,
            "reached": row.ended_at,
            "reached_with": row.ended_with or row.name if row.ended_at else None,
            "by": row.by,
            "state": row.state,
            "paused": [{"since": pause.since, "until": pause.until} for pause in row.pauses],
            "agreed": row.agreed,
            "told": row.told,
            "rests_until": row.rests_until,
            "skipped": [{"first": gap.first.isoformat(), "last": gap.last.isoformat(), "name": gap.name} for gap in row.skipped],
            "worked": [day.isoformat() for day in row.worked],
            "notices": [{"at": n.at, "step": n.step, "letter": n.letter, "to": list(n.to)} for n in row.notices],
        }


def _round(number: int, rows: Sequence[Row], names: Names, zone: ZoneInfo) -> Table:
    table = Table(title=names.words["case-round"].format(n=number), title_justify="left")
    for column in COLUMNS:
        table.add_column(names.words[column], overflow="fold")
    for row in rows:
        ended = _at(row.ended_at, zone) if row.ended_at and row.state != "void" else ""
        cells = (_what(row, names), row.clause, _who(row.owner, names), _at(row.due_at, zone), ended, _who(row.by, names))
        table.add_row(*map(Text, cells), Text("\n".join(_remarks(row, names, zone))), style="red" if row.state == "late" else "")
    return table


def _what(row: Row, names: Names) -> str:
    if row.task:
        kind = names.procedure.tasks.get(row.task.kind)
        named = kind.label.text(names.language) if kind else row.task.kind
        whole = named if row.task.title in ("", named) else f"{named} – {row.task.title}"
        return names.words["state-judge"].format(what=whole) if row.name != row.task.clock else whole
    return _milestone(row.name, names)


def _milestone(name: str, names: Names) -> str:
    deadline = names.procedure.deadlines.get(name)
    if deadline:
        return deadline.label.text(names.language)
    return names.milestone(name) if name in names.procedure.milestones or f"milestone-{name}" in names.words else name


def _who(owner: str, names: Names) -> str:
    known = owner in names.words or owner in names.procedure.departments or owner in names.procedure.roles
    return names.owner(owner) if known else owner.removeprefix("staff:")


def _remarks(row: Row, names: Names, zone: ZoneInfo) -> Iterator[str]:
    """How it stands, what moved or stopped the clock, which days count, what was sent."""
    if row.state in ("running", "late", "missed"):
        yield names.words[f"state-{row.state}"]
    if row.state == "void":
        yield names.words["state-void"].format(what=_milestone(row.ended_with, names))
    yield from _moved(row, names.words, zone)
    yield from _counted(row, names.words)
    for notice in row.notices:
        letter = names.words.get(notice.letter, notice.letter)
        yield names.words["notice-sent"].format(at=_at(notice.at, zone), letter=letter, step=notice.step, who=", ".join(notice.to))


def _moved(row: Row, words: dict[str, str], zone: ZoneInfo) -> Iterator[str]:
    for pause in row.pauses:
        yield words["paused"].format(since=_at(pause.since, zone), until=_at(pause.until, zone) or words["now"])
    if row.agreed:
        yield words["moved"]
    if row.told:
        yield words["told-date"]
    if row.rests_until:
        yield words["rests"].format(until=_at(row.rests_until, zone))


def _counted(row: Row, words: dict[str, str]) -> Iterator[str]:
    for gap in row.skipped:
        yield words["skips"].format(days=_days(gap.first, gap.last), name=gap.name or words["own-days"])
    for day in row.worked:
        yield words["counts"].format(days=day.isoformat())
    if row.uncertain:
        yield words["uncertain"].format(year=row.uncertain)


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def _days(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()}…{last.isoformat()}"
