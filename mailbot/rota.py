"""The company's own recurring work: opens a case for each duty of the procedure when its period has come.

    duty -> which period has come? -> who, or what, is it about? -> a case with one task and a letter to its owner

Each case in a transaction of its own, once: the occasion is written down with it. After an outage the latest period alone is
made up for, and a duty that is new begins with the next one. What can't be opened is on alarm and tried at the next look.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection

from mailbot import maillog
from mailbot.clerk import Clerk
from mailbot.identity import Identity
from mailbot.intake.message import Address
from mailbot.lifecycle import duties, tally
from mailbot.lifecycle.duties import Occasion
from mailbot.lifecycle.tally import Checked, Figures
from mailbot.lifecycle.ticket import Customer
from mailbot.procedures import period
from mailbot.procedures.clauses import MAILBOT
from mailbot.procedures.rules import Duty
from mailbot.store import casebook, occasions, tickets
from mailbot.store.occasions import NOBODY, Turn

Deed = Callable[[Connection, datetime], int]
KIND: occasions.Kind = "duty"


class Rota:
    """Duties and their turns."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk
        self._procedure = clerk.rules.procedure

    def due(self, now: datetime) -> Iterator[tuple[str, Deed]]:
        """What is to be done at `now` (aware UTC): a name for the alarm, and the deed, which gives how many letters are owed.

        Each deed is to be done before the next one is asked for; after one that failed its duty rests until the next look."""
        identity = self._clerk.identity  # read outside the deeds' transactions
        for name, duty in self._procedure.duties.items():
            last = None
            while (come := self._come(name, duty, now)) and come != last:
                occasion, last = come[0], come
                yield f"duty {name}", partial(self._take, identity, occasion) if occasion else partial(self._put_in_force, name)

    def _come(self, name: str, duty: Duty, now: datetime) -> tuple[Occasion | None, frozenset[int]] | None:
        """The occasion that has come and is not dealt with, and for whom it was so far; no occasion: the duty is new."""
        with self._clerk.store.reading() as connection:
            since = occasions.since(connection, KIND, name)
            come = period.latest(duty.every, duty.on, self._procedure.calendar_of(duty.owner, None), now, since)
            taken = occasions.taken(connection, KIND, name, come[0]) if come else frozenset()
        if since is None:
            return None, frozenset()
        return (Occasion(name, duty, *come), taken) if come and NOBODY not in taken else None

    @staticmethod
    def _put_in_force(name: str, tx: Connection, now: datetime) -> int:
        occasions.in_force_since(tx, KIND, name, now)
        return 0

    def _take(self, identity: Identity, occasion: Occasion, tx: Connection, now: datetime) -> int:
        """One case; with a grade that of the next customer, and once each has one, who gets the grade later waits for the next period."""
        turn = Turn(KIND, occasion.name, occasion.period)
        if not occasion.duty.grade:
            return self._open(identity, occasion, turn, None, tx, now)
        customer = occasions.without(tx, turn, occasion.duty.grade)
        if customer is None:
            occasions.take(tx, turn, now, note="every customer of the grade has a case")
            return 0
        return self._open(identity, occasion, replace(turn, customer_id=customer.id), customer, tx, now)

    def _open(self, identity: Identity, occasion: Occasion, turn: Turn, customer: Customer | None, tx: Connection, now: datetime) -> int:
        """The case of one turn; nothing where another process was first."""
        if not occasions.take(tx, turn, now):
            return 0
        clerk, settings = self._clerk, self._clerk.settings
        number = tickets.next_number(tx, now.astimezone(settings.company.zone).year)
        company = Address(settings.company.name, "")
        decision = duties.begin(number, occasion, company, customer, self._told(tx, identity, occasion, customer, now), now, clerk.rules)
        ticket = clerk.save(tx, None, decision, now)
        assert ticket.id is not None
        occasions.opened(tx, turn, ticket.id)
        maillog.clocks(ticket.number, 1, len(decision.letters))
        return len(decision.letters)

    def _told(self, tx: Connection, identity: Identity, occasion: Occasion, customer: Customer | None, now: datetime) -> dict[str, Any]:
        """What the letter tells of the period before, or of the customer."""
        if customer:
            return {"cases": casebook.of_customer(tx, customer.id)}
        calendar = self._procedure.calendar_of(occasion.duty.owner, None)
        before, start, end = period.before(occasion.duty.every, occasion.period, calendar)
        if occasion.duty.draw:
            closed = casebook.closed(tx, start, end)
            numbers = identity.drawn(f"{occasion.name} {occasion.period}", closed, occasion.duty.draw)
            return {"before": before, "closed": len(closed), "drawn": self._checked(tx, numbers, now)}
        return {"before": before, "figures": self._figures(tx, start, end)}

    def _checked(self, tx: Connection, numbers: list[str], now: datetime) -> list[Checked]:
        own = frozenset(name for name, deadline in self._procedure.deadlines.items() if deadline.owner == MAILBOT)
        return [case for number in numbers if (case := casebook.checked(tx, number, own, now))]

    def _figures(self, tx: Connection, start: datetime, end: datetime) -> Figures:
        by_category, by_responsibility = casebook.kinds(tx, start, end)
        rows, votes = casebook.settled(tx, start, end), casebook.voted(tx, start, end)
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
