"""A customer's answer of one word: yes or no to what we asked last (S1.2, S1.5, S3b.4).

Pure. Only a participant's own words count, and only while a question is open. A yes with a condition is no yes: such a
letter goes to the staff like any other. A no moves nothing; whoever cares for the case is told.
"""

import re
from datetime import datetime, time
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from mailbot.lifecycle.clock import for_staff
from mailbot.lifecycle.letters import Decision, Entry, Owed, to_member
from mailbot.lifecycle.milestones import reach, resume
from mailbot.lifecycle.ticket import Asked, Ticket

if TYPE_CHECKING:
    from mailbot.lifecycle.decide import Rules, Written

END = r"[ \t]*(?:\Z|[\r\n,，。.!！:：;；、~～]+)"
YES = re.compile(
    r"\s*(?:(?:我们?|我們|本人)?(?:已?同意|确认|確認)(?:无误|無誤|属实|屬實|同意)?|可以|好的?|行|没问题|沒問題|没有问题|沒有問題"
    r"|(?:i |we )?(?:agree|confirm|accept)(?:ed)?|yes|ok(?:ay)?)(?:[了的啊吧])?" + END,
    re.IGNORECASE,
)
NO = re.compile(
    r"\s*(?:(?:我们?|我們|本人)?不(?:能)?(?:同意|接受|可以|行|确认|確認|认可|認可)|有误|有誤|no|(?:i |we )?disagree"
    r"|(?:i |we )?(?:do not|don'?t) (?:agree|accept)|not agreed|incorrect)" + END,
    re.IGNORECASE,
)
CONDITION = re.compile(r"\s*(?:但|不过|不過|如果|前提|除非|只要|可是|but\b|if\b|provided|unless|only\b|however)", re.IGNORECASE)


def read(text: str) -> tuple[Literal["yes", "no"], str] | None:
    """The answer a letter begins with, and the words beside it; None where it is no plain answer."""
    for answer, pattern in (("no", NO), ("yes", YES)):
        match = pattern.match(text)
        if match and not CONDITION.match(text[match.end() :]):
            return ("no" if answer == "no" else "yes"), text[match.end() :].strip()
    return None


def agreed(ticket: Ticket, asked: Asked, by: str, now: datetime, rules: "Rules") -> tuple[Ticket, Entry]:
    """The customer's yes to what was asked: the registration confirmed, the plan agreed, or the later day granted (S3b.4).

    `by` is "customer" or the member who heard it; only now do due moments move."""
    ticket = replace(ticket, facts=replace(ticket.facts, asked=None))
    if asked.what == "extend" and asked.day:
        until = datetime.combine(asked.day, time(23, 59), rules.procedure.calendar.zone)
        moved = dict.fromkeys(later(ticket, until, rules), until)
        ticket = replace(ticket, facts=replace(ticket.facts, extended={**ticket.facts.extended, **moved}))
        return ticket, Entry("extended", by, {"day": asked.day.isoformat(), "milestones": sorted(moved)})
    milestone = "confirmed" if asked.what == "confirm" else "agreed"
    return reach(ticket, milestone, now, by, rules.procedure), Entry(milestone, by)


def later(ticket: Ticket, until: datetime, rules: "Rules") -> tuple[str, ...]:
    """The running deadlines of staff that fall due before `until`: those a later day would move."""
    running = for_staff(ticket, rules.procedure)
    return tuple(clock.due.name for clock in running if clock.kind == "deadline" and clock.due.at < until)


def heard(ticket: Ticket, at: datetime) -> Ticket:
    """The customer has written, or need not any more: clocks that waited for that go on, and a question counts as answered."""
    asked = ticket.facts.asked
    ticket = resume(ticket, at)
    return replace(ticket, facts=replace(ticket.facts, asked=None)) if asked and asked.what == "question" else ticket


def answered(ticket: Ticket, written: "Written", now: datetime, rules: "Rules") -> Decision | None:
    """What a plain yes or no does; None where nothing is open, or the letter says something else."""
    asked = ticket.facts.asked
    said = read(written.text) if asked and asked.what != "question" else None
    if asked is None or said is None:
        return None
    answer, remark = said
    entry = Entry("customer-wrote", written.author.address, {"subject": written.subject[:300]})
    ticket = resume(replace(ticket, by_customer_at=written.at), written.at)
    if answer == "yes":
        ticket, outcome = agreed(ticket, asked, "customer", now, rules)
    else:
        ticket = replace(ticket, facts=replace(ticket.facts, asked=None))
        outcome = Entry("customer-refused", written.author.address, {"what": asked.what})
    facts = {"what": asked.what, "yes": answer == "yes", "day": asked.day, "body": remark}
    told = [Owed("staff/customer-answered", to_member(m, rules.people.language), facts) for m in rules.people.caretakers(ticket)]
    return Decision(ticket, (entry, outcome), tuple(told))
