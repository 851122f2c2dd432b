"""A person's mail program: sends through SMTP, reads the own INBOX through IMAP, over verified TLS like everybody's.

Takes a person and the post office's ports; keeps what was sent and received, in order, for the album.
"""

import imaplib
import smtplib
import ssl
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Literal

from msgspec import Struct

from mailbot.demo.cast import COMPLAINTS, Person
from mailbot.demo.postoffice import HOST, PostOffice

NETWORK_SECONDS = 20.0


class Seen(Struct, frozen=True):
    """A letter as its author or reader has it. `message_id` is without brackets, as in the record."""

    person: Person
    direction: Literal["sent", "received"]
    at: datetime
    data: bytes
    message: EmailMessage

    @property
    def order(self) -> tuple[datetime, bool]:
        """Its place in a conversation; what was written in a second stands before what came in it."""
        return self.at.replace(microsecond=0), self.direction == "received"

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"] or "").strip("<> \r\n")


class Mailer:
    """One account."""

    def __init__(self, person: Person, office: PostOffice) -> None:
        self.person = person
        self.inbox: list[Seen] = []
        self.sent: list[Seen] = []
        self._office = office
        self._trust = ssl.create_default_context(cafile=str(office.certificates.ca_file))
        self._imap: imaplib.IMAP4_SSL | None = None
        self._last_uid = 0

    def send(self, data: bytes, now: datetime) -> Seen:
        """Hand a letter over."""
        with smtplib.SMTP_SSL(HOST, self._office.smtp_port, timeout=NETWORK_SECONDS, context=self._trust) as smtp:
            smtp.login(self.person.address, self.person.password)
            smtp.sendmail(self.person.address, [COMPLAINTS], data)
        seen = Seen(self.person, "sent", now, data, read(data))
        self.sent.append(seen)
        return seen

    def look(self, now: datetime) -> list[Seen]:
        """Fetch what is new in the INBOX; gives it."""
        imap = self._connected()
        imap.noop()
        _, found = imap.uid("SEARCH", f"UID {self._last_uid + 1}:*")
        # "n:*" always holds the last letter, also when it is older than n (RFC 9051 §6.4.4).
        uids = [int(uid) for uid in (found[0] or b"").split() if int(uid) > self._last_uid]
        new = [self._fetch(imap, uid, now) for uid in uids]
        self.inbox += new
        self._last_uid = max(uids, default=self._last_uid)
        return new

    def close(self) -> None:
        if self._imap:
            self._imap.logout()
            self._imap = None

    def _connected(self) -> imaplib.IMAP4_SSL:
        if self._imap is None:
            self._imap = imaplib.IMAP4_SSL(HOST, self._office.imap_port, ssl_context=self._trust, timeout=NETWORK_SECONDS)
            self._imap.login(self.person.address, self.person.password)
            self._imap.select()
        return self._imap

    def _fetch(self, imap: imaplib.IMAP4_SSL, uid: int, now: datetime) -> Seen:
        _, rows = imap.uid("FETCH", str(uid), "(BODY.PEEK[])")
        # Untagged FLAGS come between the rows asked for; only the pairs carry a letter.
        data = next(row[1] for row in rows if isinstance(row, tuple))
        message = read(data)
        written = message["Date"]
        return Seen(self.person, "received", written.datetime if written else now, data, message)


def read(data: bytes) -> EmailMessage:
    """A letter as a mail program reads it."""
    return message_from_bytes(data, policy=default)
