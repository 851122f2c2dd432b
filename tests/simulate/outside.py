"""The servers around a mailbot: made up, or a real Dovecot and a real Postfix with the same questions answered.

A `World` asks its outside to bring a letter into one of the mailboxes that mailbot reads (counted from 0), what lies there,
what people have received, and for the ports that mailbot itself uses. The real one fails only where mailbot itself fails:
its servers are well.
"""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from mailbot.errors import MailbotError
from mailbot.intake.fetch import Mailroom
from mailbot.outbox.send import Courier as RealCourier
from mailbot.settings import Mailbox, Settings
from tests.crash.invariants import Arrived
from tests.edges.conftest import way_out
from tests.servers import dovecot, postfix
from tests.simulate.mailbox import Room, Server
from tests.simulate.mailer import Courier, Relay
from tests.simulate.parts import COMPLAINTS, ELSEWHERE, STAFF, made_up_settings
from tests.simulate.people import CUSTOMERS
from tests.simulate.weather import Weather

Meanwhile = Callable[[], None]
PERSONS = {address.partition("@")[0]: address for address in (*CUSTOMERS, *(member["addresses"][0] for member in STAFF))}
BOXES = tuple(address.partition("@")[0] for address in (COMPLAINTS, ELSEWHERE))
USERS = {user: f"pw-{user}" for user in (*BOXES, *PERSONS)}


class Outside(Protocol):
    """What a World asks."""

    def settings(self, folder: Path, url: str, boxes: int, **ways: bool) -> Settings: ...
    def room(self, box: Mailbox, weather: Weather, meanwhile: Meanwhile) -> Any: ...
    def courier(self, settings: Settings, weather: Weather, meanwhile: Meanwhile) -> Any: ...
    def deliver(self, raw: bytes, at: datetime, box: int) -> None: ...
    def renumber(self, box: int) -> None: ...
    def count_anew(self, box: int) -> None: ...
    def break_off(self, box: int, why: MailbotError | None) -> None: ...
    def waiting(self, box: int) -> list[bytes]: ...
    def everything(self, box: int) -> list[bytes]: ...
    def take_away(self, raw: bytes, box: int) -> datetime: ...
    def inbox(self, address: str) -> list[bytes]: ...
    def arrived(self) -> list[Arrived]: ...
    def copies(self) -> list[bytes]: ...
    def returned(self) -> list[tuple[str, Arrived]]: ...


class MadeUp:
    """A mail server for each mailbox, and the relay, in memory."""

    def __init__(self) -> None:
        self.servers, self.relay = (Server(), Server()), Relay()
        self.inbox = self.relay.inbox

    def settings(self, folder: Path, url: str, boxes: int, **ways: bool) -> Settings:
        return made_up_settings(folder, url, boxes, **ways)

    def room(self, box: Mailbox, weather: Weather, meanwhile: Meanwhile) -> Room:
        return Room(box, self.servers[(COMPLAINTS, ELSEWHERE).index(box.user)], weather, meanwhile)

    def deliver(self, raw: bytes, at: datetime, box: int) -> None:
        self.servers[box].deliver(raw, at)

    def renumber(self, box: int) -> None:
        self.servers[box].renumber()

    def count_anew(self, box: int) -> None:
        self.servers[box].count_anew()

    def break_off(self, box: int, why: MailbotError | None) -> None:
        self.servers[box].broken = why

    def courier(self, _settings: Settings, weather: Weather, meanwhile: Meanwhile) -> Courier:
        return Courier(self.relay, weather, meanwhile)

    def waiting(self, box: int) -> list[bytes]:
        return self.servers[box].waiting()

    def everything(self, box: int) -> list[bytes]:
        return self.servers[box].everything()

    def take_away(self, raw: bytes, box: int) -> datetime:
        return self.servers[box].take(raw)

    def arrived(self) -> list[Arrived]:
        return self.relay.taken

    def copies(self) -> list[bytes]:
        found, self.relay.copies = self.relay.copies, []
        return found

    def returned(self) -> list[tuple[str, Arrived]]:
        found, self.relay.returned = self.relay.returned, []
        return found


class Real:
    """A Dovecot with everybody's mailboxes and the Postfix in front of it; one world at a time."""

    validity = itertools.count(1_800_000_000)

    def __init__(self, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
        self._mail, self._relay = mail, relay
        relay.drain()
        for user in USERS:
            mail.empty(user)

    def settings(self, folder: Path, url: str, boxes: int, **_ways: bool) -> Settings:
        place = {"host": self._mail.host, "port": self._mail.tls_port, "ca_file": self._mail.ca_file}
        made_up = made_up_settings(folder, url, boxes)
        found = (replace(box, **place, user=user, password=USERS[user]) for user, box in zip(BOXES, made_up.mailbox, strict=False))
        return replace(made_up, mailbox=tuple(found), smtp=way_out(self._relay, address=COMPLAINTS, password=USERS["complaints"]))

    def room(self, box: Mailbox, _weather: Weather, _meanwhile: Meanwhile) -> Mailroom:
        return Mailroom(box)

    def courier(self, settings: Settings, _weather: Weather, _meanwhile: Meanwhile) -> RealCourier:
        return RealCourier(settings.smtp)

    def deliver(self, raw: bytes, at: datetime, box: int) -> None:
        self._mail.deliver(BOXES[box], raw, at.timestamp())

    def renumber(self, box: int) -> None:
        self._mail.doveadm("mailbox", "update", "-u", BOXES[box], "--uid-validity", str(next(self.validity)), "INBOX")

    def count_anew(self, box: int) -> None:
        """Dovecot does no such thing."""

    def break_off(self, box: int, why: MailbotError | None) -> None:
        """It is well."""

    def waiting(self, box: int) -> list[bytes]:
        return self._mail.inbox(BOXES[box])

    def everything(self, box: int) -> list[bytes]:
        return self._mail.inbox(BOXES[box]) + self._mail.inbox(BOXES[box], "Processed")

    def take_away(self, raw: bytes, box: int) -> datetime:
        folder = self._mail.home / BOXES[box] / "Maildir"
        letter = next(path for sub in ("new", "cur") for path in (folder / sub).iterdir() if path.read_bytes() == raw)
        at = datetime.fromtimestamp(letter.stat().st_mtime, UTC)
        letter.unlink()
        return at

    def inbox(self, address: str) -> list[bytes]:
        self._relay.drain()
        return self._mail.inbox(address.partition("@")[0])

    def arrived(self) -> list[Arrived]:
        return [Arrived(address, raw) for address in PERSONS.values() for raw in self.inbox(address)]

    def copies(self) -> list[bytes]:
        return []

    def returned(self) -> list[tuple[str, Arrived]]:
        return []
