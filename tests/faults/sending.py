"""The sender alone with a scripted server: letters are owed, it has its turn, and what came over the wire is looked at."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mailbot.outbox.post import Post
from mailbot.outbox.send import Courier
from mailbot.pipeline import Pipeline, open_pipeline
from mailbot.settings import Smtp
from mailbot.settings_file import build
from mailbot.store import alarms, letters, outgoing, records, schema
from mailbot.store.letters import Arrived, Place
from tests.edges import scripted
from tests.edges.scripted import SmtpScript

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
OURS = "complaints@company.example"
COMPLAINT = b"From: Alice <alice@customer.example>\r\nTo: complaints@company.example\r\nSubject: kettle\r\nMessage-ID: <k1@customer.example>\r\n\r\nMy kettle broke.\r\n"  # noqa: E501
STAFF = [
    {"name": "Bob", "addresses": ["bob@company.example"], "department": "quality-dept", "language": "en"},
    {"name": "陈经理", "addresses": ["chen@company.example"], "role": "manager", "language": "zh"},
]
MakeCourier = Callable[[Smtp], Courier]


class Turn(Struct):
    """What came of a turn: whether the way out was open, else why and for how many seconds; and the server's side of it."""

    went: bool
    trouble: str
    pause: float
    server: SmtpScript

    @property
    def bodies(self) -> list[bytes]:
        return [letter.removesuffix(b"\r\n.\r\n") for letter in self.server.letters]


class Sending:
    """A pipeline without mailboxes, and its sender."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.store = pipeline.store
        self.owed = 0

    def owe(
        self, *recipients: str, automatic: bool = False, letter: str = "complainant/answer", ticket: int | None = None, at: datetime = NOW
    ) -> None:
        """One letter to each; a person wrote it unless it is automatic."""
        rows = []
        for recipient in recipients:
            self.owed += 1
            message_id = f"letter-{self.owed}@company.example"
            data = f"Message-ID: <{message_id}>\r\n\r\nto {recipient}".encode()
            rows.append(outgoing.Letter(ticket, letter, recipient, f"customer:{recipient}", message_id, automatic, data))
        with self.store.transaction() as tx:
            outgoing.enqueue(tx, rows, at)

    def complain(self) -> int:
        """Alice's complaint has become a ticket, whose letters have all gone out; gives the ticket's row."""
        with self.store.transaction() as tx:
            letters.keep(tx, Place("complaints", "INBOX", 1), [Arrived(1, NOW, COMPLAINT)], NOW)
        assert self.pipeline.work(NOW) == 1
        assert self.turn().went
        with self.store.reading() as connection:
            return records.ticket_id(connection, next(iter(records.all_tickets(connection)))["number"])

    def turn(self, now: datetime = NOW, make: MakeCourier | None = None, smtp: dict[str, Any] | None = None, **answers: Any) -> Turn:
        """A new process sends what is waiting to a server that answers by script: DOT stands for the final dot."""
        offers = answers.pop("offers", ("SIZE 1000000", "8BITMIME"))
        script = {"." if verb == "DOT" else verb: answer for verb, answer in answers.items()}

        async def both() -> Turn:
            async with scripted.smtp(script, offers) as server:
                self.point_at(server.port, **(smtp or {}))
                post = Post(self.pipeline, lambda: now, (make or patient)(self.pipeline.settings.smtp))
                try:
                    went = await post.send_waiting()
                finally:
                    await post.close()
                return Turn(went, post.trouble, post.pause, server)

        return asyncio.run(both())

    def point_at(self, port: int, **changes: Any) -> None:
        self.pipeline.settings = replace(self.pipeline.settings, smtp=replace(self.pipeline.settings.smtp, port=port, **changes))

    def letters(self) -> list[dict[str, Any]]:
        """Every letter of ours, oldest first."""
        with self.store.reading() as connection:
            return [row for row in records.letters(connection) if row["direction"] == "out"]

    def fates(self) -> dict[str, str]:
        """The fate of the letters owed here, by recipient."""
        return {row["recipient"]: row["fate"] for row in self.letters() if row["message_id"].startswith("letter-")}

    def story(self, ticket: int) -> list[str]:
        with self.store.reading() as connection:
            return [event["kind"] for event in records.story(connection, ticket)]

    def alarms(self) -> list[str]:
        with self.store.reading() as connection:
            return [alarm.name for alarm in alarms.running(connection)]


@contextmanager
def sending(database: str, home: Path) -> Iterator[Sending]:
    """A sender on an empty database."""
    plain = {
        "home": str(home),
        "database": {"url": database, "durable": False},
        "mailbox": [{"host": "127.0.0.1", "user": "complaints", "password": "none"}],
        "smtp": {"host": "127.0.0.1", "security": "none", "address": OURS, "timeout": 5.0},
        "company": {"name": "清河电器", "language": "en", "timezone": "Asia/Shanghai"},
        "staff": [dict(member) for member in STAFF],
    }
    pipeline = open_pipeline(build(plain))
    schema.upgrade(pipeline.store)
    try:
        yield Sending(pipeline)
    finally:
        pipeline.close()


def patient(smtp: Smtp) -> Courier:
    """A courier that soon gives up waiting for the answer to a dot."""
    return Courier(smtp, after_dot=0.3)


def minutes(count: float) -> datetime:
    """So many minutes after the beginning."""
    return NOW + timedelta(minutes=count)
