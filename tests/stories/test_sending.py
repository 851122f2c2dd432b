"""Copies of our own letters come back: they prove what was sent, and are nobody's complaint."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from mailbot.pipeline import open_pipeline
from mailbot.settings_file import build
from mailbot.store import outgoing
from tests.servers import dovecot, postfix
from tests.stories.world import PEOPLE, World, monday, settings, wait_for


@pytest.fixture
def journal(mail: dovecot.Dovecot, relay: postfix.Postfix, database_url: str, tmp_path: Path) -> Iterator[World]:
    """A company whose letters come to itself too, and bounce to signed addresses."""
    for user in PEOPLE:
        mail.empty(user)
    plain = settings(mail, relay, database_url, tmp_path)
    pipeline = open_pipeline(build({**plain, "smtp": {**plain["smtp"], "journal": True, "plus_addressing": True}}))
    yield World(mail, relay, pipeline)
    pipeline.close()


def test_f30_a_copy_of_a_letter_in_doubt_proves_it(journal: World) -> None:
    journal.write("Alice <alice@customer.example>", "kettle", "My kettle broke on the first day.")
    journal.turn(monday(10))
    sent = {row["message_id"] for row in journal.letters() if row["direction"] == "out"}
    wait_for(lambda: len(journal.inbox("complaints")) == len(sent), "the copies of our letters")
    with journal.pipeline.store.transaction() as tx:
        tx.execute(update(outgoing.OUTBOX).values(fate="in-doubt", ended_at=None))
    journal.turn(monday(10, 1))
    assert {row["fate"] for row in journal.letters() if row["direction"] == "out"} == {"sent"}
    assert sorted(journal.fates()) == ["new-ticket", *["noted"] * len(sent)]
    journal.turn(monday(11))
    assert {row["message_id"] for row in journal.letters() if row["direction"] == "out"} == sent


def test_f28_a_letter_carries_its_signed_return_path(journal: World) -> None:
    journal.write("Alice <alice@customer.example>", "kettle", "My kettle broke on the first day.")
    journal.turn(monday(10))
    (letter,) = journal.mail.arrived("alice")
    path = next(line for line in letter.decode().splitlines() if line.startswith("Return-Path: "))[len("Return-Path: <") : -1]
    number = journal.pipeline.identity.letter_of_return_path(path)
    with journal.pipeline.store.reading() as connection:
        row = outgoing.by_id(connection, number or 0)
    assert row is not None
    assert row.recipient == "alice@customer.example"
