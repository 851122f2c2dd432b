"""Being watched: what needs a person is sounded, told once a day by letter, shown by status and metrics, and over when it is over."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from mailbot.errors import StoreBusy, WrongSettings
from mailbot.store import alarms, channel, instance, letters, mailboxes
from mailbot.watch import metrics
from mailbot.watch.state import Finding, findings
from models.base import core
from models.letters import ReceivedLetter
from tests.company_file import SMALLEST
from tests.faults.watched import OUTBOX, PLACE, START, Night, company, words
from tests.servers.process import free_port

LEDGER = core(ReceivedLetter)


@pytest.fixture
def night(database_url: str, tmp_path: Path) -> Iterator[Night]:
    with company(database_url, tmp_path) as pipeline:
        night = Night(pipeline)
        night.seen()
        yield night


def sound(night: Night, name: str, text: str = "it broke; mend it") -> None:
    with night.pipeline.store.transaction() as tx:
        alarms.sound(tx, name, text, night.now)


def end(night: Night, name: str) -> None:
    with night.pipeline.store.transaction() as tx:
        alarms.end(tx, name, night.now)


def quarantine(night: Night) -> None:
    night.arrives()
    with night.pipeline.store.transaction() as tx:
        (letter,) = letters.claim(tx)
        letters.give_fate(tx, letter.id, "quarantined", "read: it broke", night.now)


def found(night: Night) -> dict[str, Finding]:
    state = night.watch.state(night.now)
    return {finding.name: finding for finding in findings(state, night.pipeline.settings)}


def test_a_quiet_night_tells_nobody(night: Night) -> None:
    assert night.watch.tell(night.now) == 0
    assert set(found(night)) == {"clocks"}  # nobody looked at the clocks yet


def test_f54_one_letter_tells_all_that_is_new_in_the_readers_language(night: Night) -> None:
    sound(night, "sending", "smtp.example refuses the login; put a new password into smtp.password_file")
    sound(night, "mailbox a@b.example INBOX")
    assert night.watch.tell(night.now) == 1
    (letter,) = night.told()
    text = words(letter)
    assert "put a new password into smtp.password_file" in text
    assert "邮件发不出去" in text
    assert "邮箱读取异常" in text


def test_f54_an_alarm_is_told_once_a_day_while_it_lasts(night: Night) -> None:
    sound(night, "sending")
    owed = []
    for _ in range(49):
        night.seen()
        owed.append(night.watch.tell(night.now))
        night.sends()
        night.passes(hours=1)
    assert [hour for hour, count in enumerate(owed) if count] == [0, 24, 48]
    assert "此前已通知过" in words(night.told()[1])


def test_f54_an_alarm_that_comes_and_goes_is_no_flood(night: Night) -> None:
    for _ in range(30):
        sound(night, "sending")
        night.watch.tell(night.now)
        night.sends()
        end(night, "sending")
        night.passes(minutes=2)
        night.seen()
    assert len(night.told()) == 6  # an hour, one letter in ten minutes


def test_f54_alarms_go_to_the_addresses_the_settings_name(database_url: str, tmp_path: Path) -> None:
    with company(database_url, tmp_path, alarm_to=["bob@company.example", "root@host.example"]) as pipeline:
        night = Night(pipeline)
        night.seen()
        sound(night, "sending")
        assert night.watch.tell(night.now) == 2
        assert [letter["To"].rpartition("<")[2].rstrip(">") for letter in night.told()] == ["bob@company.example", "root@host.example"]
        assert "Mail can't be sent" in words(night.told()[0])  # Bob reads English


def test_f24_a_letter_that_waits_to_be_sent_for_a_quarter_of_an_hour_is_told(night: Night) -> None:
    sound(night, "mailbox x", "something else")
    night.watch.tell(night.now)
    assert "unsent" not in found(night)
    night.passes(minutes=16)
    night.seen()
    assert night.watch.tell(night.now) == 1
    assert "`mailbot letters`" in words(night.told()[-1])


def test_f24_a_closed_way_out_has_an_alarm_of_its_own(night: Night) -> None:
    sound(night, "mailbox x", "something else")
    night.watch.tell(night.now)
    with night.pipeline.store.transaction() as tx:
        channel.failed(tx, "no server", night.now + timedelta(hours=1), night.now)
    night.passes(minutes=16)
    assert "unsent" not in found(night)


def test_f55_a_letter_that_nobody_reads_is_told_and_over_when_it_is_read(night: Night) -> None:
    night.arrives()
    night.passes(minutes=16)
    night.seen()
    assert night.watch.tell(night.now) == 1
    night.pipeline.work(night.now)
    night.passes(minutes=1)
    night.watch.tell(night.now)
    with night.pipeline.store.reading() as connection:
        assert [alarm.name for alarm in alarms.running(connection)] == []


def test_f55_a_service_that_just_came_up_is_not_blamed_for_the_outage(night: Night) -> None:
    night.arrives()
    night.passes(days=2)
    fresh = Night(night.pipeline, up_since=night.now)
    assert fresh.watch.tell(night.now) == 0
    assert fresh.watch.tell(night.now + timedelta(minutes=16)) == 1


def test_f49_a_mailbox_nobody_has_seen_well_is_told_unless_its_own_alarm_says_why(night: Night) -> None:
    night.passes(minutes=20)
    assert f"silent {PLACE.account}" in found(night)
    sound(night, f"mailbox {PLACE.account} INBOX")
    assert f"silent {PLACE.account}" not in found(night)


def test_f39_each_letter_set_aside_is_told_without_its_words(night: Night) -> None:
    quarantine(night)
    assert night.watch.tell(night.now) == 1
    night.sends()
    night.passes(minutes=30)
    night.seen()
    assert night.watch.tell(night.now) == 0
    quarantine(night)
    night.passes(minutes=1)
    assert night.watch.tell(night.now) == 1
    assert "2 letter(s) are set aside" in words(night.told()[1])
    assert "cup leaks" not in words(night.told()[1])


def test_f4_what_does_not_balance_is_found_after_an_hour_and_stands_in_the_digest(night: Night) -> None:
    night.arrives()
    assert "balance" not in found(night)
    night.passes(hours=23)
    assert "`mailbot reconcile`" in found(night)["balance"].cure
    night.pipeline.clocks(night.now)
    assert b"mailbot reconcile" in _text(night.owed("manager/digest")[0])


def test_what_is_over_stands_in_the_next_digest_once(night: Night) -> None:
    sound(night, "sending")
    night.watch.tell(night.now)
    end(night, "sending")
    night.passes(hours=23)
    night.pipeline.clocks(night.now)
    assert "已恢复：邮件发不出去" in _text(night.owed("manager/digest")[-1]).decode()
    before = len(night.owed("manager/digest"))
    night.passes(hours=24)
    night.pipeline.clocks(night.now)
    assert len(night.owed("manager/digest")) == before


def test_f30_a_doubtful_letter_is_shown_in_the_digest_once(night: Night) -> None:
    sound(night, "sending")
    night.watch.tell(night.now)
    with night.pipeline.store.transaction() as tx:
        tx.execute(update(OUTBOX).values(fate="in-doubt", doubts=1, doubted_at=night.now, ended_at=night.now, recipient="eve@c.example"))
    assert "eve@c.example" in found(night)["in-doubt"].cause
    night.passes(hours=23)
    night.pipeline.clocks(night.now)
    assert b"eve@c.example" in _text(night.owed("manager/digest")[0])
    assert "in-doubt" not in found(night)


def test_f32_a_disk_that_fills_up_is_told_and_over_when_there_is_room(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise StoreBusy("database x: less than 100 MB are free; make room, mail waits on its server")

    with monkeypatch.context() as patched:
        patched.setattr(night.pipeline.store, "require_room", full)
        assert night.watch.tell(night.now) == 1
    assert "make room" in words(night.told()[0])
    night.passes(minutes=2)
    night.watch.tell(night.now)
    assert night.watch.state(night.now).alarms == []


def test_f49_a_token_that_is_not_renewed_is_told_at_once_and_over_when_it_is(database_url: str, tmp_path: Path) -> None:
    with company(database_url, tmp_path) as pipeline:
        night = Night(pipeline, up_since=START)
        box = replace(pipeline.settings.mailbox[0], password="", token_file=str(tmp_path / "token"))
        pipeline.desk.settings = pipeline.settings = replace(pipeline.settings, mailbox=(box,))
        assert night.watch.tell(night.now) == 1
        assert "see that the program that renews it runs" in words(night.told()[0])
        assert [alarm.name for alarm in night.watch.state(night.now).alarms] == [f"token IMAP {PLACE.account}"]
        (tmp_path / "token").write_text("ya29.Kanarie-4711", "utf-8")
        at = night.now.timestamp()
        os.utime(tmp_path / "token", (at, at))
        night.passes(minutes=2)
        assert night.watch.tell(night.now) == 0
        assert night.watch.state(night.now).alarms == []
        lines = metrics.text(night.watch.state(night.now)).splitlines()
        assert f'mailbot_token_age_minutes{{protocol="IMAP",account="{PLACE.account}"}} 2' in lines
        assert f'mailbot_token_trouble{{protocol="IMAP",account="{PLACE.account}"}} 0' in lines


def test_f30_a_relays_log_that_can_not_be_read_is_told_and_over_when_it_can(night: Night, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    night.pipeline.desk.settings = replace(night.pipeline.settings, smtp=replace(night.pipeline.settings.smtp, queue_log=str(log)))
    assert night.watch.tell(night.now) == 1
    assert "mail.log can't be read" in words(night.told()[0])
    log.touch()
    night.passes(minutes=2)
    night.watch.tell(night.now)
    assert night.watch.state(night.now).alarms == []


def test_f34_a_restored_database_is_found(night: Night) -> None:
    with night.pipeline.store.transaction() as tx:
        instance.hold(tx, night.now)
    assert "mailbot restore --confirm" in found(night)["restored"].cure


def test_metrics_follow_the_text_format(night: Night) -> None:
    sound(night, "sending")
    with night.pipeline.store.transaction() as tx:
        mailboxes.seen(tx, replace(PLACE, account='a"b\\c@x.example'), 7, night.now)
    lines = metrics.text(night.watch.state(night.now)).splitlines()
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert [line.split()[2] for line in lines if line.startswith("# HELP")] == names
    samples = [line for line in lines if not line.startswith("#")]
    assert {line.partition("{")[0].split()[0] for line in samples} == set(names) - {"mailbot_token_age_minutes", "mailbot_token_trouble"}
    assert all(name.startswith("mailbot_") for name in names)
    assert "mailbot_alarms 1" in samples
    assert 'mailbot_mailbox_letters{account="a\\"b\\\\c@x.example",mailbox="INBOX"} 7' in samples


def test_metrics_are_served_on_loopback_and_nothing_else_is(night: Night) -> None:
    port = free_port()

    async def ask(request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        return answer

    async def asked() -> list[bytes]:
        async with metrics.serving(port, lambda: night.watch.state(night.now)):
            requests = (
                b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
                b"GET / HTTP/1.0\r\n\r\n",
                b"\xff\x00\r\n\r\n",
                b"A" * 9000 + b"\r\n\r\n",
            )
            return [await ask(request) for request in requests]

    good, other, noise, long = asyncio.run(asked())
    assert good.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\n# HELP mailbot_" in good
    assert other.startswith(b"HTTP/1.1 404")
    assert noise.startswith(b"HTTP/1.1 404")
    assert long == b""


def test_metrics_that_cannot_look_say_so() -> None:
    port = free_port()

    async def asked() -> bytes:
        def broken() -> None:
            raise RuntimeError("no")

        async with metrics.serving(port, broken):  # type: ignore[arg-type]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /metrics HTTP/1.1\r\n\r\n")
            answer = await reader.read()
            writer.close()
            return answer

    assert asyncio.run(asked()).startswith(b"HTTP/1.1 503")


def test_a_port_that_is_taken_is_named(night: Night) -> None:
    port = free_port()

    async def twice() -> None:
        async with metrics.serving(port, lambda: night.watch.state(night.now)), metrics.serving(port, lambda: night.watch.state(night.now)):
            raise AssertionError("one port served twice")

    with pytest.raises(WrongSettings, match=r"operation\.metrics_port"):
        asyncio.run(twice())


CONTRACT = {
    *("good", "findings", "at", "running", "last_run_at", "epoch", "held_since", "incoming", "balance", "outgoing"),
    *("dead_addresses", "mailboxes", "channel", "sign_ins", "queue_log_trouble", "alarms", "schema", "database"),
}
DATABASE = """
[database]
url = "{url}"
durable = false
"""


def status(home: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "mailbot", "--config", str(home / "mailbot.toml"), "status", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def test_f54_status_tells_while_the_service_is_dead_and_its_exit_status_says_so(night: Night, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "mailbot.toml").write_text((SMALLEST + DATABASE).format(url=database_url), "utf-8")
    code, said = status(tmp_path)
    assert (code, "start `mailbot run`" in said) == (1, True), said
    now = datetime.now(UTC)
    with night.pipeline.store.transaction() as tx:
        mailboxes.seen(tx, PLACE, 0, now)
        instance.remember_run(tx, now)
    code, said = status(tmp_path, "--json")
    told = json.loads(said)
    assert (code, told["good"], told["findings"], told["running"]) == (0, True, [], False)
    assert set(told) == CONTRACT
    assert [(way["protocol"], way["by"]) for way in told["sign_ins"]] == [("IMAP", "password"), ("SMTP", "nothing")]
    sound(night, "sending", "the login is refused; put a new password into smtp.password_file")
    code, said = status(tmp_path, "--json")
    assert (code, [finding["cure"] for finding in json.loads(said)["findings"]]) == (1, ["put a new password into smtp.password_file"])
    with night.pipeline.store.sole_service():
        assert json.loads(status(tmp_path, "--json")[1])["running"]


def test_f24_status_says_why_the_way_out_is_closed(night: Night, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "mailbot.toml").write_text((SMALLEST + DATABASE).format(url=database_url), "utf-8")
    with night.pipeline.store.transaction() as tx:
        channel.failed(tx, "smtp.example refuses connections; check that it runs", night.now + timedelta(hours=1), night.now)
    assert "smtp.example refuses connections; check that it runs" in status(tmp_path)[1]


def test_f35_status_accepts_the_clock(night: Night, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "mailbot.toml").write_text((SMALLEST + DATABASE).format(url=database_url), "utf-8")
    sound(night, "clock", "the clock jumped; look at it")
    assert "the clock jumped" in status(tmp_path)[1]
    assert "the clock jumped" not in status(tmp_path, "--accept-clock")[1]


def test_status_of_a_database_without_tables_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "mailbot.toml").write_text((SMALLEST + DATABASE).format(url="sqlite:///none.db"), "utf-8")
    code, said = status(tmp_path)
    assert (code, "mailbot" in said) == (1, True)


def _text(raw: bytes) -> bytes:
    from email import message_from_bytes  # noqa: PLC0415

    return words(message_from_bytes(raw)).encode()
