"""How letters travel between a story's people and mailbot: straight over its database, or through a real Dovecot and Postfix.

With servers everybody but mailbot has one mailbox in common; Postfix writes on each letter whom it delivered it to.
"""

import email
import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select

from mailbot.once import run_once
from mailbot.pipeline import Pipeline
from mailbot.store import letters, outgoing
from models.base import core
from models.letters import OutgoingLetter
from tests.servers import dovecot, postfix
from tests.stories.world import settings, wait_for

OUTBOX = core(OutgoingLetter)
OURS = "complaints@company.example"
EVERYBODY = "everybody"
USERS = {"complaints": "complaints-password", EVERYBODY: "everybody-password"}
NUMBERS = count(1)
PATIENCE = 90.0  # seconds in which real servers hand a letter over, on a busy machine too


class Way(Protocol):
    """Between the people and mailbot."""

    def settings(self, home: Path) -> Mapping[str, Any]:
        """What mailbot has to be told of it."""

    def bring(self, pipeline: Pipeline, letter: EmailMessage, now: datetime) -> None:
        """A letter to the company is written; mailbot reads it and answers."""

    def send(self, pipeline: Pipeline, now: datetime) -> None:
        """Everything that may go out goes out."""

    def inbox(self, pipeline: Pipeline, address: str) -> list[bytes]:
        """What somebody got, oldest first."""


class Ledger:
    """Without servers: what arrives is put into the ledger, and what is owed is read from the outbox as the bytes to be sent."""

    def settings(self, home: Path) -> Mapping[str, Any]:
        return {
            "home": str(home),
            "database": {"url": "sqlite://", "durable": False},
            "mailbox": [{"host": "localhost", "user": "complaints", "password": "x"}],
            "smtp": {"host": "localhost", "address": OURS},
        }

    def bring(self, pipeline: Pipeline, letter: EmailMessage, now: datetime) -> None:
        with pipeline.store.transaction() as tx:
            arrived = letters.Arrived(next(NUMBERS), now, letter.as_bytes())
            letters.keep(tx, letters.Place("complaints", "INBOX", 1), [arrived], now)
        while pipeline.work(now):
            pass
        self.send(pipeline, now)

    def send(self, pipeline: Pipeline, now: datetime) -> None:
        with pipeline.store.transaction() as tx:
            rows = tx.execute(select(OUTBOX.c.id).where(OUTBOX.c.ended_at.is_(None), OUTBOX.c.held.is_(None))).scalars().all()
            for letter_id in rows:
                outgoing.finish(tx, letter_id, "sent", "250", now)

    def inbox(self, pipeline: Pipeline, address: str) -> list[bytes]:
        with pipeline.store.reading() as connection:
            rows = select(OUTBOX.c.data).where(OUTBOX.c.recipient == address, OUTBOX.c.held.is_(None)).order_by(OUTBOX.c.id)
            return list(connection.execute(rows).scalars())


class Servers:
    """Through Postfix into Dovecot's mailboxes, and over IMAP and SMTP as `mailbot run --once` does it."""

    def __init__(self, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
        self._mail = mail
        self._relay = relay

    def settings(self, home: Path) -> Mapping[str, Any]:
        for user in USERS:
            self._mail.empty(user)
        return settings(self._mail, self._relay, f"sqlite:///{home}/mailbot-{next(NUMBERS)}.db", home)

    def bring(self, pipeline: Pipeline, letter: EmailMessage, now: datetime) -> None:
        before = len(self._mail.inbox("complaints"))
        with smtplib.SMTP(self._relay.host, self._relay.open_port) as client:
            client.send_message(letter, email.utils.parseaddr(letter["From"])[1], OURS)
        wait_for(lambda: len(self._mail.inbox("complaints")) > before, "a letter in the complaints mailbox", PATIENCE)
        self._mail.date("complaints", now.timestamp())
        self._pass(pipeline, now)

    def send(self, pipeline: Pipeline, now: datetime) -> None:
        with pipeline.store.reading() as connection:
            owed = connection.execute(select(OUTBOX.c.id).where(OUTBOX.c.ended_at.is_(None), OUTBOX.c.held.is_(None))).first()
        if owed:
            self._pass(pipeline, now)

    def inbox(self, pipeline: Pipeline, address: str) -> list[bytes]:
        with pipeline.store.reading() as connection:
            sent = select(OUTBOX.c.message_id).where(OUTBOX.c.recipient == address, OUTBOX.c.fate == "sent").order_by(OUTBOX.c.id)
            ours = list(connection.execute(sent).scalars())
        got: dict[str, bytes] = {}

        def arrived() -> bool:
            got.update(_got(self._mail.inbox(EVERYBODY), address))
            return got.keys() >= set(ours)

        wait_for(arrived, f"the letters to {address}", PATIENCE)
        return [got[message_id] for message_id in ours]

    def _pass(self, pipeline: Pipeline, now: datetime) -> None:
        problems: list[str] = []
        run_once(pipeline, now, problems)
        assert not problems, problems


def _got(delivered: list[bytes], address: str) -> Iterator[tuple[str, bytes]]:
    for raw in delivered:
        headers = email.message_from_bytes(raw.partition(b"\n\n")[0])
        if address in headers.get_all("Delivered-To", ()):
            yield headers["Message-ID"].strip("<>"), raw


WAY: ContextVar[Way] = ContextVar("way", default=Ledger())  # noqa: B039 - it has no state


@contextmanager
def through_servers() -> Iterator[None]:
    """Every letter of the stories within goes through a real Dovecot and Postfix."""
    with dovecot.running(USERS) as mail, postfix.running(mail, catch_all=EVERYBODY) as relay:
        token = WAY.set(Servers(mail, relay))
        try:
            yield
        finally:
            WAY.reset(token)
