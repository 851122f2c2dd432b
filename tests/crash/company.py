"""A company that is killed while it works: its settings, the letters that wait for it, a whole run, and the check.

The letters under test meet a database in which one ticket is open already, so that staff has something to answer. A run
is what the service does: recover, look into the mailbox, work, clocks, send; then again at later moments.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select

from mailbot.intake.collect import Collector
from mailbot.intake.reader import Reader
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.people import Directory
from mailbot.outbox.enqueue import Desk
from mailbot.outbox.post import Post
from mailbot.outbox.render import Renderer
from mailbot.pipeline import Pipeline
from mailbot.procedures.procedure import load as load_procedure
from mailbot.settings import Settings
from mailbot.settings_file import build
from mailbot.store.engine import Store
from models.base import core
from models.letters import OutgoingLetter, ReceivedLetter
from tests.crash.invariants import Arrived, Put, Seen, broken
from tests.crash.scene import GONE, START, Constant, Files, Inline, InProcess, Point, Relay, Room
from tests.servers import dovecot, postfix

COMPLAINTS = "complaints@company.example"
BOB, CHEN = "bob@company.example", "chen@company.example"
STAFF = [
    {"name": "Bob", "addresses": [BOB], "department": "customer-service", "language": "en"},
    {"name": "陈经理", "addresses": [CHEN], "role": "manager", "language": "zh"},
]
ROUNDS = tuple(timedelta(minutes=n) for n in (0, 20, 40, 180, 360))  # leases run out after 15 minutes, a postponed letter waits some


def no_point(_name: str) -> None:
    """Nothing happens here."""


class Kit(Struct, frozen=True):
    """What every run shares, made once: settings and the parts that hold no connection."""

    settings: Settings
    rules: Rules
    renderer: Renderer

    def pipeline(self, store: Store, reader: Reader | InProcess | None = None) -> Pipeline:
        desk = Desk(self.settings, self.rules, self.renderer, reader or InProcess())  # type: ignore[arg-type]
        return Pipeline(self.settings, store, self.rules, Constant(), desk)  # type: ignore[arg-type]


def reach(mail: dovecot.Dovecot, relay: postfix.Postfix, password: str) -> dict[str, Any]:
    """Settings of the way in and the way out through real servers."""
    login = {"user": "complaints", "password": password}
    box = {"host": mail.host, "port": mail.tls_port, "security": "tls", "ca_file": mail.ca_file, "idle": False}
    way_out = {"host": relay.host, "port": relay.port, "security": "starttls", "ca_file": relay.ca_file, "address": COMPLAINTS}
    return {"mailbox": [box | login], "smtp": way_out | login}


NOWHERE = {
    "mailbox": [{"host": "localhost", "user": "complaints", "password": "x"}],
    "smtp": {"host": "localhost", "user": "complaints", "password": "x", "address": COMPLAINTS},
}


def make_kit(database: str, home: Path, servers: dict[str, Any] | None = None) -> Kit:
    """The parts of a company on this database; without `servers` it reaches none."""
    settings = build(
        {
            "home": str(home),
            "database": {"url": database, "durable": False},
            **(servers or NOWHERE),
            "company": {"name": "清河电器", "language": "zh"},
            "staff": STAFF,
        }
    )
    procedure = load_procedure(settings.company.procedure, settings.path("."), settings.company.zone)
    return Kit(settings, Rules(procedure, Directory(settings)), Renderer(None, settings.company.zone))


def run(kit: Kit, store: Store, files: Files, point: Point = no_point, rounds: Sequence[timedelta] = ROUNDS) -> None:
    """All that the service does with what waits, in this thread, at the moments of `rounds` until nothing waits any more."""
    pipeline = kit.pipeline(store)
    (box,) = kit.settings.mailbox
    with store.sole_service():
        pipeline.recover(START + rounds[0])
        for after in rounds:
            collector = Collector(box, store, Room(files, point))  # type: ignore[arg-type]
            with collector.session(START + after):
                collector.look(START + after)
            while pipeline.work(START + after):
                pass
            pipeline.clocks(START + after)
            asyncio.run(_send(pipeline, Relay(files, point), START + after))
            if at_rest(store):
                return


def at_rest(store: Store) -> bool:
    """Whether every letter has its fate and every letter of ours its end."""
    received, outbox = core(ReceivedLetter), core(OutgoingLetter)
    unread = select(func.count()).where(received.c.fate.is_(None))
    unsent = select(func.count()).where(outbox.c.ended_at.is_(None), outbox.c.held.is_(None))
    with store.reading() as connection:
        return not (connection.execute(unread).scalar_one() or connection.execute(unsent).scalar_one())


async def _send(pipeline: Pipeline, relay: Relay, now: datetime) -> None:
    asyncio.get_running_loop().set_default_executor(Inline())
    await Post(pipeline, lambda: now, relay).send_waiting()  # type: ignore[arg-type]


def letter(sender: str, subject: str, text: str, message_id: str, **headers: str) -> bytes:
    """A letter to the complaints address."""
    made = EmailMessage()
    for name, value in {"From": sender, "To": COMPLAINTS, "Subject": subject, "Message-ID": f"<{message_id}>", **headers}.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def first() -> Put:
    """The complaint whose ticket is open before the run under test."""
    raw = letter("Alice <alice@customer.example>", "Blender", "It smells of burnt plastic. Secret-alice-0.", "first@customer.example")
    return Put(raw, "alice", "alice@customer.example", "Secret-alice-0")


def answer_to(received: bytes, text: str, message_id: str) -> bytes:
    """A staff member's answer to a letter of ours, as a mail program makes it."""
    original = message_from_bytes(received)
    known = str(original["Message-ID"]).strip()
    quoted = f"{text}\n\nOn Mon, complaints wrote:\n> [ref]\n"
    return letter(
        str(original["To"]),
        f"Re: {make_header(decode_header(original['Subject']))}",
        quoted,
        message_id,
        In_Reply_To=known,
        References=known,
    )


