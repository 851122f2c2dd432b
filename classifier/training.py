"""Learning a model from the corpus and staff's judgements, with scikit-learn.

Takes labelled texts; gives a `Body`. One linear model tells boilerplate sentences from matter, another one category from
another: once over pieces and lexicon alone, once with the sentence encoder beside them, if it is installed. The same texts
always give the same bytes. Confidence is fitted on staff's judgements only: the corpus' own cross-validation reads far
too well. Nothing here chooses its own settings: they were set by leaving one writer of the corpus out at a time.
A judgement that nobody spoke counts, but little: see `SILENT`.
"""

import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression

from classifier import calibration, semantic
from classifier.artefact import SCALE, Body, Head
from classifier.evidence import Evidence
from classifier.features import Numbers, Pieces, pieces, slots
from classifier.lexicon import Lexicon, lexicon_block, read_lexicon
from classifier.model import Model
from classifier.samples import BOILERPLATE, CATEGORIES, Correction, Figures, Sample, checksum
from classifier.text import sentences

LARGEST = 40_000  # pieces kept
LEXICON_WEIGHT = 0.25  # length of the lexicon block beside the pieces' and the meaning's 1
SOFTNESS = 5.0  # C of the regression
FEWEST = 2  # texts that must have a piece
CORRECTION_WEIGHT = 4.0  # of a spoken judgement, beside a text of the corpus
# What a judgement weighs that nobody spoke (a case solved under the machine's own category), beside a spoken one. Learning from
# it whole, the machine would be confirmed by its own guesses; without it the confidence would be fitted on corrections and
# doubtful letters alone, and never be found good enough. So it teaches as much as a text of the corpus, and in the confidence
# it stands for a quarter of a case: as if of four wrong guesses that were left standing, one had been spoken against.
SILENT = 0.25
FOLDS = 4  # parts of the judgements, each judged by a model that has not seen it, for the confidence
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "opencc")
_ENOUGH = 20  # texts of a language before the model speaks about it

Floats = npt.NDArray[np.float64]
Taught = list[tuple[Correction, list[str]]]


class Seen(NamedTuple):
    """Letters as a regression sees them, a row each: pieces and lexicon, and their meaning where the encoder is installed."""

    labels: list[str]
    rows: csr_matrix
    meant: semantic.Vectors | None


class Basis(NamedTuple):
    """What the corpus alone teaches, whoever says what afterwards: pieces and filter (`body`, no heads yet), and its letters."""

    body: Body
    corpus: Seen


def prepare(samples: Sequence[Sample], frames: Sequence[Sample]) -> Basis:
    """The basis that `samples` give, and `frames` (boilerplate), which it tells from matter."""
    body = _known(samples, frames)
    figures = Figures(len(samples), 0, len(frames), len(body.numbers), checksum([*samples, *frames]), 0, 0, 0, 0, 0)
    body = replace(body, languages=_languages(samples), figures=figures)
    return Basis(body, _seen(body, [sentences(each.subject, each.text) for each in samples], [each.label for each in samples]))


def learn(basis: Basis, corrections: Sequence[Correction] = ()) -> Body:
    """A model of the basis and `corrections`, without those that hold nothing to learn. How good it is, its figures don't say yet."""
    taught = _taught(basis.body, corrections)
    said = np.array([1.0 if each.spoken else SILENT for each, _ in taught])
    weights = np.concatenate([np.ones(len(basis.corpus.labels)), CORRECTION_WEIGHT * said])
    seen = _with(basis, taught)
    body = replace(_fit(basis.body, seen, weights), figures=replace(basis.body.figures, corrections=len(taught)))
    if said.sum() < calibration.ENOUGH:
        return body
    truth = [CATEGORIES.index(each.category) for each, _ in taught]
    temperature, threshold = calibration.fit(_unseen(body, seen, weights, taught), truth, said)
    return replace(body, temperature=temperature, threshold=threshold)


def _taught(body: Body, corrections: Sequence[Correction]) -> Taught:
    """Corrections with the sentences that carry their matter. Where no piece is known there is nothing to learn but how often
    the category comes, and nothing to judge by: the letter was empty, and staff went by something else."""
    judge = Model(body)
    matters = [(each, judge.matter(each.subject, each.text)) for each in corrections]
    return [(each, matter.kept) for each, matter in matters if len(matter.known.rows)]


def _known(samples: Sequence[Sample], frames: Sequence[Sample]) -> Body:
    """The pieces known, and the model of single sentences: those of `frames` against those of the corpus; no heads yet."""
    texts = [sentences(each.subject, each.text) for each in samples]
    frame_texts = [sentences(each.subject, each.text) for each in frames]
    known, rarity = _strongest([*texts, *frame_texts], [*(each.label for each in samples), *([BOILERPLATE] * len(frames))])
    columns = len(CATEGORIES)
    nothing = Head(*(np.zeros(shape, np.int16) for shape in ((len(known), columns), (columns, columns), columns, (0, columns))))
    unmeasured = Figures(0, 0, 0, 0, "", 0, 0, 0, 0, 0)
    body = Body(_made_with(), unmeasured, [], read_lexicon(), known, rarity, np.zeros(len(known) + 1, np.int16), nothing)
    matter = [[sentence] for sentence in chain.from_iterable(texts)]
    frame = [[sentence] for sentence in chain.from_iterable(frame_texts)]
    rows = _rows(body, map(pieces, [*matter, *frame]), counted=False)
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


