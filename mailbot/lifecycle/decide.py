"""What a customer's letter does to a ticket: opens it, adds to it, reopens it, rates it.

Pure: (ticket facts, event, now, rules) -> (new facts, story, letters owed). No database, socket or clock. What staff
orders do stands in `carry_out`. Clocks run from the letter's arrival on the server, not from when it is read (S4.1).
"""

import re
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from classifier.samples import ALSO
from classifier.signals import signals
from mailbot.intake import sniff
from mailbot.intake.message import Address, InboundMessage
from mailbot.lifecycle import consent, dealers, polls, survey
from mailbot.lifecycle.letters import Ballot, Decision, Entry, Owed, to_customer, to_member
from mailbot.lifecycle.milestones import reach, reopen
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.ticket import CATEGORIES, Asked, Category, Ticket
from mailbot.procedures.procedure import Procedure
from mailbot.settings import Member, letter_language

MACHINE = "mailbot"
CHINESE_THANKS = (
    r"(?:(?:好的|收到|明白|知道)?[了啦]?[,，。!！\s]*)?(?:非常|十分|太|多)?(?:谢谢|謝謝|感谢|感謝|多谢|多謝)"
    r"(?:您|你|你们|您们|你們)?(?:的)?(?:帮助|幫助|回复|回覆|处理|處理)?[了啦]?"
)
ENGLISH_THANKS = (
    r"(?:ok(?:ay)?|great|perfect|received)?[,.!\s]*(?:thank you|thanks|thx|many thanks)(?: (?:so|very) much| a lot)?"
    r"(?: for (?:your|the) (?:help|reply|answer))?"
)
THANKS = re.compile(f"{CHINESE_THANKS}|{ENGLISH_THANKS}", re.IGNORECASE)


class Rules(Struct, frozen=True):
    """What decisions go by: the procedure, the people, and the language of those without one."""

    procedure: Procedure
    people: Directory


class Verdict(Struct, frozen=True):
    """What the classifier said; `category` is None when it is not sure enough."""

    category: Category | None
    confidence: float
    scores: dict[str, float]
    terms: tuple[str, ...]
    also: Category | None
    against: tuple[str, ...] = ()


class Written(Struct, frozen=True):
    """A customer's letter as an event: author, words, when it arrived, its Message-ID and attachments (name, bytes)."""

    author: Address
    subject: str
    text: str
    language: str
    at: datetime
    message_id: str | None
    answerable: bool
    attachments: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()
    claimed: str | None = None
    forwarded_by: Member | None = None
    signals: dict[str, list[str]] = {}


def as_written(
    message: InboundMessage, at: datetime, *, answerable: bool, claimed: str | None, forwarded_by: Member | None = None
) -> Written:
    """A customer's letter, as read, as an event at the moment it reached us; perhaps by a member of staff."""
    author = message.sender or Address("", "")
    doubts = {
        "reply-to-differs": bool(message.reply_to) and author.address not in {a.address for a in message.reply_to},
        "number-claimed": claimed is not None,
        "forwarded": forwarded_by is not None,
        "sealed": bool(message.sealed),
        "damaged": message.error is not None and not message.sealed,
        "no-text": not message.text.strip() and not message.sealed,
        "disguised": any(sniff.is_disguised(part.type, part.name, part.content) for part in message.attachments),
        "automatic-held": not answerable,
    }
    return Written(
        author=author,
        subject=message.subject,
        text=message.fresh,
        language=message.language,
        at=at,
        message_id=message.message_id,
        answerable=answerable,
        attachments=tuple((part.name, part.size) for part in message.attachments if not (part.inline or part.repeated)),
        warnings=tuple(key for key, holds in doubts.items() if holds),
        claimed=claimed,
        forwarded_by=forwarded_by,
        signals={said.name: list(said.terms) for said in signals(message.subject, message.fresh)},
    )


def passed_on(message: InboundMessage, people: Directory) -> InboundMessage | None:
    """The customer's letter in one that a colleague forwarded: the first in it that is neither ours nor a colleague's.

    A colleague's answer to the customer that reached us as a copy forwards nothing."""
    answered = {address.address for address in (*message.to, *message.cc)}
    found = next((f for f in message.forwarded if people.is_outside(f.sender.address) and f.sender.address not in answered), None)
    if found is None:
        return None
    return replace(
        message,
        sender=found.sender,
        reply_to=(),
        date=found.date,
        subject=found.subject or message.subject,
        language=found.language,
        text=found.text,
        fresh=found.text,
        message_id=found.message_id,
    )


