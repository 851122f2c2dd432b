"""What a template is given: facts turned into labels, names and links in the reader's language.

Takes a letter owed, the ticket's facts and the desk's words and procedure; gives a plain dictionary. Pure. A letter to a
complainant is given nothing of the staff's notes, terms or history: what is not in the dictionary can't leak (A12, §5.7).
"""

from collections.abc import Iterable
from typing import Any

from mailbot.lifecycle.clock import clock
from mailbot.lifecycle.decide import MACHINE, Written
from mailbot.lifecycle.letters import Label, Phrase
from mailbot.lifecycle.order_values import Problem
from mailbot.lifecycle.task_values import field_words
from mailbot.lifecycle.ticket import CATEGORIES, Task, Ticket
from mailbot.outbox import view_clocks, view_decisions, view_duties, view_goods, view_registration, view_tasks, watching
from mailbot.outbox.links import a_day, button, mailto, order, ready
from mailbot.outbox.scene import Scene, View
from mailbot.outbox.skips import note
from mailbot.outbox.telling import BODY_LIMIT

SIGNS = " ,.;:!?，。；：！？、…"
WISHES = ("return", "exchange", "refund", "claim")
EMPTY: dict[str, Any] = {}


def context(scene: Scene) -> dict[str, Any]:
    """The template's dictionary for one letter."""
    owed, ticket = scene.owed, scene.ticket
    shown: dict[str, Any] = {
        "company": {"name": scene.settings.company.name, "address": scene.settings.smtp.address},
        "to": {"name": owed.to.name, "address": owed.to.address},
        "now": scene.now,
        "ref": scene.identity.marker(ticket.number, owed.to.person) if ticket else "",
        "ticket": _ticket(scene, ticket) if ticket else None,
        "deadlines": [view_clocks.running(scene, ticket, d) for d in ticket.running if view_clocks.is_staffs(scene, d)] if ticket else [],
    }
    return shown | FACTS.get(owed.letter, _as_they_are)(scene)


def _ticket(scene: Scene, ticket: Ticket) -> dict[str, Any]:
    assignee = scene.rules.people.member(ticket.assignee)
    common = {
        "number": ticket.number,
        "tag": ticket.tag,
        "subject": ticket.subject[:300],
        "opened_at": ticket.opened_at,
        "round": ticket.round,
        "status_label": scene.words.label(scene.language, "status", ticket.status),
        "requester": {"name": ticket.requester.name, "address": ticket.requester.address},
    }
    if scene.owed.letter.startswith("complainant/"):
        return common
    classified = ticket.milestones.get("classified")
    guessed = classified is None or classified.by == MACHINE  # what a person says needs no reasons
    return (
        common
        | {
            "inside": ticket.inside,
            "category": ticket.category,
            "category_label": scene.category(ticket.category),
            "confidence": ticket.confidence,
            "terms": _pieces(ticket.terms) if guessed else [],
            "also": scene.category(ticket.also) if guessed else "",
            "severity_label": scene.severity(ticket.severity),
            "signals": [{"name": name, "label": scene.signal(name), "terms": _pieces(terms)} for name, terms in ticket.signals.items()],
            "department_label": scene.department(ticket.department),
            "assignee_name": assignee.name if assignee else "",
        }
        | view_registration.on_file(scene, ticket)
    )


def _pieces(terms: Iterable[str]) -> list[str]:
    """Pieces of a letter as they stand in a sentence of ours: without the signs that ended theirs."""
    return [term.strip(SIGNS) for term in terms]


def _acknowledgement(scene: Scene) -> dict[str, Any]:
    """What happens by when: what the customer may hold us to."""
    assert scene.ticket
    promises = [
        {"label": scene.t(f"promise.by.{d.name}"), "at": d.at, "skips": note(scene, clock(scene.ticket, d, scene.rules.procedure))}
        for d in scene.ticket.running
        if view_clocks.is_staffs(scene, d) and f"promise.by.{d.name}" in scene.words.keys(scene.language)
    ]
    return {"promises": promises, "registered": _registered(scene, scene.ticket)}


def _registered(scene: Scene, ticket: Ticket) -> dict[str, Any] | None:
    """What the customer is asked to confirm (S1.2), in our own words alone; None where the procedure does not ask."""
    if not (ticket.facts.asked and ticket.facts.asked.what == "confirm"):
        return None
    wishes = [scene.signal(name) for name in ticket.signals if name in WISHES]
    lines = [(scene.t("ack.category"), scene.category(ticket.category)), (scene.t("ack.wishes"), scene.t("common.list_comma").join(wishes))]
    words = [scene.t("consent.confirm"), scene.t("consent.wrong")]
    return {
        "lines": [{"name": name, "value": value} for name, value in lines if value],
        "answers": [button(scene, ticket.number, word, word) for word in words],
    }


def _new_complaint(scene: Scene) -> dict[str, Any]:
    assert scene.ticket
    ticket = scene.ticket
    written = scene.owed.facts.get("written")
    return {
        **_body(scene, written),
        "choices": [
            {
                "category": c,
                "label": scene.category(c),
                "score": ticket.scores.get(c),
                "mailto": mailto(scene, ticket.number, order(scene, "category", scene.category(c))),
            }
            for c in ticket.choices
        ],
        "others": [scene.category(c) for c in CATEGORIES if ticket.choices and c not in ticket.choices],
        "links": ready(scene, ticket, ("accept", "category", "plan", "resolve", "note", "decline", "help")),
        "history": [
            {
                "number": t.number,
                "subject": t.subject[:200],
                "opened_at": t.opened_at,
                "status_label": scene.words.label(scene.language, "status", t.status),
            }
            for t in scene.history
        ],
    }


