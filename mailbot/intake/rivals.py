"""Does another mailbot read this mailbox, too (F38)? The lease guards a database; two databases meet in the mailbox alone.

Each mailbot marks what it takes with a keyword of its own (`settling`). Takes an open mailbox and the store; sounds the alarm
`rival` when another's mark stands on a letter that is new to us, when one appears among the folder's flags while we look
(the server tells every session of a new keyword, RFC 9051 §7.3.5), and when letters that came since our ledger began lie
among the processed ones under another's mark and are not in the ledger. Touches nothing. Fails as `fetch` and `store` do.
Limit: where the server takes no keywords only `mailbot reconcile` shows such letters.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mailbot.intake import balance
from mailbot.intake.answers import MONTHS
from mailbot.intake.fetch import Mailroom
from mailbot.intake.settling import MARK
from mailbot.settings import Mailbox
from mailbot.store import alarms, places
from mailbot.store.engine import Store

EVERY = timedelta(minutes=15)  # between two searches of the processed letters
ONE_TOO_MANY = "stop one of the two, or forget this if the database was made anew"
A_DAY = timedelta(days=1)  # servers search by the day, in a time zone of their own


class Rivals:
    """What one session learns of other mailbots at its mailbox."""

    def __init__(self, box: Mailbox, store: Store, room: Mailroom) -> None:
        self.alarm = f"rival {box.account} {box.folder}"
        self._box = box
        self._store = store
        self._room = room
        self._own = ""
        self._named: frozenset[str] = frozenset()  # marks among the folder's flags, as far as we know
        self._search_at: datetime | None = None

    def begin(self, own: str) -> None:
        """A session begins; `own` is our mark."""
        self._own = own
        self._named = self._others(self._room.flags())
        self._search_at = None

    def on_letters(self, flags: Iterable[str], now: datetime) -> None:
        """`flags` stand on letters that are new to us."""
        marks = self._others(flags)
        if marks:
            self._sound(f"({_list(marks)} on letters that are new to {self._own})", ONE_TOO_MANY, now)

    def look(self, now: datetime) -> None:
        """What the folder's flags say; every now and then also what lies among the processed letters."""
        named = self._others(self._room.flags())
        if named - self._named:
            self._sound(f"({_list(named - self._named)} marks letters there since {self._own} looks)", ONE_TOO_MANY, now)
        self._named |= named
        if self._room.obstacle or not self._box.done_folder or (self._search_at and now < self._search_at):
            return
        self._search_at = now + EVERY
        marks, taken = self._processed()
        if taken:
            cure = f"stop one of the two, then move them back to {self._box.folder} (`mailbot reconcile` names them)"
            cure += "; two that read different folders need a done_folder each"
            self._sound(f"({_list(marks)} took {taken} letters in {self._box.done_folder} that {self._own} never had)", cure, now)

    def _processed(self) -> tuple[frozenset[str], int]:
        """Others' marks among the processed letters, and how many of those that bear one are not in the ledger."""
        with self._store.reading() as connection:
            began = places.began(connection, self._box.account)
        if not began:
            return frozenset(), 0
        day = began - A_DAY
        since = "SINCE", f"{day.day}-{MONTHS[day.month - 1].title()}-{day.year}"
        stray: set[int] = set()
        self._room.examine(self._box.done_folder, *since)
        marks = self._others(self._room.flags())
        for mark in sorted(marks):
            found = self._room.examine(self._box.done_folder, "KEYWORD", mark, *since)
            stray.update(balance.unaccounted(self._room, self._box, self._store, self._room.facts(found)))
        self._room.reopen()
        return marks, len(stray)

    def _others(self, flags: Iterable[str]) -> frozenset[str]:
        return frozenset(flag for flag in flags if flag.startswith(MARK) and flag != self._own)

    def _sound(self, seen: str, cure: str, now: datetime) -> None:
        said = f"another mailbot reads {self._box.folder} of {self._box.account} {seen}; {cure}"
        with self._store.transaction() as tx:
            alarms.sound(tx, self.alarm, said, now)


def _list(marks: Iterable[str]) -> str:
    return ", ".join(sorted(marks))
