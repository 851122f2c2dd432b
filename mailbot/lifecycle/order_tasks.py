"""What stands behind the orders `#task` and `#finding`: the kind, whose it is, by when, and what is to be done.

`改进 @张伟 12月1日 更换密封圈`, `improvement @Quality 1 Dec Replace the seals`: owner and day may be left out and stand in either
order. Takes the raw argument and what the company knows; gives the parts, or `Wrong`. Pure and total. Limit: a name after @
has at most four words.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from mailbot.lifecycle.order_arguments import Wrong, read_colleague, read_dated, split_front
from mailbot.procedures.procedure import Procedure
from mailbot.settings import LetterLanguage, Member

MOST_WORDS = 4
AT = "@＠"
BETWEEN = " \t\u3000:：,，-–—"
CASE = re.compile(r"\s*\[?#?(\d{4}-\d{6,9})(?!\d)\]?")
LONGEST_NUMBER = 30  # signs looked at for a case's number


class Wanted(Struct, frozen=True):
    """A task as it was ordered: a kind's id or a case's number, a member or department id where one was named, the last
    day, and the words."""

    kind: str
    owner: Member | str | None
    day: date | None
    text: str


def read_task(raw: str, procedure: Procedure, members: Sequence[Member], today: date, language: LetterLanguage) -> Wanted | Wrong:
    """The parts of `raw`; `today` is the company's."""
    names = {key: (*kind.label.all, *kind.words) for key, kind in procedure.tasks.items()}
    front = split_front(raw, names, tuple(kind.label.text(language) for kind in procedure.tasks.values()), "unknown-task-kind")
    if isinstance(front, Wrong):
        return front
    return _given(front[0], front[1], procedure, members, today, language)


def read_case(raw: str, procedure: Procedure, members: Sequence[Member], today: date, language: LetterLanguage) -> Wanted | Wrong:
    """As `read_task`, with the number of a case in the place of the kind."""
    number = CASE.match(unicodedata.normalize("NFKC", raw[:LONGEST_NUMBER]))
    if number is None:
        return Wrong("bad-number")
    return _given(number[1], raw[number.end() :], procedure, members, today, language)


def _given(kind: str, raw: str, procedure: Procedure, members: Sequence[Member], today: date, language: LetterLanguage) -> Wanted | Wrong:
    """Whose it is and by when, where `raw` begins with either, and the words."""
    rest = raw.strip(BETWEEN)
    owner: Member | str | None = None
    day: date | None = None
    for _ in range(2):
        if owner is None and rest[:1] and rest[0] in AT:
            named = _owner(rest[1:], procedure, members, language)
            if isinstance(named, Wrong):
                return named
            owner, rest = named
        dated = read_dated(rest, today) if day is None and rest else None
        if isinstance(dated, tuple):
            day, rest = dated
        elif isinstance(dated, Wrong) and dated.reason == "past-date":
            return dated
    return Wanted(kind, owner, day, rest.strip())


def _owner(text: str, procedure: Procedure, members: Sequence[Member], language: LetterLanguage) -> tuple[Member | str, str] | Wrong:
    """Whoever is named at the front, by address or by the longest name that somebody has, and what follows it."""
    departments = {key: labels.all for key, labels in procedure.departments.items()}
    shown = tuple(labels.text(language) for labels in procedure.departments.values())
    words = text.split() or [""]
    address = next((place for place, word in enumerate(words, 1) if "@" in word), MOST_WORDS)  # what follows an address is no name
    longest = min(len(words), MOST_WORDS, address)
    tried = [(read_colleague(" ".join(words[:n]), members, departments, shown), n) for n in range(longest, 0, -1)]
    for named, size in tried:
        if not isinstance(named, Wrong):
            return named, " ".join(words[size:])
    return Wrong("unknown-person", next(named.nearest for named, _ in tried[::-1] if isinstance(named, Wrong)), shown)
