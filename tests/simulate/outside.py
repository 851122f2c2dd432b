"""The servers around a mailbot: made up, or a real Dovecot and a real Postfix with the same questions answered.

A `World` asks its outside to bring a letter into the complaints mailbox, what lies there, what people have received, and
for the two ports that mailbot itself uses. The real one fails only where mailbot itself fails: its servers are well.
"""

import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec.structs import replace

from mailbot.intake.fetch import Mailroom
from mailbot.outbox.send import Courier as RealCourier
from mailbot.settings import Settings
from tests.crash.invariants import Arrived
from tests.edges.conftest import way_out
from tests.servers import dovecot, postfix
from tests.simulate.mailbox import Room, Server
from tests.simulate.mailer import Courier, Relay
from tests.simulate.parts import COMPLAINTS, STAFF, made_up_settings
from tests.simulate.people import CUSTOMERS
from tests.simulate.weather import Weather

Meanwhile = Callable[[], None]
PERSONS = {address.partition("@")[0]: address for address in (*CUSTOMERS, *(member["addresses"][0] for member in STAFF))}
USERS = {user: f"pw-{user}" for user in ("complaints", *PERSONS)}


class Outside(Protocol):
    """What a World asks."""

    def settings(self, folder: Path, **ways: bool) -> Settings: ...
    def room(self, settings: Settings, weather: Weather, meanwhile: Meanwhile) -> Any: ...
    def courier(self, settings: Settings, weather: Weather, meanwhile: Meanwhile) -> Any: ...
    def deliver(self, raw: bytes, at: datetime) -> None: ...
    def renumber(self) -> None: ...
    def count_anew(self) -> None: ...
    def waiting(self) -> list[bytes]: ...
    def everything(self) -> list[bytes]: ...
    def take_away(self, raw: bytes) -> None: ...
    def inbox(self, address: str) -> list[bytes]: ...
    def arrived(self) -> list[Arrived]: ...
    def copies(self) -> list[bytes]: ...
    def returned(self) -> list[tuple[str, Arrived]]: ...


class MadeUp:
    """Both servers in memory."""

    def __init__(self) -> None:
        self.server, self.relay = Server(), Relay()
        self.deliver, self.renumber, self.everything = self.server.deliver, self.server.renumber, self.server.everything
        self.inbox, self.count_anew = self.relay.inbox, self.server.count_anew

    def settings(self, folder: Path, **ways: bool) -> Settings:
        return made_up_settings(folder, **ways)

    def room(self, settings: Settings, weather: Weather, meanwhile: Meanwhile) -> Room:
        return Room(settings.mailbox[0], self.server, weather, meanwhile)

    def courier(self, _settings: Settings, weather: Weather, meanwhile: Meanwhile) -> Courier:
        return Courier(self.relay, weather, meanwhile)

    def waiting(self) -> list[bytes]:
        return [letter.raw for letter in self.server.inbox.letters.values()]

    def take_away(self, raw: bytes) -> None:
        uid = next(uid for uid, letter in self.server.inbox.letters.items() if letter.raw == raw)
        del self.server.inbox.letters[uid]

    def arrived(self) -> list[Arrived]:
        return self.relay.taken

    def copies(self) -> list[bytes]:
        found, self.relay.copies = self.relay.copies, []
        return found

    def returned(self) -> list[tuple[str, Arrived]]:
        found, self.relay.returned = self.relay.returned, []
        return found


class Real:
    """A Dovecot with everybody's mailbox and the Postfix in front of it; one world at a time."""

    validity = itertools.count(1_800_000_000)

    def __init__(self, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
        self._mail, self._relay = mail, relay
        relay.drain()
        for user in USERS:
            mail.empty(user)

    def settings(self, folder: Path, **_ways: bool) -> Settings:
        box = {"host": self._mail.host, "port": self._mail.tls_port, "ca_file": self._mail.ca_file}
        made_up = made_up_settings(folder)
        found = replace(made_up.mailbox[0], **box, user="complaints", password=USERS["complaints"])
        return replace(made_up, mailbox=(found,), smtp=way_out(self._relay, address=COMPLAINTS, password=USERS["complaints"]))

    def room(self, settings: Settings, _weather: Weather, _meanwhile: Meanwhile) -> Mailroom:
        return Mailroom(settings.mailbox[0])

    def courier(self, settings: Settings, _weather: Weather, _meanwhile: Meanwhile) -> RealCourier:
        return RealCourier(settings.smtp)

    def deliver(self, raw: bytes, at: datetime) -> None:
        self._mail.deliver("complaints", raw, at.timestamp())

    def renumber(self) -> None:
        self._mail.doveadm("mailbox", "update", "-u", "complaints", "--uid-validity", str(next(self.validity)), "INBOX")

    def count_anew(self) -> None:
        """Dovecot does no such thing."""

    def waiting(self) -> list[bytes]:
        return self._mail.inbox("complaints")

    def everything(self) -> list[bytes]:
        return self._mail.inbox("complaints") + self._mail.inbox("complaints", "Processed")

    def take_away(self, raw: bytes) -> None:
        box = self._mail.home / "complaints" / "Maildir"
        next(path for sub in ("new", "cur") for path in (box / sub).iterdir() if path.read_bytes() == raw).unlink()

    def inbox(self, address: str) -> list[bytes]:
        self._relay.drain()
        return self._mail.inbox(address.partition("@")[0])

    def arrived(self) -> list[Arrived]:
        return [Arrived(address, raw) for address in PERSONS.values() for raw in self.inbox(address)]

    def copies(self) -> list[bytes]:
        return []

    def returned(self) -> list[tuple[str, Arrived]]:
        return []
