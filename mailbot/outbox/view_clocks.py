"""What letters about clocks say: what is due when, whose it is, how late it is, which days were left out; the daily digest.

Takes a scene, gives the template's dictionary. Pure.
"""

from typing import Any

from mailbot.lifecycle.clock import VERIFY, clock
from mailbot.lifecycle.ticket import Due, Ticket
from mailbot.outbox import watching
from mailbot.outbox.links import button, order, ready
from mailbot.outbox.scene import Scene, View
from mailbot.outbox.skips import note
from mailbot.procedures.rules import LEAD


def running(scene: Scene, ticket: Ticket, due: Due) -> dict[str, Any]:
    """A clock that runs, as every letter about the ticket lists it."""
    behind = clock(ticket, due, scene.rules.procedure)
    owner = behind.owner if behind else LEAD
    label = scene.owner(owner, ticket.department, ticket.assignee)
    return {
        "label": scene.deadline(due.name),
        "at": due.at,
        "owner_label": label,
        "overdue": due.at < scene.now,
        "skips": note(scene, behind),
    }


def is_staffs(scene: Scene, due: Due) -> bool:
    """Deadlines staff has to keep; those mailbot keeps itself are not shown."""
    assert scene.ticket
    behind = clock(scene.ticket, due, scene.rules.procedure)
    return behind is not None and behind.letter is None


def _clock(scene: Scene) -> dict[str, Any]:
    """A reminder, an urging notice or an escalation."""
    assert scene.ticket
    due: Due = scene.owed.facts["due"]
    span = abs(due.at - scene.now)
    shown = {
        "label": scene.deadline(due.name),
        "at": due.at,
        "skips": note(scene, clock(scene.ticket, due, scene.rules.procedure)),
        "left": span if due.at > scene.now else None,
        "late_by": span if due.at <= scene.now else None,
    }
    orders = ("reviewed", "note") if due.name == "reviewed" else ("accept", "plan", "resolve", "promise", "ack", "assign", "note")
    deadline = scene.ticket.task(due.name.removesuffix(VERIFY)) is None
    links = ready(scene, scene.ticket, orders if deadline else ("ack", "note"))
    owner = scene.owner(scene.owed.facts["owner"], scene.ticket.department, scene.ticket.assignee)
    return {"due": shown, "owner_label": owner, "links": links}


def _digest(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    departments = [
        {
            "label": scene.department(department),
            "groups": [{"label": scene.t(f"late.{key}"), "rows": [_late_row(scene, row) for row in rows]} for key, rows in groups],
        }
        for department, groups in facts["late"]
    ]
    by_category = [
        {"label": scene.category(c) or scene.t("digest.no_category"), "open": running, "overdue": late}
        for c, running, late in facts["by_category"]
        if running or late
    ]
    day = scene.now.astimezone(scene.settings.company.zone).date()
    return {
        "day": day,
        "total": facts["total"],
        "today": [_late_row(scene, row) for row in facts["today"]],
        "departments": departments,
        "by_category": by_category,
        "quarantined": facts["quarantined"],
        "watch": watching.lines(scene),
    }


def _late_row(scene: Scene, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the record
    deadline = scene.rules.procedure.deadlines.get(row.milestone)
    owner = row.task.owner if row.task else deadline.owner if deadline else LEAD
    return {
        "number": row.number,
        "subject": row.subject[:200],
        "customer": row.customer,
        "due_label": scene.deadline(row.milestone, row.task),
        "due_at": row.due_at,
        "late_by": scene.now - row.due_at,
        "owner_name": scene.owner(owner, row.department, row.assignee),
        "act": _act(scene, row),
    }


def _act(scene: Scene, row: Any) -> dict[str, str]:  # noqa: ANN401 - a row of the record
    """What a manager does about a row with one press: a review is the reader's own to give, anything else is urged (S4.3)."""
    own = "reviewed" if row.milestone == "reviewed" else "urge"
    return button(scene, row.number, scene.t("link.reviewed" if own == "reviewed" else "digest.act"), order(scene, own, ""))


VIEWS: dict[str, View] = {
    "staff/reminder": _clock,
    "staff/urging-notice": _clock,
    "staff/escalation": _clock,
    "manager/digest": _digest,
}
