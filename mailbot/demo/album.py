"""What the people of the play saw, letter by letter, sorted into conversations.

Takes everybody's mail program and the service's record; gives plain values for the page. A letter is shown as its
reader has it, not as the service thinks it is: the bytes come from the mailboxes.
"""

import base64
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Literal

from msgspec import Struct

from mailbot.demo.cast import PEOPLE, SERVICE, Person
from mailbot.demo.mailer import Mailer, Seen, read
from mailbot.demo.record import Record
from mailbot.demo.writing import plain_text, web_text
from mailbot.intake.quotes import cut

Side = Literal["customer", "staff"]
FOR_READING = ("complainant/", "manager/")


class Picture(Struct, frozen=True):
    """An attachment: its name, and what a browser can show of it."""

    name: str
    url: str = ""


class Card(Struct, frozen=True):
    """A letter in a conversation: whose it is, on which side of the company, and how it looks."""

    at: datetime
    author: Person
    reader: Person
    side: Side
    subject: str
    letter: str  # the template of ours, or empty for what a person wrote
    fate: str
    reason: str
    html: str
    text: str
    quoted: str
    attached: tuple[Picture, ...]

    @property
    def is_ours(self) -> bool:
        return self.author is SERVICE

    @property
    def opened(self) -> bool:
        """Whether the page shows it at once: what people wrote, and what customers and managers read."""
        return not self.is_ours or self.letter.startswith(FOR_READING)

    @property
    def lines(self) -> int:
        """About how many lines it takes: the height of its frame where no script runs."""
        return sum(1 + len(line) // 60 for line in self.text.split("\n"))


class Conversation(Struct, frozen=True):
    """A ticket with its letters."""

    ticket: dict[str, Any]
    cards: tuple[Card, ...]


class Album(Struct, frozen=True):
    """Everything the page shows."""

    conversations: tuple[Conversation, ...]
    digest: Card | None
    received: tuple[dict[str, Any], ...]
    sent: tuple[dict[str, Any], ...]


def gather(mailers: Iterable[Mailer], record: Record) -> Album:
    """Every letter that somebody sent or received, under its ticket."""
    rows = record.letters()
    by_id = {row["message_id"]: row for row in rows if row["message_id"]}
    seen = [letter for mailer in mailers for letter in (*mailer.sent, *mailer.inbox)]
    known = {letter.message_id for letter in seen if letter.direction == "sent"}
    # Letters that nobody of the cast wrote (a delivery report, your own mail program): from the service's own bytes.
    others = [_from_outside(r, record) for r in rows if r["direction"] == "in" and r["message_id"] and r["message_id"] not in known]
    cards: dict[str | None, list[Card]] = {}
    for letter in sorted((*seen, *others), key=lambda letter: letter.order):
        row = by_id.get(letter.message_id)
        if row:
            cards.setdefault(row["ticket"], []).append(_card(letter, row))
    conversations = tuple(Conversation(ticket, tuple(cards.get(ticket["number"], ()))) for ticket in record.tickets())
    digests = [card for card in cards.get(None, ()) if card.letter == "manager/digest"]
    received = tuple(row for row in rows if row["direction"] == "in")
    digest = next((card for card in digests if card.reader.role == "manager"), None)
    return Album(conversations, digest, received, tuple(row for row in rows if row["direction"] == "out"))


def _from_outside(row: dict[str, Any], record: Record) -> Seen:
    data = record.raw(row["id"])
    person = next((p for p in PEOPLE.values() if p.address == row["sender"]), Person("", row["sender"] or "", row["sender"] or ""))
    return Seen(person, "sent", row["at"], data, read(data))


def _card(letter: Seen, row: dict[str, Any]) -> Card:
    sent = letter.direction == "sent"
    text = plain_text(letter.message)
    fresh, quoted = cut(text) if sent else (text, "")
    return Card(
        at=letter.at,
        author=letter.person if sent else SERVICE,
        reader=SERVICE if sent else letter.person,
        side="staff" if letter.person.is_staff else "customer",
        subject=str(letter.message["Subject"]),
        letter="" if sent else row["letter"],
        fate=row["fate"] if sent else "",
        reason=(row["reason"] or "") if sent else "",
        html=web_text(letter.message),
        text=fresh,
        quoted=quoted,
        attached=_attached(letter.message),
    )


def _attached(message: EmailMessage) -> tuple[Picture, ...]:
    parts = message.iter_attachments() if message.is_multipart() else ()
    return tuple(_picture(part) for part in parts if part.get_filename())


def _picture(part: EmailMessage) -> Picture:
    name = str(part.get_filename())
    if part.get_content_type() != "image/png":
        return Picture(name)
    data = part.get_payload(decode=True)
    return Picture(name, f"data:image/png;base64,{base64.b64encode(data).decode()}" if isinstance(data, bytes) else "")


def person_of(address: str | None) -> str:
    """Somebody's name by the address, or the address."""
    return next((person.name for person in PEOPLE.values() if person.address == address), address or "nobody")
