"""A Dovecot and a Postfix for the tests that hold the made-up servers to what real ones do."""

from collections.abc import Iterator

import pytest

from tests.servers import dovecot, postfix, require
from tests.simulate.outside import USERS

ANSWERS = {"later@customer.example": "451 4.3.0 try later", "never@customer.example": "550 5.1.1 no such user"}
AT_THE_DOT = {"fang+full@customer.example": "452 4.2.2 the mailbox is full", "gita+spam@customer.example": "554 5.7.1 not wanted"}


@pytest.fixture(scope="session")
def mail() -> Iterator[dovecot.Dovecot]:
    require("dovecot")
    with dovecot.running(USERS) as server:
        yield server


@pytest.fixture(scope="session")
def mail_without_move() -> Iterator[dovecot.Dovecot]:
    """One where letters are copied, flagged and expunged."""
    require("dovecot")
    with dovecot.running(USERS, capability=f"{dovecot.BARE} UIDPLUS") as server:
        yield server


@pytest.fixture(scope="session")
def relay(mail: dovecot.Dovecot) -> Iterator[postfix.Postfix]:
    require("postfix")
    with postfix.running(mail, answers=ANSWERS, at_the_dot=AT_THE_DOT) as server:
        yield server
