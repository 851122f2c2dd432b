"""Sends the polls of the procedure when their period has come (S2.5): each customer once a period, in a transaction of their own.

Run with the clocks, in office hours. A share of the letters that mailbot may send to outsiders within an hour is theirs, so
that a poll never looks like a loop: the others follow at later looks. Who can't be asked is on record with the reason.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from mailbot import maillog, shortage
from mailbot.clerk import Clerk
from mailbot.errors import StoreUnusable, Transient
from mailbot.intake.message import Address
from mailbot.lifecycle import polls, roll
from mailbot.lifecycle.polls import Asked, Round
from mailbot.lifecycle.roll import Known
from mailbot.outbox import restraint
from mailbot.procedures.rules import Poll
from mailbot.settings import letter_language
from mailbot.store import addresses, alarms, customers, occasions, tickets, votes
from mailbot.store.occasions import Turn

AN_HOUR = restraint.ALLOWANCE // 2  # letters of polls
NOT_ASKED = "a customer was not asked"  # name of the alarm
NO_ADDRESS = "no address on file that a letter can be sent to"


class Now(Struct, frozen=True):
    """One poll's round being sent."""

    name: str
    poll: Poll
    round: Round
    at: datetime


class Polls:
    """Asks the customers."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk
        self._store = clerk.store

    def look(self, now: datetime, stopping: Callable[[], bool]) -> int:
        """Ask whoever is to be asked by now; gives how many letters are owed."""
        return sum(self._send(one, stopping) for one in self._come(now))

    def _come(self, now: datetime) -> Iterator[Now]:
        """Rounds that have begun and are not through."""
        for name, poll in self._clerk.rules.procedure.polls.items():
            with self._store.reading() as connection:  # at most looks there is nothing to do, and no writer has to wait
                since = occasions.since(connection, "poll", name)
                come = list(polls.rounds(poll, since, now, self._clerk.rules)) if since else []
                come = [each for each in come if not occasions.is_taken(connection, Turn("poll", name, each.period))]
            if since is None:
                with self._store.transaction() as tx:
                    occasions.come_into_force(tx, "poll", name, now)
            yield from (Now(name, poll, each, now) for each in come)

    def _send(self, one: Now, stopping: Callable[[], bool]) -> int:
        """One round, as far as it may go now."""
        asked = 0
        with self._store.reading() as connection:
            waiting = list(self._waiting(connection, one))
        for known in waiting:
            with self._store.reading() as connection:
                if stopping() or self._enough(connection, one.at):
                    return asked
            asked += self._apart(one, known)
        with self._store.transaction() as tx:
            occasions.take(tx, Turn("poll", one.name, one.round.period), one.at)
        maillog.polled(one.name, one.round.period, asked)
        return asked

    def _waiting(self, connection: Connection, one: Now) -> Iterator[Known]:
        """Customers of the round who were not asked since it began."""
        last = occasions.last_times(connection, "poll", one.name)
        worst = votes.of_polls(connection, one.name)
        limit = self._clerk.rules.procedure.survey.dissatisfied
        for known in roll.of_grades(customers.everybody(connection), one.poll.grade, self._clerk.rules.procedure.grades):
            dissatisfied = worst.get(known.customer.id, limit + 1) <= limit
            before = last.get(known.customer.id)
            if one.round.dissatisfied in (None, dissatisfied) and not (before and before >= one.round.begins):
                yield known

    @staticmethod
    def _enough(connection: Connection, now: datetime) -> bool:
        return occasions.cases_since(connection, "poll", now - timedelta(hours=1)) >= AN_HOUR

    def _apart(self, one: Now, known: Known) -> int:
        """One customer, whose record may break nothing for the others."""
        turn = Turn("poll", one.name, one.round.period, known.customer.id)
        try:
            with shortage.waited_for(), self._store.transaction() as tx:
                return self._ask(tx, one, known, turn) if occasions.take(tx, turn, one.at) else 0
        except (StoreUnusable, Transient):
            raise
        except Exception as error:  # noqa: BLE001 - the loop's boundary: one customer must not stop the poll of the others
            maillog.crashed(f"- - poll {one.name}", error)
            told = f"poll {one.name}, {one.round.period}: customer {known.customer.id} can't be asked ({type(error).__name__})"
            with self._store.transaction() as tx:
                occasions.take(tx, turn, one.at, note=f"broke: {type(error).__name__}")
                alarms.sound(tx, NOT_ASKED, f"{told}; ask by hand, send the log to the developers", one.at)
            return 0

    def _ask(self, tx: Connection, one: Now, known: Known, turn: Turn) -> int:
        """A case and its letter, or the reason why not. Gives how many letters are owed."""
        now, rules, settings = one.at, self._clerk.rules, self._clerk.settings
        written = customers.last_written(tx, known.customer.id)
        dead = {address for address in known.addresses if addresses.dead(tx, address)}
        address = polls.address(known, dead, written[0] if written else "", rules)
        if not address:
            occasions.say(tx, turn, None, NO_ADDRESS)
            return 0
        language = written[1] if written else settings.company.letter_language
        words, spoken = self._clerk.desk.renderer.words, letter_language(language)
        subject = words.t(spoken, "poll.title", period=words.period(one.round.period, spoken))
        number = tickets.next_number(tx, now.astimezone(settings.company.zone).year)
        asked = Asked(one.name, one.round.period, known.customer, Address(known.customer.contact, address), language, subject)
        decision = polls.send(number, asked, now, rules)
        against = self._clerk.desk.against(tx, decision.letters[0], None, now)
        if against:
            occasions.say(tx, turn, None, against.reason)
            return 0
        occasions.say(tx, turn, self._clerk.save(tx, None, decision, now).id)
        return 1
