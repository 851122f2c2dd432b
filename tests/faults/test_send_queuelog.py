"""A doubt ends as sent where the log of the relay on this machine shows the letter, and nowhere else (F30)."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.errors import WrongSettings
from mailbot.outbox import queuelog
from mailbot.outbox.post import Post
from mailbot.outbox.send import Courier
from mailbot.settings import Smtp
from mailbot.store import unsent
from tests.edges.scripted import CUT
from tests.faults.sending import OURS, Sending, minutes, sending
from tests.servers import dovecot, postfix, require
from tests.wire.proxy import Fault, Proxy, Way

ALICE = "alice@customer.example"
NAMED = "Nov 27 00:44:45 mx postfix/cleanup[947]: {queue}: message-id=<{id}>\n"
ACTIVE = "Nov 27 00:44:45 mx postfix/qmgr[932]: {queue}: from=<a@b.example>, size=286, nrcpt=1 (queue active)\n"
OTHER = "Nov 27 00:44:45 mx postfix/smtpd[937]: {queue}: client=localhost[127.0.0.1]\n"


@pytest.fixture
def sender(database_url: str, tmp_path: Path) -> Iterator[Sending]:
    with sending(database_url, tmp_path) as fresh:
        yield fresh


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "mail.log"


def taken(log: Path, *lines: str, queue: str = "63C7623C529", letter: str = "1@c.example") -> dict[str, str]:
    log.write_text("".join(line.format(queue=queue, id=letter) for line in lines), "utf-8")
    return queuelog.taken(Smtp(host="localhost", address=OURS, queue_log=str(log)), ["1@c.example"])


def test_f30_a_letter_the_queue_manager_took_up_was_taken(log: Path) -> None:
    assert taken(log, OTHER, NAMED, OTHER, ACTIVE) == {"1@c.example": "63C7623C529"}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((NAMED,), "the dot may never have followed"),
        ((ACTIVE, NAMED), "an earlier letter's queue id"),
        ((NAMED, NAMED.replace("{id}", "2@c.example"), ACTIVE), "the queue id became another letter's"),
        ((NAMED, ACTIVE.replace("{queue}", "9251E23C529")), "another letter's queue id"),
        ((NAMED, ACTIVE.replace("qmgr", "smtpd")), "another program's line"),
        ((NAMED.replace("cleanup", "smtp"), ACTIVE), "a server's words that somebody else's mail brought in"),
        ((NAMED.replace("{id}", "x1@c.example"), ACTIVE), "an id that ends in ours"),
        ((NAMED.replace("{id}>", "{id}.example>"), ACTIVE), "an id that begins with ours"),
        ((NAMED.removesuffix("c.example>\n"),), "half a line"),
        ((), "nothing"),
    ],
)
def test_f30_any_other_line_proves_nothing(log: Path, lines: tuple[str, ...], why: str) -> None:
    assert taken(log, *lines) == {}, why


def test_f30_a_log_that_was_rotated_in_between_proves_the_letter(log: Path) -> None:
    for name, content, at in (("mail.log.1", NAMED, 200), ("mail.log.2", "old\n", 100), ("mail.log.2.gz", "packed", 300)):
        path = log.with_name(name)
        path.write_text(content.format(queue="A1", id="1@c.example"), "utf-8")
        os.utime(path, (at, at))
    assert taken(log, ACTIVE, queue="A1") == {"1@c.example": "A1"}


def test_f30_of_a_long_log_the_end_is_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queuelog, "MOST", 400)
    assert taken(log, NAMED, ACTIVE, *[OTHER] * 2) != {}
    assert taken(log, NAMED, ACTIVE, *[OTHER] * 20) == {}


@pytest.mark.parametrize("is_folder", [True, False])
def test_f30_a_log_that_can_not_be_read_is_named_with_the_cure(log: Path, *, is_folder: bool) -> None:
    if is_folder:
        log.mkdir()
    smtp = Smtp(host="localhost", address=OURS, queue_log=str(log))
    with pytest.raises(WrongSettings, match=r"mail\.log can't be read .*; let mailbot's user read it"):
        queuelog.taken(smtp, ["1@c.example"])
    assert queuelog.trouble(smtp).startswith("smtp.queue_log: ")


def test_f30_without_a_log_there_is_no_trouble_with_it(log: Path) -> None:
    log.touch()
    assert [queuelog.trouble(Smtp(host="localhost", address=OURS, queue_log=name)) for name in ("", str(log))] == ["", ""]


def test_f30_a_proof_ends_the_doubt_and_nobody_is_asked(sender: Sending, log: Path) -> None:
    sender.owe(ALICE)
    smtp = {"queue_log": str(log)}
    log.touch()
    sender.turn(DOT=CUT, smtp=smtp)
    assert sender.turn(minutes(14), smtp=smtp).server.letters == []
    assert sender.fates() == {ALICE: "in-doubt"}
    log.write_text((NAMED + ACTIVE).format(queue="A1", id="letter-1@company.example"), "utf-8")
    assert sender.turn(minutes(60), smtp=smtp).server.letters == []
    (letter,) = sender.letters()
    assert (letter["fate"], letter["reason"]) == ("sent", "once in doubt; the relay's log shows it as A1")
    with sender.store.reading() as connection:
        assert unsent.doubtful(connection) == []


def test_f30_a_letter_that_went_out_again_stays_listed_though_a_proof_comes(sender: Sending, log: Path) -> None:
    sender.owe(ALICE)
    smtp = {"queue_log": str(log)}
    log.touch()
    for at in (0, 16):
        assert len(sender.turn(minutes(at), DOT=CUT, smtp=smtp).server.letters) == 1
    log.write_text((NAMED + ACTIVE).format(queue="A1", id="letter-1@company.example"), "utf-8")
    sender.turn(minutes(17), smtp=smtp)
    assert sender.fates() == {ALICE: "sent"}
    with sender.store.reading() as connection:
        assert [u.doubts for u in unsent.doubtful(connection)] == [2]


def test_f30_a_log_that_can_not_be_read_costs_only_the_proof(sender: Sending, log: Path) -> None:
    sender.owe(ALICE, "bob@customer.example")
    smtp = {"queue_log": str(log)}
    assert len(sender.turn(DOT=[CUT, "250 ok"], smtp=smtp).server.letters) == 2
    assert len(sender.turn(minutes(16), smtp=smtp).server.letters) == 1
    assert set(sender.fates().values()) == {"sent"}


@pytest.fixture(scope="module")
def mail() -> Iterator[dovecot.Dovecot]:
    require("dovecot")
    with dovecot.running({"alice": "pw-alice"}) as server:
        yield server


@pytest.fixture
def relay(mail: dovecot.Dovecot) -> Iterator[postfix.Postfix]:
    """One for each test, with a log of its own: the letters' ids are the same in each."""
    require("postfix")
    with postfix.running(mail) as server:
        yield server


