"""What the model sees of a sentence: n-grams of its words, and hits in a lexicon of complaint words.

Takes folded sentences (`text.sentences`), gives n-gram strings and lexicon counts. Han runs give
1-3-grams with their borders, words of other scripts 1-4-grams, themselves and the pair they
form with the next word. Presence counts, not frequency. The same code serves
training and prediction, so the two can't drift apart.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from math import log1p, sqrt
from operator import add
from pathlib import Path

from classifier.samples import CATEGORIES

LEXICON = Path(__file__).with_name("lexicon.toml")
_TOKEN = re.compile(r"[\u3400-\u9fff0]+|[^\W\d_\u3400-\u9fff]+(?:'[a-z]+)?|[$¥€£%!?]")

Lexicon = Mapping[str, Mapping[str, tuple[str, ...]]]  # category → script ("han", "latin") → words


def tokens(sentence: str) -> list[str]:
    """Han runs, words of other scripts, and the few signs that speak."""
    return _TOKEN.findall(sentence)


def grams(sentence: str) -> Iterator[str]:
    """Every n-gram of a folded sentence, repetitions included."""
    words = tokens(sentence)
    for token in words:
        yield from _of_token(token)
    for before, after in pairwise(words):
        if not (is_han(before) and is_han(after)):
            yield f"{before}_{after}"


def _of_token(token: str) -> set[str]:
    ones = f" {token} "
    twos = list(map(add, ones, ones[1:]))
    threes = list(map(add, twos, ones[2:]))
    if is_han(token):
        return set(token).union(twos, threes)
    return set(token).union(twos, threes, map(add, threes, ones[3:]), (ones,))


class Vocabulary:
    """The n-grams a model knows, by number. Words of Latin and other alphabets recur, so theirs are remembered."""

    def __init__(self, known: list[str]) -> None:
        self.known = known
        self._number = {gram: number for number, gram in enumerate(known)}
        self._of_word = lru_cache(maxsize=8192)(self._numbers)

    def numbers(self, sentence: str) -> set[int]:
        """Which known n-grams a folded sentence has."""
        words = tokens(sentence)
        found = set().union(*[self._numbers(word) if is_han(word) else self._of_word(word) for word in words])
        if len(words) > 1:
            found.update(map(self._number.__getitem__, {f"{a}_{b}" for a, b in pairwise(words)} & self._number.keys()))
        return found

    def _numbers(self, token: str) -> frozenset[int]:
        return frozenset(map(self._number.__getitem__, _of_token(token) & self._number.keys()))


def is_han(token: str) -> bool:
    """Whether a token is a Han run (a bare masked number counts as one)."""
    return token[0] == "0" or "\u3400" <= token[0] <= "\u9fff"


def read_lexicon(path: Path = LEXICON) -> dict[str, dict[str, tuple[str, ...]]]:
    """The lexicon file: per category Chinese words (found anywhere) and English ones (found at a word's start)."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {category: {script: tuple(raw[category][script]) for script in ("han", "latin")} for category in CATEGORIES}


def spaced(kept: list[str]) -> str:
    """Sentences as one string in which every word of a Latin script stands between single spaces."""
    return " " + " ".join(re.sub(r"[^\w' ]+", " ", " ".join(kept)).split()) + " "


def lexicon_hits(lexicon: Lexicon, text: str) -> dict[str, list[str]]:
    """The lexicon words that occur in a `spaced` text, per category, in lexicon order."""
    script = ("latin",) if text.isascii() else ("han", "latin")
    return {
        category: [word for each in script for word in words[each] if (word if each == "han" else " " + word) in text]
        for category, words in lexicon.items()
    }


def lexicon_block(hits: Mapping[str, list[str]]) -> list[float]:
    """The hits as a block of unit length, in the order of CATEGORIES."""
    counts = [log1p(len(hits[category])) for category in CATEGORIES]
    length = sqrt(sum(count * count for count in counts))
    return [count / length for count in counts] if length else counts
