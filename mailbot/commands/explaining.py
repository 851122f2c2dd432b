"""The pipeline dry: what each step would find in a letter, with its reason."""

from collections.abc import Iterator

from classifier.signals import signals
from mailbot.intake import charset, quotes
from mailbot.intake.message import Address, InboundMessage
from mailbot.intake.mime import Letter
from mailbot.intake.parse import SENDER_FIELDS
from mailbot.intake.reader import Reader
from mailbot.intake.screen import Own
from mailbot.intake.thread import clues
from mailbot.lifecycle.classify import Classifier
from mailbot.lifecycle.orders import OrderContext, parse_reply
from mailbot.procedures.clauses import CUSTOMER_SERVICE
from mailbot.procedures.procedure import load as load_procedure
from mailbot.procedures.rules import Circumstances
from mailbot.service import system_clock
from mailbot.settings import Settings
from mailbot.settings_file import build

WITHOUT_SETTINGS = {
    "mailbox": [{"host": "localhost", "user": "x", "password": "x"}],
    "smtp": {"host": "localhost", "address": "complaints@company.example"},
    "company": {"name": "Company"},
    "staff": [],
}


def explain(raw: bytes, settings: Settings | None) -> Iterator[tuple[str, str]]:
    """Pairs of step and finding, in the order of the path; without settings as a company without staff would see it."""
    settings = settings or build(dict(WITHOUT_SETTINGS))
    with Reader(settings.limits) as reader:
        message, screening = reader.read(raw, Own(settings.own_addresses, ""))
    yield from _reading(raw, message, settings)
    yield "screen", f"{screening.kind}: {screening.sign}" + ("" if screening.answerable else "; no automatic answer")
    found = clues(message)
    yield (
        "thread",
        f"tokens for {[number for number, _ in found.tokens]}, {len(found.ids)} referenced id(s), number in the subject: {found.number}",
    )
    if screening.kind != "person":
        for bounced in screening.bounced:
            yield "decide", f"{bounced.address} could not be reached: {bounced.status or 'no status'} {bounced.said}"
        yield "decide", "kept with its fate, perhaps noted on a ticket; opens none and is not answered"
        return
    yield from _content(settings, message.subject, message.fresh, message.sender.address if message.sender else "")


def _reading(raw: bytes, message: InboundMessage, settings: Settings) -> Iterator[tuple[str, str]]:
    """What was read, and by which sign."""
    yield "parse", f"from {_written(message.sender)}, by {_field_of(message)}; subject {message.subject!r}"
    if message.error:
        yield "parse", f"could not read: {message.error}"
    if not message.error or message.text:
        for leaf in Letter(raw, settings.limits).root.leaves():
            if leaf.type.startswith("text/") and not leaf.attached:
                label = leaf.params.get("charset", "")
                yield "parse", f"{leaf.type}, labelled {label or 'nothing'}, read as {charset.reads_as(leaf.content(), label)}"
    yield "parse", f"{len(message.text)} characters, {len(message.fresh)} of them new, {message.language}"
    for line, sign, begins in quotes.signs(message.text, settings.limits.text_chars):
        yield "parse", f"not new from line {line} of the text: {sign}: {begins}"
    for part in message.attachments:
        told = [part.type, f"{part.size} bytes", *(["inline"] if part.inline else [])]
        told += [f"really {part.sniffed}"] if part.sniffed not in ("", part.type) else []
        yield "parse", f"attachment {part.name} ({', '.join(told)})"
    for letter in message.forwarded:
        sent = f"{letter.date.astimezone(settings.company.zone):%Y-%m-%d %H:%M}" if letter.date else "no date"
        yield "parse", f"holds a letter of {_written(letter.sender)}, {sent}: {letter.subject!r}"


def _written(person: Address | None) -> str:
    return f"{person.name} <{person.address}>".strip() if person else "nobody"


def _field_of(message: InboundMessage) -> str:
    """The field that named the sender."""
    address = message.sender.address if message.sender else ""
    named = (name for name in SENDER_FIELDS if any(address and address in value.lower() for value in message.headers.get(name, ())))
    return next((name.title() for name in named), "no field") if address else "no field"


def _content(settings: Settings, subject: str, fresh: str, author: str) -> Iterator[tuple[str, str]]:
    judge = Classifier(settings)
    verdict = judge(subject, fresh)
    shown = ", ".join(f"{name} {score:.2f}" for name, score in sorted(verdict.scores.items(), key=lambda pair: -pair[1]))
    sure = verdict.category or f"not sure enough (threshold {judge.threshold}), staff is asked"
    yield (
        "classify",
        f"{sure}; {shown}; because of {', '.join(verdict.terms) or 'nothing'}, against {', '.join(verdict.against) or 'nothing'}",
    )
    for said in signals(subject, fresh):
        yield "classify", f"it says {said.name}: {', '.join(said.terms)}"
    procedure = load_procedure(settings.company.procedure, settings.path("."), settings.company.zone)
    now = system_clock()
    member = settings.member(author)
    if member:
        reply = parse_reply(fresh, OrderContext(settings.staff, procedure, now.astimezone(settings.company.zone).date()))
        yield (
            "decide",
            f"from {member.name} (staff): orders {[o.name for o in reply.orders]}, problems {[p.reason for p in reply.problems]}",
        )
        return
    lead = procedure.rule(verdict.category).lead if verdict.category else CUSTOMER_SERVICE
    case = Circumstances(category=verdict.category or "", department=lead)
    due = procedure.due("resolved", now, case) if "resolved" in procedure.deadlines else None
    yield "decide", f"to {lead}" + (f"; resolved due {due.astimezone(settings.company.zone):%Y-%m-%d %H:%M}" if due else "")
