"""Two installations at one mailbox of a real Dovecot (F38): no lease joins their databases, so each must notice the other."""

import imaplib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailbot.intake import balance
from mailbot.intake.collect import Collector
from mailbot.intake.rivals import EVERY
from mailbot.store import schema
from mailbot.store.engine import Store, open_store
from tests.faults.conftest import USERS, box_of, kept, look, now, running_alarms
from tests.servers import dovecot, needs

pytestmark = needs("dovecot")
LETTER = b"From: alice@customer.example\r\nSubject: letter %d\r\n\r\nhello %d\r\n"
OURS, THEIRS = 1, 2  # letters


@pytest.fixture
def other() -> Iterator[Store]:
    """Another installation's database."""
    store = open_store("sqlite://")
    schema.upgrade(store)
    yield store
    store.close()


def put(server: dovecot.Dovecot, number: int, later: float = 0) -> None:
    """A letter that came just now, or some seconds later: no two in the same second."""
    server.deliver("complaints", LETTER % (number, number), now().timestamp() + later)


def move_back(server: dovecot.Dovecot) -> None:
    """What the alarm asks for: the letter goes back to where it is read."""
    with imaplib.IMAP4(server.host, server.port) as client:
        client.login("complaints", USERS["complaints"])
        client.select("Processed")
        _, ((uid), *_) = client.uid("SEARCH", "SUBJECT", f"letter {THEIRS}")
        client.uid("MOVE", uid.decode(), "INBOX")


def test_f38_another_mailbot_at_the_same_mailbox_is_noticed(store: Store, other: Store, imap_server: dovecot.Dovecot) -> None:
    box = box_of(imap_server, done_folder="")
    put(imap_server, OURS)
    assert look(other, box) == 1
    assert look(store, box) == 1
    assert "another mailbot reads INBOX" in running_alarms(store)["rival"]
    assert running_alarms(other) == {}
    assert look(other, box) == 0
    assert (running_alarms(other), len(imap_server.inbox("complaints"))) == ({}, 1)


def test_f38_two_that_take_a_letter_at_once_see_each_other(other: Store, imap_server: dovecot.Dovecot) -> None:
    put(imap_server, OURS)
    slow = Collector(box_of(imap_server), other)
    with slow.session(now()):
        found = slow._room.facts(slow._room.uids())  # what it saw before the other one came
        with imaplib.IMAP4(imap_server.host, imap_server.port) as client:
            client.login("complaints", USERS["complaints"])
            client.select()
            client.uid("STORE", str(next(iter(found))), "+FLAGS.SILENT", "(mailbot-another)")
        slow._settle(list(found), now())
    assert "mailbot-another" in running_alarms(other)["rival"]


def test_f38_what_another_mailbot_took_is_a_difference(store: Store, other: Store, imap_server: dovecot.Dovecot) -> None:
    put(imap_server, OURS)
    look(store, box_of(imap_server))
    put(imap_server, THEIRS, later=5)
    look(other, box_of(imap_server))
    (found,) = balance.weigh(box_of(imap_server), store, now()).differences
    assert (found.folder, "was taken by mailbot-" in found.what) == ("Processed", True)


def test_f38_letters_another_mailbot_took_before_we_saw_them_sound_the_alarm(
    store: Store, other: Store, imap_server: dovecot.Dovecot
) -> None:
    box = box_of(imap_server)
    put(imap_server, OURS)
    assert look(store, box) == 1
    put(imap_server, THEIRS, later=5)
    assert look(other, box) == 1
    assert look(store, box) == 0
    said = running_alarms(store)["rival"]
    assert "took 1 letters in Processed" in said
    assert "move them back to INBOX" in said


def test_f38_the_cure_in_the_alarm_cures(store: Store, other: Store, imap_server: dovecot.Dovecot) -> None:
    box = box_of(imap_server)
    put(imap_server, OURS)
    look(store, box)
    put(imap_server, THEIRS, later=5)
    look(other, box)
    move_back(imap_server)
    assert look(store, box, timedelta(minutes=1)) == 1
    assert len(kept(store)) == 2
    assert look(store, box, timedelta(days=2)) == 0
    assert "rival" not in running_alarms(store)


def test_f38_a_mailbot_that_comes_while_we_look_is_noticed_wherever_it_puts_letters(
    store: Store, other: Store, imap_server: dovecot.Dovecot
) -> None:
    ours = Collector(box_of(imap_server), store)
    with ours.session(now()):
        put(imap_server, OURS)
        assert ours.look(now()) == 1
        put(imap_server, THEIRS, later=5)
        assert look(other, box_of(imap_server, done_folder="Theirs")) == 1
        assert ours.look(now()) == 0
    assert "marks letters there since" in running_alarms(store)["rival"]


def test_f38_the_session_goes_on_after_it_has_looked_for_another_mailbot(store: Store, other: Store, imap_server: dovecot.Dovecot) -> None:
    ours = Collector(box_of(imap_server), store)
    with ours.session(now()):
        put(imap_server, OURS)
        ours.look(now())
        put(imap_server, THEIRS, later=5)
        look(other, box_of(imap_server))
        ours.look(now())
        put(imap_server, 3, later=10)
        assert ours.look(now()) == 1
        put(imap_server, 4, later=15)
        look(other, box_of(imap_server))
        ours.look(now() + EVERY)
    assert "took 2 letters" in running_alarms(store)["rival"]
    assert len(kept(store)) == 2


def test_f38_a_database_that_takes_over_from_another_finds_no_rival_in_its_letters(
    store: Store, other: Store, imap_server: dovecot.Dovecot
) -> None:
    put(imap_server, THEIRS, later=-60)
    look(other, box_of(imap_server))
    put(imap_server, OURS)
    assert look(store, box_of(imap_server)) == 1
    assert look(store, box_of(imap_server)) == 0
    assert running_alarms(store) == {}


def test_f38_two_that_read_different_folders_need_a_done_folder_each(store: Store, other: Store, imap_server: dovecot.Dovecot) -> None:
    with imaplib.IMAP4(imap_server.host, imap_server.port) as client:
        client.login("complaints", USERS["complaints"])
        client.create("Sales")
        put(imap_server, OURS)
        assert look(store, box_of(imap_server)) == 1
        for done, told in (("Sold", False), ("Processed", True)):
            at = imaplib.Time2Internaldate(now() + timedelta(seconds=5))
            client.append("Sales", "", at, LETTER % (THEIRS, THEIRS) + done.encode())
            assert look(other, box_of(imap_server, folder="Sales", done_folder=done)) == 1
            assert look(store, box_of(imap_server)) == 0
            assert ("need a done_folder each" in running_alarms(store).get("rival", "")) is told
        client.delete("Sales")