def letters(seed: int, notice: bytes) -> list[Put]:
    """Two or three letters under test, in the order the seed gives; `notice` is what Bob received about the first ticket."""
    dice = random.Random(seed)
    new = _complaint(dice, seed)
    robot = letter("robot@customer.example", "Out of office", "I am away.", f"robot-{seed}@x.example", Auto_Submitted="auto-replied")
    kinds = {
        "new": [new],
        "twice": [new, new],
        "order": [Put(answer_to(notice, "#accept\nWe send you a new blender tomorrow.", f"bob-{seed}@company.example"), "alice")],
        "refused": [Put(answer_to(notice, "#reslove\nWe send you a new blender.", f"bob-{seed}@company.example"), "alice")],
        "more": [_follow_up(dice)],
        "robot": [Put(robot)],
    }
    waiting = [put for kind in dice.sample(sorted(kinds), 2) for put in kinds[kind]]
    dice.shuffle(waiting)
    return waiting


def every_kind(notice: bytes) -> list[Put]:
    """The letters of the run that is killed at each system call: a complaint, its copy, an answer of Bob's, a follow-up."""
    text = "The coat lost its colour. Secret-coat."
    new = Put(letter("Alice <alice@customer.example>", "Coat", text, "coat@x.example"), "coat", "alice@customer.example", "Secret-coat")
    order = answer_to(notice, "#accept\nWe send you a new blender tomorrow.", "bob-1@company.example")
    return [new, new, Put(order, "alice"), _follow_up(random.Random(1))]


def _complaint(dice: random.Random, n: int) -> Put:
    who = GONE if dice.random() < 0.2 else f"customer{n}@customer.example"
    secret = f"Secret-{n}-{dice.randrange(10**6)}"
    raw = letter(f"Customer <{who}>", f"Coat {n}", f"The coat lost its colour. {secret}.", f"new-{dice.randrange(10**9)}@x.example")
    return Put(raw, f"new-{n}", who, secret)


def _follow_up(dice: random.Random) -> Put:
    secret = f"Secret-more-{dice.randrange(10**6)}"
    known = "<first@customer.example>"
    text = f"It also makes a noise. {secret}."
    raw = letter("Alice <alice@customer.example>", "Re: Blender", text, f"more-{dice.randrange(10**9)}@x.example", References=known)
    return Put(raw, "alice", "alice@customer.example", secret)


def check(
    store: Store, put: Sequence[Put], arrived: Sequence[Arrived], there: Sequence[bytes], *, may_quarantine: bool = False
) -> tuple[list[str], int]:
    """The promises that are broken now, and how many letters were ever in doubt."""
    outbox = core(OutgoingLetter)
    seen = Seen(put, arrived, START + ROUNDS[-1], there, frozenset({BOB, CHEN}), may_quarantine=may_quarantine)
    with store.reading() as connection:
        doubtful = select(func.count()).where((outbox.c.doubts > 0) | (outbox.c.fate == "in-doubt"))
        return broken(seen, connection), connection.execute(doubtful).scalar_one()
