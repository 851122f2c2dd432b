"""The tables of cases, customers and the installation itself; those of letters stand in `letters`.

"Exactly once" rests on the unique keys here, never on isolation levels.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models import letters
from models.base import Base, Id


class Instance(Base):
    """This installation: one row. `secret` signs reply tokens and the loop marker."""

    __tablename__ = "instance"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str]
    secret: Mapped[str]
    created_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    held_since: Mapped[datetime | None]


class Counter(Base):
    """The last ticket number given out in a year."""

    __tablename__ = "counter"
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


class DailyDuty(Base):
    """A duty done once a day (the digest), keyed by the local day."""

    __tablename__ = "daily_duty"
    duty: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    done_at: Mapped[datetime]


class MailboxState(Base):
    """What is known of a mailbox that is read: how it numbers its letters, when it was last seen well, what is wrong with it."""

    __tablename__ = "mailbox_state"
    account: Mapped[str] = mapped_column(String(320), primary_key=True)
    mailbox: Mapped[str] = mapped_column(String(255), primary_key=True)
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    looked_at: Mapped[datetime | None]
    good_at: Mapped[datetime | None]
    held: Mapped[int] = mapped_column(Integer, default=0)
    trouble: Mapped[str | None]
    trouble_since: Mapped[datetime | None]


class Channel(Base):
    """The way out: closed until a moment after failures that are no letter's fault, or open."""

    __tablename__ = "channel"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    closed_until: Mapped[datetime | None]
    trouble: Mapped[str | None]
    trouble_since: Mapped[datetime | None]


class Alarm(Base):
    """Something a person must know: since when, whether they were told, and when it ended. One row per `name`, used anew."""

    __tablename__ = "alarm"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    text: Mapped[str]
    since: Mapped[datetime]
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class DeadAddress(Base):
    """An address that a bounce or a refusal showed to be dead; letters to it are held until it writes or staff releases it."""

    __tablename__ = "dead_address"
    address: Mapped[str] = mapped_column(String(320), primary_key=True)
    since: Mapped[datetime]
    status: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str]


class TicketRow(Base):
    """One complaint; milestones, deadlines and events hang on it."""

    __tablename__ = "ticket"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    subject: Mapped[str]
    language: Mapped[str] = mapped_column(String(12))
    requester_name: Mapped[str]
    requester_address: Mapped[str] = mapped_column(String(320), index=True)
    opened_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(Integer)
    category: Mapped[str | None] = mapped_column(String(20))
    confidence: Mapped[float]
    scores: Mapped[dict[str, Any]]
    terms: Mapped[list[str]]
    also: Mapped[str | None] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(20))
    signals: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    department: Mapped[str | None] = mapped_column(String(80))
    assignee: Mapped[str | None] = mapped_column(String(320))
    by_customer_at: Mapped[datetime | None]
    by_staff_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20), default="complaint", server_default=text("'complaint'"))
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    tasks: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    customer_id: Mapped[int | None] = mapped_column(Id, index=True)


class CustomerRow(Base):
    """A customer of the company's file (S2.1)."""

    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    phone: Mapped[str]
    region: Mapped[str]
    contact: Mapped[str]
    products: Mapped[str]
    grade: Mapped[str] = mapped_column(String(80))
    tags: Mapped[list[str]]
    sales: Mapped[str | None] = mapped_column(String(30))
    dealer: Mapped[bool] = mapped_column(default=False)
    merged_into: Mapped[int | None] = mapped_column(Id, ForeignKey("customer.id"))
    changed_at: Mapped[datetime]


class CustomerAddress(Base):
    """An address a customer writes from; each belongs to one customer."""

    __tablename__ = "customer_address"
    address: Mapped[str] = mapped_column(String(320), primary_key=True)
    customer_id: Mapped[int] = mapped_column(Id, ForeignKey("customer.id"), index=True)


class TaskRow(Base):
    """A piece of work on a ticket; its clock is the ticket's deadline `task-SERIAL`."""

    __tablename__ = "task"
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str]
    owner: Mapped[str] = mapped_column(String(330))
    by: Mapped[str] = mapped_column(String(320))
    since: Mapped[datetime]
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    result: Mapped[str]
    verdict: Mapped[str | None] = mapped_column(String(20))
    verdict_by: Mapped[str | None] = mapped_column(String(320))
    verdict_at: Mapped[datetime | None]
    data: Mapped[dict[str, Any]]


class Vote(Base):
    """A customer's answer to one question of a survey; one a round, the first counts."""

    __tablename__ = "vote"
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id"), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    score: Mapped[int] = mapped_column(Integer)
    remark: Mapped[str]
    address: Mapped[str] = mapped_column(String(320))
    at: Mapped[datetime]


class Occasion(Base):
    """A period for which a recurring clause (`kind` "poll" or "duty", `key` its id) was carried out, for one customer or for none (0).

    `ticket_id` is the case it opened; without one `note` says why. The row without a period tells since when the clause is in force."""

    __tablename__ = "occasion"
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    customer_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    ticket_id: Mapped[int | None] = mapped_column(Id, ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
    note: Mapped[str]


class Participant(Base):
    """A customer who takes part in a ticket; recipients of our letters come from here alone."""

    __tablename__ = "participant"
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(320), primary_key=True)
    name: Mapped[str]
    joined_at: Mapped[datetime]


class MilestoneRow(Base):
    """A fact: this milestone was reached in this round, then, by them."""

    __tablename__ = "milestone"
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id"), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(320))


class DeadlineRow(Base):
    """A promise with its moment; `ended_at` is set when it was met or no longer applies."""

    __tablename__ = "deadline"
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id"), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_deadline_running", "due_at", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )


class EscalationRow(Base):
    """A step of the ladder that was taken; the key makes it happen once."""

    __tablename__ = "escalation"
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id"), primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    milestone: Mapped[str] = mapped_column(String(30), primary_key=True)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]


class Event(Base):
    """What happened, in order; rows are only ever added."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    by: Mapped[str] = mapped_column(String(320))
    data: Mapped[dict[str, Any]]
    seal: Mapped[str | None] = mapped_column(String(64))


class Judgement(Base):
    """What a member of staff said a complaint is about, with its words and the classifier's guess; rows are only ever added.

    `guess` and `confidence` are the likeliest category's, whether it was decided by itself or asked for. `spoken` is false
    where the member solved the case without a word about the category that the machine had given it."""

    __tablename__ = "judgement"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str]
    text: Mapped[str]
    category: Mapped[str] = mapped_column(String(20))
    guess: Mapped[str | None] = mapped_column(String(20))
    confidence: Mapped[float]
    spoken: Mapped[bool]


EVERY = letters.OutgoingLetter.metadata  # the tables above and those of letters
