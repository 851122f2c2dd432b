"""The path of a letter, from the ledger to the outbox: read this first.

    kept bytes -> parse -> screen -> thread -> classify -> decide -> compose -> enqueue      (here and in `fates`)
    clocks     -> escalate -> compose -> enqueue                                             (in `clocks`)

Each letter is read outside any transaction and carried out in one: ticket, story, letters owed and the letter's own
fate change together or not at all. A letter that breaks a step is tried again and then quarantined with the step's
name; the next one goes on. Nothing is sent here.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlalchemy import Connection

from mailbot import maillog, shortage
from mailbot.case import Case, Outcome, Step
from mailbot.clerk import Clerk
from mailbot.clocks import Clocks
from mailbot.errors import StoreUnusable, Transient
from mailbot.fates import Fates
from mailbot.identity import Identity
from mailbot.intake import doubles
from mailbot.intake.screen import MAX_HOPS, Own
from mailbot.lifecycle.classify import Classifier
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.people import Directory
from mailbot.outbox.enqueue import Desk, open_desk
from mailbot.procedures.procedure import load as load_procedure
from mailbot.reports import lesson
from mailbot.settings import Settings
from mailbot.store import attachments, instance, letters, outgoing
from mailbot.store.engine import Store, open_store
from mailbot.store.letters import MAX_ATTEMPTS, Waiting

if TYPE_CHECKING:
    from classifier.teaching import Lesson

EVERY_HOP = 1_000_000


class Pipeline:
    """Everything a letter passes, wired once; safe to call from the service's threads."""

    def __init__(self, settings: Settings, store: Store, rules: Rules, classify: Classifier, desk: Desk) -> None:
        self.settings = settings
        self.store = store
        self.rules = rules
        self.desk = desk
        self._clerk = Clerk(settings, store, rules, desk)
        self._classify = classify
        self._fates = Fates(self._clerk, classify)
        self._clocks = Clocks(self._clerk)
        self._begun: list[Waiting] = []

    def work(self, now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
        """Take the next waiting letters to their fate; gives how many were taken up (0: nothing waits).

        Raises Transient or StoreUnusable when the machine or the database can't; that costs no letter an attempt."""
        self._put_back()
        with self.store.transaction() as tx:
            waiting = letters.claim(tx)
            self._begun = list(waiting)  # known before the commit, whose answer may be lost
        try:
            for letter in waiting:
                if stopping():
                    break
                self._take(letter, now)
                self._begun.remove(letter)
        except Transient:
            self._put_back()  # where that fails too, the next call does it first
            raise
        self._put_back()
        self._clocks.tell_backlog(now)
        return len(waiting)

    def clocks(self, now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
        """Carry out what the clocks ask for: reminders, escalations, letters on time, the digest. Gives how many letters are owed."""
        self._classify.renew()
        return self._clocks.look(now, stopping)

    def lesson_due(self, now: datetime) -> bool:
        """Whether the classifier is to learn from what staff said; true once a day at most."""
        with self.store.transaction() as tx:
            return lesson.is_due(tx, self.settings, now)

    def report_lesson(self, learnt: "Lesson", now: datetime) -> None:
        """Managers are told what the classifier learnt."""
        with self.store.transaction() as tx:
            lesson.report(tx, self.desk, self.identity, learnt, now)

    def close(self) -> None:
        """End the process that reads letters and leave the database."""
        self.desk.reader.close()
        self.store.close()

    def recover(self, now: datetime) -> None:
        """At the start: what a dead process held is free again; the sender settles what it left in doubt (F30)."""
        with self.store.transaction() as tx:
            outgoing.free_leases(tx, now)

    def last_run(self) -> datetime | None:
        """When the clocks were last looked at."""
        with self.store.reading() as connection:
            return instance.last_run(connection)

    @property
    def identity(self) -> Identity:
        """Who this installation is; read once the tables are there."""
        return self._clerk.identity

    def not_delivered(self, tx: Connection, letter: outgoing.Addressed, status: str | None, reason: str, now: datetime) -> None:
        """A letter of ours that could not be delivered reaches the person responsible."""
        self._clerk.not_delivered(tx, letter, status, reason, now)

    def _take(self, letter: Waiting, now: datetime) -> None:
        """One letter to its fate. This is the loop's boundary: whatever a step raises is this letter's affair alone."""
        if letter.attempts > MAX_ATTEMPTS:
            self._quarantine(letter, f"read: the service ended {MAX_ATTEMPTS} times while it had this letter in hand", now)
            return
        step = Step()
        try:
            with shortage.waited_for():
                outcome = self._read_and_carry_out(letter, now, step)
        except (StoreUnusable, Transient):
            raise  # the database or the machine, not the letter, is at fault: the service waits and tries again
        except Exception as error:  # noqa: BLE001 - one bad letter must not stop the others
            maillog.broke(letter.id, step.name, error, letter.attempts)
            if letter.attempts >= MAX_ATTEMPTS:
                self._quarantine(letter, f"{step.name}: {type(error).__name__}: {error}", now)
        else:
            maillog.fate(letter.id, outcome.ticket.number if outcome.ticket else None, outcome.fate, outcome.reason)

    def _read_and_carry_out(self, letter: Waiting, now: datetime, step: Step) -> Outcome:
        layers = self.desk.layers
        own = Own(self.settings.own_addresses, self.identity.instance if layers.marker else "", MAX_HOPS if layers.hops else EVERY_HOP)
        message, screening = self.desk.reader.read(letter.data, own)
        if now - letter.received_at > timedelta(hours=self.settings.company.backlog_hours):
            self._clocks.backlog_grew()
        with self.store.transaction() as tx:
            message = replace(message, attachments=attachments.told_apart(tx, message.attachments)) if message.attachments else message
            case = Case(tx, letter, message, screening, doubles.content_key(message, letter.sha256), now, step)
            outcome = self._fates.of(case)
            facts = {
                "ticket_id": outcome.ticket.id if outcome.ticket else None,
                "message_id": doubles.own_id(message, letter.sha256, self.identity.name),
                "content_key": case.key,
                "sender": case.author or None,
                "subject": message.subject,
                "kind": screening.kind,
            }
            letters.give_fate(tx, letter.id, outcome.fate, outcome.reason, now, **facts)
            if outcome.ticket:
                attachments.remember(tx, letter.id, message.attachments)
        return outcome

    def _put_back(self) -> None:
        """Letters that were claimed and not finished: that costs them no attempt."""
        if self._begun:
            with self.store.transaction() as tx:
                letters.put_back(tx, self._begun)
            self._begun = []

    def _quarantine(self, letter: Waiting, reason: str, now: datetime) -> None:
        with self.store.transaction() as tx:
            letters.give_fate(tx, letter.id, "quarantined", reason, now)


def open_pipeline(settings: Settings) -> Pipeline:
    """Everything wired from settings. Raises WrongSettings or StoreUnusable with the cure."""
    procedure = load_procedure(settings.company.procedure, settings.path("."), settings.company.zone)
    rules = Rules(procedure, Directory(settings))
    desk = open_desk(settings, rules)
    store = open_store(settings.database.url, settings.path("."), settings.database.reserve_mb)
    return Pipeline(settings, store, rules, Classifier(settings), desk)
