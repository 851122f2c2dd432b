"""A mailbox read over real Dovecot: bytes as they are, letters moved and nobody else's touched."""

import imaplib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from mailbot.errors import ServerRefused, Transient, WrongSettings
from mailbot.intake.fetch import Mailroom, probe
from mailbot.settings import Mailbox
from tests.edges.conftest import USERS, box_at
from tests.servers import dovecot, maildir

Enter = Callable[[Mailbox], Mailroom]
LETTER = b"From: alice@customer.example\r\nSubject: \xd6\xd0\xce\xc4\r\n\r\n.dot\r\n\xff%d\r\n"


@pytest.fixture
def room(mail: dovecot.Dovecot, enter: Enter) -> Mailroom:
    return enter(box_at(mail))


@pytest.fixture
def colleague(mail: dovecot.Dovecot) -> Iterator[imaplib.IMAP4]:
    """Somebody else at the same mailbox."""
    with imaplib.IMAP4(mail.host, mail.port) as client:
        client.login("complaints", USERS["complaints"])
        client.select()
        yield client


def put(server: dovecot.Dovecot, count: int = 1) -> list[bytes]:
    letters = [LETTER % n for n in range(count)]
    for letter in letters:
        server.deliver("complaints", letter)
    return letters


class TestSigningIn:
    @pytest.mark.parametrize("security", ["tls", "starttls", "none"])
    def test_each_kind_of_security_reaches_the_mailbox(self, mail: dovecot.Dovecot, enter: Enter, security: str) -> None:
        put(mail)
        port = mail.tls_port if security == "tls" else mail.port
        assert len(enter(box_at(mail, security=security, port=port)).uids()) == 1

    @pytest.mark.parametrize(("security", "port"), [("tls", "tls_port"), ("starttls", "port")])
    def test_f50_an_unknown_authority_is_refused_with_the_cure(self, mail: dovecot.Dovecot, security: str, port: str) -> None:
        with pytest.raises(ServerRefused, match=r"not trusted .* ca_file"):
            Mailroom(box_at(mail, ca_file="", security=security, port=getattr(mail, port))).connect()

    def test_f50_a_certificate_for_another_name_is_refused(self) -> None:
        with dovecot.running(USERS, names=["imap.company.example"]) as other, pytest.raises(ServerRefused, match="another name"):
            Mailroom(box_at(other)).connect()

    def test_f50_an_expired_certificate_is_refused(self) -> None:
        with dovecot.running(USERS, days=-1) as old, pytest.raises(ServerRefused, match="expired"):
            Mailroom(box_at(old)).connect()

    def test_verification_is_off_only_when_the_settings_say_so(self, mail: dovecot.Dovecot, enter: Enter) -> None:
        assert enter(box_at(mail, ca_file="", verify=False)).uids() == []

    def test_f49_a_wrong_password_is_named_without_showing_it(self, mail: dovecot.Dovecot) -> None:
        with pytest.raises(ServerRefused, match=r"refuses the login of complaints .* password_file") as refused:
            Mailroom(box_at(mail, password="not-the-word")).connect()
        assert "not-the-word" not in f"{refused.value!r} {refused.value.__context__!r} {refused.value.__cause__!r}"

    def test_user_and_password_may_hold_any_letters(self, mail: dovecot.Dovecot, enter: Enter) -> None:
        assert enter(box_at(mail, user="chén", password=USERS["chén"])).uids() == []

    def test_a_ca_file_that_is_none_is_a_wrong_setting(self, mail: dovecot.Dovecot) -> None:
        with pytest.raises(WrongSettings, match="is not a PEM certificate"):
            Mailroom(box_at(mail, ca_file=__file__)).connect()

    def test_tls_to_a_port_without_it_names_the_right_key(self, mail: dovecot.Dovecot) -> None:
        with pytest.raises(ServerRefused, match='security = "starttls"'):
            Mailroom(box_at(mail, port=mail.port)).connect()

    def test_a_server_that_is_not_there_may_come_back(self, mail: dovecot.Dovecot) -> None:
        with pytest.raises(Transient, match="refuses connections"):
            Mailroom(box_at(mail, port=1)).connect()


