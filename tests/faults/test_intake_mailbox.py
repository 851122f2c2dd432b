"""Faults of the mailbox at a real Dovecot: renumbered, renamed, full, read by others, moved under our hands."""

import imaplib
from collections.abc import Iterator
from contextlib import suppress
from itertools import count

import pytest

from mailbot.errors import ServerRefused, Transient
from mailbot.intake import balance
from mailbot.intake.collect import Collector
from mailbot.settings import Mailbox
from mailbot.store import letters, mailboxes
from mailbot.store.engine import Store
from tests.faults.conftest import USERS, box_of, kept, look, now, read_all, rows, running_alarms
from tests.servers import dovecot, needs, process

pytestmark = needs("dovecot")
LETTER = b"From: alice@customer.example\r\nSubject: letter %d\r\n\r\nhello %d\r\n"
VALIDITY = count(1_900_000_000)
QUOTA = """
mail_plugins = $mail_plugins quota
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=20K
}
"""
RIGHTS = """
mail_plugins = $mail_plugins acl
plugin {{
  acl = vfile:{file}
  acl_globals_only = yes
}}
"""


def put(server: dovecot.Dovecot, *numbers: int) -> None:
    for number in numbers:
        server.deliver("complaints", LETTER % (number, number))


@pytest.fixture
def folder(imap_server: dovecot.Dovecot) -> Iterator[imaplib.IMAP4]:
    """Somebody else at the mailbox `folders`, whose folder Complaints is read."""
    with imaplib.IMAP4(imap_server.host, imap_server.port) as client:
        client.login("folders", USERS["folders"])
        client.create("Complaints")
        yield client
        for name in ("Complaints", "Elsewhere", "Processed"):
            client.delete(name)


def test_f14_known_letters_are_recognised_under_another_uidvalidity(store: Store, imap_server: dovecot.Dovecot) -> None:
    box = box_of(imap_server, done_folder="", max_bytes=5_000)
    put(imap_server, 1, 2)
    imap_server.deliver("complaints", LETTER % (3, 3) + b"x" * 9_000)
    assert look(store, box) == 3
    read_all(store, "quarantined")
    before = {row["id"]: row["fate"] for row in rows(store)}
    imap_server.doveadm("mailbox", "update", "-u", "complaints", "--uid-validity", str(number := next(VALIDITY)), "INBOX")
    put(imap_server, 4)
    assert look(store, box) == 1
    assert f"became {number}" in running_alarms(store)["numbering"]
    assert {row["id"]: row["fate"] for row in rows(store) if row["id"] in before} == before
    assert len(rows(store)) == 4
    assert look(store, box) == 0


def test_f14_letters_that_come_back_under_another_uidvalidity_are_moved_away_again(store: Store, imap_server: dovecot.Dovecot) -> None:
    at = 1_790_000_000.0
    for _ in range(2):
        imap_server.deliver("complaints", LETTER % (1, 1), at)
        look(store, box_of(imap_server))
        imap_server.doveadm("mailbox", "update", "-u", "complaints", "--uid-validity", str(next(VALIDITY)), "INBOX")
    assert (len(rows(store)), imap_server.inbox("complaints")) == (1, [])


@pytest.mark.parametrize("harm", ["delete", "rename"])
def test_f16_a_folder_that_went_is_an_alarm_within_one_look(
    store: Store, imap_server: dovecot.Dovecot, folder: imaplib.IMAP4, harm: str
) -> None:
    box = box_of(imap_server, user="folders", folder="Complaints")
    collector = Collector(box, store)
    with suppress(Transient), collector.session(now()):  # Dovecot hangs up
        collector.look(now())
        folder.delete("Complaints") if harm == "delete" else folder.rename("Complaints", "Elsewhere")
        collector.look(now())
    with pytest.raises(ServerRefused):
        look(store, box)
    assert "open folder Complaints" in running_alarms(store)["mailbox"]
    with store.reading() as connection:
        (state,) = mailboxes.states(connection)
    assert "open folder Complaints" in (state.trouble or "")
    assert b'"Complaints"' not in b"".join(line for line in folder.list()[1] if isinstance(line, bytes))
    folder.create("Complaints")
    assert look(store, box) == 0
    assert "mailbox" not in running_alarms(store)


def test_f16_rights_taken_away_break_the_account_and_given_back_mend_it(store: Store) -> None:
    def looks(rights: str) -> None:
        """The owner of the mailbox has these rights (RFC 4314 §2.1) from now on."""
        rules.write_text(f"* owner {rights}\n", "utf-8")
        with suppress(ServerRefused):
            look(store, box)

    with process.directory("rights") as home, dovecot.running(USERS, extra=RIGHTS.format(file=(rules := home / "rights"))) as server:
        box = box_of(server)
        put(server, 1)
        looks("lrwstipekxa")
        put(server, 2)
        looks("l")
        assert "INBOX" in running_alarms(store)["mailbox"]
        with store.reading() as connection:
            (state,) = mailboxes.states(connection)
        assert "open folder INBOX" in (state.trouble or "")
        assert (len(kept(store)), len(server.inbox("complaints"))) == (1, 1)
        assert sorted(path.name for path in (server.home / "complaints" / "Maildir").glob(".*")) == [".Processed"]
        looks("lrwstipekxa")
        assert ("mailbox" in running_alarms(store), len(kept(store)), server.inbox("complaints")) == (False, 2, [])