def _follow_up(scene: Scene) -> dict[str, Any]:
    assert scene.ticket
    facts = scene.owed.facts
    orders = ("note", "help") if scene.ticket.kind == "poll" else ("resolve", "close", "note", "assign", "help")
    links = ready(scene, scene.ticket, orders)
    written: Written = facts["written"]
    standing = {"third_party": facts.get("third_party", False), "writer": written.author.address}
    reopened = facts.get("reopened", False)
    before = scene.ticket.facts.outcome if reopened else ""
    return {**_body(scene, written), **standing, "reopened": reopened, "before": before, "links": links}


def _body(scene: Scene, written: Written | None) -> dict[str, Any]:
    if written is None:
        return {"body": scene.owed.facts.get("body", ""), "language_label": "", "attachments": [], "warnings": []}
    return {
        "body": written.text[:BODY_LIMIT],
        "language_label": scene.words.label(scene.language, "language", written.language),
        "attachments": [{"name": name, "size": size} for name, size in written.attachments],
        "warnings": list(written.warnings),
    }


def _authored(scene: Scene) -> dict[str, Any]:
    """A letter whose words a member of staff wrote."""
    facts = scene.owed.facts
    member = facts["author"]
    author = {"name": member.name, "department_label": scene.department(member.department)}
    return {"body": facts["body"], "author": author, "reason": facts.get("reason", ""), "promised_on": facts.get("promised_on")}


def _closing(scene: Scene) -> dict[str, Any]:
    """Closed by a member, perhaps with a word; or by itself, after silence."""
    return _authored(scene) if "author" in scene.owed.facts else {}


def _receipt(scene: Scene) -> dict[str, Any]:
    done = [_phrases(scene, phrase) for phrase in scene.owed.facts["done"]]
    return {"done": done, "sent_to_customer": scene.owed.facts["sent_to_customer"]}


def _phrases(scene: Scene, phrase: Phrase) -> dict[str, str]:
    facts = {name: scene.label(value) if isinstance(value, Label) else value for name, value in phrase.facts.items()}
    return {part: scene.t(f"{phrase.key}.{part}", **facts).strip() for part in ("label", "meaning", "undo")}


def _refusal(scene: Scene) -> dict[str, Any]:
    problems = [
        {
            "line": problem.line,
            "sentence": scene.t(f"wrong.{problem.reason}", **problem_facts(scene, problem)),
            "nearest": f"#{problem.nearest}" if problem.nearest and problem.reason == "unknown-order" else problem.nearest,
            "choices": _choices(scene, problem),
        }
        for problem in scene.owed.facts["problems"]
    ]
    return {"problems": problems, "returned": scene.owed.facts["returned"]}


def _choices(scene: Scene, problem: Problem) -> list[str]:
    """The words that would do; of approvals that wait, each with its number, what it is about and how it begins."""
    if problem.reason in ("not-yet", "recall-lacks"):
        return []
    if problem.reason == "which-approval" and scene.ticket:
        waiting = {str(task.serial): task for task in scene.ticket.tasks}
        return [f"{number} {scene.matters(waiting[number])} {waiting[number].title}".rstrip() for number in problem.choices]
    return list(problem.choices)


def problem_facts(scene: Scene, problem: Problem) -> dict[str, Any]:
    """Values that a refusal's sentence wants."""
    if problem.reason == "not-now":
        return {"status": scene.words.label(scene.language, "status", scene.ticket.status if scene.ticket else None)}
    if problem.reason == "not-yet":
        return {"missing": scene.t("common.list_comma").join(map(scene.step, problem.choices))}
    if problem.reason == "recall-lacks":
        return {"missing": scene.t("common.list_comma").join(field_words(name).text(scene.language) for name in problem.choices)}
    return {}


def _undeliverable(scene: Scene) -> dict[str, Any]:
    failed = scene.owed.facts["failed"]
    label = scene.words.label(scene.language, "letter", failed.letter.rpartition("/")[2])
    dealer: Task | None = scene.owed.facts.get("dealer")
    topic = "undeliverable-dealer" if dealer else "undeliverable"
    data = dealer.data if dealer else {}
    values = {"dealer": data.get("dealer", ""), "serial": str(dealer.serial) if dealer else ""}
    number, subject = (scene.ticket.number, scene.ticket.subject[:300]) if scene.ticket else ("", "")
    return {
        "title": scene.t(f"{topic}.subject", number=number, subject=subject, **values),
        "heading": scene.t(f"{topic}.heading", **values),
        "opening": scene.t(f"{topic}.opening", **values),
        "phone": data.get("phone", ""),
        "address": failed.address,
        "status": failed.status or "",
        "reason": failed.reason,
        "letter_label": label,
    }


def _help(scene: Scene) -> dict[str, Any]:
    from mailbot.lifecycle.orders import table  # noqa: PLC0415

    return {"orders": table(scene.language, a_day(scene))}


def _as_they_are(scene: Scene) -> dict[str, Any]:
    return dict(scene.owed.facts)


FACTS: dict[str, View] = {
    **view_clocks.VIEWS,
    **view_decisions.VIEWS,
    **view_duties.VIEWS,
    **view_goods.VIEWS,
    **view_registration.VIEWS,
    **view_tasks.VIEWS,
    "complainant/acknowledgement": _acknowledgement,
    "complainant/answer": _authored,
    "complainant/resolution": _authored,
    "complainant/closing": _closing,
    "complainant/declined": _authored,
    "complainant/promise": _authored,
    "staff/new-complaint": _new_complaint,
    "staff/follow-up": _follow_up,
    "staff/receipt": _receipt,
    "staff/refusal": _refusal,
    "staff/help": _help,
    "staff/undeliverable": _undeliverable,
    "staff/resolved": _authored,
    "manager/alarm": watching.alarm,
}
