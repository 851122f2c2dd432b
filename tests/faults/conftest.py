"""One Dovecot for the faults of the way in, and a mailbox with nothing in it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailbot.intake.collect import Collector
from mailbot.settings import Mailbox
from mailbot.store import alarms, letters, records
from mailbot.store.engine import Store
from tests.servers import dovecot, require

USERS = {"complaints": "secret-word", "folders": "secret-word"}


@pytest.fixture(scope="session")
def faulty_dovecot() -> Iterator[dovecot.Dovecot]:
    require("dovecot")
    with dovecot.running(USERS) as server:
        yield server


@pytest.fixture
def imap_server(faulty_dovecot: dovecot.Dovecot) -> dovecot.Dovecot:
    for user in USERS:
        faulty_dovecot.empty(user)
    return faulty_dovecot


def box_of(server: Any, **changes: Any) -> Mailbox:
    """Settings for the complaints mailbox of a Dovecot, or of a script, in the clear."""
    known = {"host": "127.0.0.1", "port": server.port, "security": "none", "user": "complaints", "password": "secret-word", "timeout": 10.0}
    return Mailbox(**{**known, "max_bytes": 100_000, **changes})


def now() -> datetime:
    return datetime.now(UTC)


def look(store: Store, box: Mailbox, later: timedelta = timedelta()) -> int:
    """One session with one look."""
    collector = Collector(box, store)
    with collector.session(now() + later):
        return collector.look(now() + later)


def rows(store: Store) -> list[dict[str, Any]]:
    """The ledger: received letters as `mailbot letters` shows them."""
    with store.reading() as connection:
        return [row for row in records.letters(connection) if row["direction"] == "in"]


def running_alarms(store: Store) -> dict[str, str]:
    """The text of each alarm that has not ended, by the first word of its name."""
    with store.reading() as connection:
        return {alarm.name.split()[0]: alarm.text for alarm in alarms.running(connection)}


def kept(store: Store) -> list[bytes]:
    """The bytes of every letter in the ledger, in order."""
    with store.reading() as connection:
        return [records.raw(connection, row["id"]) or b"" for row in rows(store)]


def read_all(store: Store, fate: letters.Fate = "noted") -> None:
    """Give every waiting letter a fate."""
    with store.transaction() as tx:
        for letter in letters.claim(tx):
            letters.give_fate(tx, letter.id, fate, "by the test", now())