def open_ticket(number: str, written: Written, verdict: Verdict, now: datetime, rules: Rules) -> Decision:
    """A new complaint: registered, classified if the classifier is sure, given to the lead department (S4.1, S4.2, S4.5)."""
    ticket = Ticket(None, number, written.subject, written.language, written.author, written.at, by_customer_at=written.at)
    ticket = replace(ticket, confidence=verdict.confidence, scores=verdict.scores, terms=verdict.terms, also=verdict.also)
    ticket = reach(ticket, "received", written.at, "customer", rules.procedure)
    entries = [Entry("opened", written.author.address, {"subject": written.subject[:300]} | _claim(written))]
    if written.forwarded_by:
        entries.append(Entry("forwarded", written.forwarded_by.key, {"customer": written.author.address}))
    ticket, assessed = _assess(ticket, written, rules)
    entries += assessed
    if verdict.category:
        ticket, more = classify(ticket, verdict.category, MACHINE, now, rules)
        entries += more
    else:
        entries.append(Entry("category-asked", MACHINE, {"scores": verdict.scores, "confidence": verdict.confidence}))
    if rules.procedure.registration.confirm and written.answerable:
        ticket = replace(ticket, facts=replace(ticket.facts, asked=Asked("confirm", now)))
        entries.append(Entry("confirmation-asked", MACHINE))
    return Decision(ticket, tuple(entries), (*_acknowledgement(ticket, written), *announce(ticket, written, rules)))


def classify(ticket: Ticket, category: Category, by: str, now: datetime, rules: Rules) -> tuple[Ticket, list[Entry]]:
    """Set the category; the category's lead department takes over (S4.1, S4.5)."""
    lead = rules.procedure.rule(category).lead
    moved = lead != ticket.department
    was = ticket.category
    second = max((c for c in ticket.scores if c != category), key=ticket.scores.__getitem__, default=None)
    also = next((c for c in CATEGORIES if c == second and ticket.scores[c] >= ALSO), None)
    ticket = replace(ticket, category=category, also=also, department=lead, assignee=None if moved else ticket.assignee)
    ticket = reach(ticket, "classified", now, by, rules.procedure)
    ticket = reach(ticket, "assigned", now, by, rules.procedure)
    entries = [Entry("classified", by, {"category": category, "was": was, "confidence": ticket.confidence})]
    if moved:
        entries.append(Entry("assigned", by, {"department": lead}))
    return ticket, entries


def announce(ticket: Ticket, written: Written | None, rules: Rules) -> tuple[Owed, ...]:
    """The new-complaint notice for everybody at the desk that has to act now."""
    facts: dict[str, Any] = {"written": written}
    told = rules.people.caretakers(ticket)
    if written and written.forwarded_by and written.forwarded_by not in told:
        told = (*told, written.forwarded_by)
    return tuple(Owed("staff/new-complaint", to_member(m, rules.people.language), facts) for m in told)


def follow_up(ticket: Ticket, written: Written, standing: str, now: datetime, rules: Rules) -> Decision:
    """A further letter to a ticket: kept, told to those who care for it; it reopens a finished ticket unless it only says thanks.

    A dealer's answer to a recall goes to whoever follows the returns."""
    theirs = dealers.of(ticket, written.author.address) if standing == "participant" else ()
    return dealers.wrote(ticket, theirs, written, rules) if theirs else _wrote(ticket, written, standing, now, rules)


def _wrote(ticket: Ticket, written: Written, standing: str, now: datetime, rules: Rules) -> Decision:
    author = written.author.address
    asked = standing == "participant" and author == ticket.requester.address and "surveyed" in ticket.milestones
    ballot = survey.read(written.text, survey.of(ticket, rules.procedure)) if asked and not written.attachments else None
    if ballot is not None:
        rated = polls.answered if ticket.kind == "poll" else _rated
        return rated(ticket, ballot, written, now, rules)
    if standing == "participant":
        answer = consent.answered(ticket, written, now, rules)
        if answer:
            return answer
        ticket = consent.heard(ticket, written.at)
    entry = Entry("customer-wrote" if standing == "participant" else "third-party-wrote", author, {"subject": written.subject[:300]})
    if standing != "participant":
        return Decision(ticket, (entry,), _tell(ticket, written, rules, third_party=True))
    if is_thanks(written.text) and not written.attachments:
        return Decision(ticket, (entry, Entry("thanks", author)), ())
    ticket, assessed = _assess(ticket, written, rules)
    entries = (entry, *assessed)
    if ticket.status in ("closed", "declined", "resolved"):
        return _reopened(ticket, written, entries, rules)
    return Decision(replace(ticket, by_customer_at=written.at), entries, _tell(ticket, written, rules))


