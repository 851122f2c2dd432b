"""Orders about a ladder: whoever got a notice lets it rest until a stated moment, and a manager urges out of turn. Pure."""

from datetime import datetime, time

from mailbot.lifecycle.clock import for_staff
from mailbot.lifecycle.letters import Label
from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.work import Handler, Work


def _ack(work: Work, order: GivenOrder) -> None:
    """The notices for what is due first, and does not rest yet, stay away until the day named or the end of the next working day."""
    clocks = for_staff(work.ticket, work.rules.procedure)
    first = next((c for c in clocks if c.rests_until is None or c.rests_until <= work.now), next(iter(clocks), None))
    if first is None:
        work.refuse(order, "nothing-due")
        return
    zone = first.calendar.zone
    whole_day = datetime.combine(order.day, time(23, 59), zone) if order.day else None
    until = whole_day or first.calendar.closing_after(work.now.astimezone(zone).date())
    name = first.due.name
    work.know(acknowledged={**work.ticket.facts.acknowledged, name: until})
    work.note("acknowledged", milestone=name, until=until.isoformat())
    work.to_customer = None
    work.did(order, what=Label("clock", name), until=Label("moment", until))


def _urge(work: Work, order: GivenOrder) -> None:
    """A manager's own urging notice for what is due first."""
    running = for_staff(work.ticket, work.rules.procedure)
    if not running:
        work.refuse(order, "nothing-due")
        return
    due, owner = running[0].due, running[0].owner
    work.tell(work.rules.people.owners(work.ticket, owner), "staff/urging-notice", due=due, owner=owner)
    work.note("urged", text=order.text)
    work.to_customer = None
    work.did(order)


HANDLERS: dict[str, Handler] = {"ack": _ack, "urge": _urge}
