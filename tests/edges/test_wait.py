"""Waiting for letters at real Dovecot: none is missed, and another thread can end it at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailbot.errors import Transient
from mailbot.intake.fetch import Mailroom
from mailbot.settings import Mailbox
from tests.edges.conftest import USERS, box_at
from tests.servers import dovecot

Enter = Callable[[Mailbox], Mailroom]


@pytest.fixture
def room(mail: dovecot.Dovecot, enter: Enter) -> Mailroom:
    return enter(box_at(mail))


def put(server: dovecot.Dovecot) -> None:
    server.deliver("complaints", b"Subject: x\r\n\r\nhello\r\n")


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.mark.parametrize("security", ["tls", "none"])
def test_a_letter_ends_the_wait(mail: dovecot.Dovecot, enter: Enter, thread: ThreadPoolExecutor, security: str) -> None:
    room = enter(box_at(mail, security=security, port=mail.tls_port if security == "tls" else mail.port))
    room.uids()
    waiting = thread.submit(room.wait, 20)
    put(mail)
    assert waiting.result(timeout=10)
    assert len(room.uids()) == 1


def test_a_letter_that_came_just_before_is_not_missed(mail: dovecot.Dovecot, room: Mailroom) -> None:
    for _ in range(10):
        room.settle(room.uids())
        put(mail)
        assert room.wait(10)


def test_a_letter_announced_during_another_command_is_not_missed(mail: dovecot.Dovecot, room: Mailroom) -> None:
    put(mail)
    uids = room.uids()
    put(mail)
    room.settle(uids)
    assert room.wait(10)


def test_the_time_ends_the_wait(room: Mailroom) -> None:
    room.uids()
    assert not room.wait(0.05)
    assert room.uids() == []


def test_without_idle_the_time_is_slept_away(bare_mail: dovecot.Dovecot, enter: Enter) -> None:
    room = enter(box_at(bare_mail))
    assert room.uids() == []
    put(bare_mail)
    assert not room.wait(0.01)
    assert len(room.uids()) == 1


@pytest.mark.parametrize("idle", [True, False])
def test_interrupt_ends_it_at_once(mail: dovecot.Dovecot, enter: Enter, thread: ThreadPoolExecutor, *, idle: bool) -> None:
    room = enter(box_at(mail, idle=idle))
    room.uids()
    waiting = thread.submit(room.wait, 60)
    room.interrupt()
    assert waiting.result(timeout=5) is False


def test_an_interrupted_room_does_not_open_again(mail: dovecot.Dovecot) -> None:
    room = Mailroom(box_at(mail))
    room.interrupt()
    with pytest.raises(Transient, match="stopping"):
        room.connect()


def test_a_server_that_died_is_transient_however_often_it_is_asked(enter: Enter) -> None:
    with dovecot.running(USERS) as server:
        room = enter(box_at(server, port=server.port, security="none"))
    with pytest.raises(Transient):
        room.uids()
    with pytest.raises(Transient, match="refuses connections"):
        room.connect()