def said_twice(ticket: Ticket, written: Written, rules: Rules) -> Decision:
    """The same words once more, perhaps by a gateway: kept and shown, and nothing else (F21)."""
    warned = replace(written, warnings=(*written.warnings, "possible-duplicate"))
    return Decision(ticket, (), _tell(ticket, warned, rules))


def _assess(ticket: Ticket, written: Written, rules: Rules) -> tuple[Ticket, list[Entry]]:
    """What a letter newly says (danger, a legal threat …) may make the case more severe, never less (S4.4)."""
    said = written.signals | rules.procedure.own_signals(f"{written.subject}\n{written.text}")
    new = {name: terms for name, terms in said.items() if name not in ticket.signals}
    if not new:
        return ticket, []
    was = ticket.severity
    severity = rules.procedure.assess(new, was)
    entries = [Entry("signals", written.author.address, {"signals": new})]
    if severity != was:
        because = [name for name in new if rules.procedure.assess([name], was) == severity]
        entries.append(Entry("severity", MACHINE, {"severity": severity, "was": was, "because": because}))
    return replace(ticket, signals=ticket.signals | new, severity=severity), entries


def is_thanks(text: str) -> bool:
    """Whether a letter only says thanks: such a letter asks for nothing."""
    return len(text) < 60 and THANKS.fullmatch(text.strip().rstrip("。.!！~～ ")) is not None


def _acknowledgement(ticket: Ticket, written: Written) -> tuple[Owed, ...]:
    if not written.answerable:
        return ()
    to = to_customer(written.author, letter_language(ticket.language))
    return (Owed("complainant/acknowledgement", to, {}, "auto-replied", written.message_id),)


def _tell(ticket: Ticket, written: Written, rules: Rules, *, reopened: bool = False, third_party: bool = False) -> tuple[Owed, ...]:
    facts = {"written": written, "reopened": reopened, "third_party": third_party}
    return tuple(Owed("staff/follow-up", to_member(m, rules.people.language), facts) for m in rules.people.caretakers(ticket))


def _reopened(ticket: Ticket, written: Written, entries: tuple[Entry, ...], rules: Rules) -> Decision:
    ticket = reopen(replace(ticket, by_customer_at=written.at), written.at, "customer", rules.procedure)
    entries += (Entry("reopened", written.author.address, {"round": ticket.round}),)
    return Decision(ticket, entries, _tell(ticket, written, rules, reopened=True))


def _rated(ticket: Ticket, ballot: Ballot, written: Written, now: datetime, rules: Rules) -> Decision:
    """S4.10: a satisfied customer's ticket closes, a dissatisfied one's opens again; words beside the scores are passed on.

    One vote a round: a later one changes nothing, unless it says that the customer is dissatisfied after all."""
    again, author = "rated" in ticket.milestones, written.author.address
    score = survey.overall(ballot)
    facts = {"score": score, **({"scores": ballot.scores} if len(ballot.scores) > 1 else {})}
    entry = Entry("rated-again" if again else "rated", author, facts | ({"remark": ballot.remark[:300]} if ballot.remark else {}))
    vote = None if again else ballot
    if survey.is_dissatisfied(ballot, rules.procedure.survey):
        decision = _reopened(ticket, written, (entry,), rules)
        return replace(decision, letters=(*decision.letters, *tell_dissatisfied(ticket, ballot, rules)), ballot=vote)
    letters = _tell(ticket, written, rules) if ballot.remark and not is_thanks(ballot.remark) else ()
    ticket = reach(ticket, "rated", now, "customer", rules.procedure)
    signed_off = any("close" in rule.what and rule.when.holds(ticket.circumstances) for rule in rules.procedure.approvals)
    if score >= 4 and ticket.status != "closed" and not signed_off:  # "satisfied" in the survey letter
        closed = reach(ticket, "closed", now, "customer", rules.procedure)
        return Decision(closed, (entry, Entry("closed", "customer")), letters, ballot=vote)
    return Decision(ticket, (entry,), letters, ballot=vote)


def tell_dissatisfied(ticket: Ticket, ballot: Ballot, rules: Rules) -> tuple[Owed, ...]:
    """Up the ladder: with each dissatisfied round one more of those the procedure names hears of it (S3e.1)."""
    told = rules.procedure.survey.tell[: ticket.round]
    people = {m.key: m for role in told for m in rules.people.by_role(role, ticket, "lead")}
    return tuple(Owed("staff/dissatisfied", to_member(m, rules.people.language), {"ballot": ballot}) for m in people.values())


def _claim(written: Written) -> dict[str, str]:
    return {"claimed": written.claimed} if written.claimed else {}
