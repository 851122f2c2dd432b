"""What the templates of letters about goods are given: notes of allowance and return, shares of a loss, a recall. Pure; see `view`.

A dealer is told nothing of the case that a recall came of but its number.
"""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mailbot.lifecycle.recall import SENT, total
from mailbot.lifecycle.tasks import COUNT
from mailbot.lifecycle.ticket import Share, Task
from mailbot.outbox.links import button, order, ready
from mailbot.outbox.scene import Scene, View
from mailbot.outbox.telling import BODY_LIMIT, named, told

CENT, WHOLE = Decimal("0.01"), Decimal(100)


def _goods_note(scene: Scene) -> dict[str, Any]:
    """The note as it would lie on paper; who carries it out has a button to report it done (S1.11)."""
    assert scene.ticket
    task: Task = scene.owed.facts["task"]
    own: bool = scene.owed.facts["own"]
    is_return = task.kind == "return"
    note = scene.t("goods-note.return" if is_return else "goods-note.allowance")
    opening = f"opening_{task.kind}" if own else "opening_copy"
    report = _report(scene, "returned" if is_return else "finish", task)
    return {
        "title": scene.t(
            "goods-note.subject", number=scene.ticket.number, note=note, serial=_serial(scene, task), customer=_customer(scene)
        ),
        "heading": note,
        "opening": scene.t(f"goods-note.{opening}", reply=report["reply"], quantity=task.data.get("approved-quantity", "")),
        "body": "",
        "lines": list(_note_lines(scene, task, own=own)),
        "links": [*([report] if own else []), *ready(scene, scene.ticket, ("note",))],
        "customer": None,
    }


def _note_lines(scene: Scene, task: Task, *, own: bool) -> Iterator[dict[str, str]]:
    assert scene.ticket
    facts, zone = scene.ticket.facts, scene.settings.company.zone
    yield {"name": scene.t("goods-note.number"), "value": _serial(scene, task)}
    yield {"name": scene.t("goods-note.date"), "value": scene.words.long_day(task.since.astimezone(zone).date(), scene.language)}
    yield {"name": scene.t("staff.customer"), "value": _customer(scene)}
    yield from named(scene, {"product": facts.product, "batch": facts.batch})
    yield from named(scene, {key: task.data.get(key) for key in ("approved-quantity", "amount", "reason")})
    yield {"name": scene.t("goods-note.issued_by"), "value": _people(scene, task.data["issued-by"])}
    if task.data["approved-by"]:
        yield {"name": scene.t("goods-note.approved_by"), "value": _people(scene, *task.data["approved-by"])}
    if own and task.due_at:
        yield {"name": scene.t("goods-note.due_by"), "value": scene.words.when(task.due_at, scene.language, zone)}


def _serial(scene: Scene, task: Task) -> str:
    """The number of a note: the case's and the task's."""
    assert scene.ticket
    return f"{scene.ticket.number}-{task.serial}"


def _customer(scene: Scene) -> str:
    assert scene.ticket
    requester = scene.ticket.requester
    return scene.ticket.customer.name if scene.ticket.customer else requester.name or requester.address


def _people(scene: Scene, *keys: str) -> str:
    members = [scene.rules.people.member(key) for key in keys]
    return scene.t("common.list_comma").join(member.name if member else key for member, key in zip(members, keys, strict=True))


def _report(scene: Scene, name: str, task: Task) -> dict[str, str]:
    """The button that reports a task done, its number filled in."""
    assert scene.ticket
    return button(scene, scene.ticket.number, scene.t(f"link.{name}"), order(scene, name, f"{task.serial} "))


