"""The checks see what they are there to see: each promise broken by hand is named."""

import base64
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from mailbot.store import schema
from mailbot.store.engine import Store, open_store
from models.base import core
from models.letters import OutgoingLetter, RawLetter, ReceivedLetter
from models.tables import Event, MilestoneRow, TicketRow
from tests.crash import company
from tests.crash.invariants import Arrived, Put, Seen, broken
from tests.crash.scene import START, Files

RECEIVED, OUTBOX, RAW, EVENT, TICKET = core(ReceivedLetter), core(OutgoingLetter), core(RawLetter), core(Event), core(TicketRow)
MILESTONE = core(MilestoneRow)


class Finished:
    """A run with one ticket that came to rest."""

    def __init__(self, store: Store, files: Files, put: Sequence[Put]) -> None:
        self.store, self.put = store, put
        self.arrived, self.there = files.arrived(), files.there()

    def broken(self, *statements: Any, **changes: Any) -> set[str]:
        """The numbers of the promises that are broken after these statements; nothing of them stays."""
        known: dict[str, Any] = {
            "put": self.put,
            "arrived": self.arrived,
            "there": self.there,
            "staff": frozenset({company.BOB, company.CHEN}),
        }
        with self.store.engine.connect() as connection:
            self._change(connection, statements)
            found = broken(Seen(**{**known, "now": START + timedelta(days=1), **changes}), connection)
            connection.rollback()
        return {sentence[:2] for sentence in found}

    @staticmethod
    def _change(connection: Connection, statements: Sequence[Any]) -> None:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    home = tmp_path_factory.mktemp("run")
    (home / "database").mkdir()
    files, first = Files(Path(home) / "files"), company.first()
    files.lay_out()
    files.put_back({}, [first.raw])
    store = open_store(f"sqlite:///{home}/database/mailbot.db")
    schema.upgrade(store)
    company.run(company.make_kit("sqlite://", home), store, files)
    yield Finished(store, files, [first])
    store.close()


def test_a_run_that_went_well_breaks_nothing(run: Finished) -> None:
    assert run.broken() == set()


def test_a_letter_that_is_nowhere_is_lost(run: Finished) -> None:
    assert "V1" in run.broken(put=[*run.put, Put(b"Subject: more\r\n\r\n")])


def test_a_letter_gone_from_the_mailbox_is_lost(run: Finished) -> None:
    assert run.broken(there=[]) == {"V1"}


def test_other_bytes_than_came_are_seen(run: Finished) -> None:
    assert run.broken(update(RAW).values(content=b"other")) == {"V1"}


def test_a_letter_without_a_fate_is_seen(run: Finished) -> None:
    assert "V2" in run.broken(update(RECEIVED).values(fate=None))


def test_a_letter_set_aside_is_seen_unless_it_may_be(run: Finished) -> None:
    aside = update(RECEIVED).values(fate="quarantined", reason="read: ended")
    assert "V2" in run.broken(aside)
    assert "V2" not in run.broken(aside, may_quarantine=True)


def test_a_ticket_that_nobody_opened_is_seen(run: Finished) -> None:
    assert run.broken(update(RECEIVED).values(ticket_id=None)) == {"V3"}


def test_a_letter_that_arrived_twice_is_seen(run: Finished) -> None:
    assert run.broken(arrived=[*run.arrived, run.arrived[0]]) == {"V4"}


def test_only_a_persons_letter_with_a_doubt_on_record_may_arrive_twice(run: Finished) -> None:
    twice = [*run.arrived, run.arrived[0]]
    assert run.broken(update(OUTBOX).values(doubts=1), arrived=twice) == {"V4"}
    assert run.broken(update(OUTBOX).values(doubts=1, automatic=False), arrived=twice) == set()
    assert run.broken(update(OUTBOX).values(doubts=1, automatic=False), arrived=[*twice, run.arrived[0]]) == {"V4"}


def test_a_letter_that_nobody_owed_is_seen(run: Finished) -> None:
    assert run.broken(arrived=[*run.arrived, Arrived("alice@customer.example", b"Message-ID: <x@y>\r\n\r\nHello\r\n")]) == {"V4"}


def test_a_letter_that_is_said_to_be_sent_and_never_arrived_is_seen(run: Finished) -> None:
    assert run.broken(arrived=[]) == {"V5"}


@pytest.mark.parametrize("fate", ["failed", "in-doubt"])
def test_a_letter_that_did_not_arrive_must_be_shown(run: Finished, fate: str) -> None:
    ended = update(OUTBOX).values(fate=fate, doubts=1)
    assert run.broken(ended, arrived=[]) == {"V5"}
    assert run.broken(ended, update(OUTBOX).values(told_at=START), arrived=[]) == set()


def test_a_letter_that_still_waits_is_seen(run: Finished) -> None:
    assert run.broken(update(OUTBOX).values(fate="queued", ended_at=None, next_at=START), arrived=[]) == {"V5"}


def test_too_many_letters_are_seen(run: Finished) -> None:
    assert run.broken(budget=1, allowance=0) == {"V6"}


def test_a_secret_told_to_a_stranger_is_seen(run: Finished) -> None:
    assert run.broken(staff=frozenset()) == {"V7"}
    hidden = base64.encodebytes(f"He wrote {run.put[0].secret}".encode())
    told = Arrived("mallory@x.example", b"Message-ID: <1@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + hidden)
    assert run.broken(arrived=[*run.arrived, told]) == {"V4", "V7"}


def test_a_story_that_was_changed_is_seen(run: Finished) -> None:
    assert run.broken(update(EVENT).values(by="somebody else")) == {"V8"}


@pytest.mark.parametrize(
    "change",
    [
        update(TICKET).values(severity="dangerous"),
        update(TICKET).values(department="nowhere", assignee=None),
        update(MILESTONE).values(by="somebody else"),
        update(MILESTONE).values(at=START + timedelta(hours=7)),
        delete(MILESTONE),
    ],
)
def test_rows_that_the_story_does_not_tell_are_seen(run: Finished, change: Any) -> None:
    assert run.broken(change) == {"V8"}
