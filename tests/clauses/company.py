"""A company that runs one of the shipped procedures: people write letters, the clock is moved, letters are read from the outbox.

The real pipeline on SQLite, with mailbot's servers or without (`ways`). Staff answer the very letter they got, as a mail
program would.
"""

import email.policy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.intake.message import InboundMessage
from mailbot.intake.parse import parse
from mailbot.lifecycle.classify import Classifier
from mailbot.lifecycle.decide import Rules, Verdict
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.ticket import CATEGORIES, Ticket
from mailbot.outbox.enqueue import open_desk
from mailbot.pipeline import Pipeline
from mailbot.procedures.procedure import Procedure, load
from mailbot.settings_file import build
from mailbot.store import records, schema, tickets
from mailbot.store.engine import open_store
from tests.clauses.ways import NUMBERS, OURS, WAY, Way

CHINA = ZoneInfo("Asia/Shanghai")
BOSS = "boss@company.example"
SERVICE, SERVICE_HEAD = "service@company.example", "service-head@company.example"
CUSTOMER = "li.na@customer.example"


class Hearing(Classifier):
    """A classifier that hears the category in a word of the subject: `质量`, `服务`, `价格`, `交货`; asks otherwise."""

    WORDS = {"质量": "quality", "服务": "service", "价格": "price", "交货": "delivery", "其他": "other"}  # noqa: RUF012 - as Verdict wants

    def __init__(self) -> None:
        """Nothing is loaded."""

    def __call__(self, subject: str, _fresh: str) -> Verdict:
        heard = next((category for word, category in self.WORDS.items() if word in subject), None)
        known = next((category for category in CATEGORIES if category == heard), None)
        return Verdict(known, 0.93 if known else 0.3, {known: 0.93} if known else {"quality": 0.3, "service": 0.25}, (), None)

    def renew(self) -> None:
        """There is nothing to renew."""


class Company:
    """A company, its staff and customers. `head(department)` and `handler(department)` are addresses of its people."""

    def __init__(self, way: Way, pipeline: Pipeline, procedure: Procedure, now: datetime) -> None:
        self._way = way
        self.pipeline = pipeline
        self.procedure = procedure
        self.now = now
        self._read: dict[str, int] = {}

    @staticmethod
    def handler(department: str) -> str:
        return SERVICE if department == "customer-service" else f"handler.{department}@company.example"

    @staticmethod
    def head(department: str) -> str:
        return SERVICE_HEAD if department == "customer-service" else f"head.{department}@company.example"

    def at(self, moment: datetime) -> None:
        """Time passes, and mailbot looks at its clocks every half hour of it, as it does in service."""
        while self.now < moment:
            self.now = min(self.now + timedelta(minutes=30), moment)
            self.pipeline.clocks(self.now)
            self._way.send(self.pipeline, self.now)

    def later(self, **span: float) -> None:
        """That much time passes."""
        self.at(self.now + timedelta(**span))

    def write(self, sender: str, subject: str, text: str, files: Sequence[tuple[str, bytes]] = ()) -> None:
        """A new letter to the company."""
        self.bring(_letter(sender, subject, text, files))

    def reply(
        self, sender: str, received: InboundMessage, text: str, files: Sequence[tuple[str, bytes]] = (), *, pasted: bool = False
    ) -> None:
        """An answer to a letter that the sender got; `pasted`: the files stand in the text, as mail programs insert pictures."""
        answer = _letter(sender, f"回复：{received.subject}", text, files, pasted=pasted)
        answer["In-Reply-To"] = f"<{received.message_id}>"
        answer["References"] = " ".join(f"<{i}>" for i in (*received.references, received.message_id))
        self.bring(answer)

    def bring(self, letter: EmailMessage) -> None:
        """A letter to the company, as somebody's program made it."""
        self._way.bring(self.pipeline, letter, self.now)

    def raw(self, address: str) -> list[bytes]:
        """Every letter that was sent to somebody as it arrived, oldest first."""
        return self._way.inbox(self.pipeline, address)

    def inbox(self, address: str) -> list[InboundMessage]:
        """Every letter that was sent to somebody, oldest first."""
        return [parse(raw) for raw in self.raw(address)]

    def new(self, address: str) -> list[InboundMessage]:
        """The letters that somebody got since the story last asked."""
        got = self.inbox(address)
        start, self._read[address] = self._read.get(address, 0), len(got)
        return got[start:]

    def last(self, address: str, saying: str = "") -> InboundMessage:
        """The last letter somebody got, in whose subject or text `saying` stands."""
        fits = [letter for letter in self.inbox(address) if saying in letter.subject + letter.text]
        assert fits, f"{address} got no letter saying {saying!r}, but {[letter.subject for letter in self.inbox(address)]}"
        return fits[-1]

    def ticket(self, number: int = 1) -> Ticket:
        """The ticket with this number of the year."""
        with self.pipeline.store.reading() as connection:
            found = tickets.load(connection, f"{self.now.astimezone(CHINA).year}-{number:06d}")
        assert found, f"there is no ticket {number}"
        return found

    def story(self, number: int = 1) -> list[dict[str, Any]]:
        """What happened to a ticket."""
        with self.pipeline.store.reading() as connection:
            return list(records.story(connection, records.ticket_id(connection, self.ticket(number).number)))

    def kinds(self, number: int = 1) -> list[str]:
        """What happened to a ticket, by kind."""
        return [event["kind"] for event in self.story(number)]

    def due(self, name: str, number: int = 1) -> str:
        """When a deadline is due, local time, such as `11-16 18:00`."""
        return self.ticket(number).due[name].at.astimezone(CHINA).strftime("%m-%d %H:%M")


