"""`python -m tests.soak [--minutes M] [--rate N] [--every S] [--seed K]`: the service under load while things break.

The real `mailbot run` between a Dovecot and a Postfix; N mixed letters a second; every S seconds it is killed, or Dovecot
or Postfix goes away, or its database is held, or it is stopped for a while. Prints memory and descriptors over time with
their slopes, how long letters took, and the balance at the end, as the judge sees it and as `mailbot reconcile` does. Exit
status 1 when a promise (V1-V8) does not hold or the balance does not close.
"""

import argparse
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from mailbot.store import schema
from mailbot.store.engine import Store, open_store
from models.base import core
from models.letters import OutgoingLetter, ReceivedLetter
from tests.bench.letters import make
from tests.crash.invariants import Arrived, Put, Seen, broken
from tests.soak.servers import Machines, machines
from tests.soak.service import Running, slope
from tests.soak.trouble import Trouble
from tests.stories.test_service import toml
from tests.stories.world import STAFF, USERS, settings

RECEIVED, OUTBOX = core(ReceivedLetter), core(OutgoingLetter)
EVERYBODY = {**USERS, "customer": "customer-password", "robot": "robot-password"}
REST_WITHIN = 150.0  # seconds after the last letter in which everything must have come to rest
AUTHOR = re.compile(rb"\b(customer|robot)(\d+)@customer\.example")


