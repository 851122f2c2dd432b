"""`mailbot reconcile` and the commands that run letters again: what they say and their exit status."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from mailbot.cli import mailbot
from mailbot.store import schema
from mailbot.store.engine import open_store
from tests.edges import scripted
from tests.faults.conftest import box_of, look, read_all
from tests.faults.scripted_box import Box, letter
from tests.servers.process import free_port

SETTINGS = """
[database]
url = "sqlite:///mailbot.db"
{boxes}
[smtp]
host = "127.0.0.1"
user = "complaints"
password = "secret-word"
address = "complaints@company.example"
[company]
name = "Company"
[[staff]]
name = "Carol"
addresses = ["carol@company.example"]
role = "head"
"""
BOX = """
[[mailbox]]
host = "127.0.0.1"
port = {port}
security = "none"
user = "{user}"
password = "secret-word"
"""


def told(home: Path, *words: str, **ports: int) -> tuple[int, str, str]:
    """A command's exit status and what it says, with a mailbox for each port."""
    boxes = "".join(BOX.format(user=user, port=port) for user, port in ports.items())
    (home / "mailbot.toml").write_text(SETTINGS.format(boxes=boxes), "utf-8")
    ran = CliRunner().invoke(mailbot, ["--config", str(home / "mailbot.toml"), *words], standalone_mode=False)
    return ran.return_value or 0, ran.stdout, str(ran.exception or "")


def collect(home: Path, server: scripted.Imap, **changes: Any) -> None:
    """One look of the service, and a fate for what came."""
    store = open_store("sqlite:///mailbot.db", home)
    schema.upgrade(store)
    look(store, box_of(server, **changes))
    read_all(store)
    store.close()


def test_a_balance_that_closes_ends_with_0(tmp_path: Path) -> None:
    with scripted.imap(Box({1: letter("first")}).script()) as server:
        collect(tmp_path, server)
        status, said, _ = told(tmp_path, "reconcile", complaints=server.port)
    assert (status, "INBOX: 0 on the server, 0 accounted for" in said, "1 noted" in said) == (0, True, True)


def test_a_difference_is_named_with_its_uid_and_ends_with_1(tmp_path: Path) -> None:
    box = Box({1: letter("first")})
    with scripted.imap(box.script()) as server:
        collect(tmp_path, server, done_folder="")
        box.letters |= {1: letter("quite another"), 7: letter("second")}
        status, said, _ = told(tmp_path, "reconcile", "--json", complaints=server.port)
    (weighed,) = map(json.loads, said.splitlines())
    inbox = [(found["uid"], found["what"]) for found in weighed["differences"] if found["folder"] == "INBOX"]
    assert (status, weighed["held"], weighed["accounted"]) == (1, 2, 0)
    assert inbox == [(7, "not yet in the ledger"), (1, "another letter than in-1, which had this UID before")]


def test_a_server_that_is_away_keeps_no_other_from_being_weighed(tmp_path: Path) -> None:
    with scripted.imap(Box({}).script()) as server:
        collect(tmp_path, server)
        status, said, _ = told(tmp_path, "reconcile", away=free_port(), complaints=server.port)
    assert (status, "refuses connections" in said, "complaints@127.0.0.1 INBOX: 0 on the server" in said) == (1, True, True)


def test_a_letter_that_waits_for_an_hour_is_a_difference(tmp_path: Path) -> None:
    with scripted.imap(Box({1: letter("first")}, answers={"UID MOVE": "{tag} NO [OVERQUOTA] full\r\n"}).script()) as server:
        store = open_store("sqlite:///mailbot.db", tmp_path)
        schema.upgrade(store)
        look(store, box_of(server), timedelta(hours=-2))
        store.close()
        status, said, _ = told(tmp_path, "reconcile", complaints=server.port)
    assert (status, "in-1 waits to be read" in said, "in-1 is kept but not moved away" in said) == (1, True, True)


def test_f41_releasing_the_header_of_a_letter_too_large_is_refused_with_the_cure(tmp_path: Path) -> None:
    with scripted.imap(Box({1: letter("long " * 100)}).script()) as server:
        collect(tmp_path, server, max_bytes=100)
        for words in (("retry", "in-1"), ("quarantine", "release", "in-1")):
            _, _, error = told(tmp_path, *words, complaints=server.port)
            assert "the ledger holds the header alone" in error
            assert "raise max_bytes" in error
        status, said, error = told(tmp_path, "retry", "--all", complaints=server.port)
    assert (status, error, "0 letter(s) wait to be read again" in said) == (0, "", True)
