"""From a real mailbox into the ledger: kept once, settled on the server, whatever crash came between."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mailbot.intake.collect import Collector
from mailbot.settings import Mailbox
from mailbot.store import letters, records
from mailbot.store.engine import Store
from tests.servers import dovecot, needs

pytestmark = needs("dovecot")
USERS = {"complaints": "secret-word"}
LETTER = b"From: alice@customer.example\r\nSubject: x\r\n\r\nhello %d\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    with dovecot.running(USERS) as running:
        yield running


@pytest.fixture
def box(server: dovecot.Dovecot) -> Mailbox:
    server.empty("complaints")
    return Mailbox(
        host=server.host, port=server.tls_port, ca_file=server.ca_file, user="complaints", password=USERS["complaints"], max_bytes=100_000
    )


def now() -> datetime:
    return datetime.now(UTC)


def look(store: Store, box: Mailbox) -> int:
    collector = Collector(box, store)
    with collector.session(now()):
        return collector.look(now())


def test_new_letters_are_kept_and_moved_away(store: Store, server: dovecot.Dovecot, box: Mailbox) -> None:
    for n in range(3):
        server.deliver("complaints", LETTER % n)
    assert look(store, box) == 3
    assert (len(server.inbox("complaints")), len(server.inbox("complaints", "Processed"))) == (0, 3)
    assert look(store, box) == 0


def test_letters_stay_where_they_are_when_no_folder_is_named(store: Store, server: dovecot.Dovecot, box: Mailbox) -> None:
    server.deliver("complaints", LETTER % 1)
    staying = Mailbox(**{name: getattr(box, name) for name in box.__struct_fields__} | {"done_folder": ""})
    assert (look(store, staying), look(store, staying), len(server.inbox("complaints"))) == (1, 0, 1)


def test_f4_a_letter_kept_before_a_crash_is_settled_and_not_kept_again(store: Store, server: dovecot.Dovecot, box: Mailbox) -> None:
    server.deliver("complaints", LETTER % 1)
    crashed = Collector(box, store)
    with crashed.session(now()):
        room = crashed._room
        place = letters.Place(box.account, room.folder, room.uidvalidity)
        kept = [letters.Arrived(raw.uid, raw.internal_date, raw.data) for raw in room.fetch(room.uids())]
    with store.transaction() as tx:
        letters.keep(tx, place, kept, now())
    assert look(store, box) == 0
    assert (len(server.inbox("complaints")), len(server.inbox("complaints", "Processed"))) == (0, 1)


def test_f41_an_oversized_letter_stays_on_the_server_and_is_told_once(store: Store, server: dovecot.Dovecot, box: Mailbox) -> None:
    server.deliver("complaints", LETTER % 1 + b"x" * 200_000)
    assert (look(store, box), look(store, box)) == (1, 0)
    with store.reading() as connection:
        (row,) = records.letters(connection)
    assert (row["fate"], len(server.inbox("complaints"))) == ("quarantined", 1)


def test_the_bytes_in_the_ledger_are_the_servers(store: Store, server: dovecot.Dovecot, box: Mailbox) -> None:
    raw = b"From: x\r\nSubject: \xd6\xd0\xce\xc4\r\n\r\n\xff\xfe\r\n.\r\n"
    server.deliver("complaints", raw)
    look(store, box)
    with store.transaction() as tx:
        assert letters.claim(tx)[0].data == raw
