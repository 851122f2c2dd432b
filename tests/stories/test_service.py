"""The service as it runs in earnest: a process of its own, woken by IDLE, ended by SIGTERM; and its sentences when it can't."""

import json
import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers import dovecot, postfix
from tests.servers.process import free_port
from tests.stories.world import PEOPLE, settings, wait_for
from tests.wire.proxy import bridge

LEAKS = (
    "From: alice@customer.example\r\nTo: complaints@company.example\r\nSubject: leaking cup\r\n"
    "Message-ID: <run-%d@customer.example>\r\n\r\n%s\r\n"
)
WORDS = "The cup I bought leaks, the bottom is cracked and my bag got wet. Very poor quality, I want my money back."


def toml(raw: dict[str, Any]) -> str:
    """Plain settings as TOML."""

    def value(thing: object) -> str:
        return json.dumps(thing, ensure_ascii=False)

    lines = []
    for name, table in raw.items():
        for entry in table if isinstance(table, list) else [table]:
            if isinstance(entry, dict):
                lines.append(f"[[{name}]]" if isinstance(table, list) else f"[{name}]")
                lines += [f"{key} = {value(v)}" for key, v in entry.items()]
    return "\n".join(lines)


@pytest.fixture
def config(mail: dovecot.Dovecot, relay: postfix.Postfix, tmp_path: Path) -> Path:
    """A settings file for the real servers, with empty mailboxes."""
    for user in PEOPLE:
        mail.empty(user)
    path = tmp_path / "mailbot.toml"
    path.write_text(toml(settings(mail, relay, "sqlite:///mailbot.db", tmp_path)), "utf-8")
    return path


