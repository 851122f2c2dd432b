"""The sender: claims letters owed, hands them to the courier, writes down how each ended.

One letter at a time over one kept connection. "In doubt" is committed before the content goes out, so that a crash
never hides a letter that may have been delivered. Deferred letters wait with back-off and jitter until the give-up
age; refused ones reach the person responsible. A channel that is down (login, TLS, no server) is nobody's letter's
fault: the letters go back as they were.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from mailbot import maillog
from mailbot.outbox.send import Courier, Delivery
from mailbot.pipeline import Pipeline
from mailbot.store import outgoing
from mailbot.store.outgoing import Claimed

WAITS = (1, 3, 10, 30, 60, 120, 240)  # minutes between tries; RFC 5321 §4.5.4.1 asks for 30 and more after the first few


class Post:
    """Empties the outbox through one `Courier`."""

    def __init__(self, pipeline: Pipeline, clock: Callable[[], datetime], courier: Courier | None = None) -> None:
        self._pipeline = pipeline
        self._store = pipeline.store
        self._clock = clock
        self._smtp = pipeline.settings.smtp
        self._courier = courier or Courier(self._smtp)
        self.trouble = ""

    async def send_waiting(self, stopping: Callable[[], bool] = lambda: False) -> bool:
        """Send everything that may go out now; False when the way out is closed (`trouble` says why)."""
        while not stopping():
            batch = await asyncio.to_thread(self._claim)
            if not batch:
                return True
            for place, letter in enumerate(batch):
                if stopping() or not await self._send(letter):
                    await asyncio.to_thread(self._put_back, [c.id for c in batch[place:]])
                    return stopping()
        return True

    async def close(self) -> None:
        """End the connection."""
        await self._courier.close()

    async def _send(self, letter: Claimed) -> bool:
        async def content_goes_out() -> None:
            await asyncio.to_thread(self._in_doubt, letter)

        delivery = await self._courier.deliver(self._smtp.address, letter.recipient, letter.data, content_goes_out)
        maillog.delivery(letter.id, delivery.outcome, _said(delivery))
        if delivery.outcome == "channel-down":
            self.trouble = delivery.text
            return False
        await asyncio.to_thread(self._record, letter, delivery)
        return True

    def _record(self, letter: Claimed, delivery: Delivery) -> None:
        now = self._clock()
        too_old = now - letter.created_at > timedelta(hours=self._smtp.give_up_after)
        with self._store.transaction() as tx:
            if delivery.outcome == "sent":
                outgoing.finish(tx, letter.id, "sent", _said(delivery), now)
            elif delivery.outcome == "deferred" and not too_old:
                outgoing.postpone(tx, letter.id, _said(delivery), now + _pause(letter.attempts))
            elif delivery.outcome == "in-doubt" and not letter.automatic and letter.attempts == 0:
                reason = f"in doubt ({_said(delivery)}); it is sent once more with the same Message-ID"
                outgoing.postpone(tx, letter.id, reason, now + _pause(0))
            elif delivery.outcome == "in-doubt":
                outgoing.finish(tx, letter.id, "in-doubt", _said(delivery), now)
            else:
                outgoing.finish(tx, letter.id, "failed", _said(delivery), now)
                self._pipeline.not_delivered(tx, letter, delivery.status, _said(delivery), now)

    def _claim(self) -> list[Claimed]:
        now = self._clock()
        with self._store.transaction() as tx:
            return outgoing.claim(tx, now)

    def _in_doubt(self, letter: Claimed) -> None:
        with self._store.transaction() as tx:
            outgoing.in_doubt(tx, letter.id)

    def _put_back(self, ids: list[int]) -> None:
        with self._store.transaction() as tx:
            outgoing.put_back(tx, ids)


def _pause(attempts: int) -> timedelta:
    """How long to wait after `attempts` earlier tries."""
    minutes = WAITS[min(attempts, len(WAITS) - 1)]
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing


def _said(delivery: Delivery) -> str:
    """Code, enhanced status (RFC 3463) and the server's words."""
    return " ".join(str(part) for part in (delivery.code, delivery.status, delivery.text) if part)
