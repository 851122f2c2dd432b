"""Read a procedure file: a shipped one by its id, or the company's own by path.

Gives a checked `Procedure`; everything wrong in the file is told at once as `WrongSettings` naming file, key,
reason and cure. Reads one file and nothing else. Limit: the zone is the company's, a file has none of its own.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from mailbot.errors import WrongSettings
from mailbot.procedures import check, follow_up
from mailbot.procedures.clauses import Assessment, CategoryRule, Deadline, Escalation, Labels, Procedure
from mailbot.procedures.daysoff import parse_country
from mailbot.procedures.dump import dump
from mailbot.procedures.rules import (
    Alert,
    Approval,
    Closing,
    Duty,
    Gate,
    Grade,
    Handover,
    Milestone,
    OwnSignal,
    Poll,
    Registration,
    Survey,
    TaskKind,
)
from mailbot.procedures.span import Span
from mailbot.procedures.worktime import Calendar, parse_hours, parse_workdays

__all__ = ["CategoryRule", "Deadline", "Escalation", "Labels", "Procedure", "build", "dump", "load", "presets"]

SHIPPED = Path(__file__).parent
CHINA = ZoneInfo("Asia/Shanghai")
PERCENT = re.compile(r"([+-]?\d{1,3})\s*%")
TABLES: dict[str, type[Struct]] = {
    "category": CategoryRule,
    "severity": Labels,
    "department": Labels,
    "role": Labels,
    "milestone": Milestone,
    "signal": OwnSignal,
    "deadline": Deadline,
    "task": TaskKind,
    "duty": Duty,
    "poll": Poll,
    "grade": Grade,
}
LISTS: dict[str, type[Struct]] = {rule.__name__.lower(): rule for rule in (Escalation, Assessment, Approval, Gate, Alert, Handover)}
SPANS = ("within", "send", "verify-within", "meeting", "remind", "silent", "slow-after")
T = TypeVar("T")
S = TypeVar("S", bound=Struct)


class Desk(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A department with hours of its own; an empty value is the company's."""

    label: Labels
    hours: str = ""
    workdays: str = ""
    zone: str = ""


class ProcedureFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """The file's own shape; spans and rungs are read before, hours and weekdays after."""

    id: str
    title: Labels
    category: dict[str, CategoryRule]
    severity: dict[str, Labels]
    department: dict[str, Labels]
    deadline: dict[str, Deadline]
    escalation: tuple[Escalation, ...] = ()
    assessment: tuple[Assessment, ...] = ()
    role: dict[str, Labels] = {}
    milestone: dict[str, Milestone] = {}
    signal: dict[str, OwnSignal] = {}
    approval: tuple[Approval, ...] = ()
    gate: tuple[Gate, ...] = ()
    alert: tuple[Alert, ...] = ()
    handover: tuple[Handover, ...] = ()
    task: dict[str, TaskKind] = {}
    duty: dict[str, Duty] = {}
    survey: Survey = Survey()
    poll: dict[str, Poll] = {}
    grade: dict[str, Grade] = {}
    registration: Registration = Registration()
    closing: Closing = Closing()
    source: str = ""
    calendar: str = "cn"
    hours: str = "09:00-18:00"
    workdays: str = "mon-fri"
    days_off: tuple[date, ...] = ()
    extra_workdays: tuple[date, ...] = ()


