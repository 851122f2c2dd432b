"""Who writes to the company, and what has to become of it: customers, staff, machines, and the oracle of conversations.

Everybody writes as mail programs do: to the letters they really received. A letter that opens a conversation, or belongs
to one, goes into the mailbox with that conversation's name; machines' letters with none.
"""

import email
import email.policy
import random
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage

from msgspec import Struct

from mailbot.intake.message import InboundMessage
from mailbot.intake.parse import parse
from tests.crash.invariants import Arrived, Put
from tests.simulate.parts import COMPLAINTS, STAFF

CUSTOMERS = tuple(f"{name}@customer.example" for name in ("alice", "dora", "erik", "fang", "gita", "hugo"))
PARROT = "parrot@robot.example"
WORKERS = tuple(member["addresses"][0] for member in STAFF)
NUMBER = re.compile(r"\[#(\d{4}-\d{6})\]")
WORDS = "The cup leaks", "The lid is broken", "My parcel never came", "I was charged twice", "The coat lost its colour"
ORDERS = (
    "#accept", "#accept\nWe are looking into it.", "We sent a new one today.", "#resolve\nA new one is on its way.", "#close\nGoodbye.",
    "#category price", "#note for us alone", "#reslove\nmistyped", "#help", "#reopen", "#decline not ours", "#plan we call on Monday",
    "#task improvement 31 Dec Change the seals", "#finish the seals are changed", "#judge ineffective it leaks still", "#co service-dept",
)  # fmt: skip


class Talk(Struct):
    """A conversation: who leads it, the letter that began it, and its secret word."""

    name: str
    customer: str
    raw: bytes
    secret: str
    message_id: str