def _seen(body: Body, texts: Sequence[list[str]], labels: list[str]) -> Seen:
    lexicon = Lexicon(body.lexicon)
    found = [pieces(kept) for kept in texts]
    block = csr_matrix([lexicon_block(lexicon.hits(each, np.ones(len(each.lines), dtype=bool))) for each in found]) * LEXICON_WEIGHT
    meant = semantic.vectors([" ".join(kept) for kept in texts]) if semantic.installed() else None
    return Seen(labels, hstack([_rows(body, found), block]).tocsr(), meant)


def _with(basis: Basis, taught: Taught) -> Seen:
    """The corpus' letters and those of staff behind them."""
    if not taught:
        return basis.corpus
    corpus, staff = basis.corpus, _seen(basis.body, [kept for _, kept in taught], [each.category for each, _ in taught])
    meant = None if corpus.meant is None or staff.meant is None else np.concatenate([corpus.meant, staff.meant])
    return Seen(corpus.labels + staff.labels, vstack([corpus.rows, staff.rows]).tocsr(), meant)


def _fit(body: Body, seen: Seen, weights: Floats) -> Body:
    """Both heads, of everything seen."""
    known, encoder = len(body.numbers), semantic.installed()
    body = replace(body, plain=_head(_regression(seen.labels, seen.rows, weights), known))
    if encoder is None or seen.meant is None:
        return body
    centre = seen.meant.mean(axis=0)
    return replace(
        body, semantic=_head(_regression(seen.labels, _meaningful(seen, centre), weights), known), encoder=encoder, centre=centre
    )


def _meaningful(seen: Seen, centre: npt.NDArray[np.float32] | None) -> csr_matrix:
    """Rows with their meaning, if there is one."""
    if centre is None or seen.meant is None:
        return seen.rows
    return hstack([seen.rows, csr_matrix(semantic.centred(seen.meant, centre))]).tocsr()


def _rows(body: Body, texts: Iterable[Pieces], *, counted: bool = True) -> csr_matrix:
    """Texts as `Evidence` sees them; `counted` False: as it sees single sentences."""
    evidence = Evidence(body, body.plain)
    data, columns, starts = [], [], [0]
    for text in texts:
        rows = evidence.known(text).rows
        seen, values = evidence.vector(rows) if counted else evidence.plain_vector(rows)
        data.append(values)
        columns.append(seen)
        starts.append(starts[-1] + len(seen))
    return csr_matrix((np.concatenate(data), np.concatenate(columns), starts), shape=(len(data), len(body.numbers)))


def _regression(labels: Sequence[object], rows: csr_matrix, weights: Floats | None = None) -> LogisticRegression:
    return LogisticRegression(C=SOFTNESS, class_weight="balanced", max_iter=2000).fit(rows, labels, sample_weight=weights)


def _head(fitted: LogisticRegression, known: int) -> Head:
    order = _order(fitted)
    weights = fitted.coef_[order].T
    lexicon = known + len(CATEGORIES)
    blocks = weights[:known], weights[known:lexicon] * LEXICON_WEIGHT, fitted.intercept_[order], weights[lexicon:]
    return Head(*map(_steps, blocks))


def _order(fitted: LogisticRegression) -> list[int]:
    return [list(fitted.classes_).index(category) for category in CATEGORIES]


def _unseen(body: Body, seen: Seen, weights: Floats, taught: Taught) -> Floats:
    """What speaks for each category in each judgement, by a model that learnt neither it nor another one of the same words."""
    texts: dict[tuple[str, ...], int] = {}
    folds = np.array([texts.setdefault(tuple(kept), len(texts)) % FOLDS for _, kept in taught])
    part = np.concatenate([np.full(len(seen.labels) - len(taught), FOLDS), folds])
    rows, labels = _meaningful(seen, body.centre), np.array(seen.labels)
    logits = np.zeros((len(taught), len(CATEGORIES)))
    for fold in np.unique(folds):
        rest = part != fold
        fitted = _regression(labels[rest], rows[rest], weights[rest])
        logits[folds == fold] = fitted.decision_function(rows[~rest])[:, _order(fitted)]
    return logits


def _steps(values: npt.ArrayLike) -> npt.NDArray[np.int16]:
    steps: npt.NDArray[np.int16] = np.clip(np.rint(np.asarray(values) * SCALE), -32_768, 32_767).astype(np.int16)
    return steps


def _made_with() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}


def _languages(samples: Sequence[Sample]) -> list[str]:
    count = Counter(each.language for each in samples)
    return sorted(language for language, texts in count.items() if language and texts >= _ENOUGH)