def say(company: Company, who: str, text: str, to: str = "", files: Sequence[tuple[str, bytes]] = ()) -> None:
    """Somebody answers the last letter they got in which `to` stands."""
    company.reply(who, company.last(who, to), text, files)


def moment(day: int, hour: int = 10, minute: int = 0, month: int = 11) -> datetime:
    """A moment of 2026, Beijing time; 16 November is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=CHINA)


@contextmanager
def company(procedure: str, home: Path, now: datetime | None = None, **more: dict[str, Any]) -> Iterator[Company]:
    """A company at a Monday morning, with a head and a handler in every department of its procedure."""
    way = WAY.get()
    loaded = load(procedure, home, CHINA)
    company = {"company": {"name": "清河电器", "procedure": procedure}, "staff": list(_staff(loaded))}
    settings = build({**way.settings(home), **company, **more})
    store = open_store(settings.database.url)
    schema.upgrade(store)
    rules = Rules(loaded, Directory(settings))
    pipeline = Pipeline(settings, store, rules, Hearing(), open_desk(settings, rules))
    try:
        yield Company(way, pipeline, loaded, now or moment(16))
    finally:
        pipeline.close()


def _staff(procedure: Procedure) -> Iterator[dict[str, Any]]:
    """Everybody: the general manager with no other role, whoever holds a role, and two in each department."""
    yield {"name": "陈总", "addresses": [BOSS], "role": "manager"}
    for role in procedure.roles:
        yield {"name": f"{procedure.roles[role].zh_cn}", "addresses": [f"{role}@company.example"], "role": "manager", "roles": [role]}
    for department in procedure.departments:
        yield {"name": f"{department} 负责人", "addresses": [Company.head(department)], "role": "head", "department": department}
        yield {"name": f"{department} 经办", "addresses": [Company.handler(department)], "department": department}


def _letter(sender: str, subject: str, text: str, files: Sequence[tuple[str, bytes]], *, pasted: bool = False) -> EmailMessage:
    written = EmailMessage(policy=email.policy.SMTP)
    written["From"] = sender
    written["To"] = OURS
    written["Subject"] = subject
    written["Message-ID"] = f"<{next(NUMBERS)}@mail.example>"
    written.set_content(text)
    for name, data in files:
        if pasted:
            written.add_attachment(data, maintype="image", subtype="jpeg", filename=name, disposition="inline", cid=f"<{name}>")
        else:
            written.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return written
