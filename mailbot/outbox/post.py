"""The sender: claims letters owed, hands them to the courier, writes down how each ended.

One letter at a time over one kept connection. "In doubt" is committed before the final dot, so that a crash never hides a
letter that may have been delivered; a verdict that can't be written down is kept and written before anything else is sent.
Deferred letters wait with back-off and jitter until the give-up age; refused ones reach the person responsible. A channel
that is down is nobody's letter's fault: the letters go back as they were, and `gate` says for how long.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from mailbot import maillog
from mailbot.errors import MailbotError, WrongSettings
from mailbot.lifecycle.letters import Entry
from mailbot.outbox import queuelog
from mailbot.outbox.gate import Gate
from mailbot.outbox.send import Courier, Delivery
from mailbot.pipeline import Pipeline
from mailbot.store import addresses, alarms, outgoing, tickets
from mailbot.store.outgoing import Claimed

WAITS = (1, 3, 10, 30, 60, 120, 240)  # minutes between tries; RFC 5321 §4.5.4.1 asks for 30 and more after the first few
PROOF_WITHIN = timedelta(minutes=15)  # a journal copy or a line of the relay's log takes its time (F30)
BROKEN_TRIES = 3  # a letter that meets a bug at its third try, or later, is given up


class _NotOursError(Exception):
    """The letter is not this sender's any more: a proof came that it had gone out already."""


