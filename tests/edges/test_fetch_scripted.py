"""What real IMAP servers do seldom, by script: providers' whims, odd answers, dead lines."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.errors import ServerRefused, Transient
from mailbot.intake.answers import letters_in, moment
from mailbot.intake.fetch import Mailroom, probe
from mailbot.settings import Mailbox
from tests.edges import scripted
from tests.edges.scripted import CUT, SILENCE

Enter = Callable[[Mailbox], Mailroom]


def box_at(port: int, **changes: Any) -> Mailbox:
    known = {"host": "127.0.0.1", "port": port, "security": "none", "user": "complaints", "password": "secret", "timeout": 5.0}
    return Mailbox(**{**known, **changes})


def fetched(uid: int, text: str) -> str:
    return f'* {uid} FETCH (UID {uid} INTERNALDATE "22-Nov-2026 10:00:00 +0800" BODY[] {{{len(text)}}}\r\n{text})\r\n'


def test_identity_is_told_before_the_folder_is_opened(enter: Enter) -> None:
    def select(commands: list[str]) -> str:
        told = any(command.startswith("ID (") for command in commands)
        return "* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n" if told else "{tag} NO Unsafe Login. Please contact kefu@188.com\r\n"

    script: dict[str, scripted.Answer] = {"CAPABILITY": "* CAPABILITY IMAP4rev1 ID\r\n{tag} OK done\r\n", "SELECT": select}
    with scripted.imap(script) as server:
        assert enter(box_at(server.port)).uidvalidity == 7


def test_unsafe_login_is_explained() -> None:
    with scripted.imap({"EXAMINE": "{tag} NO EXAMINE Unsafe Login. Please contact kefu@188.com for help\r\n"}) as server:
        ((fine, _, cure),) = probe(box_at(server.port))
    assert not fine
    assert "授权码" in cure


def test_a_server_that_dislikes_our_name_is_read_all_the_same(enter: Enter) -> None:
    script = {"CAPABILITY": "* CAPABILITY IMAP4rev1 ID\r\n{tag} OK done\r\n", "ID": "{tag} BAD what?\r\n"}
    with scripted.imap(script) as server:
        assert enter(box_at(server.port)).uids() == [1, 2, 3]


@pytest.mark.parametrize("host", ["imap.163.com", "imap.exmail.qq.com", "IMAP.QQ.COM"])
def test_chinese_providers_are_known_to_want_a_code(host: str) -> None:
    from mailbot import transport  # noqa: PLC0415

    assert "授权码" in transport.login_cure(box_at(993, host=host, security="tls"))


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        ({"LOGIN": "{tag} NO [UNAVAILABLE] not now\r\n"}, Transient, "for now"),
        ({"LOGIN": "{tag} NO [AUTHENTICATIONFAILED] secret is wrong\r\n"}, ServerRefused, "… is wrong"),
        ({"LOGIN": CUT}, Transient, "ended the connection"),
        ({"CAPABILITY": "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{tag} OK done\r\n"}, ServerRefused, "no login without TLS"),
    ],
)
def test_f13_a_refusal_at_the_door_names_the_cure(script: dict[str, scripted.Answer], error: type[Exception], words: str) -> None:
    with scripted.imap(script) as server, pytest.raises(error, match=words):
        Mailroom(box_at(server.port)).connect()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({"SELECT": "* OK [READ-ONLY] look\r\n{tag} OK [READ-ONLY] done\r\n"}, "read-only; give this login"),
        ({"LIST": "{tag} OK none\r\n", "CREATE": "{tag} NO not here\r\n"}, "INBOX.Processed"),
    ],
)
def test_f17_a_folder_that_can_not_be_written_is_read_all_the_same(enter: Enter, script: dict[str, scripted.Answer], words: str) -> None:
    with scripted.imap(script) as server:
        room = enter(box_at(server.port))
        assert room.uids() == [1, 2, 3]
        with pytest.raises(ServerRefused, match=words):
            room.settle([1])


@pytest.mark.parametrize("greeting", ["220 mx.example ESMTP\r\n", "* BYE too many connections\r\n"])
def test_f13_a_strange_greeting_is_an_error_of_ours(greeting: str) -> None:
    with scripted.imap({}, greeting) as server, pytest.raises((Transient, ServerRefused), match="IMAP server"):
        Mailroom(box_at(server.port)).connect()


def test_f50_starttls_that_is_not_offered_ends_the_attempt() -> None:
    with scripted.imap({}) as server:
        with pytest.raises(ServerRefused, match="does not offer STARTTLS"):
            Mailroom(box_at(server.port, security="starttls")).connect()
        assert not any(command.startswith(("LOGIN", "AUTHENTICATE")) for command in server.commands)


def test_f13_letters_expunged_meanwhile_do_not_hide_the_others(enter: Enter) -> None:
    with scripted.imap({"UID FETCH": fetched(2, "b") + "{tag} NO [EXPUNGEISSUED] some have gone\r\n"}) as server:
        assert [raw.data for raw in enter(box_at(server.port)).fetch([1, 2, 3])] == [b"b"]


def test_f13_a_letter_the_server_cannot_read_does_not_hide_the_others(enter: Enter, caplog: pytest.LogCaptureFixture) -> None:
    def fetch(commands: list[str]) -> str:
        uids = [int(uid) for uid in commands[-1].split()[2].split(",")]
        return "{tag} NO [SERVERBUG] broken\r\n" if 2 in uids else "".join(fetched(uid, "x") for uid in uids) + "{tag} OK done\r\n"

    with scripted.imap({"UID FETCH": fetch}) as server:
        assert [raw.uid for raw in enter(box_at(server.port)).fetch([1, 2, 3])] == [1, 3]
    assert "UID 2 stays on the server" in caplog.text


def test_f13_answers_nobody_asked_for_are_passed_over(enter: Enter) -> None:
    noise = "* 9 FETCH (FLAGS (\\Seen))\r\n* 8 FETCH (UID 8 FLAGS ())\r\n" + fetched(77, "not ours")
    with scripted.imap({"UID FETCH": noise + fetched(1, "a") + "* 4 EXISTS\r\n{tag} OK done\r\n"}) as server:
        assert [raw.data for raw in enter(box_at(server.port)).fetch([1])] == [b"a"]


def test_f12_half_a_letter_goes_no_further(enter: Enter) -> None:
    with scripted.imap({"UID FETCH": '* 1 FETCH (UID 1 INTERNALDATE "x" BODY[] {500}\r\nhalf'}) as server:
        room = enter(box_at(server.port, timeout=0.2))
        with pytest.raises(Transient):
            list(room.fetch([1]))


def test_news_that_come_with_the_start_of_idle_are_heard(enter: Enter) -> None:
    for start in ("* 4 EXISTS\r\n+ idling\r\n", "+ idling\r\n* 4 EXISTS\r\n", "+ idling\r\n* OK still here\r\n* 4 EXISTS\r\n"):
        with scripted.imap({"IDLE": start}) as server:
            room = enter(box_at(server.port))
            room.uids()
            assert room.wait(10)


def test_a_count_that_is_merely_repeated_is_no_news(enter: Enter) -> None:
    with scripted.imap({"IDLE": "+ idling\r\n* 3 EXISTS\r\n"}) as server:
        room = enter(box_at(server.port))
        room.uids()
        assert not room.wait(0.05)


def test_news_that_came_with_another_answer_are_not_slept_over(enter: Enter) -> None:
    script = {
        "CAPABILITY": "* CAPABILITY IMAP4rev1 MOVE\r\n{tag} OK done\r\n",
        "UID MOVE": "* 1 EXPUNGE\r\n* 3 EXISTS\r\n{tag} OK done\r\n",
    }
    with scripted.imap(script) as server:
        room = enter(box_at(server.port))
        room.settle(room.uids()[:1])
        assert room.wait(60)


def test_idle_that_is_refused_is_not_asked_for_again(enter: Enter) -> None:
    with scripted.imap({"IDLE": "{tag} NO not today\r\n"}) as server:
        room = enter(box_at(server.port))
        room.uids()
        assert [room.wait(0.01), room.wait(0.01)] == [False, False]
        assert server.commands.count("IDLE") == 1


@pytest.mark.parametrize("answer", [CUT, "+ idling\r\n* BYE restart\r\n"])
def test_a_server_that_goes_while_we_idle_is_transient(enter: Enter, answer: str) -> None:
    with scripted.imap({"IDLE": answer}) as server:
        room = enter(box_at(server.port, timeout=0.3))
        room.uids()
        with pytest.raises(Transient):
            room.wait(10)


def test_f12_silence_ends_after_the_time_in_the_settings() -> None:
    with scripted.imap({"LOGIN": SILENCE}) as server, pytest.raises(Transient, match=r"did not answer within 0\.1 s"):
        Mailroom(box_at(server.port, timeout=0.1)).connect()


def test_interrupt_ends_a_read_that_would_last(enter: Enter) -> None:
    with scripted.imap({"UID SEARCH": SILENCE}) as server, ThreadPoolExecutor(1) as thread:
        room = enter(box_at(server.port, timeout=60.0))
        reading = thread.submit(room.uids)
        assert server.heard.wait(5)
        room.interrupt()
        with pytest.raises(Transient):
            reading.result(timeout=5)


def test_interrupt_ends_a_connection_being_made() -> None:
    with scripted.deaf_port() as port, ThreadPoolExecutor(1) as thread:
        room = Mailroom(box_at(port, timeout=60.0))
        connecting = thread.submit(room.connect)
        room.interrupt()
        with pytest.raises(Transient):
            connecting.result(timeout=5)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        (b'INTERNALDATE " 1-Jan-2026 00:30:00 +0800"', datetime(2025, 12, 31, 16, 30, tzinfo=UTC)),
        (b'INTERNALDATE "29-FEB-2024 23:59:59 -0330"', datetime(2024, 3, 1, 3, 29, 59, tzinfo=UTC)),
        (b'INTERNALDATE "31-Feb-2024 23:59:59 +0000"', None),
        (b'INTERNALDATE "01-Jan-0001 00:00:00 +2300"', None),
        (b'INTERNALDATE "soon"', None),
        (b"UID 5", None),
    ],
)
def test_the_moment_of_arrival_is_read_or_left_open(text: bytes, utc: datetime | None) -> None:
    assert moment(text) == utc


def test_letters_come_as_literal_quoted_or_nil() -> None:
    answers = [(b"1 (UID 1 BODY[] {2}", b"ab"), b" FLAGS ())", rb'2 (UID 2 BODY[] "a\"b\\")', b"3 (BODY[] NIL UID 3)"]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert [(raw.uid, raw.data, raw.internal_date) for raw in letters_in(answers, now)] == [
        (1, b"ab", now),
        (2, b'a"b\\', now),
        (3, b"", now),
    ]


@given(st.lists(st.binary() | st.tuples(st.binary(), st.binary())))
def test_f13_answers_of_any_shape_give_letters_or_a_value_error(answers: list[object]) -> None:
    try:
        found = list(letters_in(answers, datetime(2026, 1, 1, tzinfo=UTC)))
    except ValueError:
        return
    assert all(raw.internal_date.tzinfo is UTC for raw in found)
