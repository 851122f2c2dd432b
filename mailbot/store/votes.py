"""What customers answered to surveys: one vote a question and round (S0.7, S2.7)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from mailbot.lifecycle.letters import Ballot
from mailbot.lifecycle.ticket import Ticket
from models.base import core
from models.tables import TicketRow, Vote

VOTE, TICKET = core(Vote), core(TicketRow)
OF_ROUND = select(VOTE.c.question).where(VOTE.c.ticket_id == bindparam("that"), VOTE.c.round == bindparam("of"))
WITH_CASE = select(VOTE, TICKET.c.number, TICKET.c.category, TICKET.c.department, TICKET.c.customer_id, TICKET.c.kind).join_from(
    VOTE, TICKET, TICKET.c.id == VOTE.c.ticket_id
)


def cast(tx: Connection, ticket: Ticket, ballot: Ballot, now: datetime) -> None:
    """The customer's scores for the ticket's round; a question that has a vote in it keeps that."""
    given = set(tx.execute(OF_ROUND, {"that": ticket.id, "of": ticket.round}).scalars())
    whose = {"ticket_id": ticket.id, "round": ticket.round, "remark": ballot.remark[:2000], "address": ticket.requester.address, "at": now}
    rows = [whose | {"question": question, "score": score} for question, score in ballot.scores.items() if question not in given]
    if rows:
        tx.execute(insert(VOTE), rows)


def between(connection: Connection, start: datetime, end: datetime) -> Sequence[Row[Any]]:
    """Votes from `start` to before `end` (aware UTC), with number, category, department, customer and kind of their case."""
    return connection.execute(WITH_CASE.where(VOTE.c.at >= start, VOTE.c.at < end).order_by(VOTE.c.at)).all()
