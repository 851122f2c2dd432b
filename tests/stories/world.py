"""A company and its customers on real servers: people write letters, mailbot takes its turns, people read their mail.

The pipeline is the real one, run as `mailbot run --once` runs it, at moments the story chooses. Letters go through
Postfix into Dovecot's mailboxes; staff answer the very letter they received, as a mail program would.
"""

import email
import email.policy
import re
import smtplib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.intake.message import InboundMessage
from mailbot.intake.parse import parse
from mailbot.once import run_once
from mailbot.pipeline import Pipeline, open_pipeline
from mailbot.settings_file import build
from mailbot.store import records
from tests.servers import dovecot, postfix

CHINA = ZoneInfo("Asia/Shanghai")
PEOPLE = ("complaints", "alice", "bob", "carol", "chen", "wang", "mallory", "liu")
USERS = {name: f"{name}-password" for name in PEOPLE}
STAFF = [
    {"name": "Bob", "addresses": ["bob@company.example"], "department": "quality-dept", "language": "en"},
    {"name": "王芳", "addresses": ["wang@company.example"], "department": "customer-service", "role": "handler"},
    {"name": "Carol", "addresses": ["carol@company.example"], "department": "customer-service", "role": "head", "language": "en"},
    {"name": "陈经理", "addresses": ["chen@company.example"], "role": "manager", "language": "zh"},
]
REF = re.compile(r"\[ref:[^\]]+\]")


def monday(hour: int, minute: int = 0, day: int = 16) -> datetime:
    """A moment in the week of Monday 16 November 2026, Beijing time."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


class World:
    """Everybody and their mailboxes."""

    def __init__(self, mail: dovecot.Dovecot, relay: postfix.Postfix, pipeline: Pipeline) -> None:
        self.mail = mail
        self.relay = relay
        self.pipeline = pipeline
        self.problems: list[str] = []
        self._seen: dict[str, int] = {}

    def write(self, sender: str, subject: str, text: str, **headers: str) -> None:
        """A new letter to the complaints address."""
        letter = EmailMessage()
        letter["From"] = sender
        letter["To"] = "complaints@company.example"
        letter["Subject"] = subject
        letter["Message-ID"] = headers.pop("Message_ID", f"<{time.monotonic_ns()}@customer.example>")
        for name, value in headers.items():
            letter[name.replace("_", "-")] = value
        letter.set_content(text)
        self.post(letter.as_bytes(), sender)

    def answer(self, sender: str, received: InboundMessage, text: str, *, references: bool = True, quote: bool = True) -> None:
        """A reply to a letter somebody received, the way a mail program makes it; QQ Mail sends no References."""
        letter = EmailMessage()
        letter["From"] = sender
        letter["To"] = "complaints@company.example"
        letter["Subject"] = f"回复：{received.subject}" if not received.subject.startswith("Re:") else received.subject
        letter["Message-ID"] = f"<{time.monotonic_ns()}@reply.example>"
        if references:
            letter["In-Reply-To"] = f"<{received.message_id}>"
            letter["References"] = " ".join(f"<{i}>" for i in (*received.references, received.message_id))
        quoted = "\n".join(f"> {line}" for line in received.text.splitlines())
        letter.set_content(f"{text}\n\nOn Mon, 16 Nov 2026, complaints wrote:\n{quoted}\n" if quote else text)
        self.post(letter.as_bytes(), sender)

    def post(self, raw: bytes, sender: str = "alice@customer.example") -> None:
        """Any bytes, through the real relay."""
        before = len(self.mail.inbox("complaints"))
        with smtplib.SMTP(self.relay.host, self.relay.open_port) as client:
            client.sendmail(
                email.utils.parseaddr(sender)[1], "complaints@company.example", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            )
        wait_for(lambda: len(self.mail.inbox("complaints")) > before, "a letter in the complaints mailbox")

    def turn(self, now: datetime) -> None:
        """mailbot has its turn at `now`; afterwards everything it sent has arrived."""
        self.problems = []
        run_once(self.pipeline, now, self.problems)
        wait_for(self._arrived, "mailbot's letters in the mailboxes")

    def inbox(self, user: str) -> list[InboundMessage]:
        """Every letter a person has, oldest first."""
        return [parse(raw) for raw in self.mail.inbox(user)]

    def new(self, user: str) -> list[InboundMessage]:
        """The letters a person has not been asked about yet in this story."""
        letters = self.inbox(user)
        start, self._seen[user] = self._seen.get(user, 0), len(letters)
        return letters[start:]

    def tickets(self) -> list[dict[str, Any]]:
        """The record, as `mailbot tickets --json` prints it."""
        with self.pipeline.store.reading() as connection:
            return list(records.all_tickets(connection))

    def ticket(self) -> dict[str, Any]:
        """The only ticket."""
        (only,) = self.tickets()
        return only

    def story(self) -> list[str]:
        """What happened to the only ticket."""
        with self.pipeline.store.reading() as connection:
            return [event["kind"] for event in records.story(connection, records.ticket_id(connection, self.ticket()["number"]))]

    def fates(self) -> list[str]:
        """The fates of the letters received, in order."""
        return [row["fate"] for row in self.letters() if row["direction"] == "in"]

    def letters(self) -> list[dict[str, Any]]:
        """Every letter, as `mailbot letters --json` prints it."""
        with self.pipeline.store.reading() as connection:
            return list(records.letters(connection))

    def _arrived(self) -> bool:
        sent = [row["message_id"] for row in self.letters() if row["direction"] == "out" and row["fate"] == "sent"]
        held = b"".join(raw for user in PEOPLE for raw in self.mail.inbox(user))
        return all(message_id.encode() in held for message_id in sent)


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Look until it holds; real servers hand letters over in their own time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)


def settings(mail: dovecot.Dovecot, relay: postfix.Postfix, database: str, home: Path, **company: str) -> dict[str, Any]:
    """Plain settings for the real servers."""
    return {
        "home": str(home),
        "database": {"url": database, "durable": False},  # the tests' PostgreSQL runs without fsync
        "mailbox": [
            {
                "host": mail.host,
                "port": mail.tls_port,
                "security": "tls",
                "ca_file": mail.ca_file,
                "user": "complaints",
                "password": USERS["complaints"],
            }
        ],
        "smtp": {
            "host": relay.host,
            "port": relay.port,
            "security": "starttls",
            "ca_file": relay.ca_file,
            "user": "complaints",
            "password": USERS["complaints"],
            "address": "complaints@company.example",
        },
        "company": {"name": "清河电器", "language": "zh", **company},
        "staff": [dict(member) for member in STAFF],
    }


@contextmanager
def world(mail: dovecot.Dovecot, relay: postfix.Postfix, database: str, home: Path, **company: str) -> Iterator[World]:
    """A company at its first day, with empty mailboxes."""
    for user in PEOPLE:
        mail.empty(user)
    pipeline = open_pipeline(build(settings(mail, relay, database, home, **company)))
    try:
        yield World(mail, relay, pipeline)
    finally:
        pipeline.close()


def subjects(letters: Sequence[InboundMessage]) -> list[str]:
    """Subjects of letters, for readable assertions."""
    return [letter.subject for letter in letters]
