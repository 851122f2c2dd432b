"""What a letter's pieces weigh: sentences that carry no matter, what speaks for each category, and which words say so.

Takes a trained `Body` and the pieces of a letter's sentences; gives sums. A whole letter is weighed at once with numpy;
a piece is found by the low bits of its number, and proven by the whole of it. Total, pure.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.artefact import SCALE, Body, Head
from classifier.features import HAN_FIRST, HAN_LAST, Numbers, Pieces, Places
from classifier.samples import CATEGORIES
from classifier.text import COMMON

SLOTS = 1 << 18
_SHORTEST, _LONGEST = 2, 4  # signs of a Han term
_LISTED, _LOOKED_AT = 8, 60  # words that may become terms
_SLIGHT = 1e-9  # sums that differ by less differ by rounding

Floats = npt.NDArray[np.float64]


class Known(NamedTuple):
    """Pieces of a letter that the model knows: where they stand among all, their rows in the model, and their sentences."""

    found: Pieces
    places: Places
    rows: Places
    owners: Places

    def of(self, sentences: npt.NDArray[np.bool_]) -> "Known":
        """Those of some sentences."""
        kept = np.flatnonzero(sentences[self.owners])
        return Known(self.found, self.places[kept], self.rows[kept], self.owners[kept])


def slots(numbers: Numbers) -> Places:
    """Where pieces are looked up; a model holds at most one piece a slot."""
    return (numbers & np.uint64(SLOTS - 1)).astype(np.int64)


def _kinds() -> npt.NDArray[np.uint8]:
    """What each sign is: 2 if a term may begin and end with it, 1 for another Han sign, 0 for the rest."""
    kinds = np.zeros(1 << 16, dtype=np.uint8)
    kinds[HAN_FIRST : HAN_LAST + 1] = 2
    kinds[[ord(sign) for sign in "了的们子着过吗呢我你是在就也一这那个"]] = 1
    return kinds


_KINDS = _kinds()


def counted(rows: Places) -> tuple[Places, Places]:
    """Each row once, ascending, and how often it came."""
    order = np.sort(rows)
    first = np.flatnonzero(np.concatenate([[True], order[1:] != order[:-1]])[: len(order)])
    return order[first], np.diff(first, append=len(order))


class Evidence:
    """The weights of a model, by piece; `head` is the one that is asked."""

    def __init__(self, body: Body, head: Head) -> None:
        self._numbers = body.numbers
        self._row = np.full(SLOTS, -1, dtype=np.int32)
        self._row[slots(body.numbers)] = np.arange(len(body.numbers), dtype=np.int32)
        self._idf = body.idf / SCALE
        self._boilerplate = body.boilerplate[:-1] / SCALE
        self._boilerplate_constant = float(body.boilerplate[-1]) / SCALE
        self._head = head
        weights = head.pieces.astype(np.float32)
        self._lift = ((weights - weights.mean(axis=1, keepdims=True)) * self._idf[:, None].astype(np.float32)).T.copy()

    def known(self, found: Pieces) -> Known:
        """Which of a letter's pieces the model knows."""
        rows = self._row[slots(found.numbers)]
        places = np.flatnonzero(rows >= 0)
        rows = rows[places]
        proven = np.flatnonzero(self._numbers[rows] == found.numbers[places])
        places = places[proven]
        return Known(found, places, rows[proven].astype(np.int64), found.sentences[found.starts[places]])

    def boilerplate(self, known: Known, sentences: int) -> Floats:
        """For each sentence: above 0, rather a greeting, order line, closing or signature than matter."""
        squares = self._idf[known.rows] ** 2
        weighed = np.bincount(known.owners, self._boilerplate[known.rows] * squares, sentences)
        length = np.sqrt(np.bincount(known.owners, squares, sentences))
        return weighed / np.where(length > 0, length, 1) + self._boilerplate_constant

    def vector(self, rows: Places) -> tuple[Places, Floats]:
        """A letter as a sparse vector of length 1: rows, each once, and their values."""
        seen, counts = counted(rows)
        values = (1 + np.log(counts)) * self._idf[seen]
        length = np.sqrt(np.dot(values, values)) or 1.0
        return seen, values / length

    def plain_vector(self, rows: Places) -> tuple[Places, Floats]:
        """A sentence as a sparse vector of length 1 in which every piece counts as often as it stands there."""
        seen, counts = counted(rows)
        length = np.sqrt(np.sum(counts * self._idf[seen] ** 2)) or 1.0
        return seen, counts * self._idf[seen] / length

    def total(self, rows: Places, block: Sequence[float]) -> Floats:
        """What pieces and lexicon say for each category."""
        seen, values = self.vector(rows)
        said: Floats = (values @ self._head.pieces[seen] + np.asarray(block) @ self._head.lexicon + self._head.constant) / SCALE
        return said

    def telling(self, known: Known, category: str) -> tuple[list[str], list[str]]:
        """Words of the letter that speak most for `category`, and those that speak most against it, the strongest first."""
        starts, ends = known.found.starts[known.places], known.found.ends[known.places]
        share = self._lift[CATEGORIES.index(category)][known.rows] / (ends - starts)
        size = len(known.found.line) + 1
        steps = np.bincount(starts, share, size) - np.bincount(ends, share, size)
        return _words(known.found.line, np.concatenate([[0.0], np.cumsum(np.cumsum(steps))]))


def _words(line: str, sums: Floats) -> tuple[list[str], list[str]]:
    """The best and the worst words of a line, by what their signs say together (`sums` runs over them)."""
    signs = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = _KINDS[np.minimum(signs, len(_KINDS) - 1)]
    spaces = np.flatnonzero(signs == ord(" "))
    starts, ends = spaces[:-1] + 1, spaces[1:]
    latin = np.flatnonzero((ends - starts > 1) & (kinds[starts] == 0))
    begin, end = [starts[latin]], [ends[latin]]
    values = [sums[end[0]] - sums[begin[0]]]
    han, edge = kinds > 0, kinds == 2
    if han.any():
        within = han
        for length in range(_SHORTEST, _LONGEST + 1):
            within = within[:-1] & han[length - 1 :]
            first = np.flatnonzero(within & edge[: len(within)] & edge[length - 1 :])
            begin.append(first)
            end.append(first + length)
            values.append((sums[first + length] - sums[first]) * (1 / length))
    first, last, said = np.concatenate(begin), np.concatenate(end), np.concatenate(values)
    speaks, denies = _strongest(said), _strongest(-said)
    return _apart(line, first[speaks], last[speaks]), _apart(line, first[denies], last[denies])


def _strongest(values: Floats) -> Places:
    """Places of the highest values above 0, the highest first."""
    least = np.partition(values, -_LOOKED_AT)[-_LOOKED_AT] if len(values) > _LOOKED_AT else 0.0
    high = np.flatnonzero(values >= max(least, _SLIGHT))
    order: Places = high[np.argsort(-values[high], kind="stable")][:_LOOKED_AT]
    return order


def _apart(line: str, first: Places, last: Places) -> list[str]:
    """The words at these places in their order, without those that overlap an earlier one."""
    taken: set[int] = set()
    words: dict[str, None] = {}
    for start, end in zip(first.tolist(), last.tolist(), strict=True):
        word = line[start:end]
        if word not in words and word not in COMMON and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            words[word] = None
            if len(words) == _LISTED:
                break
    return list(words)