def _shares(scene: Scene) -> dict[str, Any]:
    """Who bears how much (S1.10); rounding is the last one's."""
    facts = scene.owed.facts
    shares: tuple[Share, ...] = facts["shares"]
    loss: Decimal | None = facts["loss"]
    lines = [{"name": scene.t("shares.loss"), "value": f"{loss:,.2f}"}] if loss else []
    left = loss or Decimal(0)
    for share in shares:
        part = left if share is shares[-1] else ((loss or left) * share.percent / WHOLE).quantize(CENT, ROUND_HALF_UP)
        left -= part
        percent = f"{share.percent:f}"
        value = scene.t("shares.line_sum", percent=percent, sum=f"{part:,.2f}") if loss else scene.t("shares.line", percent=percent)
        lines.append({"name": scene.owner(share.owner, None, None), "value": value})
    return told(scene, "shares", ("note",), "", lines, author=facts["author"].name)


def _recall(scene: Scene) -> dict[str, Any]:
    """What a dealer is told; a reminder is the same without anybody's words."""
    facts = scene.owed.facts
    task: Task = facts["task"]
    author = facts.get("author")
    topic = "recall" if author else "recall-reminder"
    day = task.since.astimezone(scene.settings.company.zone).date()
    return {
        "ticket": {"number": scene.ticket.number, "tag": scene.ticket.tag} if scene.ticket else None,
        "title": scene.t(f"{topic}.subject", number=scene.ticket.number if scene.ticket else "", what=_what(scene, task)),
        "heading": scene.t(f"{topic}.heading"),
        "opening": _opening(scene, topic, day),
        "lines": named(scene, task.data["named"]),
        "body": facts.get("body", ""),
        "ask": scene.t(f"{topic}.ask"),
        "author": {"name": author.name, "department_label": scene.department(author.department)} if author else None,
    }


def _opening(scene: Scene, topic: str, day: date) -> str:
    if topic == "recall":
        return scene.t("recall.opening")
    return scene.t("recall-reminder.opening", day=scene.words.long_day(day, scene.language))


def _what(scene: Scene, task: Task) -> str:
    """Product and batch, as far as the notice names them."""
    said = task.data["named"]
    return scene.t("common.comma").join(said[key] for key in ("product", "batch") if said.get(key))


def _recall_told(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    tasks: list[Task] = facts["tasks"]
    lines = [{"name": scene.t("recall-told.task", serial=str(task.serial)), "value": _dealer(scene, task)} for task in tasks]
    values = {"author": facts["author"].name, "what": _what(scene, tasks[0])}
    return told(scene, "recall-told", ("returned", "note"), "", [*named(scene, tasks[0].data["named"]), *lines], **values)


def _dealer(scene: Scene, task: Task) -> str:
    name = task.data["dealer"]
    if not task.data["addresses"]:
        return scene.t("recall-told.call", dealer=name, phone=task.data["phone"] or scene.t("recall-told.no_phone"))
    return scene.t("recall-told.sent", dealer=name, quantity=task.data[SENT]) if task.data.get(SENT) else str(name)


def _dealer_wrote(scene: Scene) -> dict[str, Any]:
    facts = scene.owed.facts
    task: Task = facts["task"]
    lines = named(scene, {**task.data["named"], SENT: task.data.get(SENT), COUNT: task.data.get(COUNT)})
    report = _report(scene, "returned", task)
    values = {"dealer": task.data["dealer"], "reply": report["reply"]}
    shown = told(scene, "dealer-wrote", ("note",), facts["written"].text[:BODY_LIMIT], lines, **values)
    return shown | {"links": [report, *shown["links"]]}


def _recall_complete(scene: Scene) -> dict[str, Any]:
    tasks: list[Task] = scene.owed.facts["tasks"]
    lines = [{"name": task.data["dealer"], "value": str(task.data.get(COUNT) or scene.t("recall-complete.none"))} for task in tasks]
    lines.append({"name": scene.t("recall-complete.total"), "value": total(tasks) or scene.t("recall-complete.none")})
    return told(scene, "recall-complete", ("note",), "", lines, what=_what(scene, tasks[0]))


VIEWS: dict[str, View] = {
    "complainant/recall": _recall,
    "complainant/recall-reminder": _recall,
    "staff/dealer-wrote": _dealer_wrote,
    "staff/goods-note": _goods_note,
    "staff/recall-complete": _recall_complete,
    "staff/recall-told": _recall_told,
    "staff/shares": _shares,
}
