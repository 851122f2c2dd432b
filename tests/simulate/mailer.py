"""The way out: a relay that takes letters over or does not, and the courier that mailbot talks to it through.

`Courier` has the methods of `mailbot.outbox.send.Courier`. What the relay took over lies in `Relay.taken`, in order;
whoever bounces gets a report back later. Each verdict is one that a real Postfix gives too (tests/simulate/test_fakes.py).
"""

from collections.abc import Awaitable, Callable

from mailbot.outbox.send import Delivery
from tests.crash.invariants import Arrived
from tests.simulate.storage import Crash
from tests.simulate.weather import Weather


class Relay:
    """What was taken over, and to whom it could not be brought in the end; outlives every crash of mailbot."""

    def __init__(self) -> None:
        self.taken: list[Arrived] = []
        self.copies: list[bytes] = []  # for our own address (smtp.journal), until they arrive
        self.returned: list[tuple[str, Arrived]] = []  # (return path, letter), until a report is written

    def inbox(self, address: str) -> list[bytes]:
        """What a person has received, oldest first."""
        return [copy.raw for copy in self.taken if copy.recipient.lower() == address]


class Courier:
    """mailbot's connection to the relay."""

    def __init__(self, relay: Relay, weather: Weather, meanwhile: Callable[[], None]) -> None:
        self._relay = relay
        self._weather = weather
        self._meanwhile = meanwhile

    async def deliver(
        self, sender: str, recipient: str, data: bytes, before_dot: Callable[[], Awaitable[None]], copy_to: str = ""
    ) -> Delivery:
        verdict = self._refusal()
        if verdict:
            return verdict
        await before_dot()
        self._meanwhile()
        self._crash("before the final dot")
        verdict = self._refusal_of_content()
        if verdict:
            return verdict
        self._take(sender, Arrived(recipient, data), copy_to)
        self._meanwhile()
        self._crash("after the final dot")
        if self._weather.strikes("smtp-no-answer-taken"):
            return Delivery("in-doubt", text="no answer to the whole letter")
        return Delivery("sent", 250, "2.0.0", f"queued as {len(self._relay.taken):08X}")

    def _refusal(self) -> Delivery | None:
        """What the relay says, or the network does, before the final dot."""
        strikes = self._weather.strikes
        if strikes("smtp-down"):
            return Delivery("channel-down", text="the made-up relay is away; wait")
        self._meanwhile()
        if strikes("smtp-later"):
            return Delivery("deferred", 451, "4.3.0", "try later")
        if strikes("smtp-never"):
            return Delivery("refused", 550, "5.1.1", "no such user")
        if strikes("smtp-cut-in-content"):
            return Delivery("deferred", text="the connection broke while the letter was on its way")
        return None

    def _refusal_of_content(self) -> Delivery | None:
        """What it says to the final dot."""
        strikes = self._weather.strikes
        if strikes("smtp-later-at-dot"):
            return Delivery("deferred", 452, "4.2.2", "the mailbox is full")
        if strikes("smtp-never-at-dot"):
            return Delivery("refused", 554, "5.7.1", "not wanted")
        if strikes("smtp-no-answer-not-taken"):
            return Delivery("in-doubt", text="no answer to the whole letter")
        return None

    def _crash(self, where: str) -> None:
        if self._weather.strikes("crash-elsewhere"):
            raise Crash(where)

    async def close(self) -> None:
        """Nothing is open."""

    def _take(self, sender: str, letter: Arrived, copy_to: str) -> None:
        self._relay.taken.append(letter)
        if copy_to and not self._weather.strikes("smtp-refuses-copy"):
            self._relay.copies.append(letter.raw)
        if self._weather.strikes("smtp-bounces"):
            self._relay.returned.append((sender, letter))