class Post:
    """Empties the outbox through one `Courier`."""

    def __init__(self, pipeline: Pipeline, clock: Callable[[], datetime], courier: Courier | None = None) -> None:
        self._pipeline = pipeline
        self._store = pipeline.store
        self._clock = clock
        self._smtp = pipeline.settings.smtp
        self._courier = courier or Courier(self._smtp)
        self._gate = Gate(self._smtp)
        self._verdict: tuple[Claimed, Delivery] | None = None  # known, and not yet on record
        self._untried: list[int] = []  # claimed by us
        self.trouble = ""
        self.pause = 0.0

    async def send_waiting(self, stopping: Callable[[], bool] = lambda: False) -> bool:
        """Send everything that may go out now; False when the way out is closed: `trouble` says why, and nothing is tried
        before `pause` seconds have passed.

        Raises what the store raises; no letter is lost or sent twice by it."""
        while not stopping():
            batch = await asyncio.to_thread(self._next)
            if not batch:
                return batch is not None
            while batch:
                if stopping() or not await self._send(batch[0]):
                    await asyncio.to_thread(self._put_back)
                    break
                batch = batch[1:]
                self._untried = [letter.id for letter in batch]
        return True

    async def close(self) -> None:
        """End the connection, and write down what is not yet written."""
        await self._courier.close()
        await asyncio.to_thread(self._catch_up)

    def _next(self) -> list[Claimed] | None:
        """The letters to send now; None when the way out is closed."""
        now = self._clock()
        self._catch_up()
        self._look_for_proof(now)
        with self._store.transaction() as tx:
            self._settle_doubts(tx, now)
            closed = self._gate.closed(tx, now)
            if closed:
                self.trouble, self.pause = closed.trouble, closed.pause
                return None
            self._hold_back(tx, now)
            batch = outgoing.claim(tx, now)
            self._untried = [letter.id for letter in batch]  # already here: the answer to the commit may be lost
        return batch

    async def _send(self, letter: Claimed) -> bool:
        """One letter; False when the way out is closed from now on."""
        dot_is_out = False

        async def dot_goes_out() -> None:
            nonlocal dot_is_out
            await asyncio.to_thread(self._in_doubt, letter)
            dot_is_out = True

        copy_to = self._smtp.address if self._smtp.journal else ""
        try:
            delivery = await self._courier.deliver(self._return_path(letter), letter.recipient, letter.data, dot_goes_out, copy_to)
        except _NotOursError:
            return True
        except MailbotError:  # the store's, before the dot, and perhaps only the answer to the commit was lost
            self._verdict = letter, Delivery("deferred", text="the database could not be written; nothing was sent")
            raise
        except Exception as error:  # noqa: BLE001 - one letter must not stop the others
            maillog.crashed(f"out-{letter.id}", error)
            delivery = _broken(letter, error, dot_is_out=dot_is_out)
        maillog.delivery(letter.id, delivery.outcome, _said(delivery))
        self._verdict = letter, delivery
        return await asyncio.to_thread(self._write_down)

    def _return_path(self, letter: Claimed) -> str:
        """Bounces tell their letter where the provider delivers address+anything (F28)."""
        address = self._smtp.address
        return self._pipeline.identity.return_path(address, letter.id) if self._smtp.plus_addressing else address

    def _in_doubt(self, letter: Claimed) -> None:
        patience = PROOF_WITHIN if self._smtp.has_proof else timedelta()
        with self._store.transaction() as tx:
            if not outgoing.in_doubt(tx, letter.id, self._clock(), patience):
                raise _NotOursError

    def _catch_up(self) -> None:
        self._write_down()
        self._put_back()

    def _put_back(self) -> None:
        if self._untried:
            with self._store.transaction() as tx:
                outgoing.put_back(tx, self._untried)
            self._untried = []

    def _write_down(self) -> bool:
        """Put the verdict in hand on record; False when it closed the way out."""
        if self._verdict is None:
            return True
        letter, delivery = self._verdict
        now = self._clock()
        with self._store.transaction() as tx:
            still_open = self._record(tx, letter, delivery, now)
        self._verdict = None
        return still_open

    def _record(self, tx: Connection, letter: Claimed, delivery: Delivery, now: datetime) -> bool:
        said = _said(delivery)
        if delivery.outcome == "channel-down":
            self._gate.failed(tx, delivery, now)
            return False
        self._gate.answered(tx, delivery, now)
        too_old = now - letter.created_at > timedelta(hours=self._smtp.give_up_after)
        if delivery.outcome == "sent":
            history = "; once in doubt, sent again" if letter.doubts else ""
            outgoing.finish(tx, letter.id, "sent", said + history, now, delivery.queue_id)
        elif delivery.outcome == "in-doubt":
            outgoing.doubt(tx, letter.id, said, now, now + (PROOF_WITHIN if self._smtp.has_proof else _pause(0)))
        elif delivery.outcome == "deferred" and not too_old:
            outgoing.postpone(tx, letter.id, said, now + _pause(letter.attempts))
        elif delivery.outcome == "refused" and not too_old and self._refuses_us(tx, letter, delivery, now):
            return False
        elif outgoing.finish(tx, letter.id, "failed", said, now):
            if delivery.outcome == "refused" and delivery.status in addresses.FINAL:
                addresses.mark_dead(tx, letter.recipient, delivery.status, said, now)
            self._tell(tx, letter, delivery.status, said, now)
        return True

    def _refuses_us(self, tx: Connection, letter: Claimed, delivery: Delivery, now: datetime) -> bool:
        """Whether the server refuses all letters, not this one: then those it refused before wait with it."""
        refused = self._gate.storm(tx, letter.id, letter.recipient, delivery, now)
        if refused is None:
            return False
        outgoing.reopen(tx, refused, _said(delivery), now + _pause(letter.attempts))
        return True

    def _look_for_proof(self, now: datetime) -> None:
        """Doubts end as sent where the relay's own log shows the letter; a log that can't be read costs only the proof."""
        if not self._smtp.queue_log:
            return
        with self._store.reading() as connection:
            doubtful = outgoing.unproven(connection)
        try:
            found = queuelog.taken(self._smtp, doubtful) if doubtful else {}
        except WrongSettings as error:
            maillog.no_proof(error)
            return
        for message_id, queue_id in found.items():
            with self._store.transaction() as tx:
                letter_id = outgoing.proven(tx, message_id, now, f"the relay's log shows it as {queue_id}", queue_id)
            if letter_id:
                maillog.delivery(letter_id, "sent", f"once in doubt; the relay's log shows it as {queue_id}")

    def _settle_doubts(self, tx: Connection, now: datetime) -> None:
        """Doubts that no proof ended: the ticket's story tells of each, and somebody hears of those nobody can settle."""
        ended, again = outgoing.settle_doubts(tx, now)
        for letter in again:
            maillog.delivery(letter.id, "in doubt", "it goes out again")
            if letter.ticket_id:
                facts = {"letter": letter.letter, "address": letter.recipient, "reason": f"{letter.reason}; it is sent once more"}
                tickets.log(tx, letter.ticket_id, [Entry("in-doubt", "mailbot", facts)], now)
        for letter in ended:
            maillog.delivery(letter.id, "in doubt", "it is not sent again")
            self._tell(tx, letter, None, f"in doubt: {letter.reason}", now)

    def _hold_back(self, tx: Connection, now: datetime) -> None:
        """Letters to dead addresses wait; somebody hears of those that an automatic letter to a customer is not."""
        for letter in outgoing.hold_back(tx, now):
            reason = f"held: {addresses.dead(tx, letter.recipient)}"
            maillog.delivery(letter.id, "held", reason)
            if not (letter.automatic and letter.letter.startswith("complainant/")):
                self._tell(tx, letter, None, reason, now)

    def _tell(self, tx: Connection, letter: outgoing.Addressed, status: str | None, reason: str, now: datetime) -> None:
        """Whoever is responsible hears of a letter that did not arrive. A bug in the telling must cost neither the verdict
        nor the other letters: it raises the alarm."""
        try:
            with tx.begin_nested():
                self._pipeline.not_delivered(tx, letter, status, reason, now)
        except (MailbotError, DBAPIError):
            raise
        except Exception as error:  # noqa: BLE001 - the boundary of one letter
            maillog.crashed(f"out-{letter.id}", error)
            alarms.sound(tx, f"undelivered out-{letter.id}", f"out-{letter.id} to {letter.recipient} did not arrive: {reason}", now)


def _broken(letter: Claimed, error: Exception, *, dot_is_out: bool) -> Delivery:
    """The verdict where no dialogue gave one, but a bug of ours."""
    text = f"mailbot broke on this letter: {type(error).__name__}"
    if dot_is_out:
        return Delivery("in-doubt", text=text)
    return Delivery("deferred" if letter.attempts + 1 < BROKEN_TRIES else "refused", text=text)


def _pause(attempts: int) -> timedelta:
    """How long to wait after `attempts` earlier tries."""
    minutes = WAITS[min(attempts, len(WAITS) - 1)]
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing


def _said(delivery: Delivery) -> str:
    """Code, enhanced status (RFC 3463) and the server's words."""
    return " ".join(str(part) for part in (delivery.code, delivery.status, delivery.text) if part)
