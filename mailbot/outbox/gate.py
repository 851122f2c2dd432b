"""Whether letters may go out now: the way out is closed after failures that are no letter's fault, for longer each time.

A login that is refused is tried again after 5 minutes, doubling to an hour, so that no account is locked; a server that is
away after 2 seconds, doubling to 5 minutes. Five refusals for good in a row, of different addresses, with the same status and
no letter taken in between, mean us and not the addresses: the way out is closed and the letters wait. What is closed, until
when and why is on record, so a restart changes nothing; only the row of refusals is remembered here.
"""

import random
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from mailbot.outbox.send import CLOSING, Delivery
from mailbot.settings import Smtp
from mailbot.store import alarms, channel, instance
from mailbot.store.addresses import FINAL
from mailbot.store.channel import State

ALARM = "sending"
ALARM_AFTER = timedelta(minutes=15)
FIRST, LONGEST = timedelta(seconds=2), timedelta(minutes=5)
FIRST_REFUSED, LONGEST_REFUSED = timedelta(minutes=5), timedelta(hours=1)
LOOK_AGAIN = 60.0  # seconds after which a closed way out is looked at again, at the latest
STORM = 5  # refusals in a row
STORMY = "refuses letter after letter"
# about the address or the letter itself, not about us (RFC 3463 §3.2, §3.4, §3.7)
ABOUT_THE_LETTER = ("5.1.", "5.2.", "5.3.4", "5.6.")


class Closed(Struct, frozen=True):
    """Why nothing goes out now, and the seconds after which to ask again."""

    trouble: str
    pause: float


class Gate:
    """Watches how the server takes letters, and closes the way out."""

    def __init__(self, smtp: Smtp) -> None:
        self._smtp = smtp
        self._refused: dict[str, int] = {}  # addresses refused in a row, and the letters
        self._status = ""
        self._state = State()  # as it was last looked at

    def closed(self, tx: Connection, now: datetime) -> Closed | None:
        """Why nothing may go out now; None when it may. A way out that stays closed raises the alarm."""
        if held := instance.held_since(tx):
            return Closed(
                f"nothing is sent since {_written(held)}, when the database came from a backup; `mailbot restore --confirm`", LOOK_AGAIN
            )
        self._state = state = channel.state(tx)
        if state.trouble and state.trouble_since and now - state.trouble_since >= ALARM_AFTER:
            self._sound(tx, state, now)
        if state.closed_until is None or state.closed_until <= now:
            return None
        return Closed(state.trouble or "", min((state.closed_until - now).total_seconds(), LOOK_AGAIN))

    def failed(self, tx: Connection, delivery: Delivery, now: datetime) -> None:
        """The server could not be used."""
        channel.failed(tx, delivery.text, now + pause(self._state.failures, slow=delivery.account), now)

    def answered(self, tx: Connection, delivery: Delivery, now: datetime) -> None:
        """The server spoke of a letter: the way out is open, but a storm of refusals ends only when a letter is taken."""
        if delivery.outcome == "sent":
            self._refused.clear()
        elif delivery.code in (None, 0, CLOSING) or delivery.outcome == "in-doubt":
            return
        if self._state.failures and (delivery.outcome == "sent" or not _stormy(self._state)):
            channel.opened(tx, now)
            alarms.end(tx, ALARM, now)
            self._state = State()

    def storm(self, tx: Connection, letter_id: int, recipient: str, delivery: Delivery, now: datetime) -> list[int] | None:
        """The letters whose refusal, with this one's, shows that the server refuses us; None when it is about this letter."""
        if delivery.code is None or delivery.status in FINAL or (delivery.status or "").startswith(ABOUT_THE_LETTER):
            return None
        status = delivery.status or str(delivery.code)
        if status != self._status:
            self._refused.clear()
        self._status = status
        self._refused[recipient.lower()] = letter_id
        if len(self._refused) < STORM and not _stormy(self._state):
            return None
        letters = list(self._refused.values())
        self._refused.clear()
        said = f"{delivery.code} {delivery.status or ''} {delivery.text}".replace("  ", " ")
        trouble = f"SMTP server {self._smtp.host}:{self._smtp.port} {STORMY} ({said}); ask who runs it, the letters wait"
        channel.failed(tx, trouble, now + pause(self._state.failures, slow=True), now)
        self._sound(tx, channel.state(tx), now)
        return letters

    @staticmethod
    def _sound(tx: Connection, state: State, now: datetime) -> None:
        since = state.trouble_since or now
        alarms.sound(tx, ALARM, f"no letter has gone out since {_written(since)}: {state.trouble}", now)


def pause(failures: int, *, slow: bool) -> timedelta:
    """How long the way out stays closed after one more failure, jitter included; `slow` for refusals of our account."""
    first, longest = (FIRST_REFUSED, LONGEST_REFUSED) if slow else (FIRST, LONGEST)
    doubled: timedelta = min(first * 2 ** min(failures, 20), longest)
    return doubled * random.uniform(1.0, 1.2)  # noqa: S311 - spreads load, guards nothing


def _stormy(state: State) -> bool:
    return STORMY in (state.trouble or "")


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
