"""The log: one line an event, in text or JSON; no secret, no token, no word of a letter in it, not even in tracebacks (A34)."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot import maillog
from mailbot.errors import ServerRefused
from mailbot.logform import Secrets
from mailbot.settings_file import build
from tests.faults.watched import PASSWORD, PLACE, Night, company

CANARY = "Kanarienvogel-9f3e"


def _raised() -> RuntimeError:
    def inner() -> None:
        raise RuntimeError(CANARY)

    try:
        inner()
    except RuntimeError as error:
        return error
    raise AssertionError


@pytest.fixture
def own_log() -> Iterator[None]:
    """The log as a command sets it up, and back."""
    root, own = logging.getLogger(), logging.getLogger("mailbot")
    handlers, levels = list(root.handlers), (root.level, own.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    own.setLevel(levels[1])


@pytest.mark.usefixtures("own_log")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a34_no_word_of_a_letter_and_no_secret_is_logged_in_a_whole_story(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own" / "complainant").mkdir(parents=True)
    (tmp_path / "own" / "complainant" / "acknowledgement.txt").write_text("{{ ticket.nothing.at_all }}", "utf-8")
    with company(f"sqlite:///{tmp_path}/mailbot.db", tmp_path, log=form) as pipeline:
        maillog.configure("DEBUG", pipeline.settings)
        maillog.conceal(pipeline.identity.secret)
        night = Night(pipeline)
        night.arrives(f"My secret is {CANARY}.")
        pipeline.work(night.now)
        night.passes(days=2)
        pipeline.clocks(night.now)

        def fails(subject: str, text: str) -> None:
            raise ValueError(f"{subject} {text} {PASSWORD} {pipeline.identity.secret}")

        monkeypatch.setattr("mailbot.lifecycle.decide.open_ticket", fails)
        monkeypatch.setattr("mailbot.lifecycle.classify.Classifier.__call__", lambda _self, subject, text: fails(subject, text))
        night.arrives(f"Another secret: {CANARY}, of quite another matter.")
        for _ in range(3):
            pipeline.work(night.now)
        token = pipeline.identity.token("2026-000001", "customer:alice@customer.example")
        maillog.trouble("sender", ServerRefused(f"no login {PASSWORD} for 2026-000001.{token}.ab@x {pipeline.identity.secret}"), 1)
        logging.getLogger("library").warning("Task failed\nValueError(%r)", CANARY)
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "classify" in said
    for secret in (CANARY, PASSWORD, pipeline.identity.secret, token):
        assert secret not in said


@pytest.mark.usefixtures("own_log")
def test_a_line_of_json_names_event_letter_and_ticket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with company(f"sqlite:///{tmp_path}/mailbot.db", tmp_path, log="json") as pipeline:
        maillog.configure("INFO", pipeline.settings)
        night = Night(pipeline)
        night.arrives()
        pipeline.work(night.now)
        maillog.crashed("worker", _raised())
        logging.getLogger("library").warning("something\nelse")
    fate, crashed, other = [
        line for line in map(json.loads, capsys.readouterr().err.splitlines()) if line["event"] in ("fate", "crashed", "other")
    ]
    assert (fate["letter"], fate["ticket"], fate["level"]) == ("in-1", "2026-000001", "info")
    assert {"time", "text"} <= fate.keys()
    assert crashed["trace"][0] == "RuntimeError"
    assert any("test_log.py" in frame for frame in crashed["trace"])
    assert (other["part"], other["text"]) == ("library", "something")


def test_passwords_are_hidden_as_they_go_over_the_wire_too(tmp_path: Path) -> None:
    raw = {
        "home": str(tmp_path),
        "database": {"url": "postgresql+psycopg://mailbot:db%2Fpass@host/name"},
        "mailbox": [{"host": "h", "user": "u", "password": PASSWORD}],
        "smtp": {"host": "h", "address": PLACE.account},
        "company": {"name": "x"},
    }
    hidden = Secrets(build(raw)).hide
    for secret in ("AHUAZ2VoZWltLUthbmFyaWUtNDcxMQ==", "Z2VoZWltLUthbmFyaWUtNDcxMQ==", PASSWORD, "db/pass", "db%2Fpass"):
        assert hidden(f"AUTH {secret}.") == "AUTH [secret]."
