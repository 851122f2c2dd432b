"""What a letter's pieces weigh: sentences that carry no matter, what speaks for each category, and which words say so.

Takes a trained `Body` and the pieces of a letter's sentences; gives sums. A whole letter is weighed at once with numpy;
a piece is found by the low bits of its number, and proven by the whole of it. Total, pure.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.artefact import SCALE, Body, Head
from classifier.features import HAN_FIRST, HAN_LAST, SLOTS, Mask, Pieces, Places, slots
from classifier.samples import CATEGORIES
from classifier.text import COMMON

_SHORTEST, _LONGEST = 2, 4  # signs of a Han term
_LENGTHS = np.arange(_SHORTEST, _LONGEST + 1)
_EDGE = 2  # the kind of sign that a term may begin and end with
_LISTED, _LOOKED_AT = 8, 60  # words that may become terms
_SLIGHT = 1e-9  # sums that differ by less differ by rounding

Floats = npt.NDArray[np.float64]


class Known(NamedTuple):
    """Pieces of a letter that the model knows: where they stand among all, their rows in the model, and their sentences.

    A model holds at most one piece a slot.
    """

    found: Pieces
    places: Places
    rows: Places
    owners: Places

    def of(self, sentences: Mask) -> "Known":
        """Those of some sentences."""
        kept = sentences.take(self.owners)
        return Known(self.found, self.places[kept], self.rows[kept], self.owners[kept])


def _kinds() -> npt.NDArray[np.uint8]:
    """What each sign is: `_EDGE`, 1 for another Han sign, 0 for the rest."""
    kinds = np.zeros(1 << 16, dtype=np.uint8)
    kinds[HAN_FIRST : HAN_LAST + 1] = _EDGE
    kinds[[ord(sign) for sign in "了的们子着过吗呢我你是在就也一这那个"]] = 1
    return kinds


_KINDS = _kinds()


def counted(rows: Places) -> tuple[Places, Places]:
    """Each row once, ascending, and how often it came."""
    if not len(rows):
        return rows, rows
    order = np.sort(rows.astype(np.int32))  # half as long as of 64 bits
    first = np.concatenate([[0], (order[1:] != order[:-1]).nonzero()[0] + 1])
    return order[first].astype(np.int64), np.concatenate([first[1:], [len(order)]]) - first


class Evidence:
    """The weights of a model, by piece; `head` is the one that is asked."""

    def __init__(self, body: Body, head: Head) -> None:
        self._numbers = body.numbers
        self._row = np.full(SLOTS, -1, dtype=np.int32)
        self._row[slots(body.numbers)] = np.arange(len(body.numbers), dtype=np.int32)
        self._idf = body.idf / SCALE
        self._squares = self._idf**2
        self._boilerplate = body.boilerplate[:-1] / SCALE * self._squares
        self._boilerplate_constant = float(body.boilerplate[-1]) / SCALE
        self._head = head
        weights = head.pieces.astype(np.float32)
        self._lift = ((weights - weights.mean(axis=1, keepdims=True)) * self._idf[:, None].astype(np.float32)).T.copy()

    def known(self, found: Pieces) -> Known:
        """Which of a letter's pieces the model knows."""
        likely = self._row.take(slots(found.numbers))
        places = (likely >= 0).nonzero()[0]
        rows = likely.take(places).astype(np.int64)
        proven = self._numbers.take(rows) == found.numbers.take(places)
        places, rows = places[proven], rows[proven]
        return Known(found, places, rows, found.sentences.take(found.starts.take(places)))

    def boilerplate(self, known: Known, sentences: int) -> Floats:
        """For each sentence: above 0, rather a greeting, order line, closing or signature than matter."""
        weighed = np.bincount(known.owners, self._boilerplate.take(known.rows), sentences)
        length = np.sqrt(np.bincount(known.owners, self._squares.take(known.rows), sentences))
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
        head = self._head
        said: Floats = (values @ head.pieces.take(seen, axis=0) + np.asarray(block) @ head.lexicon + head.constant) / SCALE
        return said

    def telling(self, known: Known, category: str) -> tuple[list[str], list[str]]:
        """Words of the letter that speak most for `category`, and those that speak most against it, the strongest first."""
        starts, ends = known.found.starts.take(known.places), known.found.ends.take(known.places)
        share = self._lift[CATEGORIES.index(category)].take(known.rows) / (ends - starts)
        size = len(known.found.line) + 1
        steps = np.bincount(starts, share, size) - np.bincount(ends, share, size)
        return _words(known.found, np.cumsum(np.cumsum(steps)))


def _words(found: Pieces, sums: Floats) -> tuple[list[str], list[str]]:
    """The best and the worst words of a line, by what their signs say together (`sums` runs over them)."""
    kinds = _KINDS[np.minimum(found.signs, len(_KINDS) - 1).view(np.int64)]
    spaces = (found.signs == ord(" ")).nonzero()[0]
    starts, ends = spaces[:-1] + 1, spaces[1:]
    latin = ((ends - starts > 1) & (kinds[starts] == 0)).nonzero()[0]
    first, last = starts[latin], ends[latin]
    said = sums[last - 1] - sums[first - 1]
    if kinds.any():
        begins, lengths = _han_terms(kinds)
        han = begins + lengths
        said = np.concatenate([said, (sums[han - 1] - sums[begins - 1]) / lengths])
        first, last = np.concatenate([first, begins]), np.concatenate([last, han])
    speaks, denies = _strongest(said)
    return _apart(found.line, first[speaks], last[speaks]), _apart(found.line, first[denies], last[denies])


def _han_terms(kinds: npt.NDArray[np.uint8]) -> tuple[Places, Places]:
    """Where terms of Han signs begin, and how many signs they have."""
    han, edge = kinds > 0, kinds == _EDGE
    begins = []
    for length in range(_SHORTEST, _LONGEST + 1):
        han = han[:-1] & (kinds[length - 1 :] > 0)
        begins.append((han & edge[: len(han)] & edge[length - 1 :]).nonzero()[0])
    return np.concatenate(begins), np.repeat(_LENGTHS, [*map(len, begins)])


def _strongest(values: Floats) -> tuple[Places, Places]:
    """Places of the highest values above 0, the highest first, and of the lowest below 0, the lowest first."""
    least, most = _SLIGHT, -_SLIGHT
    if len(values) > _LOOKED_AT:
        lowest, highest = np.partition(values, [_LOOKED_AT - 1, len(values) - _LOOKED_AT])[[_LOOKED_AT - 1, -_LOOKED_AT]]
        least, most = max(highest, least), min(lowest, most)
    high, low = (values >= least).nonzero()[0], (values <= most).nonzero()[0]
    return high[np.argsort(-values[high], kind="stable")][:_LOOKED_AT], low[np.argsort(values[low], kind="stable")][:_LOOKED_AT]


def _apart(line: str, first: Places, last: Places) -> list[str]:
    """The words at these places in their order, without those that overlap an earlier one."""
    taken = bytearray(len(line))
    words: dict[str, None] = {}
    for start, end in zip(first.tolist(), last.tolist(), strict=True):
        if taken.find(1, start, end) < 0 and (word := line[start:end]) not in words and word not in COMMON:
            taken[start:end] = b"\1" * (end - start)
            words[word] = None
            if len(words) == _LISTED:
                break
    return list(words)
