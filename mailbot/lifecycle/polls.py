"""Surveys that go to customers every period, whether they complained or not (S2.5, S0.7): who is asked when, and what an answer does.

Pure. A poll is a case of kind "poll" for each customer and period, which nobody but its customer can answer. Who was
dissatisfied is asked at the poll's other interval until an answer is better. Words that rate nothing are no vote: `fates`
takes them for a complaint of their own.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.lifecycle import survey
from mailbot.lifecycle.letters import Ballot, Decision, Entry, Owed, to_customer, to_member
from mailbot.lifecycle.milestones import reach
from mailbot.lifecycle.roll import Known
from mailbot.lifecycle.ticket import Customer, Facts, Ticket
from mailbot.procedures.period import latest
from mailbot.procedures.rules import Poll
from mailbot.settings import letter_language

if TYPE_CHECKING:
    from mailbot.lifecycle.decide import Rules, Written

MACHINE = "mailbot"
SERVICE_HEAD = "customer-service-head"


class Round(Struct, frozen=True):
    """A period of a poll that has come: its name, from when it counts (aware UTC), and whether it is for the dissatisfied or the others.

    Where both are asked at the same interval `dissatisfied` is None: for everybody."""

    period: str
    begins: datetime
    dissatisfied: bool | None


class Asked(Struct, frozen=True):
    """Who is asked: the poll's id and the period, the customer and the address, the language of the letter, the case's subject."""

    poll: str
    period: str
    customer: Customer
    to: Address
    language: str
    subject: str


def rounds(poll: Poll, since: datetime, now: datetime, rules: "Rules") -> Iterator[Round]:
    """The latest period of each of the poll's intervals; none that began before `since`, and none outside office hours."""
    calendar = rules.procedure.calendar
    other = poll.dissatisfied if poll.dissatisfied != poll.every else None
    for every, dissatisfied in ((poll.every, False if other else None), (other, True)):
        come = latest(every, poll.on, calendar, now, since) if every and calendar.is_working(now) else None
        if come:
            yield Round(*come, dissatisfied)


def address(known: Known, dead: Collection[str], used: str, rules: "Rules") -> str:
    """Where a customer is asked: the address last written from, or else the first that can be written to; empty if there is none."""
    usable = sorted(one for one in known.addresses if one not in dead and rules.people.is_outside(one))
    return used if used in usable else next(iter(usable), "")


def send(number: str, asked: Asked, now: datetime, rules: "Rules") -> Decision:
    """The case of one customer and period, with its letter."""
    facts = Facts(poll=asked.poll)
    ticket = Ticket(None, number, asked.subject, asked.language, asked.to, now, by_staff_at=now, kind="poll", facts=facts)
    ticket = reach(replace(ticket, customer=asked.customer), "surveyed", now, MACHINE, rules.procedure)
    entry = Entry("polled", MACHINE, {"poll": asked.poll, "period": asked.period})
    return Decision(ticket, (entry,), (Owed("complainant/poll", to_customer(asked.to, letter_language(asked.language))),))


def vote(ticket: Ticket, written: "Written", rules: "Rules") -> Ballot | None:
    """The customer's vote, where a letter to a poll is one."""
    return survey.read(written.text, survey.of(ticket, rules.procedure)) if not written.attachments else None


def answered(ticket: Ticket, ballot: Ballot, written: "Written", now: datetime, rules: "Rules") -> Decision:
    """The poll is over with the first vote; who is dissatisfied, or says more than a score, is told to the company."""
    again, author = "rated" in ticket.milestones, written.author.address
    facts = {"score": survey.overall(ballot), "scores": ballot.scores, "remark": ballot.remark[:300]}
    entry = Entry("rated-again" if again else "rated", author, facts)
    ticket = replace(ticket, by_customer_at=written.at)
    for milestone in ("rated", "closed"):
        ticket = reach(ticket, milestone, now, "customer", rules.procedure)
    return Decision(ticket, (entry,), _told(ticket, ballot, written, rules), ballot=None if again else ballot)


def led_to(ticket: Ticket, number: str, written: "Written", rules: "Rules") -> Decision:
    """The customer wrote about something: that is the complaint `number` now, and this case asks nothing more."""
    ticket = replace(ticket, facts=replace(ticket.facts, led_to=number))
    entry = Entry("led-to", written.author.address, {"ticket": number})
    return Decision(reach(ticket, "closed", written.at, "customer", rules.procedure), (entry,))


def _told(ticket: Ticket, ballot: Ballot, written: "Written", rules: "Rules") -> tuple[Owed, ...]:
    from mailbot.lifecycle.decide import is_thanks  # noqa: PLC0415 - decide asks polls

    people = rules.people
    if survey.is_dissatisfied(ballot, rules.procedure.survey):
        told = rules.procedure.survey.tell or (SERVICE_HEAD,)
        members = {m.key: m for role in told for m in people.by_role(role, ticket, "lead")}
        return tuple(Owed("staff/dissatisfied", to_member(m, people.language), {"ballot": ballot}) for m in members.values())
    if not ballot.remark or is_thanks(ballot.remark):
        return ()
    facts = {"written": written, "reopened": False, "third_party": False}
    return tuple(Owed("staff/follow-up", to_member(m, people.language), facts) for m in people.caretakers(ticket))
