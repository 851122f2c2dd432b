"""Who we are and whom we know again: reply tokens, Message-IDs, the loop marker.

A reply token binds one person to one ticket: HMAC-SHA256 (RFC 2104) over number and person, cut to 128 bits,
in base32. It is not a password to guess and says nothing about others. Pure; the secret comes from the store.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

RETURNED_TO = re.compile(r"[^@\s]+\+b(\d{1,18})-([a-z2-7]{26})@[^@\s]+", re.ASCII | re.IGNORECASE)
LONGEST_LOCAL = 64  # octets before the @ (RFC 5321 §4.5.3.1.1)
CLUE = re.compile(r"(?<![\w-])(\d{4}-\d{6,9})\.([a-z2-7]{26})(?![a-z2-7])", re.ASCII)


class Identity(Struct, frozen=True):
    """This installation: its name, its secret (hex) and the domain of the Message-IDs it gives out."""

    name: str
    secret: str
    domain: str

    def token(self, number: str, person: str) -> str:
        """The reply token of `person` ("staff:KEY" or "customer:ADDRESS") for a ticket."""
        return self._mac(f"reply\0{number}\0{person}")

    def holds(self, number: str, person: str, token: str) -> bool:
        """Whether `token` is that person's for that ticket; compares in constant time."""
        return hmac.compare_digest(self.token(number, person), token)

    def message_id(self, number: str, person: str, serial: str) -> str:
        """A Message-ID (RFC 5322 §3.6.4, without brackets) that carries the person's reply token."""
        return f"{number}.{self.token(number, person)}.{serial}@{self.domain}"

    def plain_message_id(self, topic: str, serial: str) -> str:
        """A Message-ID for a letter without a ticket, such as the digest."""
        return f"{topic}.{serial}@{self.domain}"

    def anchor(self, number: str) -> str:
        """The id that every letter of a ticket refers to, so that mail clients keep them together."""
        return f"{number}@{self.domain}"

    def marker(self, number: str, person: str) -> str:
        """The line in the body that carries the token when a client sends no References."""
        return f"[ref:{number}.{self.token(number, person)}]"

    def reply_address(self, address: str, number: str, person: str) -> str:
        """The complaints address with the token as plus-address (RFC 5233)."""
        local, _, domain = address.partition("@")
        return f"{local}+{number}.{self.token(number, person)}@{domain}"

    def return_path(self, address: str, letter_id: int) -> str:
        """`address` with the signed number of one letter of the outbox: its bounces come back there (RFC 5321 §4.4, F28).

        The plain address where the local part would grow too long."""
        local, _, domain = address.partition("@")
        local = f"{local}+b{letter_id}-{self._mac(f'bounce{chr(0)}{letter_id}')}"
        return f"{local}@{domain}" if len(local) <= LONGEST_LOCAL else address

    def letter_of_return_path(self, address: str) -> int | None:
        """The letter whose return path `address` is; None when it is none of ours."""
        found = RETURNED_TO.fullmatch(address)
        if found is None or not hmac.compare_digest(self._mac(f"bounce{chr(0)}{int(found[1])}"), found[2].lower()):
            return None
        return int(found[1])

    def letter_mark(self, message_id: str) -> str:
        """The value of our X-Mailbot-Letter header, which outlives a relay that writes a Message-ID of its own (F30)."""
        return f"<{message_id}> {self._mac(f'letter{chr(0)}{message_id}')}"

    def letter_of_mark(self, value: str) -> str | None:
        """The Message-ID we gave the letter with this X-Mailbot-Letter header; None when we did not write it."""
        if not value.isascii():
            return None
        message_id, _, mac = value.strip().removeprefix("<").partition(">")
        ours = hmac.compare_digest(self._mac(f"letter{chr(0)}{message_id}").encode(), mac.strip().encode())
        return message_id if ours else None

    def drawn(self, occasion: str, names: Iterable[str], count: int) -> list[str]:
        """`count` of the names by lot (S4.14): the same ones for the same occasion, and only the secret tells beforehand which."""
        lots = {name: hmac.digest(bytes.fromhex(self.secret), f"draw\0{occasion}\0{name}".encode(), hashlib.sha256) for name in names}
        return sorted(sorted(lots, key=lots.__getitem__)[:count])

    @property
    def instance(self) -> str:
        """The signed value of our X-Mailbot-Instance header: we know our own letters by it."""
        return f"{self.name}.{self._mac('instance' + chr(0) + self.name)}"

    def _mac(self, what: str) -> str:
        return _mac(self.secret, what)


def staff(key: str) -> str:
    """A member of staff as a token's person."""
    return f"staff:{key}"


def customer(address: str) -> str:
    """A customer as a token's person."""
    return f"customer:{address}"


@lru_cache(maxsize=1024)
def _mac(secret: str, what: str) -> str:
    """One letter names the same token in a dozen links."""
    digest = hmac.digest(bytes.fromhex(secret), what.encode(), hashlib.sha256)
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()
