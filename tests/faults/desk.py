"""A mailbot without servers: letters are put into its ledger, and what it owes is read from its outbox.

For faults of the pipeline; those of mail servers have the real ones.
"""

import email.policy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select

from mailbot.intake.message import InboundMessage
from mailbot.intake.parse import parse
from mailbot.lifecycle.classify import Classifier
from mailbot.lifecycle.decide import Rules, Verdict
from mailbot.lifecycle.people import Directory
from mailbot.outbox.enqueue import open_desk
from mailbot.outbox.restraint import Layers
from mailbot.pipeline import Pipeline
from mailbot.procedures.procedure import load
from mailbot.settings_file import build
from mailbot.store import alarms, letters, outgoing, records, schema, tickets
from mailbot.store.engine import Store, open_store
from models.base import core
from models.letters import OutgoingLetter
from tests.pure.people import CHINA, staff

OUTBOX = core(OutgoingLetter)
NUMBERS = count(1)


class Quality(Classifier):
    """Takes every letter for a matter of quality."""

    def __init__(self) -> None:
        """Nothing is loaded."""

    def __call__(self, _subject: str, _fresh: str) -> Verdict:
        return Verdict("quality", 0.93, {"quality": 0.93}, (), None)

    def renew(self) -> None:
        """There is nothing to renew."""


class Side:
    """One company's mailbot."""

    def __init__(self, store: Store, home: Path, address: str, layers: Layers) -> None:
        settings = build(
            {
                "home": str(home),
                "database": {"url": "sqlite://", "durable": False},
                "mailbox": [{"host": "localhost", "user": "complaints", "password": "x"}],
                "smtp": {"host": "localhost", "address": address, "aliases": [f"help@{address.partition('@')[2]}"]},
                "company": {"name": "清河电器"},
                "staff": staff(),
            }
        )
        rules = Rules(load("feedback", home, CHINA), Directory(settings))
        desk = open_desk(settings, rules)
        desk.layers = layers
        self.address = address
        self.store = store
        self.pipeline = Pipeline(settings, store, rules, Quality(), desk)
        self._seen = 0

    def take(self, raw: bytes, at: datetime, now: datetime | None = None) -> None:
        """A letter arrives at a moment and is read, at once or at `now`."""
        self.keep(raw, at)
        while self.pipeline.work(now or at):
            pass

    def keep(self, raw: bytes, at: datetime, account: str = "complaints") -> None:
        """A letter arrives and is not read yet."""
        with self.store.transaction() as tx:
            letters.keep(tx, letters.Place(account, "INBOX", 1), [letters.Arrived(next(NUMBERS), at, raw)], at)

    def owed(self) -> list[Any]:
        """What it owes since it was last asked, and may send: rows of the outbox."""
        with self.store.reading() as connection:
            rows = connection.execute(select(OUTBOX).where(OUTBOX.c.id > self._seen).order_by(OUTBOX.c.id)).all()
        self._seen = max([self._seen, *(row.id for row in rows)])
        return [row for row in rows if row.held is None]

    def outbox(self) -> Sequence[Any]:
        """The whole outbox."""
        with self.store.reading() as connection:
            return connection.execute(select(OUTBOX).order_by(OUTBOX.c.id)).all()

    def to(self, address: str) -> list[InboundMessage]:
        """Every letter it owes somebody."""
        return [parse(row.data) for row in self.outbox() if row.recipient == address]

    def send_all(self, now: datetime) -> None:
        """Everything that may go out went out."""
        with self.store.transaction() as tx:
            for row in self.outbox():
                if row.ended_at is None and row.held is None:
                    outgoing.finish(tx, row.id, "sent", "250", now)

    def fates(self) -> list[str]:
        """The fates of the letters received."""
        with self.store.reading() as connection:
            return [row["fate"] for row in records.letters(connection) if row["direction"] == "in"]

    def reasons(self) -> list[str]:
        """Why they got those fates."""
        with self.store.reading() as connection:
            return [row["reason"] for row in records.letters(connection) if row["direction"] == "in"]

    def tickets(self) -> list[dict[str, Any]]:
        """The record."""
        with self.store.reading() as connection:
            return list(records.all_tickets(connection))

    def story(self, number: str | None = None) -> list[str]:
        """What happened to a ticket, the only one where none is named."""
        with self.store.reading() as connection:
            found = records.ticket_id(connection, number or self.tickets()[0]["number"])
            return [event["kind"] for event in records.story(connection, found)]

    def alarms(self) -> dict[str, str]:
        """Running alarms and what they say."""
        with self.store.reading() as connection:
            return {alarm.name: alarm.text for alarm in alarms.running(connection)}

    def altered(self) -> list[str]:
        """Tickets whose story was altered."""
        with self.store.reading() as connection:
            return tickets.verify(connection)


@contextmanager
def company(url: str, home: Path, address: str = "complaints@company.example", layers: Layers | None = None) -> Iterator[Side]:
    """A company at its first day."""
    store = open_store(url)
    schema.upgrade(store)
    side = Side(store, home, address, layers or Layers())
    try:
        yield side
    finally:
        side.pipeline.close()


def letter(text: str, sender: str = "alice@customer.example", subject: str = "保温杯漏水", **headers: str) -> bytes:
    """A letter to the company; headers with _ for -, an empty one is left out."""
    written = EmailMessage(policy=email.policy.SMTP)
    fields = {"From": sender, "To": "complaints@company.example", "Subject": subject, "Message_ID": f"<{next(NUMBERS)}@customer.example>"}
    for name, value in (fields | headers).items():
        if value:
            written[name.replace("_", "-")] = value
    written.set_content(text)
    return written.as_bytes()


def stripped(raw: bytes, at: datetime, subject: str | None = None) -> bytes:
    """What a relay leaves of a letter that keeps From, To, Subject and text, and writes everything else anew."""
    read = parse(raw)
    written = EmailMessage(policy=email.policy.SMTP)
    written["From"] = read.sender.address if read.sender else ""
    written["To"] = read.to[0].address
    written["Subject"] = read.subject if subject is None else subject
    written["Date"] = format_datetime(at)
    written["Message-ID"] = f"<{next(NUMBERS)}@relay.example>"
    written.set_content(read.text)
    return written.as_bytes()
