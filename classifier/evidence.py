"""What words weigh: for each sentence the sums a linear model needs, and the pieces that weighed most.

Takes a trained `Body`; gives sums over n-grams in `SCALE` steps: squared length, boilerplate, then the
categories. Words of Latin and other alphabets recur from letter to letter, so theirs are remembered
(8,192 of them, a few MB); Han runs don't. Total, pure.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from math import sqrt

from classifier.artefact import SCALE, Body
from classifier.features import all_grams, grams_of_run, grams_of_word, pairs, tokens
from classifier.samples import CATEGORIES
from classifier.text import COMMON

Sums = int  # columns side by side: squared length, boilerplate, one of every category
_BITS = 48  # room for one column's sum
_RAGGED = re.compile("^ ?[了的们子着过吗呢]|[的我你是在就也一这那] ?$")
_SPEAKING = 3000  # n-grams of a category that may stand among its terms


class Evidence:
    """The weights of a model, by n-gram; a row is packed into one whole number, so that one addition adds seven."""

    def __init__(self, body: Body) -> None:
        heads = [body.boilerplate, *(body.categories[category] for category in CATEGORIES)]
        rows = dict(zip(body.grams, zip(body.squares, *(head.weights for head in heads), strict=True), strict=True))
        self._packed = {gram: _pack(row) for gram, row in rows.items()}
        self._constants = [head.constant / SCALE for head in heads]
        self._speaking = {category: _lifting(rows, place) for place, category in enumerate(CATEGORIES, 2)}
        self._of_word = lru_cache(maxsize=8192)(self._word)

    def of(self, sentence: str) -> Sums:
        """The sums over a folded sentence."""
        runs, words = tokens(sentence)
        total = sum(map(self._of_word, set(words))) + self._of_grams(pairs(words))
        return total + self._of_grams(chain.from_iterable(map(grams_of_run, runs))) if runs else total

    def boilerplate(self, sums: Sums) -> float:
        """Above 0: rather a greeting, order line, closing or signature than matter."""
        return _column(sums, 1) / _length(sums) + self._constants[0]

    def logits(self, sums: Sums) -> list[float]:
        """What speaks for each category, in their order."""
        length = _length(sums)
        return [_column(sums, place) / length + constant for place, constant in enumerate(self._constants[1:], 2)]

    def strongest(self, judged: list[tuple[str, Sums]], category: str) -> list[str]:
        """The n-grams that lift `category` above the others, strongest first, from the three sentences that say most."""
        place = CATEGORIES.index(category) + 2
        telling = sorted(judged, key=lambda each: -_column(each[1], place))[:3]
        speaking = self._speaking[category]
        seen = {gram for sentence, _ in telling for gram in _readable_grams(sentence) if gram in speaking}
        return sorted(seen, key=speaking.__getitem__)[:16]

    def _word(self, word: str) -> int:
        return self._of_grams(grams_of_word(word))

    def _of_grams(self, grams: Iterable[str]) -> int:
        return sum(filter(None, map(self._packed.get, grams)))


def _pack(row: Iterable[int]) -> Sums:
    return sum(value << (_BITS * place) for place, value in enumerate(row))


def _column(sums: Sums, place: int) -> int:
    """One column; the bit below it tells whether a negative neighbour has borrowed from it."""
    value = (((sums << 1 >> _BITS * place) + 1) >> 1) & ((1 << _BITS) - 1)
    return value - (1 << _BITS) if value >> (_BITS - 1) else value


def _length(sums: Sums) -> float:
    return sqrt(_column(sums, 0) * SCALE) or 1.0


def _lifting(rows: dict[str, tuple[int, ...]], place: int) -> dict[str, int]:
    """The n-grams that speak most for one category against the mean of all, with their rank; those that read as words."""
    lift = {gram: len(CATEGORIES) * row[place] - sum(row[2:]) for gram, row in rows.items() if _readable(gram)}
    best = sorted(lift, key=lambda gram: (-lift[gram], gram))[:_SPEAKING]
    return {gram: rank for rank, gram in enumerate(best) if lift[gram] > 0}


def _readable(gram: str) -> bool:
    """Pieces of two Han signs and more that don't end in a particle; words and pairs that say something."""
    if not gram.isascii():
        return len(gram.strip()) > 1 and not _RAGGED.search(gram)
    words = gram.strip().split("_")
    return ("_" in gram or gram[0] == gram[-1] == " ") and any(len(word) > 3 and word not in COMMON for word in words)


def _readable_grams(sentence: str) -> list[str]:
    if not sentence.isascii():
        return all_grams(sentence)
    _, words = tokens(sentence)
    return [*(f" {word} " for word in words), *pairs(words)]
