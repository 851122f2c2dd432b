"""What the customer is asked: a question, a plan, a later day; and progress told (S1.5, S3b.4, S4.8). Pure.

The answer by mail is read by `consent`; one given by phone is recorded with `#agree`.
"""

from datetime import datetime, time
from typing import Literal

from mailbot.lifecycle.consent import agreed, later
from mailbot.lifecycle.letters import Label
from mailbot.lifecycle.milestones import pause, resume, settle
from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.ticket import Asked, Status
from mailbot.lifecycle.work import Handler, Work

RUNNING: frozenset[Status] = frozenset({"new", "open", "waiting"})


def _put(work: Work, what: Literal["agree", "extend", "question"], letter: str, **facts: object) -> None:
    """The letter to the customer that asks; what was asked before counts no more, so no clock waits for its answer."""
    work.take()
    work.ticket = resume(work.ticket, work.now)
    work.to_customer = letter
    work.facts = facts
    work.know(asked=Asked(what, work.now))


def _ask(work: Work, order: GivenOrder) -> None:
    _put(work, "question", "complainant/question", body=order.text)
    work.ticket = pause(work.ticket, work.now)
    work.note("asked", text=order.text)
    work.did(order)


def _propose(work: Work, order: GivenOrder) -> None:
    _put(work, "agree", "complainant/proposal", body=order.text)
    work.know(plan=order.text)
    work.note("proposed", text=order.text)
    work.did(order)


def _extend(work: Work, order: GivenOrder) -> None:
    """Asks first; a day before everything that is due would move nothing."""
    day = order.day or work.now.date()
    until = datetime.combine(day, time(23, 59), work.rules.procedure.calendar.zone)
    work.ticket = settle(resume(work.ticket, work.now), work.rules.procedure)  # a deadline that stands still can be moved too
    if not later(work.ticket, until, work.rules):
        work.refuse(order, "no-later-day")
        return
    _put(work, "extend", "complainant/extension", promised_on=day, reason=order.text)
    work.know(asked=Asked("extend", work.now, day))
    work.note("extension-asked", day=day.isoformat(), reason=order.text)
    work.did(order, day=Label("day", day))


def _agree(work: Work, order: GivenOrder) -> None:
    """The customer's yes as a member heard it; without a question before, it is the plan that was agreed."""
    work.ticket = resume(work.ticket, work.now)
    asked = work.ticket.facts.asked
    if asked is None or asked.what == "question":
        asked = Asked("agree", work.now)
    work.ticket, entry = agreed(work.ticket, asked, work.by, work.now, work.rules)
    work.entries.append(entry)
    work.did(order)


def _progress(work: Work, order: GivenOrder) -> None:
    work.take()
    work.to_customer = "complainant/progress"
    work.facts = {"body": order.text}
    work.note("progress", text=order.text)
    work.did(order)


HANDLERS: dict[str, Handler] = {"ask": _ask, "propose": _propose, "extend": _extend, "agree": _agree, "progress": _progress}
FITS: dict[str, frozenset[Status]] = dict.fromkeys(("ask", "propose", "extend", "progress"), RUNNING)
