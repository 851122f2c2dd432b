"""What a decision gives: letters owed and lines of the story, as plain values without any rendering."""

from typing import Any, Literal

from msgspec import Struct

from mailbot.intake.message import Address
from mailbot.lifecycle.ticket import Category, Ticket
from mailbot.settings import Member, letter_language

Automatic = Literal["auto-replied", "auto-generated"]


class Recipient(Struct, frozen=True):
    """Whom a letter goes to. `person` is the token's person ("staff:KEY" or "customer:ADDRESS"); language as in letters."""

    person: str
    name: str
    address: str
    language: str


class Label(Struct, frozen=True):
    """A name that each reader gets in the own language: of a category, department, severity, day, moment, clock, owner, responsibility,
    validity, step (milestone or kind of task) or verdict (`kind`)."""

    kind: Literal["category", "department", "severity", "day", "moment", "clock", "owner", "responsibility", "validity", "step", "verdict"]
    value: Any


class Phrase(Struct, frozen=True):
    """A sentence by its key in the words files; it is put into the reader's language when the letter is written."""

    key: str
    facts: dict[str, Any] = {}


class Owed(Struct, frozen=True):
    """A letter owed: template, recipient, facts for the template, and the Message-ID it answers.

    `automatic` is None for what a person wrote (RFC 3834 §5: only automatic letters are marked so). With `waits` it is
    written, but stays in the outbox for that reason until the clocks let it go."""

    letter: str
    to: Recipient
    facts: dict[str, Any] = {}
    automatic: Automatic | None = "auto-generated"
    answers: str | None = None
    waits: str | None = None


class Entry(Struct, frozen=True):
    """A line of a ticket's story: what happened (`kind`), by whom, with which facts."""

    kind: str
    by: str
    data: dict[str, Any] = {}


class Ballot(Struct, frozen=True):
    """A customer's answer to a survey: scores from 5 (best) to 1 by question, "overall" for the whole, and the words beside."""

    scores: dict[str, int]
    remark: str = ""


class Decision(Struct, frozen=True):
    """The ticket's new facts, what to write into its story, the letters owed, and the category a member gave or confirmed.

    `spoken`: the member said so, by an order or an answer, and did not just solve the case as it was. `joined` are people
    outside who take part from now on, `others` other cases that change with it, each as it was and what was decided of it.
    """

    ticket: Ticket
    entries: tuple[Entry, ...] = ()
    letters: tuple[Owed, ...] = ()
    judged: Category | None = None
    spoken: bool = True
    ballot: Ballot | None = None
    joined: tuple[Address, ...] = ()
    others: "tuple[tuple[Ticket, Decision], ...]" = ()


def to_customer(person: Address, language: str) -> Recipient:
    """A customer as recipient; `language` as letters are written in."""
    return Recipient(f"customer:{person.address}", person.name, person.address, language)


def to_member(member: Member, fallback: str) -> Recipient:
    """A member of staff as recipient, in the member's language or else `fallback`, the company's."""
    return Recipient(f"staff:{member.key}", member.name, member.key, letter_language(member.language) if member.language else fallback)