class TestFolders:
    def test_the_folder_for_processed_letters_is_made(self, mail: dovecot.Dovecot, enter: Enter) -> None:
        room = enter(box_at(mail, done_folder="已处理"))
        put(mail)
        room.settle(room.uids())
        assert len(enter(box_at(mail, folder="已处理")).uids()) == 1

    def test_f16_a_folder_that_is_missing_is_refused_and_not_made(self, mail: dovecot.Dovecot) -> None:
        with pytest.raises(ServerRefused, match=r"open folder Elsewhere .* set folder to one that exists"):
            Mailroom(box_at(mail, folder="Elsewhere")).connect()

    def test_f14_uidvalidity_tells_a_folder_from_its_successor(self, mail: dovecot.Dovecot, enter: Enter, colleague: imaplib.IMAP4) -> None:
        colleague.create("Old")
        before = enter(box_at(mail, folder="Old")).uidvalidity
        colleague.delete("Old")
        colleague.create("Old")
        assert 0 < before < enter(box_at(mail, folder="Old")).uidvalidity


class TestLetters:
    def test_bytes_are_the_servers(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        letters = put(mail, 3)
        assert [raw.data for raw in room.fetch(room.uids())] == letters

    def test_an_empty_letter_is_a_letter(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        mail.deliver("complaints", b"")
        assert [raw.data for raw in room.fetch(room.uids())] == [b""]

    def test_the_moment_is_when_the_mailbox_got_it(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        mail.deliver("complaints", LETTER % 1, at=datetime(2026, 2, 28, 23, 59, 58, tzinfo=UTC).timestamp())
        assert [raw.internal_date for raw in room.fetch(room.uids())] == [datetime(2026, 2, 28, 23, 59, 58, tzinfo=UTC)]

    def test_many_letters_come_in_the_order_asked(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        letters = put(mail, 120)
        uids = room.uids()[::-1]
        assert [(raw.uid, raw.data) for raw in room.fetch(uids)] == list(zip(uids, letters[::-1], strict=True))

    def test_large_letters_are_asked_for_in_small_portions(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        for _ in range(5):
            mail.deliver("complaints", b"Subject: x\r\n\r\n" + b"7" * 70 + b"\r\n" * 4_000_000)
        assert [len(raw.data) for raw in room.fetch(room.uids())] == [8_000_084] * 5

    def test_nothing_is_marked_as_read(self, mail: dovecot.Dovecot, room: Mailroom, colleague: imaplib.IMAP4) -> None:
        put(mail)
        list(room.fetch(room.uids()))
        room.fetch_headers(room.uids()[0])
        colleague.noop()
        assert colleague.search(None, "ALL")[1] == [b"1"]
        assert colleague.search(None, "SEEN")[1] == [b""]

    def test_f18_a_letter_somebody_read_is_still_found(self, mail: dovecot.Dovecot, room: Mailroom, colleague: imaplib.IMAP4) -> None:
        put(mail)
        colleague.noop()
        colleague.store("1", "+FLAGS", r"(\Seen)")
        assert len(list(room.fetch(room.uids()))) == 1

    def test_f18_a_letter_taken_away_meanwhile_is_left_out(self, mail: dovecot.Dovecot, room: Mailroom, colleague: imaplib.IMAP4) -> None:
        put(mail, 60)
        uids = room.uids()
        letters = room.fetch(uids)
        first = next(letters)
        colleague.noop()
        colleague.uid("STORE", ",".join(map(str, uids[50:])), "+FLAGS", r"(\Deleted)")
        colleague.expunge()
        assert [first.uid, *(raw.uid for raw in letters)] == uids[:50]

    def test_uids_nobody_knows_are_left_out(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        put(mail)
        (uid,) = room.uids()
        assert [raw.uid for raw in room.fetch([uid, uid + 1000])] == [uid]
        assert {told: facts.size for told, facts in room.facts([uid, uid + 1000]).items()} == {uid: len(LETTER % 1)}
        assert room.fetch_headers(uid + 1000) is None

    def test_the_header_of_a_letter_can_be_had_alone(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        put(mail)
        header = room.fetch_headers(room.uids()[0])
        assert header is not None
        assert header.data == LETTER.partition(b".dot")[0]


class TestSettling:
    def test_letters_are_moved(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        letters = put(mail, 3)
        room.settle(room.uids()[:2])
        assert (mail.inbox("complaints"), mail.inbox("complaints", "Processed")) == (letters[2:], letters[:2])

    def test_without_a_folder_they_stay(self, mail: dovecot.Dovecot, enter: Enter) -> None:
        letters = put(mail, 2)
        room = enter(box_at(mail, done_folder=""))
        room.settle(room.uids())
        assert mail.inbox("complaints") == letters

    def test_f18_other_peoples_deleted_letters_survive(self, mail: dovecot.Dovecot, room: Mailroom, colleague: imaplib.IMAP4) -> None:
        put(mail, 3)
        uids = room.uids()
        colleague.noop()
        colleague.uid("STORE", str(uids[0]), "+FLAGS", r"(\Deleted)")
        room.settle(uids[1:])
        assert room.uids() == uids[:1]

    def test_f18_settling_what_has_gone_does_no_harm(self, mail: dovecot.Dovecot, room: Mailroom) -> None:
        put(mail)
        uids = room.uids()
        room.settle(uids)
        room.settle(uids)
        assert len(mail.inbox("complaints", "Processed")) == 1

    def test_f17_a_folder_deleted_meanwhile_is_made_again(self, mail: dovecot.Dovecot, room: Mailroom, colleague: imaplib.IMAP4) -> None:
        put(mail)
        colleague.delete("Processed")
        room.settle(room.uids())
        assert len(mail.inbox("complaints", "Processed")) == 1

    @pytest.mark.parametrize("more", ["", " UIDPLUS"])
    def test_without_move_the_same_letters_end_there_once(self, enter: Enter, more: str) -> None:
        with dovecot.running(USERS, capability=dovecot.BARE + more) as server:
            put(server, 2)
            room = enter(box_at(server))
            for _ in range(2):
                room.settle(room.uids())
            assert server.inbox("complaints") == []
            assert len(enter(box_at(server, folder="Processed")).uids()) == 2

    def test_without_uidplus_nothing_at_all_is_expunged(self, bare_mail: dovecot.Dovecot, enter: Enter) -> None:
        put(bare_mail, 2)
        room = enter(box_at(bare_mail))
        uids = room.uids()
        room.settle(uids[:1])
        assert room.uids() == uids

    def test_with_uidplus_only_our_letters_are_expunged(self, enter: Enter) -> None:
        with dovecot.running(USERS, capability=f"{dovecot.BARE} UIDPLUS") as server, imaplib.IMAP4(server.host, server.port) as other:
            put(server, 3)
            other.login("complaints", USERS["complaints"])
            other.select()
            other.store("1", "+FLAGS", r"(\Deleted)")
            room = enter(box_at(server))
            room.settle(room.uids()[1:2])
            assert room.uids() == [1, 3]


class TestProbing:
    def test_a_good_mailbox_is_described_and_left_as_it_is(self, mail: dovecot.Dovecot) -> None:
        told = probe(box_at(mail, done_folder="Never made"))
        assert [fine for fine, _, _ in told] == [True] * 3
        assert "Never made, which will be made" in told[1][1]
        assert maildir.letters(mail.home / "complaints", "Never made") == []

    def test_a_bad_one_gets_its_cure(self, mail: dovecot.Dovecot) -> None:
        ((fine, sentence, cure),) = probe(box_at(mail, password="wrong"))
        assert (fine, cure) == (False, "check user and the password in password_file")
        assert "refuses the login of complaints" in sentence

    def test_switched_off_verification_is_held_against_it(self, mail: dovecot.Dovecot) -> None:
        told = probe(box_at(mail, verify=False))
        assert [fine for fine, _, _ in told] == [False, True, True, True]
