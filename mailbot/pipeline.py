"""The path of a letter, from the ledger to the outbox: read this first.

    kept bytes -> parse -> screen -> thread -> classify -> decide -> compose -> enqueue
    clocks     -> escalate -> compose -> enqueue

Each letter is read outside any transaction and carried out in one: ticket, story, letters owed and the letter's own
fate change together or not at all. A letter that breaks a step is tried again and then quarantined with the step's
name; the next one goes on. Nothing is sent here.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from mailbot import maillog
from mailbot.errors import StoreUnusable, Transient
from mailbot.identity import Identity
from mailbot.intake.message import InboundMessage, Screening
from mailbot.intake.screen import Own
from mailbot.intake.thread import Author, Threaded, thread
from mailbot.lifecycle import carry_out, decide, escalate, orders
from mailbot.lifecycle.classify import Classifier
from mailbot.lifecycle.decide import Rules, Written
from mailbot.lifecycle.letters import Decision, Entry
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.enqueue import Desk, open_desk
from mailbot.procedures.procedure import load as load_procedure
from mailbot.reports import digest, lesson
from mailbot.settings import Member, Settings
from mailbot.store import attachments, instance, letters, outgoing, tickets
from mailbot.store.engine import Store, open_store
from mailbot.store.finder import Finder
from mailbot.store.letters import MAX_ATTEMPTS, Fate, Waiting

if TYPE_CHECKING:
    from classifier.teaching import Lesson

AUTOMATIC_A_DAY = 10  # automatic letters to one address in 24 hours (reliability §5.5)


class Outcome(Struct, frozen=True):
    """How a letter ended: its fate, the reason, and the ticket it belongs to."""

    fate: Fate
    reason: str
    ticket: Ticket | None = None


class Step:
    """The step a letter is in, for the reason of a quarantine."""

    name = "read"


class Case(Struct, frozen=True):
    """A letter being carried out, in its transaction."""

    tx: Connection
    letter: Waiting
    message: InboundMessage
    screening: Screening
    now: datetime
    step: Step

    @property
    def author(self) -> str:
        """The author's address, lower case; empty when the letter names none."""
        return self.message.sender.address if self.message.sender else ""