def mailbot(config: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """A command run to its end."""
    command = [sys.executable, "-m", "mailbot", "--config", str(config), *words]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def serving(config: Path) -> Iterator[subprocess.Popen[str]]:
    """The service in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "mailbot", "--config", str(config), "run"], stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def post(relay: postfix.Postfix, number: int) -> None:
    words = WORDS if number == 1 else f"{WORDS} This is letter {number}."  # the same words again would be a double
    with smtplib.SMTP(relay.host, relay.open_port) as client:
        client.sendmail("alice@customer.example", "complaints@company.example", (LEAKS % (number, words)).encode())


def test_the_service_is_woken_by_a_letter_and_answers_it(config: Path, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    with serving(config):
        for number in (1, 2):
            post(relay, number)
            wait_for(lambda n=number: len(mail.inbox("alice")) == n, "an acknowledgement", 90)  # type: ignore[misc]
        wait_for(lambda: len(mail.inbox("bob")) == 2, "two notices", 90)
    assert len(mail.inbox("complaints", "Processed")) == 2


def test_f53_sigterm_ends_the_service_at_a_steps_border(config: Path, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    with serving(config) as process:
        post(relay, 1)
        wait_for(lambda: len(mail.inbox("alice")) == 1, "an acknowledgement", 90)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert mailbot(config, "run", "--once").returncode == 0
    assert len(mail.inbox("alice")) == 1


def test_f1_a_killed_service_loses_nothing_and_sends_nothing_twice(config: Path, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    with serving(config) as process:
        post(relay, 1)
        wait_for(lambda: len(mail.inbox("alice")) == 1, "an acknowledgement", 90)
        process.kill()
        process.wait(10)
    post(relay, 2)
    assert mailbot(config, "run", "--once").returncode == 0
    wait_for(lambda: len(mail.inbox("alice")) == 2, "the second acknowledgement")
    assert len(mailbot(config, "tickets", "--json").stdout.splitlines()) == 2


def test_the_service_comes_back_when_the_mailbox_does(config: Path, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    port = free_port()
    config.write_text(config.read_text("utf-8").replace(f"port = {mail.tls_port}", f"port = {port}"), "utf-8")
    with serving(config):
        for number in (1, 2):  # the server is away before each letter, and goes away in the middle of IDLE
            post(relay, number)
            with bridge(port, mail.tls_port):
                wait_for(lambda n=number: len(mail.inbox("alice")) == n, "an acknowledgement", 90)  # type: ignore[misc]
    assert len(mail.inbox("complaints", "Processed")) == 2


def test_the_commands_tell_the_record(config: Path, relay: postfix.Postfix) -> None:
    post(relay, 1)
    assert mailbot(config, "run", "--once").returncode == 0
    (ticket,) = map(json.loads, mailbot(config, "tickets", "--json").stdout.splitlines())
    (whole,) = map(json.loads, mailbot(config, "show", ticket["number"], "--json").stdout.splitlines())
    letters = [json.loads(line) for line in mailbot(config, "letters", "--json").stdout.splitlines()]
    assert [event["kind"] for event in whole["events"]][:1] == ["opened"]
    assert whole["letters"][0]["fresh"] == WORDS
    assert {"id", "direction", "account", "uid", "message_id", "fate", "reason", "ticket", "at"} <= letters[0].keys()
    for words in (("tickets",), ("show", ticket["number"]), ("letters",), ("quarantine", "list"), ("procedure", "show")):
        assert mailbot(config, *words).returncode == 0, words


def test_reconcile_names_what_is_not_in_the_ledger_yet(config: Path, relay: postfix.Postfix, mail: dovecot.Dovecot) -> None:
    assert mailbot(config, "run", "--once").returncode == 0
    post(relay, 1)
    wait_for(lambda: len(mail.inbox("complaints")) == 1, "a letter")
    short = mailbot(config, "reconcile")
    assert (short.returncode, "not yet in the ledger" in short.stdout) == (1, True)
    mailbot(config, "run", "--once")
    assert mailbot(config, "reconcile").returncode == 0


def test_check_finds_everything_in_order(config: Path) -> None:
    checked = mailbot(config, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "fail" not in checked.stdout


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        (('"complaints-password"', '"wrong-geheim"'), 1, "password"),
        (("ca_file", "# ca_file"), 1, "ca_file"),
        (('language = "zh"\n', 'language = "zh"\nprocedure = "none.toml"\n'), 2, "none.toml"),
        (('language = "zh"\n', 'language = "zh"\ntemplates = "nowhere"\n'), 2, "nowhere"),
        (("sqlite:///mailbot.db", "sqlite:////proc/nowhere/mailbot.db"), 1, "database"),
        (("[smtp]", "[smpt]"), 2, "smpt"),
    ],
)
def test_f51_what_is_wrong_is_said_in_a_sentence(config: Path, change: tuple[str, str], status: int, sentence: str) -> None:
    config.write_text(config.read_text("utf-8").replace(*change), "utf-8")
    said = mailbot(config, "run", "--once")
    assert (said.returncode, sentence in said.stderr) == (status, True), said.stderr
    assert "Traceback" not in said.stderr
    assert "geheim" not in said.stderr


def test_a_server_that_is_not_there_is_named(config: Path, mail: dovecot.Dovecot) -> None:
    port = free_port()
    config.write_text(config.read_text("utf-8").replace(f"port = {mail.tls_port}", f"port = {port}"), "utf-8")
    said = mailbot(config, "run", "--once")
    assert (said.returncode, str(port) in said.stderr, "Traceback" in said.stderr) == (1, True, False)


def test_f33_a_read_only_database_is_named(config: Path) -> None:
    assert mailbot(config, "db", "upgrade").returncode == 0
    if os.geteuid() == 0:
        (config.parent / "mailbot.db").unlink()
        (config.parent / "mailbot.db").mkdir()
    else:
        (config.parent / "mailbot.db").chmod(0o400)
    said = mailbot(config, "run", "--once")
    assert (said.returncode, "database" in said.stderr, "Traceback" in said.stderr) == (1, True, False)


def test_f42_a_template_that_breaks_costs_no_ticket(config: Path, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    own = config.parent / "own" / "complainant"
    own.mkdir(parents=True)
    (own / "acknowledgement.txt").write_text("{{ ticket.nothing_of_the_kind.at_all }}", "utf-8")
    config.write_text(config.read_text("utf-8").replace('language = "zh"\n', 'language = "zh"\ntemplates = "own"\n', 1), "utf-8")
    checked = mailbot(config, "check")
    assert (checked.returncode, "acknowledgement" in checked.stdout) == (1, True)
    post(relay, 1)
    assert mailbot(config, "run", "--once").returncode == 0
    wait_for(lambda: len(mail.inbox("alice")) == 1, "the plain built-in letter")


@pytest.mark.parametrize("words", [("tickts",), ("show",), ("run", "--now", "2026-11-16"), ("run", "--once", "--now", "Monday")])
def test_wrong_use_ends_with_status_2_and_no_traceback(config: Path, words: tuple[str, ...]) -> None:
    said = mailbot(config, *words)
    assert (said.returncode, "Traceback" in said.stderr) == (2, False)
