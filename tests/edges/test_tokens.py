"""Signing in by access token: real Dovecot checks it (a signed JWT), for IMAP and for the login of real Postfix."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from mailbot.errors import ServerRefused, WrongSettings
from mailbot.intake.fetch import Mailroom
from mailbot.intake.imap import LoginRefused
from mailbot.outbox.send import Courier, Delivery
from mailbot.settings import Mailbox, Smtp
from tests.edges import scripted
from tests.edges.conftest import COMPLAINTS, box_at, way_out
from tests.servers import dovecot, postfix, process, require

KEY = b"the key that signs tokens, 32 b."
CHECKED_BY = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/oauth.conf
}}
"""
ERROR = base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode()


class Door(Struct):
    """Both servers, and the file from which mailbot takes its token."""

    mail: dovecot.Dovecot
    relay: postfix.Postfix
    file: Path

    def renew(self, seconds: float = 600, user: str = "complaints") -> None:
        """A token that holds for so long lies in the file."""
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": user, "exp": int(time.time() + seconds), "iat": 1})
        signed = ".".join(map(_encoded, (json.dumps(part).encode() for part in parts)))
        self.file.write_text(f"{signed}.{_encoded(hmac.digest(KEY, signed.encode(), 'sha256'))}\n", "utf-8")

    def look(self) -> int:
        room = Mailroom(self.box)
        try:
            room.connect()
            return len(room.uids())
        finally:
            room.close()

    def send(self) -> Delivery:
        return deliver(way_out(self.relay, password="", token_file=str(self.file)))

    @property
    def box(self) -> Mailbox:
        return box_at(self.mail, password="", token_file=str(self.file))


def deliver(smtp: Smtp) -> Delivery:
    async def one() -> Delivery:
        async def nothing() -> None:
            pass

        courier = Courier(smtp)
        try:
            return await courier.deliver(COMPLAINTS, "alice@customer.example", b"Subject: x\r\n\r\nx", nothing)
        finally:
            await courier.close()

    return asyncio.run(one())


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[dovecot.Dovecot, postfix.Postfix]]:
    require("dovecot", "postfix")
    with process.directory("oauth") as home:
        keys = home / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_text(base64.b64encode(KEY).decode(), "utf-8")
        told = f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={home}/keys/\nusername_attribute = sub\n"
        (home / "oauth.conf").write_text(told, "utf-8")
        users = {"alice": "pw-alice", "complaints": "pw-complaints"}
        with dovecot.running(users, extra=CHECKED_BY.format(home=home)) as mail, postfix.running(mail) as relay:
            yield mail, relay


@pytest.fixture
def door(servers: tuple[dovecot.Dovecot, postfix.Postfix], tmp_path: Path) -> Door:
    return Door(*servers, tmp_path / "mailbox.token")


def test_a_token_that_holds_opens_mailbox_and_way_out(door: Door) -> None:
    door.renew()
    door.mail.empty("complaints")
    door.mail.deliver("complaints", b"Subject: x\r\n\r\nx\r\n")
    assert (door.look(), door.send().outcome) == (1, "sent")


def test_a_token_that_has_expired_is_refused_with_its_file_in_the_cure_and_no_token_in_the_sentence(door: Door) -> None:
    door.renew(-60)
    with pytest.raises(
        ServerRefused, match=r"refuses the token of complaints .*; see that the program that renews \S+mailbox\.token runs"
    ) as no:
        door.look()
    delivery = door.send()
    assert (delivery.outcome, delivery.account) == ("channel-down", False)
    assert f"see that the program that renews {door.file} runs" in delivery.text
    assert not isinstance(no.value, LoginRefused), "a renewed token must not wait for an hour"
    assert door.file.read_text("utf-8").strip() not in str(no.value) + delivery.text


def test_a_token_is_read_anew_at_each_sign_in(door: Door) -> None:
    door.renew(-60)
    with pytest.raises(ServerRefused):
        door.look()
    door.renew()
    assert (door.look(), door.send().outcome) == (door.look(), "sent")


def test_somebody_elses_token_does_not_open_our_mailbox(door: Door) -> None:
    door.renew(user="alice")
    with pytest.raises(ServerRefused, match="refuses the token"):
        door.look()
    assert door.send().outcome == "channel-down"


def test_without_its_file_nothing_is_tried(door: Door) -> None:
    with pytest.raises(WrongSettings, match=r"mailbox\.token of complaints can't be read"):
        door.look()
    assert "can't be read (No such file or directory)" in door.send().text


def test_a_server_that_takes_no_tokens_is_not_given_one(door: Door, dovecot_server: dovecot.Dovecot) -> None:
    door.renew()
    room = Mailroom(box_at(dovecot_server, password="", token_file=str(door.file)))
    with pytest.raises(ServerRefused, match=r"takes no access token \(XOAUTH2\) from complaints; use password_file"):
        room.connect()
    room.close()


def answered(door: Door, answers: dict[str, str], offers: tuple[str, ...]) -> tuple[Delivery, list[str]]:
    """What becomes of a letter at a server that answers so, and the commands it got."""
    smtp = {"host": "127.0.0.1", "security": "none", "user": "complaints", "address": COMPLAINTS, "token_file": str(door.file)}

    async def both() -> tuple[Delivery, list[str]]:
        async with scripted.smtp(answers, offers) as server:
            return await asyncio.to_thread(deliver, Smtp(port=server.port, **smtp)), server.commands  # type: ignore[arg-type]

    return asyncio.run(both())


def test_a_refusal_that_first_says_why_in_json_is_trouble_with_the_channel(door: Door) -> None:
    door.renew()
    delivery, commands = answered(door, {"AUTH": f"334 {ERROR}", "": "535 5.7.8 not accepted"}, ("AUTH XOAUTH2 PLAIN",))
    assert delivery.outcome == "channel-down"
    assert "refuses the token of complaints (535" in delivery.text
    token = door.file.read_text("utf-8").strip()
    sent = base64.b64encode(f"user=complaints\1auth=Bearer {token}\1\1".encode()).decode()
    assert commands[1] == f"AUTH XOAUTH2 {sent}"


def test_a_relay_that_offers_passwords_alone_is_given_no_token(door: Door) -> None:
    door.renew()
    delivery, commands = answered(door, {}, ("AUTH PLAIN LOGIN",))
    assert (delivery.outcome, "it takes no access token (XOAUTH2)" in delivery.text) == ("channel-down", True)
    assert [command for command in commands if command.startswith("AUTH")] == []
