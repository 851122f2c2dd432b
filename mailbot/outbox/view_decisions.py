"""What the templates of letters about decisions are given: approvals, questions to the customer, alerts, copies. Pure; see `view`.

All letters of one kind have one form: `told` for staff, `_asked` for the
customer (words of a person, what is asked, buttons). The sentences are made here, in the reader's language.
"""

from typing import Any

from mailbot.outbox.links import mailto
from mailbot.outbox.scene import Scene, View
from mailbot.outbox.telling import line, named, told


def _matters(scene: Scene) -> str:
    what = scene.owed.facts["task"].data["what"]
    return scene.t("common.list_comma").join(scene.words.label(scene.language, "matter", matter) for matter in what)


def _approval(scene: Scene) -> dict[str, Any]:
    task, author = scene.owed.facts["task"], scene.owed.facts["author"]
    lines = [line(scene, "author", author.name)]
    values = task.data.get("values", {})
    if task.data["amount"] != "0" and "amount" not in values:
        lines.append(line(scene, "amount", task.data["amount"]))
    if task.due_at:
        lines.append(line(scene, "due", scene.words.when(task.due_at, scene.language, scene.settings.company.zone)))
    lines += named(scene, values)
    return told(scene, "approval", ("approve", "refuse", "note"), task.data["text"], lines, what=_matters(scene), author=author.name)


def _approval_refused(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    lines = [line(scene, "reason", facts["reason"]), *named(scene, facts["task"].data.get("values", {}))]
    body = facts["task"].data["text"]
    return told(scene, "approval-refused", ("plan", "resolve", "note"), body, lines, what=_matters(scene), author=facts["author"].name)


def _alert(scene: Scene) -> dict[str, Any]:
    return told(scene, "alert", ("accept", "assign", "severity", "note"))


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
    return told(scene, "closing-copy", ("reopen", "note"), facts.outcome, lines)


def _customer_answered(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    answer = "yes" if facts["yes"] else "no"
    what = scene.t(f"customer-answered.{facts['what']}_{answer}")
    lines = [line(scene, "day", scene.words.long_day(facts["day"], scene.language))] if facts["day"] else []
    links = ("resolve", "note") if facts["yes"] else ("propose", "promise", "note")
    return told(scene, "customer-answered", links, facts["body"], lines, what=what)


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
            "answers": [{"label": word, "mailto": mailto(scene, scene.ticket.number, word)} for word in words],
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
    "staff/cause-report": _from_colleague("cause-report", "note", "reopen"),
    "staff/responsible": _from_colleague("responsible", "plan", "note"),
    "staff/redo": _from_colleague("redo", "plan", "resolve", "note"),
}