def main() -> int:
    """Load, break, wait, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--rate", type=float, default=2, help="letters a second")
    parser.add_argument("--every", type=float, default=30, help="seconds between two faults")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mailbot-soak-") as folder, machines(EVERYBODY) as servers:
        soak = Soak(servers, Path(folder), asked.minutes * 60, asked.rate)
        soak.run(asked.every, asked.seed)
        return soak.tell()


class Soak:
    """One run: its letters, when each was put into the mailbox, and what broke."""

    def __init__(self, servers: Machines, folder: Path, seconds: float, rate: float) -> None:
        self._servers = servers
        self._seconds, self._rate = seconds, rate
        config = folder / "mailbot.toml"
        config.write_text(toml(settings(servers.mail, servers.relay, f"sqlite:///{folder}/mailbot.db", folder)), "utf-8")
        self.database = folder / "mailbot.db"
        self.service = Running(config)
        self.put: list[Put] = []
        self.put_at: dict[str, float] = {}
        self.troubles: Counter[str] = Counter()

    def run(self, every: float, seed: int) -> None:
        """Everything until it has come to rest; the service is gone then, whatever happens."""
        self.service.begin()
        try:
            self._break_every(every, seed)
            self._come_to_rest()
        finally:
            self.service.end(signal.SIGKILL)

    def _break_every(self, every: float, seed: int) -> None:
        loader = threading.Thread(target=self._load, daemon=True)
        loader.start()
        troubles = Trouble(self._servers, self.service, self.database, seed).in_turn()
        end = time.monotonic() + self._seconds
        next_at = time.monotonic() + every
        while time.monotonic() < end:
            self.service.look()
            if time.monotonic() >= next_at:
                name, strike = next(troubles)
                print(f"{self._seconds - (end - time.monotonic()):5.0f} s  {name}", flush=True)
                strike()
                self.troubles[name] += 1
                next_at = max(next_at + every, time.monotonic())  # however long this one lasted
            time.sleep(1)
        loader.join()

    def tell(self) -> int:
        """What came of it; the exit status."""
        store = open_store(f"sqlite:///{self.database}")
        try:
            faults = self._judge(store)
            self._print(store)
        finally:
            store.close()
        for status in self.service.ended_by_itself:
            faults.append(f"the service ended by itself with status {status}")
        closes, told = self.service.reconcile()
        print(f"mailbot reconcile: {told}")
        if not closes:
            faults.append("`mailbot reconcile` finds a difference between the mailbox and the ledger")
        for fault in faults:
            print(f"BROKEN {fault}")
        if faults:
            print("the end of its log:\n" + self.service.log.read_text("utf-8", "replace")[-3000:])
        print(f"balance: {len(faults)} promises broken" if faults else "balance: every letter accounted for, every promise held")
        return 1 if faults else 0

    def _load(self) -> None:
        """Letters into the mailbox at an even pace."""
        letters = make(int(self._seconds * self._rate))
        began = time.monotonic()
        for n, made in enumerate(letters):
            time.sleep(max(0.0, began + n / self._rate - time.monotonic()))
            raw = AUTHOR.sub(rb"\1+\2@customer.example", made.raw)
            self.put.append(Put(raw, f"talk {made.opens}" if made.opens is not None else None))
            self.put_at[_message_id(raw)] = time.time()
            self._servers.mail.deliver("complaints", raw)

    def _come_to_rest(self) -> None:
        give_up_at = time.monotonic() + REST_WITHIN
        while time.monotonic() < give_up_at and not self._rests():
            self.service.look()
            time.sleep(1)
        self.service.end(signal.SIGTERM)
        self._servers.relay.drain(30)

    def _rests(self) -> bool:
        """Whether everything put in was taken in and nothing that is due waits."""
        store = open_store(f"sqlite:///{self.database}")
        try:
            if schema.version(store) is None:
                return False
            with store.reading() as tx:
                done = tx.execute(select(func.count()).select_from(RECEIVED).where(RECEIVED.c.fate.is_not(None))).scalar_one()
                due = OUTBOX.c.ended_at.is_(None), OUTBOX.c.held.is_(None), OUTBOX.c.next_at <= datetime.now(UTC)
                owed = tx.execute(select(func.count()).select_from(OUTBOX).where(*due)).scalar_one()
        finally:
            store.close()
        return done >= len(self.put) and not owed

    def _judge(self, store: Store) -> list[str]:
        mail = self._servers.mail
        people = [user for user in EVERYBODY if user != "complaints"]
        copies = [Arrived(_recipient(raw), raw) for user in people for raw in mail.inbox(user)]
        seen = Seen(
            put=self.put,
            arrived=copies,
            now=datetime.now(UTC),
            there=mail.inbox("complaints") + mail.inbox("complaints", "Processed"),
            staff=frozenset(address for member in STAFF for address in member["addresses"]),
            may_quarantine=self.troubles["kill -9"] >= 3,
            allowance=100,
        )
        with store.reading() as connection:
            return broken(seen, connection)

    def _print(self, store: Store) -> None:
        with store.reading() as connection:
            rows = connection.execute(select(RECEIVED.c.message_id, RECEIVED.c.fate, RECEIVED.c.decided_at)).all()
            out = Counter(connection.execute(select(OUTBOX.c.fate)).scalars())
            doubts = connection.execute(select(func.count()).select_from(OUTBOX).where(OUTBOX.c.doubts > 0)).scalar_one()
        took = sorted(row.decided_at.timestamp() - self.put_at[row.message_id] for row in rows if row.message_id in self.put_at)
        print(f"{len(self.put)} letters put in, {len(rows)} in the ledger: {_counts(Counter(row.fate for row in rows))}")
        print(f"{sum(out.values())} letters out: {_counts(out)}; {doubts} were in doubt")
        print(f"broken on purpose: {_counts(self.troubles)}; {self.service.starts} starts")
        if took:
            named = {name: took[min(len(took) - 1, int(len(took) * share))] for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))}
            print(
                "mail to ticket: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in named.items()) + f", worst {took[-1]:.1f} s"
            )
        _machine(self.service)


def _machine(service: Running) -> None:
    samples = service.samples
    print("    at   age    RSS  descriptors  threads")
    for sample in samples[:: max(1, len(samples) // 12)]:
        print(f"{sample.at:5.0f}s {sample.age:4.0f}s {sample.rss_mb:4.0f} MB {sample.descriptors:12d} {sample.threads:8d}")
    grows = {what: slope(samples, what) for what in ("rss_mb", "descriptors", "threads")}
    told = ", ".join(f"{what} {value:+.1f}" for what, value in grows.items() if value is not None)
    print(f"growth in an hour of a process's life: {told or 'no process lived long enough to tell; --minutes 20 or more'}")


def _counts(counter: Counter[Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items(), key=str)) or "none"


def _message_id(raw: bytes) -> str:
    found = re.search(rb"Message-ID: <([^>]+)>", raw)
    return found[1].decode() if found else ""


def _recipient(raw: bytes) -> str:
    """Whom Postfix delivered it to."""
    found = re.search(rb"^(?:X-Original-To|Delivered-To): (\S+)", raw, re.MULTILINE)
    return found[1].decode().lower() if found else ""


if __name__ == "__main__":
    sys.exit(main())
