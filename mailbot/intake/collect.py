r"""From a mailbox into the ledger: what is new is kept durably, only then is the server touched.

Takes a mailbox's settings and the store. Looks at every UID that is there, never at \\Seen and never at a high-water
mark alone; a letter that is in the ledger but still unsettled on the server (a crash came between) is settled now.
Fails as `fetch` and `store` do; what was kept stays kept.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from mailbot import maillog
from mailbot.intake.fetch import Mailroom
from mailbot.settings import Mailbox
from mailbot.store import letters
from mailbot.store.engine import Store

CHUNK = 50


class Collector:
    """One mailbox's way into the ledger."""

    def __init__(self, box: Mailbox, store: Store, room: Mailroom | None = None) -> None:
        self.box = box
        self._store = store
        self._room = room or Mailroom(box)
        self._settled: set[int] = set()

    @contextmanager
    def session(self) -> Iterator[None]:
        """A connection to the mailbox."""
        self._settled.clear()
        try:
            self._room.connect()
            yield
        finally:
            self._room.close()

    def look(self, now: datetime) -> int:
        """Keep every new letter and settle it on the server; gives how many were new."""
        place = letters.Place(self.box.account, self._room.folder, self._room.uidvalidity)
        present = [uid for uid in self._room.uids() if uid not in self._settled]
        new = 0
        for start in range(0, len(present), CHUNK):
            new += self._take(place, present[start : start + CHUNK], now)
        if new:
            maillog.kept(self.box.account, new)
        return new

    def wait(self) -> None:
        """Until something new may have come, at most `poll_seconds`."""
        self._room.wait(self.box.poll_seconds)

    def interrupt(self) -> None:
        """End `wait`, or any network operation, from another thread."""
        self._room.interrupt()

    def _take(self, place: letters.Place, uids: Sequence[int], now: datetime) -> int:
        with self._store.reading() as connection:
            known = letters.known(connection, place, uids)
        new = [uid for uid in uids if uid not in known]
        sizes = self._room.sizes(new) if new else {}
        small = [uid for uid in new if sizes.get(uid, 0) <= self.box.max_bytes]
        kept = [letters.Arrived(raw.uid, raw.internal_date, raw.data) for raw in self._room.fetch(small)] if small else []
        with self._store.transaction() as tx:
            letters.keep(tx, place, kept, now)
        large = [uid for uid in new if sizes.get(uid, 0) > self.box.max_bytes]
        for uid in large:
            self._keep_header(place, uid, sizes[uid], now)
        self._settle(place, [a.uid for a in kept] + [uid for uid, settled in known.items() if not settled])
        self._settled.update(large, (uid for uid, settled in known.items() if settled))
        return len(kept) + len(large)

    def _keep_header(self, place: letters.Place, uid: int, size: int, now: datetime) -> None:
        raw = self._room.fetch_headers(uid)
        if raw is not None:
            excess = f"{size:,} bytes, more than mailbox.max_bytes = {self.box.max_bytes:,}"
            with self._store.transaction() as tx:
                letters.keep_oversized(tx, place, letters.Arrived(raw.uid, raw.internal_date, raw.data), excess, now)

    def _settle(self, place: letters.Place, uids: Sequence[int]) -> None:
        if not uids:
            return
        self._room.settle(uids)
        with self._store.transaction() as tx:
            letters.mark_settled(tx, place, uids)
        self._settled.update(uids)
