"""The classifier learns from what staff said: when, from what, and what managers are told of it.

A lesson runs in a process of its own (`mailbot train`), for scikit-learn would double the service's size. It is due once
enough new judgements came, at most once a day. Reads the record and owes letters in the caller's transaction.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from classifier import Correction
from mailbot.identity import Identity
from mailbot.intake.message import InboundMessage
from mailbot.lifecycle.classify import INSTALLED
from mailbot.lifecycle.letters import Owed, to_member
from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.enqueue import Desk
from mailbot.settings import Settings
from mailbot.store import instance, judgements
from mailbot.store.judgements import Judged

if TYPE_CHECKING:
    from classifier.teaching import Lesson

DUTY = "lesson"
FORMER = "mailbot-model.former.gz"


def is_due(tx: Connection, settings: Settings, now: datetime) -> bool:
    """Whether a lesson is due; true once, and in the transaction that writes down that it was begun."""
    wanted = settings.company.train_after
    if not wanted or judgements.since(tx, instance.last_duty(tx, DUTY)) < wanted:
        return False
    return instance.begin_duty(tx, DUTY, now.astimezone(settings.company.zone).date().isoformat(), now)


def remember(tx: Connection, desk: Desk, ticket: Ticket, category: str, message: InboundMessage, now: datetime) -> None:
    """What a member's letter said a complaint is about is kept with the complaint's words."""
    opened = desk.opening(tx, ticket)
    member = desk.settings.member(message.sender.address) if message.sender else None
    if opened is None or ticket.id is None or member is None:
        return
    guess = max(ticket.scores, key=ticket.scores.__getitem__, default=None)
    sure = ticket.scores[guess] if guess else 0.0
    written = opened[1]
    judgements.remember(tx, Judged(ticket.id, now, member.key, written.subject, written.text, category, guess, sure))


def corrections(connection: Connection) -> list[Correction]:
    """The last word of staff on each complaint, with its words."""
    return [Correction(said.subject, said.text, said.category, said.by) for said in judgements.latest(connection)]


def install(settings: Settings, draft: Path) -> None:
    """Put a trained artefact in use; the one before is kept for `roll_back`."""
    installed = settings.path(INSTALLED)
    if installed.exists():
        installed.replace(settings.path(FORMER))
    draft.replace(installed)


def roll_back(settings: Settings) -> bool:
    """The model before is in use again, the shipped one where none was kept. False when there is nothing to go back from."""
    installed, former = settings.path(INSTALLED), settings.path(FORMER)
    if not installed.exists():
        return False
    if former.exists():
        former.replace(installed)
    else:
        installed.unlink()
    return True


def report(tx: Connection, desk: Desk, identity: Identity, lesson: "Lesson", now: datetime) -> None:
    """Managers read what was learnt, whether it is in use, and whose labels were left out."""
    people = desk.rules.people
    facts = letter_facts(lesson, {member.key: member.name for member in people.staff})
    owed = [Owed("manager/lesson", to_member(reader, people.language), facts) for reader in people.managers or people.overseers]
    desk.enqueue(tx, None, tuple(owed), now, identity)


def letter_facts(lesson: "Lesson", names: dict[str, str]) -> dict[str, Any]:
    """A lesson as plain facts."""
    suspects = [
        {"name": names.get(s.by, s.by), "corrections": s.corrections, "sure": s.sure, "contradicted": s.contradicted}
        for s in lesson.suspects
    ]
    return {
        "corrections": lesson.figures.corrections,
        "texts": lesson.report.texts,
        "after": f"{lesson.report.accuracy:.1%}",
        "before": f"{lesson.before.accuracy:.1%}" if lesson.before else None,
        "threshold": f"{lesson.body.threshold:.0%}" if lesson.body.threshold else None,
        "installed": not lesson.worse,
        "suspects": suspects,
    }
