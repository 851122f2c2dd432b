"""One session with a real server over a wire that breaks, sound ones after it, and the promises.

`ImapWire`: Dovecot, the collector and a store. `SmtpWire`: the sender, Postfix, and who received what. Each `case` gives the
promises that are broken; what the broken session itself came to is the network's affair.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from mailbot.errors import MailbotError
from mailbot.intake.collect import Collector
from mailbot.outbox.post import Post
from mailbot.outbox.send import Courier
from mailbot.settings import Mailbox, Smtp
from mailbot.store import outgoing, schema
from mailbot.store.engine import Store, open_store
from models.base import core
from models.letters import OutgoingLetter, ReceivedLetter
from tests.crash import company
from tests.crash.databases import Sqlite
from tests.crash.invariants import Arrived, Put, Seen, broken
from tests.crash.scene import START
from tests.servers import dovecot, postfix
from tests.wire.proxy import Fault, Proxy, Way

PATIENCE = 0.3  # seconds of silence after which a stalled connection is given up here
USERS = {"complaints": "complaints-password", "alice": "alice-password", "bob": "bob-password"}
LETTERS = [b"Subject: %d\r\nMessage-ID: <%d@x.example>\r\n\r\n" % (n, n) + b"A line.\r\n" * (n + 1) for n in range(2)]
RECEIVED, OUTBOX = core(ReceivedLetter), core(OutgoingLetter)


def _open(home: Path) -> tuple[Sqlite, Store]:
    database = Sqlite(home)
    store = open_store(database.url)
    schema.upgrade(store)
    store.close()
    database.keep()
    return database, store


class ImapWire:
    """Letters come in over a wire that breaks."""

    def __init__(self, mail: dovecot.Dovecot, proxy: Proxy, home: Path) -> None:
        self._mail, self._proxy = mail, proxy
        self._database, self._store = _open(home)
        login = {"user": "complaints", "password": USERS["complaints"], "security": "none", "idle": False}
        self._box = Mailbox(host="127.0.0.1", port=proxy.port, timeout=PATIENCE, **login)  # type: ignore[arg-type]
        self._sound = Mailbox(host="127.0.0.1", port=mail.port, **login)  # type: ignore[arg-type]

    def length(self) -> dict[Way, int]:
        """How many bytes a whole session has, each way."""
        self._set_out()
        self._look(self._box)
        self._proxy.quiet()
        return dict(self._proxy.carried)

    def case(self, fault: Fault) -> list[str]:
        self._set_out()
        self._proxy.arm(fault)
        with suppress(MailbotError):  # the network's affair; anything else is a fault of ours and rises
            self._look(self._box)
        self._proxy.quiet()
        self._look(self._sound)
        there = self._mail.inbox("complaints") + self._mail.inbox("complaints", "Processed")
        with self._store.reading() as connection:
            unsettled = connection.execute(select(func.count()).where(RECEIVED.c.settled.is_(False))).scalar_one()
            found = broken(Seen([Put(raw) for raw in LETTERS], [], START, there), connection)
        left = [f"V1: {unsettled} letters are not settled"] if unsettled or self._mail.inbox("complaints") else []
        return [sentence for sentence in found if sentence.startswith("V1")] + left

    def _set_out(self) -> None:
        self._store.close()
        self._database.put_back()
        self._mail.empty("complaints")
        for raw in LETTERS:
            self._mail.deliver("complaints", raw, START.timestamp())

    def _look(self, box: Mailbox) -> None:
        collector = Collector(box, self._store)
        with collector.session(START):
            collector.look(START)


class SmtpWire:
    """Letters go out over a wire that breaks: an automatic one and one that a person wrote."""

    def __init__(self, mail: dovecot.Dovecot, relay: postfix.Postfix, proxy: Proxy, home: Path) -> None:
        self._mail, self._relay, self._proxy = mail, relay, proxy
        self._database, self._store = _open(home)
        self._kit = company.make_kit(self._database.url, home)
        self._smtp = Smtp(host="127.0.0.1", port=proxy.port, security="none", address=company.COMPLAINTS, timeout=PATIENCE)
        self._sound = Smtp(host="127.0.0.1", port=relay.open_port, security="none", address=company.COMPLAINTS)

    def length(self) -> dict[Way, int]:
        """How many bytes a whole dialogue has, each way."""
        self._set_out()
        asyncio.run(self._send(self._smtp, timedelta()))
        self._proxy.quiet()
        return dict(self._proxy.carried)

    def case(self, fault: Fault) -> list[str]:
        self._set_out()
        self._proxy.arm(fault)
        asyncio.run(self._send(self._smtp, timedelta()))
        self._proxy.quiet()
        for after in company.ROUNDS[1:]:
            asyncio.run(self._send(self._sound, after))
            if company.at_rest(self._store):
                break
        self._relay.drain()
        with self._store.reading() as connection:
            seen = Seen([], self._arrived(), START + company.ROUNDS[-1])
            return broken(seen, connection)

    def doubtful(self) -> int:
        """How many letters of the last case were in doubt."""
        with self._store.reading() as connection:
            return connection.execute(select(func.count()).where(OUTBOX.c.doubts > 0)).scalar_one()

    def _set_out(self) -> None:
        self._relay.drain()
        self._store.close()
        self._database.put_back()
        for user in ("alice", "bob"):
            self._mail.empty(user)
        with self._store.transaction() as tx:
            outgoing.enqueue(tx, [_owed("alice", automatic=False), _owed("bob", automatic=True)], START)

    async def _send(self, smtp: Smtp, after: timedelta) -> None:
        courier = Courier(smtp, after_dot=PATIENCE if smtp is self._smtp else 60)
        post = Post(self._kit.pipeline(self._store), lambda: START + after, courier)
        try:
            await post.send_waiting()
        finally:
            await post.close()

    def _arrived(self) -> Sequence[Arrived]:
        return [Arrived(f"{user}@customer.example", raw) for user in ("alice", "bob") for raw in self._mail.inbox(user)]


def _owed(user: str, *, automatic: bool) -> outgoing.Letter:
    address, message_id = f"{user}@customer.example", f"to-{user}@company.example"
    data = f"Message-ID: <{message_id}>\r\nTo: {address}\r\nSubject: Re\r\n\r\n.A line\r\n".encode()
    return outgoing.Letter(None, "staff/receipt", address, f"staff:{address}", message_id, automatic, data)
