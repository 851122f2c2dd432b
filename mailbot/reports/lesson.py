"""The classifier learns from what staff said: when, from what, and what managers are told of it.

A lesson runs in a process of its own (`mailbot train`), for scikit-learn would double the service's size. It is due once
enough new judgements came since the last one that ended, at most once a day. Reads the record and owes letters in the caller's transaction.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

import classifier
from classifier import Correction
from mailbot.identity import Identity
from mailbot.intake.message import InboundMessage
from mailbot.lifecycle.classify import INSTALLED
from mailbot.lifecycle.letters import Decision, Owed, to_member
from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.enqueue import Desk
from mailbot.settings import Settings
from mailbot.store import instance, judgements
from mailbot.store.judgements import Judged

if TYPE_CHECKING:
    from classifier.artefact import Body
    from classifier.teaching import Lesson

BEGUN, FINISHED = "lesson", "lesson-finished"
FORMER = "mailbot-model.former.gz"


def is_due(tx: Connection, settings: Settings, now: datetime) -> bool:
    """Whether a lesson is due; true once, and in the transaction that writes down that it was begun.

    It never is where the settings name the model: what is learnt would not be used."""
    wanted = settings.company.train_after
    if not wanted or settings.company.model or judgements.since(tx, instance.last_duty(tx, FINISHED)) < wanted:
        return False
    return instance.begin_duty(tx, BEGUN, _day(settings, now), now)


def remember(tx: Connection, desk: Desk, ticket: Ticket, decision: Decision, message: InboundMessage, now: datetime) -> None:
    """What a member's letter said a complaint is about is kept with the complaint's words."""
    opened = desk.opening(tx, ticket)
    member = desk.settings.member(message.sender.address) if message.sender else None
    if opened is None or ticket.id is None or member is None or decision.judged is None:
        return
    guess = max(ticket.scores, key=ticket.scores.__getitem__, default=None)
    sure = ticket.scores[guess] if guess else 0.0
    written = opened[1]
    said = Judged(ticket.id, now, member.key, written.subject, written.text, decision.judged, guess, sure, decision.spoken)
    judgements.remember(tx, said)


def corrections(connection: Connection) -> list[Correction]:
    """The last word of staff on each complaint, with its words."""
    return [Correction(said.subject, said.text, said.category, said.by, said.spoken) for said in judgements.latest(connection)]


def install(settings: Settings, body: "Body") -> None:
    """Put a trained model in use; the one before is kept for `roll_back`, unless it is damaged. Raises ArtefactError.

    At every moment a whole model is installed: the service may look for it in between."""
    from classifier import artefact  # noqa: PLC0415 - numpy

    installed, former = settings.path(INSTALLED), settings.path(FORMER)
    if not installed.exists():
        former.unlink(missing_ok=True)
    elif _is_whole(installed):
        artefact.put(former, installed.read_bytes())
    artefact.write(installed, body)


def _is_whole(path: Path) -> bool:
    try:
        classifier.load(path)
    except classifier.ArtefactError:
        return False
    return True


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
    """Managers read what was learnt, whether it is in use, and whose labels were left out; the lesson is over.

    One that a stop or a crash ended before is due again the next day."""
    people = desk.rules.people
    facts = _facts(lesson, {member.key: member.name for member in people.staff})
    if lesson.worse_than or desk.settings.company.threshold is not None:
        facts["threshold"] = None  # it decides nothing: the former model's or the company's own does
    owed = [Owed("manager/lesson", to_member(reader, people.language), facts) for reader in people.managers or people.overseers]
    desk.enqueue(tx, None, tuple(owed), now, identity)
    instance.begin_duty(tx, FINISHED, _day(desk.settings, now), now)


def _day(settings: Settings, now: datetime) -> str:
    return now.astimezone(settings.company.zone).date().isoformat()


def _facts(lesson: "Lesson", names: dict[str, str]) -> dict[str, Any]:
    suspects = [
        {"name": names.get(s.by, s.by), "corrections": s.corrections, "sure": s.sure, "contradicted": s.contradicted}
        for s in lesson.suspects
    ]
    return {
        "corrections": lesson.figures.corrections,
        "texts": lesson.report.texts,
        "after": f"{lesson.report.accuracy:.1%}",
        "before": f"{lesson.before.report.accuracy:.1%}" if lesson.before else None,
        "shipped": f"{lesson.shipped.report.accuracy:.1%}" if lesson.shipped else None,
        "threshold": f"{lesson.body.threshold:.0%}" if lesson.body.threshold else None,
        "empty": lesson.empty,
        "worse_than": [*lesson.worse_than],
        "suspects": suspects,
    }