def through(sender: Sending, relay: postfix.Postfix, after: float, fault: Fault | None = None) -> dict[Way, int]:
    """The sender's turn through real Postfix, whose log it may read, over a wire that may break; gives the bytes carried."""

    async def turn() -> None:
        courier = Courier(sender.pipeline.settings.smtp, after_dot=1 if fault else 60)
        post = Post(sender.pipeline, lambda: minutes(after), courier)
        await post.send_waiting()
        await post.close()

    with Proxy(relay.open_port) as proxy:
        sender.point_at(proxy.port, queue_log=str(relay.log))
        proxy.arm(fault)
        asyncio.run(turn())
        proxy.quiet()
        assert proxy.harmed == (1 if fault else 0)
        relay.drain()
        return dict(proxy.carried)


@pytest.mark.parametrize("automatic", [True, False])
def test_f30_a_letter_real_postfix_took_before_the_cut_is_sent_and_arrives_once(
    sender: Sending, mail: dovecot.Dovecot, relay: postfix.Postfix, *, automatic: bool
) -> None:
    sender.owe(ALICE, automatic=automatic)
    whole = through(sender, relay, 0)["down"]
    mail.empty("alice")
    sender.owe(ALICE, automatic=automatic)
    through(sender, relay, 0, Fault("cut", "down", whole - len("4F2A9C\r\n221 2.0.0 Bye\r\n")))
    for after in (1, 600):
        through(sender, relay, after)
    assert len(mail.inbox("alice")) == 1
    *_, letter = sender.letters()
    assert (letter["fate"], letter["reason"].rpartition(" ")[0]) == ("sent", "once in doubt; the relay's log shows it as")


def test_f30_a_letter_whose_dot_real_postfix_never_saw_is_not_taken_for_sent(
    sender: Sending, mail: dovecot.Dovecot, relay: postfix.Postfix
) -> None:
    sender.owe(ALICE)
    whole = through(sender, relay, 0)["up"]
    mail.empty("alice")
    sender.owe(ALICE)
    through(sender, relay, 0, Fault("stall", "up", whole - len(".\r\nQUIT\r\n")))
    assert relay.logged(r"cleanup\[\d+\]: \w+: message-id=<letter-2@company.example>")
    through(sender, relay, 1)
    assert ([row["fate"] for row in sender.letters()], mail.inbox("alice")) == (["sent", "in-doubt"], [])
    through(sender, relay, 16)
    assert ([row["fate"] for row in sender.letters()], len(mail.inbox("alice"))) == (["sent", "sent"], 1)
