"""Real servers for the stories, started once, and a fresh company for each story on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import dovecot, postfix, require
from tests.stories.world import USERS, World, world


@pytest.fixture(scope="session")
def mail() -> Iterator[dovecot.Dovecot]:
    """A running Dovecot with everybody's mailbox."""
    require("dovecot")
    with dovecot.running(USERS) as server:
        yield server


@pytest.fixture(scope="session")
def relay(mail: dovecot.Dovecot) -> Iterator[postfix.Postfix]:
    """A running Postfix that delivers into those mailboxes."""
    require("postfix")
    with postfix.running(mail, answers={"gone@customer.example": "550 5.1.1 no such user"}) as server:
        yield server


@pytest.fixture
def company(mail: dovecot.Dovecot, relay: postfix.Postfix, database_url: str, tmp_path: Path) -> Iterator[World]:
    """A company at its first day."""
    with world(mail, relay, database_url, tmp_path) as fresh:
        yield fresh
