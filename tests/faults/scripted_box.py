"""A mailbox in memory behind the scripted IMAP server: for servers with a broken index, letters they won't give, mad sizes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.edges.scripted import Answer

DATE = "22-Nov-2026 10:00:00 +0800"


@dataclass
class Box:
    """What the server holds: letters by UID; `refuses` those it won't give, `announces` a size of its own for some."""

    letters: dict[int, str]
    validity: int = 7
    dates: dict[int, str] = field(default_factory=dict)
    refuses: set[int] = field(default_factory=set)
    announces: dict[int, int] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    done: dict[int, str] = field(default_factory=dict)  # letters that were moved away

    def script(self) -> dict[str, Answer]:
        opened = f"* OK [UIDVALIDITY {self.validity}] ok\r\n" if self.validity else ""
        flags = "* OK [PERMANENTFLAGS (\\Deleted \\*)] ok\r\n"
        return {
            "SELECT": f"* 1 EXISTS\r\n{flags}{opened}{{tag}} OK [READ-WRITE] done\r\n",
            "EXAMINE": f"* 1 EXISTS\r\n{opened}{{tag}} OK [READ-ONLY] done\r\n",
            "UID SEARCH": lambda _: f"* SEARCH {' '.join(map(str, sorted(self.letters)))}\r\n{{tag}} OK done\r\n",
            "UID FETCH": self._on_uids(self._fetch),
            "UID MOVE": self._on_uids(self._move),
            **self.answers,
        }

    def _on_uids(self, answer: Callable[[list[int], str], str]) -> Answer:
        def answered(commands: list[str]) -> str:
            _, _, uids, rest = commands[-1].split(" ", 3)
            return answer([int(uid) for uid in uids.split(",") if int(uid) in self.letters], rest)

        return answered

    def _fetch(self, uids: list[int], items: str) -> str:
        if "BODY" in items and self.refuses & set(uids):
            return "{tag} NO [SERVERBUG] this one is broken\r\n"
        return "".join(self._told(uid, items) for uid in uids) + "{tag} OK done\r\n"

    def _told(self, uid: int, items: str) -> str:
        letter = self.letters[uid]
        date = f'INTERNALDATE "{self.dates.get(uid, DATE)}"'
        if "BODY" not in items:
            return f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(letter)} {date} FLAGS ())\r\n"
        header = "HEADER" in items
        shown = re.sub(r"(?s)(?<=\r\n\r\n).*", "", letter) if header else letter
        size = self.announces.get(uid, len(shown))
        return f"* {uid} FETCH (UID {uid} {date} BODY[{'HEADER' if header else ''}] {{{size}}}\r\n{shown})\r\n"

    def _move(self, uids: list[int], _: str) -> str:
        for uid in uids:
            self.done[uid] = self.letters.pop(uid)
        return "{tag} OK done\r\n"


def letter(words: str) -> str:
    return f"From: alice@customer.example\r\nSubject: {words}\r\n\r\n{words}\r\n"
