"""F18, F12: other people and a bad line at the mailbox while it is read, in any order; no letter is lost, none is kept twice."""

import imaplib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mailbot.errors import ServerRefused, Transient
from mailbot.intake.collect import Collector
from mailbot.store import mailboxes, schema
from mailbot.store.engine import Store, open_store
from tests.faults.conftest import USERS, box_of, kept, look, now, running_alarms
from tests.servers import dovecot, needs
from tests.wire.proxy import Fault, Way, broken

pytestmark = needs("dovecot")
LETTER = b"From: alice@customer.example\r\nSubject: letter %d\r\n\r\nhello %d\r\n"
FOLDERS = st.sampled_from(["INBOX", "Processed"])


class Shared(RuleBasedStateMachine):
    """A mailbox that a colleague reads, flags, moves and deletes in while we collect."""

    server: dovecot.Dovecot  # set by the test
    moves: bool

    def __init__(self) -> None:
        super().__init__()
        self.server.empty("complaints")
        self.store = open_store("sqlite://")
        schema.upgrade(self.store)
        self.box = box_of(self.server, done_folder="Processed" if self.moves else "")
        self.put: list[bytes] = []
        self.deleted: set[bytes] = set()
        self.collector = Collector(self.box, self.store)
        self.open = self.collector.session(now())
        self.open.__enter__()
        self.colleague = imaplib.IMAP4(self.server.host, self.server.port)
        self.colleague.login("complaints", USERS["complaints"])
        self.colleague.create("Processed")

    @rule()
    def deliver(self) -> None:
        letter = LETTER % (len(self.put), len(self.put))
        self.put.append(letter)
        self.server.deliver("complaints", letter)

    @rule()
    def look(self) -> None:
        self.collector.look(now())

    @rule()
    def connect_again(self) -> None:
        self.open.__exit__(None, None, None)
        self.open = self.collector.session(now())
        self.open.__enter__()

    @rule(folder=FOLDERS, which=st.integers(1, 5), flag=st.sampled_from([r"\Seen", r"\Flagged", r"\Answered", "$Junk", r"\Deleted"]))
    def flag(self, folder: str, which: int, flag: str) -> None:
        if self.one(folder, which):
            self.colleague.store(str(which), "+FLAGS", f"({flag})")
            if flag == r"\Deleted":
                self.colleague.store(str(which), "-FLAGS", f"({flag})")

    @rule(which=st.integers(1, 5))
    def move_away_and_back(self, which: int) -> None:
        if self.one("INBOX", which):
            self.colleague._simple_command("MOVE", str(which), "Processed")
        if self.one("Processed", which):
            self.colleague._simple_command("MOVE", str(which), "INBOX")

    @rule(folder=FOLDERS, which=st.integers(1, 5))
    def delete(self, folder: str, which: int) -> None:
        raw = self.one(folder, which)
        if raw:
            self.deleted.add(raw)
            self.colleague.store(str(which), "+FLAGS", r"(\Deleted)")
            self.colleague.expunge()

    def one(self, folder: str, which: int) -> bytes:
        """The colleague's letter number `which`, unread as before; empty if there is none."""
        _, (count, *_) = self.colleague.select(folder)
        if int(count or 0) < which:
            return b""
        _, told = self.colleague.fetch(str(which), "(BODY.PEEK[])")
        return next((part[1] for part in told if isinstance(part, tuple)), b"")

    @invariant()
    def each_letter_is_there_or_kept(self) -> None:
        there = self.server.inbox("complaints") + self.server.inbox("complaints", "Processed")
        ledger = kept(self.store)
        assert set(there) <= set(self.put)
        assert all(raw in there or raw in ledger or raw in self.deleted for raw in self.put)
        assert set(there) >= set(self.put) - self.deleted, "only the colleague takes a letter away"

    def teardown(self) -> None:
        self.collector.look(now())
        ledger = kept(self.store)
        assert set(self.server.inbox("complaints")) <= set(ledger)
        assert running_alarms(self.store) == {}
        self.open.__exit__(None, None, None)
        self.colleague.logout()
        self.store.close()


@pytest.mark.parametrize("moves", [True, False])
def test_f18_what_others_do_meanwhile_loses_no_letter(imap_server: dovecot.Dovecot, *, moves: bool) -> None:
    machine: Any = type("SharedMailbox", (Shared,), {"server": imap_server, "moves": moves})
    quick = settings(max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    run_state_machine_as_test(machine, settings=quick)


@pytest.mark.parametrize("way", ["up", "down"])
def test_f12_a_line_cut_anywhere_costs_no_letter_and_makes_no_second_row(imap_server: dovecot.Dovecot, way: Way) -> None:
    store = open_store("sqlite://")
    schema.upgrade(store)
    put: list[bytes] = []
    for after in range(0, 3600, 61):
        put.append(LETTER % (after, after))
        imap_server.deliver("complaints", put[-1])
        with broken(imap_server.port, Fault("cut", way, after)) as port, suppress(Transient, ServerRefused):
            look(store, box_of(imap_server, port=port))
        there = imap_server.inbox("complaints") + imap_server.inbox("complaints", "Processed")
        assert sorted(there) == sorted(put)
        assert set(kept(store)) <= set(put)
    look(store, box_of(imap_server))
    assert sorted(kept(store)) == sorted(put)
    assert imap_server.inbox("complaints") == []
    store.close()


def test_f53_an_interrupted_look_is_no_trouble(store: Store, imap_server: dovecot.Dovecot) -> None:
    collector = Collector(box_of(imap_server), store)
    with collector.session(now()):
        collector.interrupt()
        with pytest.raises(Transient):
            collector.look(now())
    with store.reading() as connection:
        assert mailboxes.states(connection) == []
