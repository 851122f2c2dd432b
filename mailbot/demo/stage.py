"""Where the play is played: people write and read real mail, and what ought to happen is waited for.

Takes the clock, everybody's mail program, the service's record and the narrator. Every expectation has a limit; one
that is not met raises `DidNotHappen` with a sentence. Nothing here touches the service: it only gets letters.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Any, TypeVar

from msgspec import Struct

from mailbot.demo import picture, script, writing
from mailbot.demo.cast import COMPLAINTS, PEOPLE
from mailbot.demo.clock import ScaledClock
from mailbot.demo.mailer import Mailer, Seen
from mailbot.demo.narrator import Narrator
from mailbot.demo.postoffice import PostOffice
from mailbot.demo.record import Record
from mailbot.errors import MailbotError

Found = TypeVar("Found")
PATIENCE = 25.0  # seconds for one expectation; a loaded machine takes one or two
LOOKS_EVERY = 0.08
QUIET_RATE = 20.0  # demo seconds in a real one while people write


class DidNotHappen(MailbotError):
    """Something the play relies on did not come about in time."""


class House(Struct, frozen=True):
    """What a stage stands in; `alive` raises when the service has died."""

    clock: ScaledClock
    next_morning: datetime
    office: PostOffice
    mailers: dict[str, Mailer]
    record: Record
    narrator: Narrator
    alive: Callable[[], None]


class Stage:
    """One performance."""

    def __init__(self, house: House) -> None:
        self.clock = house.clock
        self.first_day = house.clock()
        self.next_morning = house.next_morning
        self.office = house.office
        self.mailers = house.mailers
        self.record = house.record
        self.narrator = house.narrator
        self.alive = house.alive
        self._opened: dict[str, Seen] = {}
        self._noticed: set[str] = set()

    def at(self, hour_minute: str, day: datetime | None = None) -> None:
        """Let everything come to rest, then go on at that time of the first day (or of `day`)."""
        self.rests()
        moment = datetime.combine(day or self.first_day, time_of_day.fromisoformat(hour_minute), self.first_day.tzinfo)
        self.clock.jump(moment)

    def rests(self) -> None:
        """Wait until every letter has its fate, and all that is owed for them is sent."""
        self.until(lambda: self.record.quiet(self.office.delivered(COMPLAINTS), self.clock()) or None, "the service did not come to rest")

    def opens(self, name: str) -> None:
        """Somebody writes the letter `name` of the play, at its time of day, and mailbot takes it in."""
        letter = script.openings()[name]
        self.clock.jump(datetime.combine(self.first_day, time_of_day.fromisoformat(letter.at), self.first_day.tzinfo))
        shown = (letter.attach, picture.cracked_lid()) if letter.attach else None
        data = writing.letter(letter, self.clock(), shown)
        self._opened[name] = self.sends(letter.by, data, letter.text)
        self.rests()

    def answers(self, name: str) -> Seen:
        """Somebody answers the last letter about the case, as the play has it."""
        answer = script.answers()[name]
        letter = self._last_about(answer.by, self.number(answer.of))
        return self.sends(answer.by, writing.reply(answer.author, answer.text.strip(), letter.message, self.clock()), answer.text)

    def sends(self, person: str, data: bytes, words: str = "") -> Seen:
        """Somebody sends a letter that is written already."""
        seen = self.mailers[person].send(data, self.clock())
        self.narrator.wrote(PEOPLE[person], seen, words)
        return seen

    def ends_as(self, name: str, fate: str) -> dict[str, Any]:
        """The letter that opened `name` gets this fate."""
        return self.fate_of(self._opened[name], fate)

    def fate_of(self, letter: Seen, fate: str) -> dict[str, Any]:
        """A letter gets this fate; gives its line of the ledger."""
        row = self.until(lambda: self.record.received(letter.message_id), f"the letter “{letter.message['Subject']}” got no fate")
        if row["fate"] != fate:
            raise DidNotHappen(f"the letter “{row['subject']}” should have ended as {fate}; it is {row['fate']}: {row['reason']}")
        return row

    def number(self, name: str) -> str:
        """The ticket that the letter `name` opened."""
        return str(self.ends_as(name, "new-ticket")["ticket"])

    def gets(self, person: str, letter: str, name: str | None = None) -> Seen:
        """A letter of that kind, about that case, reaches somebody's mailbox; each counts once."""
        number = self.number(name) if name else None
        about = f" about {name!r} ({number})" if name else ""
        return self.until(lambda: self._new_in(person, letter, number), f"{PEOPLE[person].name} never got the letter {letter}{about}")

    def until(self, condition: Callable[[], Found | None], sentence: str) -> Found:
        """Wait for something, telling meanwhile what happens."""
        give_up_at = time.monotonic() + PATIENCE
        while True:
            self.alive()
            found = condition()
            self.narrator.catch_up()
            if found is not None:
                return found
            if time.monotonic() > give_up_at:
                raise DidNotHappen(f"{sentence} (waited {PATIENCE:.0f} seconds)")
            time.sleep(LOOKS_EVERY)

    def passes(self, span: timedelta, seconds: float) -> None:
        """Let time run, `span` in so many real seconds, and the service with it."""
        end, began = self.clock() + span, time.monotonic()
        self.clock.run_at(span.total_seconds() / seconds)
        while self.clock() < end and time.monotonic() < began + seconds + PATIENCE:
            self.alive()
            self.narrator.tick(self.clock())
            time.sleep(LOOKS_EVERY)
        self.clock.run_at(QUIET_RATE)

    def _new_in(self, person: str, letter: str, number: str | None) -> Seen | None:
        mailer = self.mailers[person]
        mailer.look(self.clock())
        for seen in mailer.inbox:
            row = self.record.sent(seen.message_id) if seen.message_id not in self._noticed else None
            if row and row["letter"] == letter and (number is None or row["ticket"] == number):
                self._noticed.add(seen.message_id)
                return seen
        return None

    def _last_about(self, person: str, number: str) -> Seen:
        mailer = self.mailers[person]
        mailer.look(self.clock())
        about = [seen for seen in mailer.inbox if f"#{number}" in str(seen.message["Subject"])]
        if not about:
            raise DidNotHappen(f"{PEOPLE[person].name} has no letter about {number} to answer")
        receipts = [seen for seen in about if (self.record.sent(seen.message_id) or {}).get("letter") == "staff/receipt"]
        return next((seen for seen in reversed(about) if seen not in receipts), about[-1])
