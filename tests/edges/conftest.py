"""Fixtures of the edges: one Dovecot and one Postfix for the session, empty mailboxes for each test, settings for both."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mailbot.intake.fetch import Mailroom
from mailbot.settings import Mailbox, Smtp
from tests.servers import dovecot, postfix, require

USERS = {"alice": "pw-alice", "bob": "pw-bob", "complaints": "pw-complaints", "chén": "geheim-ü"}
ANSWERS = {"gone@customer.example": "550 5.1.1 no such user", "later@customer.example": "451 4.3.0 try later"}
COMPLAINTS = "complaints@company.example"


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[dovecot.Dovecot]:
    require("dovecot")
    with dovecot.running(USERS) as server:
        yield server


@pytest.fixture(scope="session")
def bare_dovecot_server() -> Iterator[dovecot.Dovecot]:
    """One that hides MOVE, UIDPLUS, IDLE and ID."""
    require("dovecot")
    with dovecot.running(USERS, capability=dovecot.BARE) as server:
        yield server


@pytest.fixture(scope="session")
def postfix_server(dovecot_server: dovecot.Dovecot) -> Iterator[postfix.Postfix]:
    require("postfix")
    with postfix.running(dovecot_server, answers=ANSWERS, size=5_000_000) as server:
        yield server


@pytest.fixture
def mail(dovecot_server: dovecot.Dovecot) -> dovecot.Dovecot:
    """Dovecot with empty mailboxes."""
    for user in USERS:
        dovecot_server.empty(user)
    return dovecot_server


@pytest.fixture
def bare_mail(bare_dovecot_server: dovecot.Dovecot) -> dovecot.Dovecot:
    """Dovecot that can do little, with empty mailboxes."""
    bare_dovecot_server.empty("complaints")
    return bare_dovecot_server


@pytest.fixture
def enter() -> Iterator[Callable[[Mailbox], Mailroom]]:
    """Opens mailrooms and closes them after the test."""
    rooms = []

    def open_room(box: Mailbox) -> Mailroom:
        rooms.append(Mailroom(box))
        rooms[-1].connect()
        return rooms[-1]

    yield open_room
    for room in rooms:
        room.close()


def box_at(server: dovecot.Dovecot, **changes: Any) -> Mailbox:
    """Settings for the complaints mailbox, TLS and our own authority."""
    known = {"host": server.host, "port": server.tls_port, "ca_file": server.ca_file, "user": "complaints", "password": USERS["complaints"]}
    return Mailbox(**{**known, **changes})


def way_out(server: postfix.Postfix, **changes: Any) -> Smtp:
    """Settings for sending as the complaints address, TLS and our own authority."""
    known = {"host": server.host, "port": server.tls_port, "ca_file": server.ca_file, "user": "complaints", "password": USERS["complaints"]}
    return Smtp(**{**known, "address": COMPLAINTS, **changes})
