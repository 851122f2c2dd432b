"""The schema: made at once, true to the models, refused when it is newer."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from msgspec.structs import replace
from sqlalchemy import Connection, text

from mailbot.errors import StoreUnusable, WrongSettings
from mailbot.intake.message import Attachment
from mailbot.procedures.check_rules import ROOM
from mailbot.store import attachments, judgements, letters, occasions, outgoing, schema, tickets
from mailbot.store.engine import Store, open_store
from mailbot.store.letters import Arrived, Place
from mailbot.store.occasions import Turn
from models.migrations import HEAD
from models.tables import Alarm, CustomerRow, DeadlineRow, EscalationRow, MilestoneRow, Occasion, TaskRow, TicketRow, Vote

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


def test_scripts_and_models_say_the_same(store: Store) -> None:
    config = Config()
    config.set_main_option("script_location", "models:migrations")
    with store.transaction() as tx:
        config.attributes["connection"] = tx
        command.check(config)
    assert schema.version(store) == HEAD


def test_the_record_has_room_for_every_name_a_procedure_may_give() -> None:
    room = {
        "milestone": [MilestoneRow.name, DeadlineRow.name, EscalationRow.milestone],
        "department": [TicketRow.department, TaskRow.owner],
        "task": [TaskRow.kind],
        "duty": [Occasion.key, Alarm.name],
        "poll": [Occasion.key],
        "grade": [CustomerRow.grade],
        "question": [Vote.question],
    }
    for kind, columns in room.items():
        assert all(column.type.length >= ROOM[kind] for column in columns), kind
    assert room.keys() == ROOM.keys()


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    assert schema.upgrade(store) == (HEAD, HEAD)


def test_database_of_the_version_before_keeps_its_letters(database_url: str) -> None:
    opened = open_store(database_url)
    with opened.transaction() as tx:
        schema.run_scripts(tx, "0001")
        tx.execute(text("INSERT INTO instance VALUES (1, 'here', 'secret', '2026-11-16 02:00:00', NULL)"))
        letters.keep(tx, Place("complaints@company.example", "INBOX", 7), [Arrived(1, NOW, b"old")], NOW)
    assert schema.upgrade(opened) == ("0001", HEAD)
    part = Attachment("a.png", "image/png", 1, inline=True, content=b"x")
    with opened.transaction() as tx:
        (waiting,) = letters.claim(tx)
        attachments.remember(tx, waiting.id, [part])
    assert waiting.data == b"old"
    opened.close()


def put_in_an_old_ticket(tx: Connection, number: str) -> None:
    """A ticket with the columns that the first version had."""
    columns = "number, subject, language, requester_name, requester_address, opened_at, round, confidence, scores, terms, severity"
    values = ":number, 'old', 'en', 'Alice', 'alice@x.example', '2026-11-16 02:00:00', 1, 0.5, '{}', '[]', 'ordinary'"
    tx.execute(text(f"INSERT INTO ticket ({columns}) VALUES ({values})"), {"number": number})


def test_tickets_of_the_version_before_say_nothing_yet(database_url: str) -> None:
    opened = open_store(database_url)
    with opened.transaction() as tx:
        schema.run_scripts(tx, "0002")
        tx.execute(text("INSERT INTO instance VALUES (1, 'here', 'secret', '2026-11-16 02:00:00', NULL)"))
        put_in_an_old_ticket(tx, "2026-000001")
    assert schema.upgrade(opened) == ("0002", HEAD)
    with opened.transaction() as tx:
        ticket = tickets.load(tx, "2026-000001")
        assert ticket is not None
        tickets.save(tx, ticket, replace(ticket, signals={"danger": ["smoke"]}), None)
    with opened.reading() as connection:
        again = tickets.load(connection, "2026-000001")
    assert (ticket.signals, again and again.signals) == ({}, {"danger": ["smoke"]})
    opened.close()


def test_letters_owed_by_the_version_before_are_sent_as_they_were(database_url: str) -> None:
    opened = open_store(database_url)
    with opened.transaction() as tx:
        schema.run_scripts(tx, "0004")
        tx.execute(text("INSERT INTO instance (id, name, secret, created_at) VALUES (1, 'here', 'secret', '2026-11-16 02:00:00')"))
        columns = "letter, recipient, person, message_id, automatic, data, created_at, fate, attempts, next_at"
        values = "'staff/reminder', 'bob@company.example', 'Bob', 'old@here', true, :data, :now, 'queued', 0, :now"
        tx.execute(text(f"INSERT INTO outgoing_letter ({columns}) VALUES ({values})"), {"data": b"old", "now": "2026-11-16 02:00:00"})
    assert schema.upgrade(opened) == ("0004", HEAD)
    with opened.transaction() as tx:
        (claimed,) = outgoing.claim(tx, NOW)
        row = tx.execute(text("SELECT doubts, held, queue_id FROM outgoing_letter")).one()
    assert (claimed.data, *row) == (b"old", 0, None, None)
    opened.close()


def test_a_judgement_of_the_version_before_that_agreed_with_the_guess_is_taken_for_silent(database_url: str) -> None:
    opened = open_store(database_url)
    with opened.transaction() as tx:
        schema.run_scripts(tx, "0003")
        tx.execute(text("INSERT INTO instance VALUES (1, 'here', 'secret', '2026-11-16 02:00:00', NULL)"))
        for number, guess in enumerate(("'price'", "'quality'", "NULL"), 1):
            put_in_an_old_ticket(tx, f"2026-00000{number}")
            said = f"{number}, '2026-11-16 02:00:00', 'bob@x.example', 'Flask', 'It leaks.', 'quality', {guess}, 0.5"
            tx.execute(text(f"INSERT INTO judgement (ticket_id, at, by, subject, text, category, guess, confidence) VALUES ({said})"))
    assert schema.upgrade(opened) == ("0003", HEAD)
    with opened.reading() as connection:
        assert [each.spoken for each in judgements.latest(connection)] == [True, False, True]
    opened.close()


def test_cases_of_the_version_before_stay_and_no_period_is_taken(database_url: str) -> None:
    opened = open_store(database_url)
    with opened.transaction() as tx:
        schema.run_scripts(tx, "0006")
        tx.execute(text("INSERT INTO instance (id, name, secret, created_at) VALUES (1, 'here', 'secret', '2026-11-16 02:00:00')"))
        put_in_an_old_ticket(tx, "2026-000001")
    assert schema.upgrade(opened) == ("0006", HEAD)
    with opened.transaction() as tx:
        ticket = tickets.load(tx, "2026-000001")
        assert ticket is not None
        assert ticket.kind == "complaint"
        assert occasions.take(tx, Turn("duty", "spot-check", "2026-11"), NOW, ticket_id=ticket.id)
    opened.close()


def test_the_scripts_lead_back_to_an_empty_database(store: Store) -> None:
    config = Config()
    config.set_main_option("script_location", "models:migrations")
    with store.transaction() as tx:
        config.attributes["connection"] = tx
        command.downgrade(config, "base")
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 0


def test_f52_a_newer_database_is_refused(store: Store) -> None:
    with store.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnusable, match="install the newer mailbot"):
        schema.upgrade(store)


def test_an_empty_database_is_named_with_the_cure(database_url: str) -> None:
    opened = open_store(database_url)
    with pytest.raises(StoreUnusable, match="db upgrade"):
        schema.require(opened)
    opened.close()


def test_f6_a_failed_transaction_leaves_nothing_behind(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as tx:
            tx.execute(text("INSERT INTO counter VALUES (2026, 1)"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM counter")).scalar() == 0


def test_f37_a_second_service_on_the_same_database_is_refused(store: Store, database_url: str) -> None:
    other = open_store(database_url)
    with store.sole_service(), pytest.raises(StoreUnusable, match="another running mailbot"), other.sole_service():
        pass
    with other.sole_service():
        pass
    other.close()


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="folder is missing"):
        open_store(f"sqlite:///{tmp_path}/nowhere/mailbot.db")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "mailbot.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StoreUnusable, match="not a SQLite database"):
        open_store(f"sqlite:///{tmp_path}/mailbot.db")


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:geheim@h/x", "sqlite+nothing:///x"])
def test_a_url_that_means_nothing_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(WrongSettings, match=r"database\.url") as refused:
        open_store(url)
    assert "geheim" not in str(refused.value)


def test_f8_sqlite_is_durable_and_in_wal_mode(tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{tmp_path}/x.db")
    with opened.reading() as connection:
        modes = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    opened.close()
    assert modes == ["wal", 2, 1]
