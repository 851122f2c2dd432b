"""Learning a model from the corpus and staff's judgements, with scikit-learn.

Takes labelled texts; gives a `Body`. One linear model tells boilerplate sentences from matter, another one category from
another: once over pieces and lexicon alone, once with the sentence encoder beside them, if it is installed. The same texts
always give the same bytes. Confidence is fitted on staff's judgements only: the corpus' own cross-validation reads far
too well. Nothing here chooses its own settings: they were set by leaving one writer of the corpus out at a time.
"""

import platform
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression

from classifier import calibration, semantic
from classifier.artefact import SCALE, Body, Head
from classifier.evidence import Evidence, slots
from classifier.features import Lexicon, Numbers, lexicon_block, pieces, read_lexicon, spaced
from classifier.model import Model
from classifier.samples import BOILERPLATE, CATEGORIES, Figures, Sample, checksum
from classifier.text import sentences

LARGEST = 40_000  # pieces kept
LEXICON_WEIGHT = 0.25  # length of the lexicon block beside the pieces' and the meaning's 1
SOFTNESS = 5.0  # C of the regression
FEWEST = 2  # texts that must have a piece
CORRECTION_WEIGHT = 4.0
FOLDS = 4  # parts of the judgements, each judged by a model that has not seen it, for the confidence
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "opencc")
_ENOUGH = 20  # texts of a language before the model speaks about it

Floats = npt.NDArray[np.float64]


class Letter(NamedTuple):
    """A text as it is learnt: the sentences that carry its matter."""

    kept: list[str]
    label: str
    weight: float


def learn(samples: Sequence[Sample], frames: Sequence[Sample], corrections: Sequence[Sample] = ()) -> Body:
    """A model of `samples` and `corrections`, which tells `frames` (boilerplate) from matter. Its figures are still empty."""
    body = _known(samples, frames)
    frame_filter = Model(body)
    letters = [Letter(sentences(each.subject, each.text), each.label, 1.0) for each in samples]
    staff = [Letter(frame_filter.matter(each.subject, each.text).kept, each.label, CORRECTION_WEIGHT) for each in corrections]
    body = _fit(replace(body, languages=_languages(samples)), letters + staff)
    body = replace(body, figures=_sizes(samples, corrections, frames, body))
    if len(staff) < calibration.ENOUGH:
        return body
    seen = [(scores, letter.label) for fold in range(FOLDS) for scores, letter in _unseen(body, letters, staff, fold)]
    temperature, threshold = calibration.fit(np.array([scores for scores, _ in seen]), [CATEGORIES.index(label) for _, label in seen])
    return replace(body, temperature=temperature, threshold=threshold)


def _known(samples: Sequence[Sample], frames: Sequence[Sample]) -> Body:
    """The pieces known, and the model of single sentences: those of `frames` against those of the corpus; no heads yet."""
    texts = [sentences(each.subject, each.text) for each in samples]
    frame_texts = [sentences(each.subject, each.text) for each in frames]
    known, rarity = _strongest([*texts, *frame_texts], [*(each.label for each in samples), *([BOILERPLATE] * len(frames))])
    columns = len(CATEGORIES)
    nothing = Head(*(np.zeros(shape, np.int16) for shape in ((len(known), columns), (columns, columns), columns, (0, columns))))
    empty = Figures(0, 0, 0, 0, "", 0, 0, 0, 0, 0)
    body = Body(_made_with(), empty, [], read_lexicon(), known, rarity, np.zeros(len(known) + 1, np.int16), nothing)
    matter = [[sentence] for sentence in chain.from_iterable(texts)]
    frame = [[sentence] for sentence in chain.from_iterable(frame_texts)]
    rows = _rows(body, [*matter, *frame], counted=False)
    fitted = _regression([False] * len(matter) + [True] * len(frame), rows)
    return replace(body, boilerplate=_steps(np.append(fitted.coef_[0], fitted.intercept_[0])))