class People:
    """Everybody outside; `post` brings a letter into the complaints mailbox, `inbox` is what somebody received."""

    def __init__(self, dice: random.Random, post: Callable[[bytes], None], inbox: Callable[[str], Sequence[bytes]]) -> None:
        self._dice = dice
        self._post = post
        self._inbox = inbox
        self._serial = 0
        self._parroted = 0
        self.put: list[Put] = []
        self.talks: list[Talk] = []
        self._talk_of: dict[str, Talk] = {}  # by the Message-ID of the letter that began it

    def complain(self, now: datetime) -> None:
        """A customer's new complaint."""
        customer = self._dice.choice(CUSTOMERS)
        serial = self._next()
        secret = f"secret{serial:05d}x{self._dice.randrange(1 << 30):08x}"
        letter = self._letter(customer, f"{self._dice.choice(WORDS)} {serial}", now)
        letter.set_content(f"{self._dice.choice(WORDS)}. My order is {secret}, and this is letter {serial}.\n")
        talk = Talk(f"talk-{serial}", customer, letter.as_bytes(policy=email.policy.SMTP), secret, letter["Message-ID"].strip("<>"))
        self.talks.append(talk)
        self._talk_of[talk.message_id] = talk
        self._send(talk.raw, talk)

    def answer(self, now: datetime) -> None:
        """A customer answers a letter of ours, with references or, as some programs do, with the quote alone."""
        found = self._a_letter_of(self._dice.choice(CUSTOMERS))
        if found:
            letter = self._reply(*found, f"This is not over. Sentence {self._next()}.", now)
            self._send(letter.as_bytes(policy=email.policy.SMTP), self._talk(found[1]))

    def order(self, now: datetime) -> None:
        """A member of staff answers a notice: an order, words for the customer, a mistake."""
        found = self._a_letter_of(self._dice.choice(WORKERS))
        if found:
            letter = self._reply(*found, self._dice.choice(ORDERS), now)
            self._send(letter.as_bytes(policy=email.policy.SMTP), None)

    def cold_order(self, now: datetime) -> None:
        """An order from a member's address without any token: a From line alone proves nothing."""
        letter = self._letter(self._dice.choice(WORKERS), "close it", now)
        letter.set_content(f"#close\nGoodbye {self._next()}.\n")
        self._send(letter.as_bytes(policy=email.policy.SMTP), None)

    def again(self, _now: datetime) -> None:
        """The same bytes once more, as a server that lost its memory delivers them."""
        if self.put:
            before = self._dice.choice(self.put)
            self.put.append(before)
            self._post(before.raw)

    def away(self, now: datetime) -> None:
        """An out-of-office reply to a letter of ours."""
        found = self._a_letter_of(self._dice.choice(CUSTOMERS))
        if found:
            letter = self._reply(*found, f"I am away until Monday {self._next()}.", now)
            letter["Auto-Submitted"] = "auto-replied"
            self._send(letter.as_bytes(policy=email.policy.SMTP), None)

    def parrot(self, now: datetime) -> None:
        """A machine that answers whatever it gets at once, and shows by no header and no reference that it is one (F46)."""
        got = len(self._inbox(PARROT))
        if got < self._parroted:
            return
        self._parroted = got + 1
        letter = self._letter(PARROT, "Your letter has reached us", now)
        letter.set_content(f"We have received it and given it the number {self._next()}.\n")
        raw = letter.as_bytes(policy=email.policy.SMTP)
        self._send(raw, Talk(f"parrot-{self._next()}", PARROT, raw, "", ""))

    def newsletter(self, now: datetime) -> None:
        """Bulk mail."""
        letter = self._letter("news@shop.example", f"Offers of the week {self._next()}", now)
        letter["Precedence"] = "bulk"
        letter["List-Id"] = "<news.shop.example>"
        letter.set_content("Everything must go.\n")
        self._send(letter.as_bytes(policy=email.policy.SMTP), None)

    def echo(self, _now: datetime) -> None:
        """One of our own letters comes back as it is."""
        letters = self._inbox(self._dice.choice(CUSTOMERS))
        if letters:
            self._send(letters[-1], None)

    def nameless(self, _now: datetime) -> None:
        """A letter without an author is set aside for a person."""
        self._send(f"Subject: who am I {self._next()}\r\n\r\nNobody.\r\n".encode(), None)

    def report(self, sender: str, returned: Arrived, now: datetime) -> None:
        """The relay's report, to the letter's return path, that it could not be brought (RFC 3464)."""
        recipient, ours = returned.recipient, parse(returned.raw)
        letter = EmailMessage()
        letter["From"], letter["To"] = "MAILER-DAEMON@mx.customer.example", sender or COMPLAINTS
        letter["Subject"], letter["Auto-Submitted"] = "Undelivered Mail Returned to Sender", "auto-replied"
        letter["Message-ID"], letter["Date"] = f"<bounce-{self._next()}@mx.customer.example>", now
        raw = letter.as_bytes(policy=email.policy.SMTP).removesuffix(b"\r\n")
        failed = f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.2.1\r\nDiagnostic-Code: smtp; 550 5.2.1 closed"
        parts = [
            "Content-Type: text/plain\r\n\r\nYour letter could not be delivered.",
            f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n{failed}",
            f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{ours.message_id}>\r\nTo: {recipient}",
        ]
        kind = 'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        body = "".join(f"--b\r\n{part}\r\n\r\n" for part in parts)
        self._send(raw + f"{kind}{body}--b--\r\n".encode(), None)

    def _send(self, raw: bytes, talk: Talk | None) -> None:
        whose = (talk.name, talk.customer, talk.secret) if talk else (None, "", "")
        self.put.append(Put(raw, *whose))
        self._post(raw)

    def _a_letter_of(self, person: str) -> tuple[str, InboundMessage] | None:
        """A letter this person received about a ticket."""
        letters = [raw for raw in self._inbox(person) if b"X-Mailbot-Instance" in raw]
        if not letters:
            return None
        message = parse(self._dice.choice(letters))
        return (person, message) if NUMBER.search(message.subject) and self._talk(message) else None

    def _talk(self, message: InboundMessage) -> Talk | None:
        """The conversation a letter of ours is about: its secret stands in what is quoted, or it answers the opening letter."""
        for known in (*message.in_reply_to, *message.references):
            if known in self._talk_of:
                return self._remember(message, self._talk_of[known])
        number = NUMBER.search(message.subject)
        named = self._talk_of.get(number[1]) if number else None
        return named or next((self._remember(message, t) for t in self.talks if t.secret in message.text), None)

    def _remember(self, message: InboundMessage, talk: Talk) -> Talk:
        number = NUMBER.search(message.subject)
        if number:
            self._talk_of.setdefault(number[1], talk)
        return talk

    def _reply(self, author: str, received: InboundMessage, text: str, now: datetime) -> EmailMessage:
        letter = self._letter(author, f"Re: {received.subject}", now)
        if self._dice.random() < 0.7:
            letter["In-Reply-To"] = f"<{received.message_id}>"
            letter["References"] = " ".join(f"<{i}>" for i in (*received.references, received.message_id))
        quoted = "\n".join(f"> {line}" for line in received.text.splitlines())
        letter.set_content(f"{text}\n\nOn Mon, 16 Nov 2026, {COMPLAINTS} wrote:\n{quoted}\n")
        return letter

    def _letter(self, author: str, subject: str, now: datetime) -> EmailMessage:
        letter = EmailMessage(policy=email.policy.SMTP)
        letter["From"], letter["To"], letter["Subject"] = author, COMPLAINTS, subject
        letter["Message-ID"], letter["Date"] = f"<made-up-{self._next()}@{author.partition('@')[2]}>", now
        return letter

    def _next(self) -> int:
        self._serial += 1
        return self._serial