def test_f17_over_quota_letters_are_kept_and_stay(store: Store) -> None:
    with dovecot.running(USERS, capability=f"{dovecot.BARE} UIDPLUS", extra=QUOTA) as server:
        for number in range(3):
            server.deliver("complaints", LETTER % (number, number) + b"x" * 10_000)
        box = box_of(server)
        assert [look(store, box), look(store, box)] == [3, 0]
        assert "not full" in running_alarms(store)["mailbox"]
        assert (len(server.inbox("complaints")), len(kept(store))) == (3, 3)


def test_f38_kept_letters_carry_our_mark_and_stay_unread(store: Store, imap_server: dovecot.Dovecot) -> None:
    put(imap_server, 1)
    look(store, box_of(imap_server))
    with imaplib.IMAP4(imap_server.host, imap_server.port) as client:
        client.login("complaints", USERS["complaints"])
        client.select("Processed")
        _, ((told), *_) = client.fetch("1", "(FLAGS)")
    assert isinstance(told, bytes)
    assert b"mailbot-" in told
    assert b"Seen" not in told


def test_f4_a_letter_moved_just_before_a_crash_is_settled_in_the_ledger(store: Store, imap_server: dovecot.Dovecot) -> None:
    put(imap_server, 1)
    box = box_of(imap_server)
    crashed = Collector(box, store)
    with crashed.session(now()):
        room = crashed._room
        with store.transaction() as tx:
            arrived = [letters.Arrived(raw.uid, raw.internal_date, raw.data) for raw in room.fetch(room.uids())]
            letters.keep(tx, crashed._place, arrived, now())
        room.settle([letter.uid for letter in arrived])
    assert look(store, box) == 0
    with store.reading() as connection:
        assert [row.settled for row in letters.known(connection, crashed._place, [arrived[0].uid]).values()] == [True]
        assert not balance.open_differences(connection, now().replace(year=2050)).unsettled
    assert len(imap_server.inbox("complaints", "Processed")) == 1


def test_a_look_is_on_record(store: Store, imap_server: dovecot.Dovecot) -> None:
    put(imap_server, 1, 2)
    moment = now()
    collector = Collector(box_of(imap_server, done_folder=""), store)
    with collector.session(moment):
        collector.look(moment)
    with store.reading() as connection:
        (state,) = mailboxes.states(connection)
    assert (state.looked_at, state.good_at, state.held, state.trouble) == (moment, moment, 2, None)
    assert state.uidvalidity > 0


class TestBalance:
    """`mailbot reconcile`: every difference has its name."""

    @staticmethod
    def weigh(store: Store, box: Mailbox) -> tuple[balance.Balance, list[str]]:
        weighed = balance.weigh(box, store, now())
        return weighed, [f"{found.folder}: {found.what}" for found in weighed.differences]

    def test_it_closes_when_all_is_done(self, store: Store, imap_server: dovecot.Dovecot) -> None:
        put(imap_server, 1, 2)
        look(store, box_of(imap_server))
        read_all(store)
        weighed, found = self.weigh(store, box_of(imap_server))
        assert (weighed.held, weighed.done_held, weighed.done_accounted, weighed.fates, found) == (0, 2, 2, {"noted": 2}, [])

    def test_a_letter_that_has_just_come_is_not_yet_in_the_ledger(self, store: Store, imap_server: dovecot.Dovecot) -> None:
        put(imap_server, 1)
        weighed, found = self.weigh(store, box_of(imap_server))
        assert (weighed.held, weighed.accounted, found) == (1, 0, ["INBOX: not yet in the ledger"])

    def test_a_letter_somebody_put_among_the_processed_is_named(self, store: Store, imap_server: dovecot.Dovecot) -> None:
        put(imap_server, 1)
        look(store, box_of(imap_server))
        imap_server.deliver("complaints", LETTER % (2, 2), now().timestamp() + 5)
        with imaplib.IMAP4(imap_server.host, imap_server.port) as client:
            client.login("complaints", USERS["complaints"])
            client.select()
            client.copy("1", "Processed")
            client.store("1", "+FLAGS", r"(\Deleted)")
            client.expunge()
        weighed, found = self.weigh(store, box_of(imap_server))
        assert (weighed.done_held, weighed.done_accounted, found) == (2, 1, ["Processed: never read by mailbot"])

    def test_weighing_changes_nothing(self, store: Store, imap_server: dovecot.Dovecot) -> None:
        put(imap_server, 1)
        self.weigh(store, box_of(imap_server, done_folder="Never made"))
        assert (rows(store), len(imap_server.inbox("complaints"))) == ([], 1)
        assert not (imap_server.home / "complaints" / "Maildir" / ".Never made").exists()