class Pipeline:
    """Everything a letter passes, wired once; safe to call from the service's threads."""

    def __init__(self, settings: Settings, store: Store, rules: Rules, classify: Classifier, desk: Desk) -> None:
        self.settings = settings
        self.store = store
        self.rules = rules
        self._classify = classify
        self._desk = desk
        self._reader = desk.reader
        self._identity: Identity | None = None

    def work(self, now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
        """Take the next waiting letters to their fate; gives how many were taken up (0: nothing waits)."""
        with self.store.transaction() as tx:
            waiting = letters.claim(tx)
        for place, letter in enumerate(waiting):
            if stopping():
                with self.store.transaction() as tx:
                    letters.put_back(tx, [left.id for left in waiting[place:]])
                break
            if letter.attempts > MAX_ATTEMPTS:
                self._quarantine(letter, f"read: the service ended {MAX_ATTEMPTS} times while it had this letter in hand", now)
                continue
            try:
                self._take(letter, now)
            except Transient:  # not these letters' fault: it costs them no attempt
                with self.store.transaction() as tx:
                    letters.put_back(tx, [left.id for left in waiting[place:]])
                raise
        return len(waiting)

    def clocks(self, now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
        """Carry out what the clocks ask for: reminders, escalations, letters on time, the digest. Gives how many letters are owed."""
        owed = 0
        self._classify.renew()
        for ticket_id in self._awake(now):
            if stopping():
                return owed
            with self.store.transaction() as tx:
                owed += self._look_at_clocks(tx, ticket_id, now)
        with self.store.transaction() as tx:
            owed += digest.send_if_time(tx, self._desk, self.identity, self.rules, now)
            instance.remember_run(tx, now)
        return owed

    def lesson_due(self, now: datetime) -> bool:
        """Whether the classifier is to learn from what staff said; true once a day at most."""
        with self.store.transaction() as tx:
            return lesson.is_due(tx, self.settings, now)

    def report_lesson(self, learnt: "Lesson", now: datetime) -> None:
        """Managers are told what the classifier learnt."""
        with self.store.transaction() as tx:
            lesson.report(tx, self._desk, self.identity, learnt, now)

    def _awake(self, now: datetime) -> Iterator[int]:
        """Tickets whose clocks have run out, each once, a page of the table at a time."""
        seen: set[int] = set()
        while True:
            with self.store.reading() as connection:
                due = [ticket_id for ticket_id in tickets.to_wake(connection, now, len(seen) + 200) if ticket_id not in seen]
            if not due:
                return
            seen.update(due)
            yield from due

    def close(self) -> None:
        """End the process that reads letters and leave the database."""
        self._reader.close()
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
        if self._identity is None:
            with self.store.reading() as connection:
                self._identity = instance.identity(connection, self.settings.smtp.address.rpartition("@")[2].lower())
        return self._identity

    def not_delivered(self, tx: Connection, letter: outgoing.Addressed, status: str | None, reason: str, now: datetime) -> None:
        """A letter of ours that could not be delivered reaches the person responsible."""
        ticket = tickets.load_by_id(tx, letter.ticket_id) if letter.ticket_id else None
        if ticket:
            failed = carry_out.Undelivered(letter.letter, letter.recipient, status, reason)
            self._save(tx, ticket, carry_out.undelivered(ticket, failed, self.rules), now)

    def _take(self, letter: Waiting, now: datetime) -> None:
        """One letter to its fate. This is the loop's boundary: whatever a step raises is this letter's affair alone."""
        step = Step()
        try:
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
        message, screening = self._reader.read(letter.data, Own(self.settings.own_addresses, self.identity.instance))
        with self.store.transaction() as tx:
            message = replace(message, attachments=attachments.told_apart(tx, message.attachments)) if message.attachments else message
            case = Case(tx, letter, message, screening, now, step)
            key = content_key(message)
            outcome = self._outcome(case, key)
            facts = {
                "ticket_id": outcome.ticket.id if outcome.ticket else None,
                "message_id": message.message_id,
                "content_key": key,
                "sender": case.author or None,
                "subject": message.subject,
                "kind": screening.kind,
            }
            letters.give_fate(tx, letter.id, outcome.fate, outcome.reason, now, **facts)
            if outcome.ticket:
                attachments.remember(tx, letter.id, message.attachments)
        return outcome

    def _outcome(self, case: Case, key: str | None) -> Outcome:
        case.step.name = "decide"
        copy = letters.earlier_copy(case.tx, case.letter, key)
        if copy is not None:
            return Outcome("duplicate", f"the same letter as in-{copy}")
        kind = case.screening.kind
        if kind == "bounce":
            return self._bounce(case)
        if kind in ("loop", "bulk"):
            return Outcome("loop" if kind == "loop" else "bulk", case.screening.sign)
        if not case.author:
            return Outcome("quarantined", "screen: the letter names no author, so there is nobody to answer")
        return self._threaded(case)

    def _threaded(self, case: Case) -> Outcome:
        case.step.name = "thread"
        member = self.settings.member(case.author)
        author = Author(case.author, member.key if member else None, tuple(m.key for m in self.settings.staff))
        found = thread(case.message, author, self.identity, Finder(case.tx))
        case.step.name = "decide"
        if case.screening.kind == "auto-reply":
            return self._note_automatic(case, found)
        return self._from_staff(case, member, found) if member else self._from_customer(case, found)

    def _from_customer(self, case: Case, found: Threaded) -> Outcome:
        if found.ticket:
            decision = decide.follow_up(found.ticket, self._written(case, found, silent=False), found.standing, case.now, self.rules)
            return Outcome(
                "appended", f"{found.sign}; {found.standing}", self._save(case.tx, found.ticket, decision, case.now, case.message)
            )
        return self._open(case, found)

    def _from_staff(self, case: Case, member: Member, found: Threaded) -> Outcome:
        today = case.now.astimezone(self.settings.company.zone).date()
        customers = None if found.ticket else decide.passed_on(case.message, self.rules.people)
        said = case.message.forwarded[0].cover if customers else case.message.fresh
        choices = found.ticket.choices if found.ticket else ()
        reply = orders.parse_reply(said, orders.OrderContext(self.settings.staff, self.rules.procedure, today, member, choices))
        if found.ticket and found.standing == "staff":
            given = carry_out.Given(member, reply, case.message, case.letter.received_at)
            decision = carry_out.carry_out(found.ticket, given, case.now, self.rules)
            ticket = self._save(case.tx, found.ticket, decision, case.now, case.message)
            wrong = [
                f"{line}: {why}"
                for e in decision.entries
                if e.kind == "order-refused"
                for line, why in zip(e.data["lines"], e.data["reasons"], strict=True)
            ]
            return Outcome("refused", "; ".join(wrong), ticket) if wrong else Outcome("order", found.sign, ticket)
        if found.ticket or found.claimed or reply.orders or reply.problems:
            # Orders need the reply token: a From line alone proves nothing (design: who may do what).
            self._desk.enqueue(case.tx, None, (carry_out.without_token(member, case.message, self.rules),), case.now, self.identity)
            return Outcome("refused", "from a member of staff, but without a valid reply token for a ticket")
        if customers is None:
            return self._open(case, found, "registered by a member of staff")
        forwarded = replace(case, message=customers)
        return self._open(forwarded, found, f"forwarded by {member.key}", member)

    def _open(self, case: Case, found: Threaded, reason: str = "", forwarded_by: Member | None = None) -> Outcome:
        """A new ticket, perhaps for a letter that a colleague passed on."""
        case.step.name = "classify"
        verdict = self._classify(case.message.subject, case.message.fresh)
        case.step.name = "decide"
        told_enough = outgoing.automatic_since(case.tx, case.author, case.now - timedelta(days=1)) >= AUTOMATIC_A_DAY
        written = self._written(case, found, silent=told_enough, forwarded_by=forwarded_by)
        number = tickets.next_number(case.tx, case.now.astimezone(self.settings.company.zone).year)
        decision = decide.open_ticket(number, written, verdict, case.now, self.rules)
        return Outcome("new-ticket", reason or found.sign, self._save(case.tx, None, decision, case.now, case.message))

    @staticmethod
    def _written(case: Case, found: Threaded, *, silent: bool, forwarded_by: Member | None = None) -> Written:
        answerable = case.screening.answerable and not silent
        return decide.as_written(
            case.message, case.letter.received_at, answerable=answerable, claimed=found.claimed, forwarded_by=forwarded_by
        )

    def _note_automatic(self, case: Case, found: Threaded) -> Outcome:
        """An out-of-office reply is kept with its ticket; it neither reopens it nor stops a clock."""
        if found.ticket is None or found.ticket.id is None:
            return Outcome("noted", case.screening.sign)
        tickets.log(case.tx, found.ticket.id, [Entry("auto-reply", case.author, {"subject": case.message.subject[:300]})], case.now)
        return Outcome("noted", case.screening.sign, found.ticket)

    def _bounce(self, case: Case) -> Outcome:
        """A bounce is tied to the letter it returns and reaches the person responsible; it is never answered."""
        screening = case.screening
        ours = next(iter(outgoing.find(case.tx, screening.bounced_ids)), None)
        if ours is None:
            return Outcome("bounce", f"{screening.sign}; returns no letter of ours")
        ticket = tickets.load_by_id(case.tx, ours.ticket_id) if ours.ticket_id else None
        if ticket and screening.bounced:
            told = screening.bounced[0]
            failed = carry_out.Undelivered(ours.letter, ours.recipient, told.status, told.said or screening.sign)
            ticket = self._save(case.tx, ticket, carry_out.undelivered(ticket, failed, self.rules), case.now)
        return Outcome("bounce", f"{screening.sign}; returns out-{ours.id}", ticket)

    def _look_at_clocks(self, tx: Connection, ticket_id: int, now: datetime) -> int:
        ticket = tickets.load_by_id(tx, ticket_id)
        if ticket is None:
            return 0
        result = escalate.escalate(ticket, tickets.steps_taken(tx, ticket), now, self.rules)
        tickets.take_steps(tx, ticket, result.steps, now)
        self._save(tx, ticket, Decision(result.ticket, result.entries, result.letters), now)
        maillog.clocks(ticket.number, len(result.steps), len(result.letters))
        return len(result.letters)

    def _save(
        self, tx: Connection, before: Ticket | None, decision: Decision, now: datetime, message: InboundMessage | None = None
    ) -> Ticket:
        """Facts, story and letters owed, in the caller's transaction."""
        taken = tickets.steps_taken(tx, decision.ticket) if before and before.round == decision.ticket.round else frozenset()
        ticket = tickets.save(tx, before, decision.ticket, escalate.next_look(decision.ticket, taken, now, self.rules))
        assert ticket.id is not None
        if before is None:
            tickets.add_participants(tx, ticket.id, [ticket.requester], now)
        tickets.log(tx, ticket.id, decision.entries, now)
        self._desk.enqueue(tx, ticket, decision.letters, now, self.identity, message)
        if decision.judged and message:
            lesson.remember(tx, self._desk, ticket, decision.judged, message, now)
        return ticket

    def _quarantine(self, letter: Waiting, reason: str, now: datetime) -> None:
        with self.store.transaction() as tx:
            letters.give_fate(tx, letter.id, "quarantined", reason, now)


def open_pipeline(settings: Settings) -> Pipeline:
    """Everything wired from settings. Raises WrongSettings or StoreUnusable with the cure."""
    procedure = load_procedure(settings.company.procedure, settings.path("."), settings.company.zone)
    rules = Rules(procedure, Directory(settings))
    desk = open_desk(settings, rules)
    return Pipeline(settings, open_store(settings.database.url, settings.path(".")), rules, Classifier(settings), desk)


def content_key(message: InboundMessage) -> str | None:
    """What makes two deliveries the same letter though their bytes differ: id, author and words (F19-F23, A37)."""
    if not message.message_id:
        return None
    author = message.sender.address if message.sender else ""
    return hashlib.sha256(f"{message.message_id}\0{author}\0{message.subject}\0{message.text}".encode()).hexdigest()
