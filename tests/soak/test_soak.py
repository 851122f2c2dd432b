"""The soak itself: what it counts closes when all is well, and a letter that is lost, or sent twice, fails it."""

import shutil
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from mailbot.store.engine import open_store
from tests.servers import needs
from tests.soak.__main__ import EVERYBODY, Soak
from tests.soak.servers import machines

pytestmark = needs("dovecot", "postfix")


@pytest.fixture(scope="module")
def soak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soak]:
    """Two letters a second for two seconds, nothing broken."""
    with machines(EVERYBODY) as servers:
        made = Soak(servers, tmp_path_factory.mktemp("soak"), 2, 2)
        made.run(every=60, seed=1)
        yield made


def test_a_soak_prints_balance_latency_memory_and_descriptors(soak: Soak, capsys: pytest.CaptureFixture[str]) -> None:
    assert soak.tell() == 0
    told = capsys.readouterr().out
    assert "4 letters put in, 4 in the ledger" in told
    assert "mailbot reconcile: complaints@localhost INBOX: 0 on the server, 0 accounted for" in told
    assert "Processed: 4 on the server, 4 accounted for" in told
    assert all(word in told for word in ("p50", "p99", "RSS", "descriptors", "growth in an hour"))


@pytest.mark.parametrize(
    ("harm", "seen"),
    [
        ("DELETE FROM received_letter WHERE id = (SELECT max(id) FROM received_letter)", "BROKEN V1"),
        ("UPDATE received_letter SET fate = NULL", "BROKEN V2"),
        ("DELETE FROM outgoing_letter WHERE fate = 'sent'", "BROKEN V4"),
    ],
)
def test_a_balance_that_does_not_close_fails_the_soak(soak: Soak, capsys: pytest.CaptureFixture[str], harm: str, seen: str) -> None:
    kept = soak.database.with_name("kept.db")
    shutil.copy(soak.database, kept)
    store = open_store(f"sqlite:///{soak.database}")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.execute(text(harm))
    store.close()
    assert soak.tell() == 1
    assert seen in capsys.readouterr().out
    shutil.copy(kept, soak.database)
