"""The balance of a mailbox: what the server holds, what the ledger accounts for, every difference by its UID.

`differences` is pure; `weigh` asks the server, changing nothing there, and fails as `fetch` does. A letter in the folder
for processed ones is accounted for if the ledger knows one that arrived at that moment (MOVE and COPY keep INTERNALDATE,
RFC 9051 §6.4.7), else by its bytes. What people took from there is no difference, nor what lay there before the ledger
began.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from mailbot.intake.answers import Facts
from mailbot.intake.compare import differs, strangers
from mailbot.intake.fetch import Mailroom
from mailbot.intake.settling import MARK
from mailbot.settings import Mailbox
from mailbot.store import letters, places
from mailbot.store.engine import Store
from mailbot.store.letters import Known, Place
from mailbot.store.places import Late

LATE = timedelta(hours=1)  # a running service reads and moves a letter within minutes


class Difference(Struct, frozen=True):
    """Something that does not agree, and what to do about it."""

    folder: str
    uid: int
    what: str
    cure: str


class Balance(Struct, frozen=True):
    """A mailbox weighed: letters on the server and those of them that are accounted for, in both folders; fates ever given."""

    account: str
    folder: str
    held: int
    accounted: int
    done_folder: str
    done_held: int
    done_accounted: int
    fates: dict[str, int]
    differences: list[Difference]


class Open(Struct, frozen=True):
    """What is unfinished after an hour: letters without a fate, and letters that should have been moved away."""

    unread: int
    unsettled: int

    def __bool__(self) -> bool:
        return bool(self.unread or self.unsettled)


def open_differences(connection: Connection, now: datetime) -> Open:
    """What the tables alone know of a balance that does not close."""
    late = places.late(connection, now - LATE)
    return Open(sum(row.unread for row in late), sum(row.unsettled for row in late))


def weigh(box: Mailbox, store: Store, now: datetime) -> Balance:
    """Compare a mailbox with the ledger. Raises Transient or ServerRefused when the server can't be asked."""
    room = Mailroom(box)
    try:
        facts = room.facts(present := room.examine())
        place = Place(box.account, room.folder, room.uidvalidity)
        with store.reading() as connection:
            known = letters.known(connection, place, present)
            late = [row for row in places.late(connection, now - LATE) if (row.account, row.mailbox) == (place.account, place.mailbox)]
            fates = places.fates(connection, box.account, box.folder)
        doubtful = {uid: known[uid] for uid in facts if uid in known and differs(known[uid], facts[uid])}
        strange = strangers(room, doubtful, facts, box.max_bytes)
        done = room.examine(box.done_folder) if box.done_folder and room.has_folder(box.done_folder) else []
        done_facts = room.facts(done)
        stray = unaccounted(room, box, store, done_facts)
    finally:
        room.close()
    found = differences(place, present, known, strange, late)
    cure = f"move it to {box.folder} if it is for mailbot"
    found += [Difference(box.done_folder, uid, _fault(done_facts[uid]), cure) for uid in stray]
    wrong = sum(uid not in known or uid in strange for uid in present)
    return Balance(
        box.account, box.folder, len(present), len(present) - wrong, box.done_folder, len(done), len(done) - len(stray), fates, found
    )


def differences(
    place: Place, present: Sequence[int], known: Mapping[int, Known], strange: Sequence[int], late: Sequence[Late]
) -> list[Difference]:
    """What does not agree in the folder that is read: `known` is the ledger's, `strange` holds another letter, `late` is unfinished."""
    folder = place.mailbox
    found = [
        Difference(folder, uid, "not yet in the ledger", "a running service or `mailbot run --once` takes it")
        for uid in present
        if uid not in known
    ]
    for uid in strange:
        what = f"another letter than in-{known[uid].id}, which had this UID before"
        found.append(Difference(folder, uid, what, "a running service or `mailbot run --once` takes it in as new"))
    for row in late:
        if row.unread:
            found.append(
                Difference(folder, row.uid, f"in-{row.id} waits to be read", "see that the service runs; `mailbot letters` shows it")
            )
        if row.unsettled:
            found.append(Difference(folder, row.uid, f"in-{row.id} is kept but not moved away", "`mailbot status` says what hinders it"))
    return found


def _fault(told: Facts) -> str:
    """What is wrong with a letter among the processed ones that the ledger does not know: a database older than the mailbox, or two."""
    marks = ", ".join(sorted(flag for flag in told.flags if flag.startswith(MARK)))
    return f"not in the ledger, though it was taken by {marks}" if marks else "never read by mailbot"


def unaccounted(room: Mailroom, box: Mailbox, store: Store, facts: Mapping[int, Facts]) -> list[int]:
    """Letters in the folder for processed ones, which is open, that the ledger does not know though they came since it began."""
    with store.reading() as connection:
        began = places.began(connection, box.account)
        came = {uid: told.internal_date for uid, told in facts.items() if began and told.internal_date and told.internal_date >= began}
        arrived = places.arrivals(connection, box.account, min(came.values())) if came else ()
    unknown = [uid for uid, at in came.items() if at not in arrived]
    stray = [uid for uid in unknown if facts[uid].size > box.max_bytes]
    for raw in room.fetch([uid for uid in unknown if uid not in stray]) if unknown else ():
        with store.reading() as connection:
            if not letters.holds(connection, hashlib.sha256(raw.data).hexdigest()):
                stray.append(raw.uid)
    return stray
