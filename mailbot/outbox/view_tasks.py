"""What the templates of letters about tasks are given: a task, its result, the verdict on it. Pure; see `view`."""

from typing import Any

from mailbot.lifecycle.task_values import field_words
from mailbot.lifecycle.tasks import COUNT
from mailbot.lifecycle.ticket import Task
from mailbot.outbox.links import button, order, ready
from mailbot.outbox.scene import Scene, View
from mailbot.outbox.telling import Lines, customer, line, named, told
from mailbot.procedures.rules import TaskKind


def task_letter(scene: Scene, topic: str, links: tuple[str, ...] = ("note",), **more: str) -> dict[str, Any]:
    """A letter about `facts["task"]` in the form of `topic`, with the button that reports it done before the others."""
    assert scene.ticket
    task: Task = scene.owed.facts["task"]
    rule = scene.rules.procedure.tasks.get(task.kind)
    report = "returned" if rule and COUNT in rule.fields else "finish"
    reply = order(scene, report, f"{task.serial} ")
    values = {"reply": reply, "task": scene.deadline(task.clock, task), **more}
    shown = told(scene, topic, (), str(task.data.get("text", "")), _lines(scene, task, rule), **values)
    finish = button(scene, scene.ticket.number, scene.t(f"link.{report}"), reply)
    return shown | {"links": [finish, *ready(scene, scene.ticket, links)], "customer": customer(scene)}


def _lines(scene: Scene, task: Task, rule: TaskKind | None) -> Lines:
    """By when, what the report may name, what was wrong with the attempt before."""
    lines = []
    if task.due_at:
        lines.append(line(scene, "due_by", scene.words.when(task.due_at, scene.language, scene.settings.company.zone)))
    if "again_of" in task.data:
        lines.append(line(scene, "why_again", str(task.data.get("why") or scene.t("task.no_reason"))))
    lines += named(scene, {COUNT: task.data.get(COUNT)})
    took = _took(scene, task)
    if took:
        lines.append(line(scene, "took", took))
    if rule and rule.fields:
        names = [field_words(key).text(scene.language) for key in rule.fields]
        lines.append(line(scene, "to_report", scene.t("common.list_comma").join(names)))
    if rule and rule.verify_by:
        assert scene.ticket
        lines.append(line(scene, "judged_by", scene.owner(rule.verify_by, scene.ticket.department, scene.ticket.assignee)))
    return lines


def _took(scene: Scene, task: Task) -> str:
    """How long a department that was too slow took, of what it was allowed (S1.13)."""
    if "took" not in task.data:
        return ""
    hours = {key: f"{task.data[key] / 3600:.1f}".removesuffix(".0") for key in ("took", "allowed")}
    return scene.t("task.took", department=scene.department(task.data["department"]), **hours)


def _task(scene: Scene) -> dict[str, Any]:
    task, author = scene.owed.facts["task"], scene.owed.facts["author"]
    if author is None:
        shown = task_letter(scene, "task-own")
    else:
        shown = task_letter(scene, "task-again" if "again_of" in task.data else "task", author=author.name)
    if task.due_at:
        when = scene.words.when(task.due_at, scene.language, scene.settings.company.zone)
        shown["title"] += scene.t("common.comma") + scene.t("common.by", when=when)
    return shown


def _done(scene: Scene) -> dict[str, Any]:
    """The result, and the buttons that judge it."""
    facts = scene.owed.facts
    task: Task = facts["task"]
    rule = scene.rules.procedure.tasks.get(task.kind)
    lines = named(scene, {key: value for key, value in task.data.items() if rule and key in rule.fields})
    values = {"task": scene.deadline(task.clock, task), "author": facts["author"].name}
    if not (rule and rule.verify_by):
        return told(scene, "task-done", ("note",), task.result, lines, **values)
    buttons = {verdict: _verdict(scene, task, verdict) for verdict in ("effective", "ineffective")}
    values |= {verdict: button["reply"] for verdict, button in buttons.items()}
    shown = told(scene, "task-judge", ("note",), task.result, lines, **values)
    return shown | {"links": [*buttons.values(), *shown["links"]]}


def _verdict(scene: Scene, task: Task, verdict: str) -> dict[str, str]:
    """A button that judges a result."""
    assert scene.ticket
    word = scene.words.label(scene.language, "verdict", verdict)
    return button(scene, scene.ticket.number, word, order(scene, "judge", f"{task.serial} {word}"))


def _judged(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    task: Task = facts["task"]
    verdict = scene.words.label(scene.language, "verdict", facts["verdict"])
    values = {"task": scene.deadline(task.clock, task), "author": facts["author"].name, "verdict": verdict}
    return told(scene, "task-judged", ("note",), facts["text"], [], **values)


VIEWS: dict[str, View] = {"staff/task": _task, "staff/task-done": _done, "staff/task-judged": _judged}
