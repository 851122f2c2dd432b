"""`--servers`: the stories' letters go through a real Dovecot and Postfix."""

from collections.abc import Iterator

import pytest

from tests.clauses.ways import through_servers
from tests.servers import require


@pytest.fixture(scope="session", autouse=True)
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """The way the letters of every story here go."""
    if not request.config.getoption("--servers"):
        yield
        return
    require("dovecot", "postfix")
    with through_servers():
        yield