def presets() -> tuple[str, ...]:
    """The ids of the procedures that come with mailbot."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def load(name_or_path: str, home: Path, zone: ZoneInfo = CHINA) -> Procedure:
    """The procedure called `name_or_path` (a preset's id, or a path from `home`), in the company's zone.

    Raises WrongSettings.
    """
    path = SHIPPED / f"{name_or_path}.toml" if name_or_path in presets() else Path(home, Path(name_or_path).expanduser())
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        cure = f"company.procedure takes a path or one of {', '.join(presets())}"
        raise WrongSettings(f"{path}: no such procedure file; {cure}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise WrongSettings(f"{path}: not a readable procedure file ({reason}); it must be TOML in UTF-8") from None
    return build(raw, str(path), zone)


def build(raw: dict[str, Any], source: str, zone: ZoneInfo = CHINA) -> Procedure:
    """A procedure from plain data, checked; `source` names the file in errors.

    Raises WrongSettings.
    """
    raw = {key: _spans(value, f"{source}: {key}") for key, value in raw.items()}
    desks = _desks(raw, source)
    raw = {**raw, **_deadlines(raw), **_escalations(raw, source), **_departments(raw, desks)}
    for where, table, kind in _tables(raw):
        _convert(table, kind, f"{source}: {where}")
    form = _convert(raw, ProcedureFile, f"{source}: ")
    procedure = _procedure(form, desks, source, zone)
    flaws = check.errors(procedure)
    if flaws:
        raise WrongSettings("\n".join(f"{source}: {flaw}" for flaw in flaws))
    return procedure


def _calendar(form: ProcedureFile, source: str, zone: ZoneInfo) -> Calendar:
    off, on = frozenset(form.days_off), frozenset(form.extra_workdays)
    if off & on:
        raise WrongSettings(f"{source}: days-off: {min(off & on)} is in extra-workdays too; leave it in one of them")
    return Calendar(
        zone=zone,
        country=_read(parse_country, form.calendar, f"{source}: calendar"),
        hours=_read(parse_hours, form.hours, f"{source}: hours"),
        workdays=_read(parse_workdays, form.workdays, f"{source}: workdays"),
        off=off,
        on=on,
    )


def _own_hours(desk: Desk, company: Calendar, where: str) -> Calendar:
    """The calendar of a department that does not work as the company does."""
    return replace(
        company,
        zone=_read(_zone, desk.zone, f"{where}.zone") if desk.zone else company.zone,
        hours=_read(parse_hours, desk.hours, f"{where}.hours") if desk.hours else company.hours,
        workdays=_read(parse_workdays, desk.workdays, f"{where}.workdays") if desk.workdays else company.workdays,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"{name!r} is not a time zone; write a name such as Asia/Urumqi") from None


def _procedure(form: ProcedureFile, desks: dict[str, Desk], source: str, zone: ZoneInfo) -> Procedure:
    calendar = _calendar(form, source, zone)
    return Procedure(
        id=form.id,
        title=form.title,
        source=form.source,
        calendar=calendar,
        calendars={name: _own_hours(desk, calendar, f"{source}: department.{name}") for name, desk in desks.items()},
        categories=form.category,
        severities=form.severity,
        departments=form.department,
        deadlines=follow_up.clocks(form.survey) | form.deadline,
        escalations=form.escalation,
        assessments=form.assessment,
        roles=form.role,
        milestones=form.milestone,
        signals=form.signal,
        approvals=form.approval,
        gates=form.gate,
        alerts=form.alert,
        handovers=form.handover,
        tasks=form.task,
        duties=form.duty,
        survey=form.survey,
        polls=form.poll,
        grades=form.grade,
        registration=form.registration,
        closing=form.closing,
    )


def _spans(value: Any, where: str) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Every span of time in the file, read; `where` names the place in errors."""
    if isinstance(value, list):
        return [_spans(one, f"{where}[{number}]") for number, one in enumerate(value, 1)]
    if not isinstance(value, dict):
        return value
    return {
        key: _span(one, f"{where}.{key}") if key in SPANS and isinstance(one, str | int) else _spans(one, f"{where}.{key}")
        for key, one in value.items()
    }


def _deadlines(raw: dict[str, Any]) -> dict[str, Any]:
    """The deadline tables with their own name inside; wrong shapes are left to the form."""
    tables = raw.get("deadline")
    if not isinstance(tables, dict):
        return {}
    return {"deadline": {name: {**table, "name": name} if isinstance(table, dict) else table for name, table in tables.items()}}


def _desks(raw: dict[str, Any], source: str) -> dict[str, Desk]:
    """The departments that are more than a name."""
    tables = raw.get("department")
    found = tables.items() if isinstance(tables, dict) else ()
    return {
        name: _convert(table, Desk, f"{source}: department.{name}")
        for name, table in found
        if isinstance(table, dict) and not table.keys().isdisjoint(Desk.__struct_fields__)
    }


def _departments(raw: dict[str, Any], desks: dict[str, Desk]) -> dict[str, Any]:
    tables = raw.get("department")
    return {"department": {**tables, **{name: to_builtins(desk.label) for name, desk in desks.items()}}} if isinstance(tables, dict) else {}


def _escalations(raw: dict[str, Any], source: str) -> dict[str, Any]:
    """The ladder's tables with `at` read into step and percent or span."""
    tables = raw.get("escalation", [])
    if not isinstance(tables, list):
        return {}
    rungs = [_rung(t, f"{source}: escalation[{number}]") if isinstance(t, dict) else t for number, t in enumerate(tables, 1)]
    return {"escalation": rungs}


def _rung(table: dict[str, Any], where: str) -> dict[str, Any]:
    for key in table.keys() - {"at", "to", "letter"}:
        raise WrongSettings(f"{where}.{key}: unknown key; an [[escalation]] has at, to and letter")
    at = str(table.get("at", "")).strip()
    percent = PERCENT.fullmatch(at)
    if percent:
        moment: dict[str, Any] = {"percent": int(percent[1]), "step": f"{int(percent[1])}%"}
    else:
        span = _span(at, f'{where}.at (a span from the due moment, such as "-25%", "0" or "+1wd")')
        moment = {"span": span, "step": "0" if not span["amount"] else f"{span['amount']:+}{span['unit']}"}
    return {key: value for key, value in table.items() if key != "at"} | moment


def _span(value: object, where: str) -> dict[str, Any]:
    term = where.endswith("within")
    span = _read(Span.parse_term if term else Span.parse, str(value), where)
    return {"amount": span.amount, "unit": span.unit}


def _read(parse: Callable[[str], T], text: str, where: str) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise WrongSettings(f"{where}: {error}") from None


def _tables(raw: dict[str, Any]) -> Iterator[tuple[str, object, type[Struct]]]:
    """Every named table with its key: the whole form's errors could not say which one is wrong."""
    for key, kind in TABLES.items():
        tables = raw.get(key)
        for name, table in tables.items() if isinstance(tables, dict) else ():
            yield f"{key}.{name}", table, kind
    for key, kind in LISTS.items():
        tables = raw.get(key)
        for number, table in enumerate(tables if isinstance(tables, list) else [], 1):
            yield f"{key}[{number}]", table, kind


def _convert(value: object, kind: type[S], where: str) -> S:
    """Plain data as a struct; WrongSettings with the key first and msgspec's sentence after it."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text, _, inner = str(error).partition(" - at `$")
        key = f"{where}{inner.rstrip('`')}".replace(": .", ": ").rstrip(": ")
        raise WrongSettings(f"{key}: {text}; feedback.toml, which comes with mailbot, shows every key") from None
