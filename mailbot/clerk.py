"""Writes down what was decided: facts, story and letters owed, in the caller's transaction.

Used by everything that changes a ticket: a letter's fate, the clocks, a delivery that failed.
"""

from datetime import datetime

from sqlalchemy import Connection

from mailbot.identity import Identity
from mailbot.intake.message import InboundMessage
from mailbot.lifecycle import escalate, manual, replay
from mailbot.lifecycle.consequences import consequences
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.letters import Decision
from mailbot.lifecycle.milestones import settle
from mailbot.lifecycle.ticket import Ticket
from mailbot.lifecycle.undelivered import Undelivered, undelivered
from mailbot.outbox.enqueue import Desk
from mailbot.reports import lesson
from mailbot.settings import Settings
from mailbot.store import alarms, instance, tickets, votes
from mailbot.store.engine import Store
from mailbot.store.outgoing import Addressed


class Clerk:
    """The record and the desk, wired once."""

    def __init__(self, settings: Settings, store: Store, rules: Rules, desk: Desk) -> None:
        self.settings = settings
        self.store = store
        self.rules = rules
        self.desk = desk
        self._identity: Identity | None = None

    @property
    def identity(self) -> Identity:
        """Who this installation is; read once the tables are there."""
        if self._identity is None:
            with self.store.reading() as connection:
                self._identity = instance.identity(connection, self.settings.smtp.address.rpartition("@")[2].lower())
        return self._identity

    def save(
        self,
        tx: Connection,
        before: Ticket | None,
        decision: Decision,
        now: datetime,
        message: InboundMessage | None = None,
    ) -> Ticket:
        """The ticket changed from `before` to what was decided, and other cases with it; `message` is the letter that changed it."""
        decision = consequences(before, decision, now, self.rules)
        settled = settle(decision.ticket, self.rules.procedure)
        taken = tickets.steps_taken(tx, settled) if before else frozenset()
        ticket = tickets.save(tx, before, settled, escalate.next_look(settled, taken, now, self.rules))
        assert ticket.id is not None
        if before is None:
            tickets.add_participants(tx, ticket.id, [ticket.requester] if ticket.requester.address else [], now)
        if decision.joined:
            known = {person.address for person in tickets.participants(tx, ticket.id)}
            tickets.add_participants(tx, ticket.id, [person for person in decision.joined if person.address not in known], now)
        owed, asked = manual.by_phone(ticket, decision.letters, self.rules.people)
        tickets.log(tx, ticket.id, replay.with_facts((*decision.entries, *asked), before, ticket), now)
        if before and before.id and decision.ballot:
            votes.cast(tx, before, decision.ballot, now)
        self.desk.enqueue(tx, ticket, owed, now, self.identity, message)
        if decision.judged and message:
            lesson.remember(tx, self.desk, ticket, decision, message, now)
        for other, change in decision.others:
            self.save(tx, other, change, now, message)
        return ticket

    def not_delivered(self, tx: Connection, ours: Addressed, status: str | None, reason: str, now: datetime) -> Ticket | None:
        """A letter of ours that did not arrive, or of which that is not known, reaches a person; gives its ticket.

        Staff's own letters are on alarm too: who does not get them can't be told by letter (F25, F54)."""
        if not ours.letter.startswith("complainant/"):
            told = f"out-{ours.id} ({ours.letter}) did not reach {ours.recipient}: {reason[:300]}"
            alarms.sound(tx, f"letters to {ours.recipient}", f"{told}; check this address in the settings, tell its owner what waits", now)
        ticket = tickets.load_by_id(tx, ours.ticket_id) if ours.ticket_id else None
        if ticket is None:
            return None
        failed = Undelivered(ours.letter, ours.recipient, status, reason)
        return self.save(tx, ticket, undelivered(ticket, failed, self.rules), now)
