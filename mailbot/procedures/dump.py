"""A procedure as the text of its file: what `procedure.build` reads back is the same procedure.

Pure. What has its default is left out; comments of the file it once came from are not kept.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import FieldInfo, fields

from mailbot.procedures import follow_up
from mailbot.procedures.clauses import Escalation, Procedure
from mailbot.procedures.span import Span
from mailbot.procedures.worktime import hours_text, workdays_text

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def dump(procedure: Procedure) -> str:
    """The procedure file as TOML."""
    calendar = procedure.calendar
    head = {
        "id": procedure.id,
        "title": procedure.title,
        "source": procedure.source,
        "calendar": calendar.country,
        "hours": hours_text(calendar.hours),
        "workdays": workdays_text(calendar.workdays),
        "days-off": sorted(calendar.off),
        "extra-workdays": sorted(calendar.on),
    }
    parts = ["".join(_line(key, value) for key, value in head.items())]
    parts += [_section(key, table) for key, table in _listed(procedure).items() if table]
    parts += [_tables(key, tables) for key, tables in _named(procedure).items() if tables or key == "deadline"]
    parts += [_array(key, rows) for key, rows in _arrays(procedure).items() if rows]
    return "\n".join(parts)


def _listed(procedure: Procedure) -> dict[str, Mapping[str, Any]]:
    """Tables whose entries take a line each."""
    own = {
        name: {
            "label": procedure.departments[name],
            "hours": hours_text(c.hours),
            "workdays": workdays_text(c.workdays),
            "zone": c.zone.key,
        }
        for name, c in procedure.calendars.items()
    }
    single = {"survey": procedure.survey, "registration": procedure.registration, "closing": procedure.closing}
    return {
        "severity": procedure.severities,
        "department": {**procedure.departments, **own},
        "role": procedure.roles,
        **{key: _plain(value) for key, value in single.items()},
    }


def _named(procedure: Procedure) -> dict[str, Mapping[str, Struct]]:
    return {
        "category": procedure.categories,
        "milestone": procedure.milestones,
        "signal": procedure.signals,
        "deadline": {name: row for name, row in procedure.deadlines.items() if row != follow_up.clocks(procedure.survey).get(name)},
        "task": procedure.tasks,
        "duty": procedure.duties,
        "poll": procedure.polls,
        "grade": procedure.grades,
    }


def _arrays(procedure: Procedure) -> dict[str, Sequence[Struct]]:
    return {
        "escalation": procedure.escalations,
        "assessment": procedure.assessments,
        "approval": procedure.approvals,
        "gate": procedure.gates,
        "alert": procedure.alerts,
        "handover": procedure.handovers,
    }


def _section(key: str, table: Mapping[str, Any]) -> str:
    return f"[{key}]\n" + "".join(_line(name, value) for name, value in table.items())


def _tables(key: str, tables: Mapping[str, Struct]) -> str:
    return "\n".join(_section(f"{key}.{_key(name)}", _plain(table)) for name, table in tables.items()) or f"[{key}]\n"


def _array(key: str, rows: Sequence[Struct]) -> str:
    return "\n".join(f"[[{key}]]\n" + "".join(_line(name, value) for name, value in _plain(row).items()) for row in rows)


def _line(key: str, value: object) -> str:
    return f"{_key(key)} = {_text(value)}\n"


def _plain(value: Struct) -> dict[str, Any]:
    """A struct as its keys in the file, without those at their default."""
    if isinstance(value, Escalation):
        return {"at": value.step, "to": value.to, "letter": value.letter}
    told = ((field, getattr(value, field.name)) for field in fields(value))
    keys = {field.encode_name: one for field, one in told if not _is_default(field, one)}
    return {key: one for key, one in keys.items() if key != "name"}


def _is_default(field: FieldInfo, value: object) -> bool:
    if field.default_factory is not UNSET and callable(field.default_factory):
        return bool(field.default_factory() == value)
    return bool(field.default == value)


def _text(value: object) -> str:
    """A value of the file on one line."""
    if isinstance(value, Span):
        return _string(str(value))
    if isinstance(value, Struct):
        value = _plain(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_text(one)}" for key, one in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value.isoformat() if isinstance(value, date) else _string(str(value))


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else _string(name)
