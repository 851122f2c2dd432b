"""The company's own recurring work: opens a case for each duty of the procedure when its period has come.

    duty -> which period has come? -> who, or what, is it about? -> a case with one task and a letter to its owner

Each case in a transaction of its own, once: the occasion is written down with it. After an outage the latest period alone is
made up for, and a duty that is new begins with the next one. What can't be opened is on alarm and tried at the next look.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

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
from mailbot.store import casebook, customers, occasions, tickets
from mailbot.store.occasions import NOBODY, Turn

Act = Callable[[Connection, datetime], int]
KIND: occasions.Kind = "duty"


class Rota:
    """Duties and their turns."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk
        self._procedure = clerk.rules.procedure

    def due(self, now: datetime) -> Iterator[tuple[str, Act]]:
        """What is to be done at `now` (aware UTC): a name for the alarm, and the deed, which gives how many letters are owed."""
        identity = self._clerk.identity  # read outside the deeds' transactions
        for name, duty in self._procedure.duties.items():
            with self._clerk.store.reading() as connection:
                acts = list(self._acts(connection, identity, name, duty, now))
            for act in acts:
                yield f"duty {name}", act

    def _acts(self, connection: Connection, identity: Identity, name: str, duty: Duty, now: datetime) -> Iterator[Act]:
        since = occasions.since(connection, KIND, name)
        if since is None:
            yield partial(self._put_in_force, name)
            return
        calendar = self._procedure.calendar_of(duty.owner, None)
        come = period.latest(duty.every, duty.on, calendar, now, since)
        taken = occasions.taken(connection, KIND, name, come[0]) if come else frozenset()
        if come is None or NOBODY in taken:
            return
        occasion = Occasion(name, duty, *come)
        meant = [known.customer for known in customers.everybody(connection) if known.customer.grade in duty.grade] if duty.grade else []
        missing = [customer for customer in meant if customer.id not in taken]
        for customer in missing:
            yield partial(self._open, identity, occasion, customer)
        if not missing:  # with a grade: everybody has a case, and who gets it later waits for the next period
            yield partial(self._open, identity, occasion, None) if not duty.grade else partial(self._end, occasion)

    @staticmethod
    def _put_in_force(name: str, tx: Connection, now: datetime) -> int:
        occasions.in_force_since(tx, KIND, name, now)
        return 0

    @staticmethod
    def _end(occasion: Occasion, tx: Connection, now: datetime) -> int:
        occasions.take(tx, Turn(KIND, occasion.name, occasion.period), now, note="a case for each customer of the grade")
        return 0

    def _open(self, identity: Identity, occasion: Occasion, customer: Customer | None, tx: Connection, now: datetime) -> int:
        """The case of one period, for one customer or for none; nothing where another process was first."""
        turn = Turn(KIND, occasion.name, occasion.period, customer.id if customer else NOBODY)
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
