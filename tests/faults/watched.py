"""A pipeline without servers, and a watch over it whose clocks a test holds in its hands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from sqlalchemy import select, update

from mailbot.pipeline import Pipeline, open_pipeline
from mailbot.settings_file import build
from mailbot.store import letters, mailboxes, schema
from mailbot.store.letters import Arrived, Place
from mailbot.watch.duty import Watch
from models.base import core
from models.letters import OutgoingLetter
from tests.stories.world import STAFF, monday

START = monday(10)
PLACE = Place("complaints@company.example", "INBOX", 1)
OUTBOX = core(OutgoingLetter)
PASSWORD = "geheim-Kanarie-4711"


@contextmanager
def company(database: str, home: Path, **operation: object) -> Iterator[Pipeline]:
    """A company whose servers are not there."""
    raw = {
        "home": str(home),
        "database": {"url": database, "durable": False},
        "mailbox": [{"host": "localhost", "user": PLACE.account, "password": PASSWORD}],
        "smtp": {"host": "localhost", "user": PLACE.account, "password": PASSWORD, "address": PLACE.account},
        "company": {"name": "清河电器", "digest_at": "08:30"},
        "staff": [dict(member) for member in STAFF],
        "operation": operation,
    }
    pipeline = open_pipeline(build(raw))
    try:
        schema.upgrade(pipeline.store)
        yield pipeline
    finally:
        pipeline.close()


class Night:
    """A watch, with a wall clock and one that only runs; each `passes` moves both."""

    def __init__(self, pipeline: Pipeline, up_since: datetime = START - timedelta(hours=1)) -> None:
        self.pipeline = pipeline
        self.now = START
        self.running = 1_000.0
        self.watch = Watch(pipeline.store, pipeline.desk, pipeline.identity, up_since, lambda: self.running)

    def passes(self, **span: float) -> None:
        """Time goes by, as it should."""
        self.now += timedelta(**span)
        self.running += timedelta(**span).total_seconds()

    def seen(self) -> None:
        """A good look at the mailbox."""
        with self.pipeline.store.transaction() as tx:
            mailboxes.seen(tx, PLACE, 0, self.now)

    def arrives(self, text: str = "The cup leaks.") -> None:
        """A letter is kept in the ledger."""
        raw = f"From: alice@customer.example\r\nSubject: cup\r\nMessage-ID: <{self.running}@c.example>\r\n\r\n{text}\r\n".encode()
        with self.pipeline.store.transaction() as tx:
            letters.keep(tx, PLACE, [Arrived(int(self.running), self.now, raw)], self.now)

    def sends(self) -> None:
        """Every letter owed goes out."""
        with self.pipeline.store.transaction() as tx:
            tx.execute(update(OUTBOX).where(OUTBOX.c.ended_at.is_(None)).values(fate="sent", ended_at=self.now))

    def told(self) -> list[Message]:
        """Every alarm letter owed so far, oldest first."""
        return [message_from_bytes(data) for data in self.owed("manager/alarm")]

    def owed(self, letter: str) -> list[bytes]:
        """The bytes of every letter owed of one kind."""
        with self.pipeline.store.reading() as connection:
            return list(connection.execute(select(OUTBOX.c.data).where(OUTBOX.c.letter == letter).order_by(OUTBOX.c.id)).scalars())


def words(letter: Message) -> str:
    """The plain text of a letter."""
    (part,) = [part for part in letter.walk() if part.get_content_type() == "text/plain"]
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()
