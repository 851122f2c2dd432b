"""The company's own recurring work: opens a case for each duty of the procedure when its period has come.

    duty -> which period has come? -> who, or what, is it about? -> a case with one task and a letter to its owner

Each case in a transaction of its own, once: the occasion is written down with it. After an outage the latest period alone is
made up for, and a duty that is new begins with the next one. What can't be opened is on alarm and tried at the next look.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection

from mailbot import maillog
from mailbot.clerk import Clerk
from mailbot.identity import Identity
from mailbot.intake.message import Address
from mailbot.lifecycle import duties, roll, tally
from mailbot.lifecycle.duties import Occasion
from mailbot.lifecycle.tally import Checked, Figures
from mailbot.lifecycle.ticket import Customer
from mailbot.procedures import period
from mailbot.procedures.clauses import MAILBOT
from mailbot.store import casebook, customers, occasions, tickets
from mailbot.store.occasions import NOBODY, Turn

KIND: occasions.Kind = "duty"


class Rota:
    """Duties and their turns."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk
        self._store = clerk.store
        self._procedure = clerk.rules.procedure

    def look(self, name: str, now: datetime, stopping: Callable[[], bool]) -> int:
        """Open what duty `name` asks for at `now` (aware UTC); gives how many letters are owed."""
        come = self._come(name, now)
        if come is None:
            return 0
        occasion, taken = come
        turn = Turn(KIND, name, occasion.period)
        if not occasion.duty.grade:
            return self._open(occasion, turn, None, now)
        with self._store.reading() as connection:
            meant = roll.of_grades(customers.everybody(connection), occasion.duty.grade, self._procedure.grades)
        owed = 0
        for customer in (known.customer for known in meant if known.customer.id not in taken):
            if stopping():
                return owed
            owed += self._open(occasion, replace(turn, customer_id=customer.id), customer, now)
        with self._store.transaction() as tx:  # who gets the grade from now on waits for the next period
            occasions.take(tx, turn, now, note="every customer of the grade has a case")
        return owed

    def _come(self, name: str, now: datetime) -> tuple[Occasion, frozenset[int]] | None:
        """The occasion that has come and is not dealt with yet, and the customers for whom it is."""
        duty = self._procedure.duties[name]
        with self._store.reading() as connection:
            since = occasions.since(connection, KIND, name)
            come = period.latest(duty.every, duty.on, self._procedure.calendar_of(duty.owner, None), now, since)
            taken = occasions.taken(connection, KIND, name, come[0]) if come else frozenset()
        if since is None:
            with self._store.transaction() as tx:
                occasions.come_into_force(tx, KIND, name, now)
            return None
        return (Occasion(name, duty, *come), taken) if come and NOBODY not in taken else None

    def _open(self, occasion: Occasion, turn: Turn, customer: Customer | None, now: datetime) -> int:
        """The case of one turn, in a transaction; nothing where another process was first."""
        identity = self._clerk.identity  # read first: a database in memory has one connection
        with self._store.reading() as connection:  # counting a large record keeps no writer waiting
            told = self._told(connection, identity, occasion, customer, now)
        clerk, settings = self._clerk, self._clerk.settings
        with self._store.transaction() as tx:
            if not occasions.take(tx, turn, now):
                return 0
            number = tickets.next_number(tx, now.astimezone(settings.company.zone).year)
            decision = duties.begin(number, occasion, Address(settings.company.name, ""), customer, told, now, clerk.rules)
            ticket = clerk.save(tx, None, decision, now)
            occasions.say(tx, turn, ticket.id)
        maillog.duty_begun(ticket.number, occasion.name, occasion.period, len(decision.letters))
        return len(decision.letters)

    def _told(
        self, connection: Connection, identity: Identity, occasion: Occasion, customer: Customer | None, now: datetime
    ) -> dict[str, Any]:
        """What the letter tells of the period before, or of the customer."""
        if customer:
            return {"cases": casebook.of_customer(connection, customer.id)}
        calendar = self._procedure.calendar_of(occasion.duty.owner, None)
        before, start, end = period.before(occasion.duty.every, occasion.period, calendar)
        if occasion.duty.draw:
            closed = casebook.closed(connection, start, end)
            numbers = identity.drawn(f"{occasion.name} {occasion.period}", closed, occasion.duty.draw)
            return {"before": before, "closed": len(closed), "drawn": self._checked(connection, numbers, now)}
        return {"before": before, "figures": self._figures(connection, start, end)}

    def _checked(self, connection: Connection, numbers: list[str], now: datetime) -> list[Checked]:
        own = frozenset(name for name, deadline in self._procedure.deadlines.items() if deadline.owner == MAILBOT)
        return [case for number in numbers if (case := casebook.checked(connection, number, own, now))]

    def _figures(self, connection: Connection, start: datetime, end: datetime) -> Figures:
        by_category, by_responsibility = casebook.kinds(connection, start, end)
        rows, votes = casebook.settled(connection, start, end, tally.varied(self._procedure)), casebook.voted(connection, start, end)
        content = tally.content(votes, self._procedure.survey.dissatisfied)
        return Figures(
            closed=sum(by_category.values()),
            by_category=by_category,
            by_responsibility=by_responsibility,
            registered=tally.timeliness(rows, self._procedure, registration=True),
            handled=tally.timeliness(rows, self._procedure, registration=False),
            answered=content.all,
            content=content.kept,
            scores=tally.means(votes),
        )
