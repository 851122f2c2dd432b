"""What the templates of letters about taking in and following up: registrations, reviews, surveys are given. Pure; see `view`."""

from typing import Any

from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.scene import Scene, View


def on_file(scene: Scene, ticket: Ticket) -> dict[str, Any]:
    """What staff is told of the customer beside the address: name and grade on file, other complaints within a year (S1.14)."""
    customer = ticket.customer
    grade = scene.rules.procedure.grades.get(customer.grade) if customer else None
    label = grade.label.text(scene.language) if grade else customer.grade if customer else ""
    return {"customer_name": customer.name if customer else "", "customer_grade": label, "repeats": ticket.facts.repeats}


VIEWS: dict[str, View] = {}