def _strongest(texts: Sequence[list[str]], labels: Sequence[str]) -> tuple[Numbers, npt.NDArray[np.int32]]:
    """The `LARGEST` pieces that tell labels apart best (chi square), at most one a slot, ascending; and their rarity (idf)."""
    rows = [np.unique(pieces(text).numbers) for text in texts]
    known, seen = np.unique(np.concatenate(rows), return_counts=True)
    known, seen = known[seen >= FEWEST], seen[seen >= FEWEST]
    places = [np.searchsorted(known, row) for row in rows]
    held = [
        place[(place < len(known)) & (known[np.minimum(place, len(known) - 1)] == row)] for place, row in zip(places, rows, strict=True)
    ]
    starts = np.cumsum([0, *map(len, held)])
    matrix = csr_matrix((np.ones(starts[-1]), np.concatenate(held), starts), shape=(len(rows), len(known)))
    strength = np.nan_to_num(chi2(matrix, labels)[0])
    order = np.lexsort((known, -strength.round(6)))
    _, first = np.unique(slots(known[order]), return_index=True)
    best = np.sort(order[np.sort(first)[:LARGEST]])
    return known[best], _steps(np.log((1 + len(rows)) / (1 + seen[best])) + 1).astype(np.int32)


def _fit(body: Body, letters: Sequence[Letter]) -> Body:
    """Both heads, of everything in `letters`."""
    lexicon = Lexicon(body.lexicon)
    block = csr_matrix([lexicon_block(lexicon.hits(spaced(letter.kept))) for letter in letters]) * LEXICON_WEIGHT
    rows = hstack([_rows(body, [letter.kept for letter in letters]), block]).tocsr()
    labels, weights = [letter.label for letter in letters], [letter.weight for letter in letters]
    body = replace(body, plain=_head(_regression(labels, rows, weights), len(body.numbers)))
    encoder = semantic.installed()
    if encoder is None:
        return body
    meant = semantic.vectors([" ".join(letter.kept) for letter in letters])
    centre = meant.mean(axis=0)
    with_meaning = hstack([rows, csr_matrix(semantic.centred(meant, centre))]).tocsr()
    fitted = _head(_regression(labels, with_meaning, weights), len(body.numbers))
    return replace(body, semantic=fitted, encoder=encoder, centre=centre)


def _rows(body: Body, texts: Sequence[list[str]], *, counted: bool = True) -> csr_matrix:
    """Texts as `Evidence` sees them; `counted` False: as it sees single sentences."""
    evidence = Evidence(body, body.plain)
    data, columns, starts = [], [], [0]
    for text in texts:
        rows = evidence.known(pieces(text)).rows
        seen, values = evidence.vector(rows) if counted else evidence.plain_vector(rows)
        data.append(values)
        columns.append(seen)
        starts.append(starts[-1] + len(seen))
    return csr_matrix((np.concatenate(data), np.concatenate(columns), starts), shape=(len(texts), len(body.numbers)))


def _regression(labels: Sequence[object], rows: csr_matrix, weights: Sequence[float] | None = None) -> LogisticRegression:
    return LogisticRegression(C=SOFTNESS, class_weight="balanced", max_iter=2000).fit(rows, labels, sample_weight=weights)


def _head(fitted: LogisticRegression, known: int) -> Head:
    order = [list(fitted.classes_).index(category) for category in CATEGORIES]
    weights = fitted.coef_[order].T
    lexicon = known + len(CATEGORIES)
    blocks = weights[:known], weights[known:lexicon] * LEXICON_WEIGHT, fitted.intercept_[order], weights[lexicon:]
    return Head(*map(_steps, blocks))


def _unseen(body: Body, letters: Sequence[Letter], staff: Sequence[Letter], fold: int) -> list[tuple[Floats, Letter]]:
    """What a model without every `FOLDS`th judgement says of those."""
    rest = [letter for number, letter in enumerate(staff) if number % FOLDS != fold]
    judge = Model(_fit(body, [*letters, *rest]))
    return [(judge.logits(letter.kept), letter) for letter in staff[fold::FOLDS]]


def _steps(values: npt.ArrayLike) -> npt.NDArray[np.int16]:
    steps: npt.NDArray[np.int16] = np.clip(np.rint(np.asarray(values) * SCALE), -32_768, 32_767).astype(np.int16)
    return steps


def _made_with() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}


def _languages(samples: Sequence[Sample]) -> list[str]:
    count = Counter(each.language for each in samples)
    return sorted(language for language, texts in count.items() if language and texts >= _ENOUGH)


def _sizes(samples: Sequence[Sample], corrections: Sequence[Sample], frames: Sequence[Sample], body: Body) -> Figures:
    learnt = checksum([*samples, *frames])
    return Figures(len(samples), len(corrections), len(frames), len(body.numbers), learnt, 0, 0, 0, 0, 0)
