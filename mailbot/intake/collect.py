r"""From a mailbox into the ledger: what is new is kept durably, only then is the server touched.

Takes a mailbox's settings and the store. Looks at every UID that is there, never at \\Seen and never at a high-water
mark alone; what the ledger holds already is compared with the server once a session (`compare`). What can't be moved
away is kept all the same and tried again at the next look. Below the disk's reserve nothing is fetched (F32). Each look
leaves its result on record (`store.mailboxes`). Fails as `fetch` and `store` do; what was kept stays kept.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from mailbot import maillog
from mailbot.errors import MailbotError, ServerRefused, StoreBusy, StoreUnusable, Transient
from mailbot.intake.answers import Facts, RawLetter
from mailbot.intake.compare import differs, strangers
from mailbot.intake.fetch import BYTES, CHUNK, Mailroom
from mailbot.intake.imap import Flood
from mailbot.intake.rivals import Rivals
from mailbot.intake.settling import MARK, by
from mailbot.settings import Mailbox
from mailbot.store import alarms, instance, letters, mailboxes, places
from mailbot.store.engine import Store
from mailbot.store.letters import Arrived, Known, Place

REFUSALS = 3  # looks at which the server may refuse a letter before the header alone is kept
PASSING = timedelta(minutes=15)  # how long the network may fail before anybody is told


class Collector:
    """One mailbox's way into the ledger."""

    def __init__(self, box: Mailbox, store: Store, room: Mailroom | None = None) -> None:
        self.box = box
        self._store = store
        self._room = room or Mailroom(box)
        self._rivals = Rivals(box, store, self._room)
        self._keyword = ""
        self._compared: set[int] = set()
        self._settled: set[int] = set()  # nothing is left to do for these in this session
        self._unsure = True  # letters may have been moved of which the ledger knows nothing
        self._hindrance: str | None = None  # why this look moves nothing any more
        self._refusals: Counter[int] = Counter()
        self._stopping = False

    @contextmanager
    def session(self, now: datetime) -> Iterator[None]:
        """A connection to the mailbox."""
        self._compared.clear()
        self._settled.clear()
        self._unsure = True
        try:
            with self._on_record(now):
                self._room.connect()
                self._begin(now)
            yield
        finally:
            self._room.close()

    def look(self, now: datetime) -> int:
        """Keep every new letter and settle it on the server; gives how many wait to be read because of this look."""
        with self._on_record(now):
            self._hindrance = None
            self._count_refusals({}, now)  # of a look that ended with one
            present = self._room.uids()
            todo = [uid for uid in present if uid not in self._settled]
            known, whole_now = self._recall(todo, now)
            self._settle([uid for uid, row in known.items() if not row.settled], now)
            self._settled.update(uid for uid, row in known.items() if row.settled)
            new = sum(self._take(some, now) for some in by(CHUNK, [uid for uid in todo if uid not in known]))
            new += self._complete(whole_now, known, now)
            self._end(present, now)
            self._rivals.look(now)
        if new:
            maillog.kept(self.box.account, new)
        return new

    def wait(self) -> None:
        """Until something new may have come, at most `poll_seconds`."""
        self._room.wait(self.box.poll_seconds)

    def interrupt(self) -> None:
        """End `wait`, or any network operation, from another thread."""
        self._stopping = True
        self._room.interrupt()

    @property
    def _place(self) -> Place:
        return Place(self.box.account, self._room.folder, self._room.uidvalidity)

    def _begin(self, now: datetime) -> None:
        """Learn our own mark; alarm when the folder numbers its letters anew (F14)."""
        place = self._place
        with self._store.transaction() as tx:
            self._keyword = MARK + instance.identity(tx, "").name.lower()
            before = mailboxes.uidvalidity(tx, place.account, place.mailbox)
            if before and place.uidvalidity and before != place.uidvalidity:
                said = (
                    f"{place.account} numbers the letters of {place.mailbox} anew (UIDVALIDITY {before} became {place.uidvalidity}); "
                    "known letters are recognised and opened no second time, ask who runs the server whether it was restored or remade"
                )
                alarms.sound(tx, _numbering(place), said, now)
        self._rivals.begin(self._keyword)

    def _recall(self, uids: Sequence[int], now: datetime) -> tuple[dict[int, Known], list[int]]:
        """What the ledger holds of these letters, and those that can be fetched whole now; strangers under a known UID are left out."""
        place = self._place
        with self._store.reading() as connection:
            known = letters.known(connection, place, uids)
        facts = self._room.facts([uid for uid in known if uid not in self._compared])
        doubtful = [uid for uid in facts if differs(known[uid], facts[uid]) and self._refusals[uid] < REFUSALS]
        strange = strangers(self._room, {uid: known[uid] for uid in doubtful}, facts, self.box.max_bytes)
        if strange:
            with self._store.transaction() as tx:
                for uid in strange:
                    places.free(tx, known.pop(uid).id, uid)
                said = (
                    f"{place.account} gave UID {', '.join(map(str, strange[:20]))} of {place.mailbox} to another letter; "
                    "it was taken in as new and the old one's row kept, ask who runs the server to repair its index"
                )
                alarms.sound(tx, _numbering(place), said, now)
        self._compared.update(uid for uid in facts if uid in known)
        small = [uid for uid in facts if uid in known and known[uid].header_alone and facts[uid].size <= self.box.max_bytes]
        return known, [uid for uid in small if self._refusals[uid] < REFUSALS]

    def _take(self, uids: Sequence[int], now: datetime) -> int:
        """Keep letters that are not in the ledger, and settle them; gives how many rows that made."""
        self._store.require_room()
        facts = self._room.facts(uids)
        self._rivals.on_letters((flag for told in facts.values() for flag in told.flags), now)
        large = {uid: told.size for uid, told in facts.items() if told.size > self.box.max_bytes}
        new, came = 0, []
        try:
            for some in _portions(self._room.fetch([uid for uid in uids if uid not in large])):
                with self._store.transaction() as tx:
                    new += letters.keep(tx, self._place, some, now)
                came += [letter.uid for letter in some]
        except Flood:
            self._count_refusals(facts, now)
            raise
        self._settle(came, now)
        for uid, size in large.items():
            excess = f"{size:,} bytes, more than mailbox.max_bytes = {self.box.max_bytes:,}"
            new += self._keep_header(uid, facts[uid].internal_date or now, excess, now)
        self._count_refusals(facts, now)
        return new

    def _complete(self, uids: Sequence[int], known: dict[int, Known], now: datetime) -> int:
        """Letters of which only the header is kept, and that may be fetched by now: the limit was raised, the server repaired."""
        done = 0
        if uids:
            self._store.require_room()
        for raw in self._room.fetch(uids) if uids else ():
            with self._store.transaction() as tx:
                letters.complete(tx, known[raw.uid].id, _arrived(raw))
            self._settle([raw.uid], now)
            done += 1
        self._count_refusals({}, now)
        return done

    def _count_refusals(self, facts: dict[int, Facts], now: datetime) -> None:
        """A letter that the server would not give at three looks ends as quarantined; a person must look at it there."""
        refused = dict(self._room.refused)
        self._room.refused.clear()
        for uid, said in refused.items():
            self._refusals[uid] += 1
            if self._refusals[uid] == REFUSALS and uid in facts:
                self._keep_header(uid, facts[uid].internal_date or now, said.replace(";", ","), now)

    def _keep_header(self, uid: int, arrived: datetime, why: str, now: datetime) -> int:
        """Keep what can be had of a letter's header, nothing if need be: the row is what counts. Gives 1 if it is new."""
        try:
            raw = self._room.fetch_headers(uid)
        except Transient:
            if self._refusals[uid] < REFUSALS:
                raise
            raw = None  # the connection ended with the last refusal
        if raw is None and self._refusals[uid] < REFUSALS:
            return 0  # it has gone meanwhile
        header = _arrived(raw) if raw else Arrived(uid, arrived, b"")
        with self._store.transaction() as tx:
            new = letters.keep_header(tx, self._place, header, why, now)
        self._settled.add(uid)
        return new

    def _settle(self, uids: Sequence[int], now: datetime) -> None:
        """Settle letters on the server; what it refuses to move is tried again at the next look (F17)."""
        if self._hindrance or not (uids or self._room.obstacle):
            return
        try:
            flags = self._room.settle(uids, self._keyword)
        except ServerRefused as refusal:
            self._hindrance, self._unsure = str(refusal), True
            return
        with self._store.transaction() as tx:
            letters.mark_settled(tx, self._place, uids)
        self._settled.update(uids)
        self._rivals.on_letters(flags, now)

    def _end(self, present: Sequence[int], now: datetime) -> None:
        with self._store.transaction() as tx:
            if self._unsure:
                places.settle_what_is_gone(tx, self._place, present)
            mailboxes.seen(tx, self._place, len(present), now, self._hindrance)
            mailboxes.end_after_a_day(tx, [_numbering(self._place), self._rivals.alarm], now)
        self._unsure = self._hindrance is not None

    @contextmanager
    def _on_record(self, now: datetime) -> Iterator[None]:
        """Trouble with the server goes on record before it rises; the network may have some for a while."""
        try:
            yield
        except (StoreBusy, StoreUnusable):
            raise
        except MailbotError as error:
            if not self._stopping:
                patience = PASSING if isinstance(error, Transient) else timedelta()
                with self._store.transaction() as tx:
                    mailboxes.troubled(tx, self.box.account, self._room.folder, str(error), now, patience)
            raise


def _portions(found: Iterable[RawLetter]) -> Iterator[list[Arrived]]:
    """Letters in portions of bounded size, so that a busy mailbox does not fill the memory (F40); whole ones before a cut, too."""
    some: list[Arrived] = []
    try:
        for raw in found:
            some.append(_arrived(raw))
            if sum(len(letter.data) for letter in some) >= BYTES:
                yield some
                some = []
    except Transient:
        yield some
        raise
    if some:
        yield some


def _arrived(raw: RawLetter) -> Arrived:
    return Arrived(raw.uid, raw.internal_date, raw.data)


def _numbering(place: Place) -> str:
    return f"numbering {place.account} {place.mailbox}"
