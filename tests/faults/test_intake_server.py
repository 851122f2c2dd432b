"""Faults of the mail server on the way in, by script: UIDs given anew, letters it won't give, literals without end, refusals."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailbot.errors import ServerRefused, Transient
from mailbot.intake.answers import RawLetter
from mailbot.intake.collect import Collector, _portions
from mailbot.intake.imap import LoginRefused
from mailbot.store import letters
from mailbot.store.engine import Store
from tests.edges import scripted
from tests.faults.conftest import box_of, kept, look, now, read_all, rows, running_alarms
from tests.faults.scripted_box import Box, letter

STAYING = {"done_folder": ""}


def test_f15_a_uid_given_to_another_letter_is_taken_in(store: Store) -> None:
    box = Box({1: letter("first"), 2: letter("second")})
    with scripted.imap(box.script()) as server:
        assert look(store, box_of(server, **STAYING)) == 2
        read_all(store)
        box.letters[1] = letter("quite another")
        assert look(store, box_of(server, **STAYING)) == 1
        assert look(store, box_of(server, **STAYING)) == 0
    assert sorted(kept(store)) == sorted(letter(words).encode() for words in ("first", "second", "quite another"))
    (old,) = (row for row in rows(store) if "holds another letter" in (row["reason"] or ""))
    assert (old["fate"], old["uid"] < 0) == ("noted", True)
    assert "to another letter" in running_alarms(store)["numbering"]


def test_f15_the_same_size_is_no_proof(store: Store) -> None:
    box = Box({1: letter("one")})
    with scripted.imap(box.script()) as server:
        look(store, box_of(server, **STAYING))
        box.letters[1], box.dates[1] = letter("two"), "23-Nov-2026 10:00:00 +0800"
        assert look(store, box_of(server, **STAYING)) == 1


def test_f15_letters_that_all_slid_down_by_one_are_known_again(store: Store) -> None:
    box = Box({uid: letter(f"letter {uid}") for uid in (1, 2, 3)}, dates={uid: f"{uid + 10}-Nov-2026 10:00:00 +0800" for uid in (1, 2, 3)})
    with scripted.imap(box.script()) as server:
        look(store, box_of(server, **STAYING))
        read_all(store)
        box.letters = {1: letter("letter 2"), 2: letter("letter 4")}
        box.dates = {1: "12-Nov-2026 10:00:00 +0800", 2: "14-Nov-2026 10:00:00 +0800"}
        assert look(store, box_of(server, **STAYING)) == 1
    assert len(rows(store)) == 4


def test_f15_a_server_that_counts_sizes_by_thumb_raises_no_alarm(store: Store) -> None:
    box = Box({1: letter("first")})
    with scripted.imap(box.script()) as server:
        look(store, box_of(server, **STAYING))
        box.dates[1] = "22-Nov-2026 10:00:01 +0800"
        assert look(store, box_of(server, **STAYING)) == 0
    assert running_alarms(store) == {}


def test_f15_a_known_letter_that_changed_is_not_moved_away_unkept(store: Store) -> None:
    box = Box({1: letter("first")}, answers={"UID MOVE": "{tag} NO [OVERQUOTA] full\r\n"})
    with scripted.imap(box.script()) as server:
        look(store, box_of(server))
    del box.answers["UID MOVE"]
    box.letters[1] = letter("quite another")
    with scripted.imap(box.script()) as server:
        look(store, box_of(server))
    assert set(box.done.values()) <= {raw.decode() for raw in kept(store)}
    assert len(kept(store)) == 2


def test_f14_a_server_without_uidvalidity_is_read(store: Store) -> None:
    box = Box({1: letter("first")}, validity=0)
    with scripted.imap(box.script()) as server:
        assert [look(store, box_of(server, **STAYING)) for _ in range(2)] == [1, 0]
    assert running_alarms(store) == {}


@pytest.mark.parametrize("answer", ["{tag} NO [OVERQUOTA] full\r\n", "{tag} NO [NOPERM] not yours\r\n", "{tag} NO [CANNOT] no\r\n"])
def test_f17_a_refused_move_keeps_no_letter_from_coming(store: Store, answer: str) -> None:
    box = Box({uid: letter(f"letter {uid}") for uid in range(1, 121)}, answers={"UID MOVE": answer})
    with scripted.imap(box.script()) as server:
        assert look(store, box_of(server)) == 120
        assert server.commands.count("UID MOVE") <= 1
        assert "refuses MOVE" in running_alarms(store)["mailbox"]
        box.letters[121] = letter("one more")
        assert look(store, box_of(server)) == 1
    del box.answers["UID MOVE"]
    with scripted.imap(box.script()) as server:
        assert look(store, box_of(server)) == 0
    assert (box.letters, len(box.done), running_alarms(store)) == ({}, 121, {})


def test_f17_a_copy_is_not_repeated_when_only_the_deletion_is_refused(store: Store) -> None:
    answers: dict[str, scripted.Answer] = {
        "CAPABILITY": "* CAPABILITY IMAP4rev1 UIDPLUS\r\n{tag} OK done\r\n",
        "UID STORE": "{tag} NO [NOPERM] no\r\n",
    }
    with scripted.imap(Box({1: letter("first")}, answers=answers).script()) as server:
        collector = Collector(box_of(server), store)
        with collector.session(now()):
            assert [collector.look(now()) for _ in range(3)] == [1, 0, 0]
        assert sum(command.startswith("UID COPY") for command in server.commands) == 1


def test_f17_a_read_only_folder_is_read_and_settled_once_it_may_be(store: Store) -> None:
    box = Box({1: letter("first")}, answers={"SELECT": "* OK [UIDVALIDITY 7] ok\r\n* OK [READ-ONLY] look\r\n{tag} OK [READ-ONLY] done\r\n"})
    script = box.script()
    with scripted.imap(
        {**script, "SELECT": lambda _: str(box.answers.get("SELECT", "* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n"))}
    ) as server:
        collector = Collector(box_of(server), store)
        with collector.session(now()):
            assert (collector.look(now()), len(box.letters)) == (1, 1)
            assert "read-only" in running_alarms(store)["mailbox"]
            del box.answers["SELECT"]
            assert (collector.look(now()), len(box.done), running_alarms(store)) == (0, 1, {})


def test_f13_a_literal_larger_than_its_letter_is_not_read(store: Store) -> None:
    box = Box({1: letter("first"), 2: letter("second")}, announces={2: 4_000_000_000})
    with scripted.imap(box.script()) as server:
        settings = box_of(server, **STAYING)
        collector = Collector(settings, store)
        for _ in range(4):
            with pytest.raises(Transient, match="floods us"), collector.session(now()):
                collector.look(now())
        assert letter("first").encode() in kept(store)
        with collector.session(now()):
            collector.look(now())
        after_a_restart = Collector(settings, store)
        for _ in range(3):
            with pytest.raises(Transient, match="floods us"), after_a_restart.session(now()):
                after_a_restart.look(now())
        with after_a_restart.session(now()):
            assert after_a_restart.look(now()) == 0
    (broken,) = (row for row in rows(store) if row["fate"] == "quarantined")
    assert "floods us" in broken["reason"]


def test_f13_a_letter_the_server_will_not_give_ends_as_quarantined_after_three_looks(store: Store) -> None:
    box = Box({1: letter("first"), 2: letter("second")}, refuses={2})
    with scripted.imap(box.script()) as server:
        collector = Collector(box_of(server), store)
        with collector.session(now()):
            assert [collector.look(now()) for _ in range(4)] == [1, 0, 0, 0]
        assert [row["fate"] for row in rows(store)] == ["waiting", "quarantined"]
        box.refuses.clear()
        assert look(store, box_of(server)) == 1
    assert kept(store) == [letter("first").encode(), letter("second").encode()]
    assert [row["fate"] for row in rows(store)] == ["waiting", "waiting"]


def test_f49_a_refused_login_is_told_from_other_refusals(store: Store) -> None:
    with scripted.imap({"LOGIN": "{tag} NO [AUTHENTICATIONFAILED] no\r\n"}) as server, pytest.raises(LoginRefused):
        look(store, box_of(server))
    assert "refuses the login" in running_alarms(store)["mailbox"]
    assert "secret-word" not in running_alarms(store)["mailbox"]


def test_f12_a_line_that_is_down_for_a_moment_is_no_alarm_yet(store: Store) -> None:
    with scripted.imap({"LOGIN": scripted.CUT}) as server:
        for later, alarmed in ((timedelta(), False), (timedelta(minutes=14), False), (timedelta(minutes=16), True)):
            with pytest.raises(Transient):
                look(store, box_of(server), later)
            assert ("mailbox" in running_alarms(store)) == alarmed
    with scripted.imap(Box({}).script()) as server:
        look(store, box_of(server))
    # the same account on another port is the same mailbox
    assert running_alarms(store) == {}


def test_f40_letters_are_handed_on_before_they_fill_the_memory() -> None:
    asked = []

    def coming() -> Iterator[RawLetter]:
        for uid in range(10):
            asked.append(uid)
            yield RawLetter(uid, now(), bytes(9_000_000))

    first = next(_portions(coming()))
    assert (len(first), asked) == (2, [0, 1])


def test_f41_the_header_of_a_letter_too_large_is_never_read_as_a_letter(store: Store) -> None:
    box = Box({1: letter("long " * 100)})
    with scripted.imap(box.script()) as server:
        assert look(store, box_of(server, max_bytes=200)) == 1
        with store.transaction() as tx:
            assert letters.headers_alone(tx, [1]) == [1]
            assert letters.release(tx, [1]) == 0
            assert letters.claim(tx) == []
        assert look(store, box_of(server, max_bytes=200)) == 0
        assert look(store, box_of(server, max_bytes=100_000)) == 1
    with store.transaction() as tx:
        assert [waiting.data.decode() for waiting in letters.claim(tx)] == [letter("long " * 100)]
    assert len(box.done) == 1


def test_a_folder_that_is_missing_is_trouble_on_record(store: Store) -> None:
    with (
        scripted.imap({"SELECT": "{tag} NO no such box\r\n", "EXAMINE": "{tag} NO no such box\r\n"}) as server,
        pytest.raises(ServerRefused),
    ):
        look(store, box_of(server))
    assert "open folder INBOX" in running_alarms(store)["mailbox"]
