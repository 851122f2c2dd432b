"""What a letter says beside its category: danger, wishes (return, exchange, claim, refund), legal threats, repetition, haste.

Takes a subject and fresh text, gives `Signal` values with the words they rest on. Rules, no model: each can be read in
`signals.toml` and told to a person. They only ever raise attention; nothing is refused or closed because of one.
Total, pure, linear: gaps in the patterns are bounded, and a pattern is tried only where its key stands.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, reduce
from itertools import count
from operator import add
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from classifier.text import sentences

SIGNALS: tuple[str, ...] = ("danger", "return", "exchange", "claim", "refund", "legal", "repeat", "urgent")
RULES = Path(__file__).with_name("signals.toml")
MOST = 3  # pieces of a letter shown for a signal
QUOTED = re.compile('“[^”]{1,80}”|「[^」]{1,80}」|『[^』]{1,80}』|"[^"]{1,80}"')


class Signal(Struct, frozen=True):
    """A sign (one of SIGNALS) and the pieces of the letter that say so, in their order."""

    name: str
    terms: tuple[str, ...]


class Rule(NamedTuple):
    """A pattern that is tried where one of its keys stands in the letter; it `says` the signal, or takes it back.

    `place` counts the rules of the file: of two that fit, the earlier one is heard."""

    place: int
    signal: str
    says: bool
    pattern: re.Pattern[str]


def signals(subject: str, text: str) -> tuple[Signal, ...]:
    """What the letter says, in the order of SIGNALS; each signal once."""
    kept = [QUOTED.sub(" ", sentence) for sentence in sentences(subject, text)]  # what staff, a page or a contract says
    rules = _speaking("\n".join(kept))
    names = {rule.signal for rule in rules if rule.says}
    found = {name: dict.fromkeys(_terms(kept, [rule for rule in rules if rule.signal == name])) for name in SIGNALS if name in names}
    return tuple(Signal(name, tuple(terms)[:MOST]) for name, terms in found.items() if terms)


def _terms(kept: list[str], rules: list[Rule]) -> Iterator[str]:
    """What says a signal, sentence by sentence, after what takes it back is gone."""
    says, unless = ([rule.pattern for rule in rules if rule.says is wanted] for wanted in (True, False))
    for sentence in kept:
        meant = reduce(lambda rest, pattern: pattern.sub(" ", rest), unless, sentence)
        match = next(filter(None, (pattern.search(meant) for pattern in says)), None)
        if match:
            yield match[0].strip()


def _speaking(text: str) -> list[Rule]:
    """The rules one of whose keys stands in the text, few of the hundreds in a usual letter, in the file's order."""
    keys = _keys()
    starts = {*text, *map(add, text, text[1:])} & keys.keys()
    return sorted({rule for start in starts for key, rule in keys[start] if key in text}, key=lambda rule: rule.place)


@cache
def _keys() -> dict[str, list[tuple[str, Rule]]]:
    """Keys with their rules, by how they begin."""
    raw = tomllib.loads(RULES.read_text(encoding="utf-8"))
    by_start: dict[str, list[tuple[str, Rule]]] = {}
    places = count()
    for name in SIGNALS:
        tables = [(True, raw[name]), (False, raw[name].get("unless", {})), (False, raw["aside"])]
        for says, table in ((says, scripts[script]) for says, scripts in tables for script in ("han", "latin") if script in scripts):
            for keys, pattern in _patterns(table):
                rule = Rule(next(places), name, says, pattern)
                for key in keys:
                    by_start.setdefault(key[:2], []).append((key, rule))
    return by_start


def _patterns(table: Mapping[str, list[str]]) -> Iterator[tuple[list[str], re.Pattern[str]]]:
    for keys, patterns in table.items():
        if keys == "words":
            yield patterns, re.compile("|".join(map(re.escape, patterns)))
        else:
            yield keys.split("|"), re.compile("|".join(patterns))
