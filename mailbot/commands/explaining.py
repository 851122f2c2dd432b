"""The pipeline dry: what each step would find in a letter, with its reason."""

from collections.abc import Iterator
from pathlib import Path

from mailbot.intake.reader import Reader
from mailbot.intake.screen import Own
from mailbot.intake.thread import clues
from mailbot.lifecycle.classify import open_classifier
from mailbot.lifecycle.orders import OrderContext, parse_reply
from mailbot.procedures.procedure import load as load_procedure
from mailbot.service import system_clock
from mailbot.settings import Settings, build, load

WITHOUT_SETTINGS = {
    "mailbox": [{"host": "localhost", "user": "x", "password": "x"}],
    "smtp": {"host": "localhost", "address": "complaints@company.example"},
    "company": {"name": "Company"},
    "staff": [],
}


def explain(raw: bytes, config: Path) -> Iterator[tuple[str, str]]:
    """Pairs of step and finding, in the order of the path."""
    settings = load(config) if config.exists() else build(dict(WITHOUT_SETTINGS))
    with Reader(settings.limits) as reader:
        message, screening = reader.read(raw, Own(settings.own_addresses, ""))
    yield "parse", f"from {message.sender}, subject {message.subject!r}, {message.language}"
    yield "parse", f"{len(message.text)} characters, {len(message.fresh)} of them new"
    if message.error:
        yield "parse", f"could not read: {message.error}"
    for part in message.attachments:
        yield "parse", f"attachment {part.name} ({part.type}, {part.size} bytes{', inline' if part.inline else ''})"
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


def _content(settings: Settings, subject: str, fresh: str, author: str) -> Iterator[tuple[str, str]]:
    verdict = open_classifier(settings)(subject, fresh)
    shown = ", ".join(f"{name} {score:.2f}" for name, score in sorted(verdict.scores.items(), key=lambda pair: -pair[1]))
    sure = verdict.category or f"not sure enough (threshold {settings.company.threshold}), staff is asked"
    yield "classify", f"{sure}; {shown}; because of {', '.join(verdict.terms) or 'nothing'}"
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
    lead = procedure.rule(verdict.category).lead if verdict.category else "customer-service"
    yield "decide", f"to {lead}; resolved due {procedure.due('resolved', now).astimezone(settings.company.zone):%Y-%m-%d %H:%M}"
