"""A letter on its way to its fate, and how it ended. Values only; what is done with them stands in `fates`."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection

from mailbot.intake.message import InboundMessage, Screening
from mailbot.lifecycle.ticket import Ticket
from mailbot.store.letters import Fate, Waiting


class Outcome(Struct, frozen=True):
    """How a letter ended: its fate, the reason, and the ticket it belongs to."""

    fate: Fate
    reason: str
    ticket: Ticket | None = None


class Step:
    """The step a letter is in, for the reason of a quarantine."""

    name = "read"


class Case(Struct, frozen=True):
    """A letter being carried out, in its transaction. `key` is its content key."""

    tx: Connection
    letter: Waiting
    message: InboundMessage
    screening: Screening
    key: str
    now: datetime
    step: Step

    @property
    def author(self) -> str:
        """The author's address, lower case; empty when the letter names none."""
        return self.message.sender.address if self.message.sender else ""

    @property
    def came_by(self) -> tuple[str, ...]:
        """Addresses the letter was delivered to, as the last servers wrote them down."""
        named = self.message.headers.get("x-original-to", ()) + self.message.headers.get("delivered-to", ())
        return tuple(dict.fromkeys(value.strip().strip("<>").lower() for value in named))
