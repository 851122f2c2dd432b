"""What words weigh: for each sentence the sums a linear model needs, and the pieces that weighed most.

Takes a trained `Body`; gives sums over n-grams in `SCALE` steps: squared length, boilerplate, then the
categories. Words of Latin and other alphabets recur from letter to letter, so theirs are remembered
(8,192 of them, a few MB); Han runs don't. Total, pure.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from math import sqrt

from classifier.artefact import SCALE, Body
from classifier.features import all_grams, grams_of_run, grams_of_word, pairs, tokens
from classifier.samples import CATEGORIES

Sums = tuple[int, ...]  # squared length, boilerplate, one of every category
_COLUMNS = 2 + len(CATEGORIES)
_BITS = 48  # room for a sum within a packed row
_HALF = 1 << (_BITS - 1)
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
        return _unpack(total + self._of_grams(chain.from_iterable(map(grams_of_run, runs))) if runs else total)

    def boilerplate(self, sums: Sums) -> float:
        """Above 0: rather a greeting, order line, closing or signature than matter."""
        return sums[1] / _length(sums) + self._constants[0]

    def logits(self, sums: Sums) -> list[float]:
        """What speaks for each category, in their order."""
        length = _length(sums)
        return [value / length + constant for value, constant in zip(sums[2:], self._constants[1:], strict=True)]

    def strongest(self, judged: list[tuple[str, Sums]], category: str) -> list[str]:
        """The n-grams that lift `category` above the others, strongest first, from the three sentences that say most."""
        place = CATEGORIES.index(category) + 2
        telling = sorted(judged, key=lambda each: -each[1][place])[:3]
        speaking = self._speaking[category]
        seen = {gram for sentence, _ in telling for gram in _readable_grams(sentence) if gram in speaking}
        return sorted(seen, key=speaking.__getitem__)[:16]

    def _word(self, word: str) -> int:
        return self._of_grams(grams_of_word(word))

    def _of_grams(self, grams: Iterable[str]) -> int:
        return sum(filter(None, map(self._packed.get, grams)))


def total(sums: list[Sums]) -> Sums:
    """Column by column; no sums at all weigh nothing."""
    return tuple(map(sum, zip(*sums, strict=True))) if sums else (0,) * _COLUMNS


def _pack(row: Sums) -> int:
    return sum(value << (_BITS * place) for place, value in enumerate(row))


def _unpack(packed: int) -> Sums:
    """The columns of a sum of packed rows; a negative column has borrowed from the next."""
    row = []
    for _ in range(_COLUMNS):
        value = ((packed + _HALF) & (2 * _HALF - 1)) - _HALF
        row.append(value)
        packed = (packed - value) >> _BITS
    return tuple(row)


def _length(sums: Sums) -> float:
    return sqrt(sums[0] * SCALE) or 1.0


def _lifting(rows: dict[str, Sums], place: int) -> dict[str, int]:
    """The n-grams that speak most for one category against the mean of all, with their rank; those that read as words."""
    lift = {gram: len(CATEGORIES) * row[place] - sum(row[2:]) for gram, row in rows.items() if _readable(gram)}
    best = sorted(lift, key=lambda gram: (-lift[gram], gram))[:_SPEAKING]
    return {gram: rank for rank, gram in enumerate(best) if lift[gram] > 0}


def _readable(gram: str) -> bool:
    """Pieces of two Han signs and more; whole words and pairs, of four letters and more."""
    if not gram.isascii():
        return len(gram.strip()) > 1
    return len(gram.strip()) > 3 and ("_" in gram or (gram[0] == gram[-1] == " "))


def _readable_grams(sentence: str) -> list[str]:
    if not sentence.isascii():
        return all_grams(sentence)
    _, words = tokens(sentence)
    return [*(f" {word} " for word in words), *pairs(words)]
