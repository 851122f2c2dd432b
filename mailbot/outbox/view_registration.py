"""What the templates of letters about taking in and following up: registrations, reviews, surveys are given. Pure; see `view`."""

from typing import Any

from mailbot.lifecycle.letters import Ballot
from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.links import ready
from mailbot.outbox.scene import Scene, View
from mailbot.outbox.telling import line


def on_file(scene: Scene, ticket: Ticket) -> dict[str, Any]:
    """What staff is told of the customer beside the address: name and grade on file, other complaints within a year (S1.14)."""
    customer = ticket.customer
    grade = scene.rules.procedure.grades.get(customer.grade) if customer else None
    label = grade.label.text(scene.language) if grade else customer.grade if customer else ""
    return {
        "customer_name": customer.name if customer else "",
        "customer_grade": label,
        "customer_tags": [tag for tag in customer.tags if tag != label] if customer else [],
        "phone": ticket.facts.phone or (customer.phone if customer else ""),
        "channel_label": "" if ticket.facts.channel == "mail" else scene.words.label(scene.language, "channel", ticket.facts.channel),
        "repeats": ticket.facts.repeats,
        "found": _found(scene, ticket),
        "missing": [scene.words.label(scene.language, "registration", name) for name in _missing(scene, ticket)],
    }


def _found(scene: Scene, ticket: Ticket) -> list[dict[str, str]]:
    """What was found out so far: the cause, and whose responsibility it is (S1.4)."""
    facts = ticket.facts
    label = scene.words.label(scene.language, "responsibility", facts.responsibility)
    said = {"cause": facts.cause, "responsibility": label, "responsible": facts.responsible}
    return [line(scene, key, value) for key, value in said.items() if value]


def _missing(scene: Scene, ticket: Ticket) -> list[str]:
    """What the procedure wants of a registration and nobody has said (S4.2, S4.3)."""
    facts, customer = ticket.facts, ticket.customer
    known = {
        "customer": customer.name if customer else ticket.requester.name,
        "phone": facts.phone or (customer.phone if customer else ""),
        "region": facts.region or (customer.region if customer else ""),
    }
    wanted = scene.rules.procedure.registration.fields
    return [name for name in wanted if not known.get(name, getattr(facts, name, "?"))]


def _survey(scene: Scene) -> dict[str, Any]:
    """The questions with what may be answered; a line each, to be filled in."""
    questions = scene.rules.procedure.survey.question.values()
    return {
        "questions": [
            {"label": q.label.text(scene.language), "scale": [label.text(scene.language) for label in q.scale]} for q in questions
        ]
    }


def _dissatisfied(scene: Scene) -> dict[str, Any]:
    """Who is told of a dissatisfied customer: each score, the words beside it."""
    assert scene.ticket
    ballot: Ballot = scene.owed.facts["ballot"]
    questions = scene.rules.procedure.survey.question
    return {
        "scores": [
            {"label": questions[name].label.text(scene.language) if name in questions else scene.t("dissatisfied.overall"), "score": score}
            for name, score in ballot.scores.items()
        ],
        "body": ballot.remark,
        "links": ready(scene, scene.ticket, ("assign", "note", "plan", "urge")),
    }


def _call(scene: Scene) -> dict[str, Any]:
    """What a customer without an address is to be told on the phone."""
    assert scene.ticket
    facts = scene.owed.facts
    asks = facts["told"] in ("survey", "survey-reminder")
    return {
        "told": scene.words.label(scene.language, "letter", facts["told"]),
        "body": facts.get("body", ""),
        "reason": facts.get("reason", ""),
        "promised_on": facts.get("promised_on"),
        "links": ready(scene, scene.ticket, ("rated", "note") if asks else ("note",)),
    }


VIEWS: dict[str, View] = {
    "complainant/survey": _survey,
    "complainant/survey-reminder": _survey,
    "staff/call-customer": _call,
    "staff/dissatisfied": _dissatisfied,
}
