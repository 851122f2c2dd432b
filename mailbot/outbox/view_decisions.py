"""What the templates of letters about decisions are given: approvals, questions to the customer, alerts, copies. Pure; see `view`.

All letters of one kind have one form: `told` for staff, `_asked` for the
customer (words of a person, what is asked, buttons). The sentences are made here, in the reader's language.
"""

from decimal import Decimal
from typing import Any

from mailbot.lifecycle.meeting import Meeting
from mailbot.lifecycle.ticket import Task
from mailbot.outbox.links import button, order
from mailbot.outbox.scene import Scene, View
from mailbot.outbox.telling import Lines, customer, line, named, told

AFTER = {  # what a customer's answer leads to, as orders
    "confirm_yes": ("accept", "note"),
    "confirm_no": ("category", "ask", "note"),
    "agree_yes": ("resolve", "note"),
    "agree_no": ("propose", "promise", "note"),
    "extend_yes": ("resolve", "note"),
    "extend_no": ("propose", "resolve", "note"),
}


def _approval(scene: Scene) -> dict[str, Any]:
    task, author = scene.owed.facts["task"], scene.owed.facts["author"]
    lines = [line(scene, "author", author.name)]
    values = task.data.get("values", {})
    if task.data["amount"] != "0" and "amount" not in values:
        lines.append(line(scene, "amount", f"{Decimal(task.data['amount']):,f}"))
    if task.due_at:
        lines.append(line(scene, "due", scene.words.when(task.due_at, scene.language, scene.settings.company.zone)))
    lines += named(scene, values)
    orders = [given["line"] for given in task.data["reply"]["orders"]]
    if len(orders) > 1:  # the one word lets all of them through
        lines.append(line(scene, "orders", "\n".join(orders)))
    shown = told(scene, "approval", ("note",), task.data["text"], lines, what=scene.matters(task), author=author.name)
    return shown | {"links": [*(_answer(scene, name, task) for name in ("approve", "refuse")), *shown["links"]]}


def _answer(scene: Scene, name: str, task: Task) -> dict[str, str]:
    """A button that says yes or no to this very approval: another may wait for the same reader."""
    assert scene.ticket
    return button(scene, scene.ticket.number, scene.t(f"link.{name}"), order(scene, name, f"{task.serial} "))


def _approval_refused(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    task: Task = facts["task"]
    lines = [line(scene, "reason", facts["reason"]), *named(scene, task.data.get("values", {}))]
    again = ("returned" if what == "quantity" else what for what in task.data["what"] if what != "answer")
    what, author = scene.matters(task), facts["author"].name
    return told(scene, "approval-refused", (*again, "note"), task.data["text"], lines, what=what, author=author)


def _alert(scene: Scene) -> dict[str, Any]:
    meeting: Meeting | None = scene.owed.facts.get("meeting")
    links = ("accept", "assign", "severity", "note")
    shown = told(scene, "alert", links, scene.t("alert.come") if meeting else "", _meeting(scene, meeting) if meeting else [])
    return shown | {"customer": customer(scene)}


def _meeting(scene: Scene, meeting: Meeting) -> Lines:
    """When, where and with whom (S4.4)."""
    zone = scene.settings.company.zone
    until = f"{meeting.ends.astimezone(zone):%H:%M}"
    when = scene.t("alert.when", start=scene.words.when(meeting.starts, scene.language, zone), end=until)
    people = scene.t("common.list_comma").join(member.name for member in meeting.people)
    return [line(scene, "meeting_at", when), line(scene, "place", place(scene)), line(scene, "people", people)]


def place(scene: Scene) -> str:
    """Where a special meeting is held: with the department that leads."""
    return scene.department(scene.ticket.department if scene.ticket else None)


def _closing_copy(scene: Scene) -> dict[str, Any]:
    """The case as it ended: finding, plan and outcome beside what every letter to staff says of it (S1.7)."""
    assert scene.ticket
    facts = scene.ticket.facts
    said = {
        "validity": scene.words.label(scene.language, "finding", facts.validity),
        "product": facts.product,
        "batch": facts.batch,
        "amount": f"{facts.amount:,}" if facts.amount else "",
        "plan": facts.plan,
    }
    lines = [line(scene, key, value) for key, value in said.items() if value]
    return told(scene, "closing-copy", ("reopen", "note"), facts.outcome or scene.t("resolved.no_words"), lines)


def _customer_answered(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    answer = "yes" if facts["yes"] else "no"
    what = scene.t(f"customer-answered.{facts['what']}_{answer}")
    lines = [line(scene, "day", scene.words.long_day(facts["day"], scene.language))] if facts["day"] else []
    return told(scene, "customer-answered", AFTER[f"{facts['what']}_{answer}"], facts["body"], lines, what=what)


def _from_colleague(topic: str, *links: str) -> View:
    """A letter in which a colleague's words are passed on."""

    def view(scene: Scene) -> dict[str, Any]:
        facts = scene.owed.facts
        return told(scene, topic, links, facts.get("body", ""), author=facts["author"].name)

    return view


def _asked(topic: str, *answers: str) -> View:
    """A letter in which a member tells or asks the customer something, with a button for each answer."""

    def view(scene: Scene) -> dict[str, Any]:
        assert scene.ticket
        facts = scene.owed.facts
        member, day, key = facts["author"], facts.get("promised_on"), facts.get("validity")
        words = [scene.t(f"consent.{answer}") for answer in answers]
        return {
            "heading": scene.t(f"{topic}.heading"),
            "opening": scene.t(f"{topic}.{key or 'opening'}"),
            "body": facts["body"],
            "reason": facts.get("reason", ""),
            "told": {"label": scene.t("extension.day"), "value": scene.words.long_day(day, scene.language)} if day else None,
            "ask": scene.t(f"{topic}.ask"),
            "answers": [button(scene, scene.ticket.number, word, word) for word in words],
            "author": {"name": member.name, "department_label": scene.department(member.department)},
        }

    return view


VIEWS: dict[str, View] = {
    "complainant/question": _asked("question"),
    "complainant/proposal": _asked("proposal", "agree", "disagree"),
    "complainant/extension": _asked("extension", "agree", "disagree"),
    "complainant/progress": _asked("progress"),
    "complainant/validity": _asked("validity"),
    "staff/approval": _approval,
    "staff/approval-refused": _approval_refused,
    "staff/alert": _alert,
    "staff/closing-copy": _closing_copy,
    "staff/customer-answered": _customer_answered,
    "staff/cause-report": _from_colleague("cause-report", "note"),
    "staff/responsible": _from_colleague("responsible", "plan", "note"),
    "staff/redo": _from_colleague("redo", "plan", "resolve", "note"),
}
