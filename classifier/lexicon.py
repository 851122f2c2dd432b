"""A lexicon of complaint words, and which of them a letter has.

Takes the pieces of a letter's sentences (`features.pieces`); gives the words found, per category. A Chinese word counts anywhere
in a Han run and is found by the piece it begins with; another, of two letters or more, counts at the start of a word. Total, pure.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from math import log1p, sqrt
from pathlib import Path

import numpy as np

from classifier.features import LONGEST_PIECE, SLOTS, Mask, Pieces, number_of, slots
from classifier.samples import CATEGORIES

LEXICON = Path(__file__).with_name("lexicon.toml")
_SHORTEST = 3  # letters of a Latin word that may go on

Hit = tuple[str, str]  # a lexicon word and its category
LexiconWords = dict[str, dict[str, tuple[str, ...]]]  # category → script ("han", "latin") → words


class Lexicon:
    """Words that speak for a category. `_latin` has, for each one, those that it begins with and itself; `_longest` finds the longest."""

    def __init__(self, words: LexiconWords) -> None:
        han, latin = ([(word, category) for category in CATEGORIES for word in words[category][script]] for script in ("han", "latin"))
        self._han = _grouped(han, lambda word: word[:LONGEST_PIECE])
        self._begins = np.zeros(SLOTS, dtype=bool)
        self._begins[slots(np.array([number_of(each) for each in self._han], dtype=np.uint64))] = True
        starts = _grouped(latin, lambda word: word if len(word) >= _SHORTEST else f"{word} ")
        self._latin = {word: [hit for end in range(len(word) + 1) for hit in starts.get(word[:end], ())] for word in starts}
        self._longest = re.compile(f" (?=({_any_of(starts)}))")

    def hits(self, found: Pieces, kept: Mask) -> dict[str, list[str]]:
        """The lexicon words that these sentences have, per category, each once."""
        words = found.words(kept)
        hits = dict.fromkeys(hit for longest in self._longest.findall(words) for hit in self._latin[longest])
        if not words.isascii():
            hits |= dict.fromkeys(self._han_among(found, kept))
        return {category: [word for word, of in hits if of == category] for category in CATEGORIES}

    def _han_among(self, found: Pieces, kept: Mask) -> Iterator[Hit]:
        """Those anywhere, in their order."""
        likely = self._begins[slots(found.numbers)].nonzero()[0]
        starts = found.starts[likely]
        of_kept = kept[found.sentences[starts]]
        for start, end in sorted(zip(starts[of_kept].tolist(), found.ends[likely[of_kept]].tolist(), strict=True)):
            for hit in self._han.get(found.line[start:end], ()):
                if found.line.startswith(hit[0], start):
                    yield hit


def _grouped(hits: Iterable[Hit], key: Callable[[str], str]) -> dict[str, list[Hit]]:
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(key(hit[0]), []).append(hit)
    return groups


def _any_of(words: Iterable[str]) -> str:
    """A regular expression for the longest of some words, which looks at each sign but once as long as they are alike."""
    tails = {first: [word[1:] for word in alike] for first, alike in groupby(sorted(words), key=lambda word: word[:1])}
    may_end = tails.pop("", None)
    if not tails:
        return ""
    return f"(?:{'|'.join(re.escape(first) + _any_of(tail) for first, tail in tails.items())}){'?' if may_end else ''}"


def read_lexicon(path: Path = LEXICON) -> LexiconWords:
    """The words of the lexicon file."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {category: {script: tuple(raw[category][script]) for script in ("han", "latin")} for category in CATEGORIES}


def lexicon_block(hits: Mapping[str, list[str]]) -> list[float]:
    """The hits as a block of unit length, in the order of CATEGORIES."""
    counts = [log1p(len(hits[category])) for category in CATEGORIES]
    length = sqrt(sum(count * count for count in counts))
    return [count / length for count in counts] if length else counts
