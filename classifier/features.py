"""What the model sees of a sentence: n-grams of its words, and hits in a lexicon of complaint words.

Takes folded sentences (`text.sentences`), gives their n-grams: 1-3-grams of every Han run, with its
borders; 1-4-grams of every other word, the word itself and the pair it forms with the next one.
A letter's evidence is the plain sum over its words, so what a word weighs can be remembered. The
same code serves training and prediction, so the two can't drift apart.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain, pairwise
from math import log1p, sqrt
from operator import add
from pathlib import Path

from classifier.samples import CATEGORIES

LEXICON = Path(__file__).with_name("lexicon.toml")
_TOKEN = re.compile(r"[\u3400-\u9fff0]+|[^\W\d_\u3400-\u9fff]+(?:'[a-z]+)?|[$¥€£%!?]")
_SIGNS = re.compile(r"[^\w' ]+")

Hit = tuple[str, str]  # a lexicon word and its category
LexiconWords = dict[str, dict[str, tuple[str, ...]]]  # category → script ("han", "latin") → words


def tokens(sentence: str) -> tuple[list[str], list[str]]:
    """The Han runs of a folded sentence, and the words of other scripts with the few signs that speak."""
    found = _TOKEN.findall(sentence)
    if sentence.isascii():
        return [], found
    runs = [token for token in found if token[0] == "0" or "\u3400" <= token[0] <= "\u9fff"]
    return runs, [token for token in found if token not in runs] if len(runs) < len(found) else []


def all_grams(sentence: str) -> list[str]:
    """The n-grams of each different word of a folded sentence, and its pairs of neighbours."""
    runs, words = tokens(sentence)
    return [*chain.from_iterable(map(grams_of_run, runs)), *chain.from_iterable(map(grams_of_word, set(words))), *pairs(words)]


def pairs(words: list[str]) -> set[str]:
    """Neighbouring words as single features ("not_received")."""
    return set(map("_".join, pairwise(words)))


def grams_of_run(run: str) -> list[str]:
    """The 1-3-grams of a Han run, repeated ones too."""
    ones = f" {run} "
    twos = list(map(add, ones, ones[1:]))
    return [*run, *twos, *map(add, twos, ones[2:])]


def grams_of_word(word: str) -> list[str]:
    """The 1-4-grams of a word and the word itself."""
    ones = f" {word} "
    twos = list(map(add, ones, ones[1:]))
    threes = list(map(add, twos, ones[2:]))
    return [*word, *twos, *threes, *map(add, threes, ones[3:]), ones]


def spaced(kept: list[str]) -> str:
    """Sentences as one string in which every word of a Latin script stands between single spaces."""
    return f" {' '.join(_SIGNS.sub(' ', ' '.join(kept)).split())} "


class Lexicon:
    """Words that speak for a category. Chinese ones count anywhere, others at the start of a word."""

    def __init__(self, words: LexiconWords) -> None:
        han = [(word, category) for category in CATEGORIES for word in words[category]["han"]]
        latin = [(word, category) for category in CATEGORIES for word in words[category]["latin"]]
        self._han = _grouped(han, lambda word: word[:2])
        self._phrases = _grouped([hit for hit in latin if " " in hit[0]], lambda word: word.split()[0])
        self._single = [hit for hit in latin if " " not in hit[0]]
        self._of_word = lru_cache(maxsize=8192)(self._starting)

    def hits(self, text: str) -> dict[str, list[str]]:
        """The lexicon words a `spaced` text has, per category, each once."""
        words = dict.fromkeys(text.split())
        found = dict.fromkeys(chain.from_iterable(map(self._of_word, words)))
        found |= dict.fromkeys(hit for word in words if word in self._phrases for hit in self._phrases[word] if f" {hit[0]}" in text)
        if not text.isascii():
            signs = {*text, *map(add, text, text[1:])} & self._han.keys()
            found |= dict.fromkeys(sorted(hit for sign in signs for hit in self._han[sign] if hit[0] in text))
        return {category: [word for word, of in found if of == category] for category in CATEGORIES}

    def _starting(self, word: str) -> list[Hit]:
        return [hit for hit in self._single if word.startswith(hit[0])]


def _grouped(hits: list[Hit], key: Callable[[str], str]) -> dict[str, list[Hit]]:
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(key(hit[0]), []).append(hit)
    return groups


def read_lexicon(path: Path = LEXICON) -> LexiconWords:
    """The words of the lexicon file."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {category: {script: tuple(raw[category][script]) for script in ("han", "latin")} for category in CATEGORIES}


def lexicon_block(hits: Mapping[str, list[str]]) -> list[float]:
    """The hits as a block of unit length, in the order of CATEGORIES."""
    counts = [log1p(len(hits[category])) for category in CATEGORIES]
    length = sqrt(sum(count * count for count in counts))
    return [count / length for count in counts] if length else counts
