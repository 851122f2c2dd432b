"""How good a model is on texts it never saw.

Takes a model and labelled texts; gives a `Report`: precision, recall and F1 per category and language, the confusion
table, calibration, what a threshold would decide by itself, how much could be decided at 95 % precision, and the most
confident mistakes. Pure. Figures on the corpus itself, also cross-validated, read far too well: use other texts.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from classifier.model import Model
from classifier.samples import CATEGORIES, Sample

BINS = 10
PRECISION = 0.95
MISTAKES = 10


class Score(Struct, frozen=True):
    """One category's figures; `texts` is how many truly are of it."""

    precision: float
    recall: float
    f1: float
    texts: int


class Spoken(Struct, frozen=True):
    """One language's figures, with those of its categories."""

    texts: int
    accuracy: float
    macro_f1: float
    top_two: float
    ece: float
    coverage: float
    precision: float
    categories: dict[str, Score]


class Bin(Struct, frozen=True):
    """Texts whose confidence lies in one tenth: how many, how sure on average, how many of them right."""

    texts: int
    confidence: float
    right: float


class Mistake(Struct, frozen=True):
    """A wrong verdict: what the text is, what it was taken for, how surely, by which words."""

    truth: str
    best: str
    confidence: float
    terms: list[str]
    text: str


class Judged(Struct, frozen=True):
    """One text's truth beside what the model thought."""

    truth: str
    language: str
    best: str
    confidence: float
    top_two: bool
    decided: bool
    terms: list[str]
    text: str

    @property
    def right(self) -> bool:
        return self.best == self.truth


class Report(Struct, frozen=True):
    """All figures of one run.

    `coverage` is the share decided at `threshold`, `precision_at_threshold` how much of that is right; `top_two` is the
    share whose truth is among the two likeliest; `coverage_at_95` is the share that could be decided with 95 % right, had
    one known the best threshold. `right` tells for each text, in order, whether the likeliest category was right.
    """

    texts: int
    threshold: float
    accuracy: float
    macro_f1: float
    ece: float
    top_two: float
    coverage: float
    precision_at_threshold: float
    coverage_at_95: float
    categories: dict[str, Score]
    languages: dict[str, Spoken]
    confusion: dict[str, dict[str, int]]
    reliability: list[Bin]
    mistakes: list[Mistake]
    right: list[bool]

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, fit for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        del plain["right"]
        return plain


def evaluate(model: Model, rows: Iterable[Sample], threshold: float | None = None) -> Report:
    """Judge every row and compare with its label; `threshold` in place of the model's own."""
    least = model.threshold if threshold is None else threshold
    judged = [_judge(model, row, least) for row in rows]
    decided = [each for each in judged if each.decided]
    spoken = sorted({each.language for each in judged})
    wrong = sorted((each for each in judged if not each.right), key=lambda each: -each.confidence)[:MISTAKES]
    return Report(
        texts=len(judged),
        threshold=least,
        accuracy=_share(judged),
        macro_f1=_macro_f1(judged),
        ece=_ece(judged),
        top_two=_top_two(judged),
        coverage=len(decided) / max(1, len(judged)),
        precision_at_threshold=_share(decided),
        coverage_at_95=_coverage_at(judged, PRECISION),
        categories=_scores(judged),
        languages={name: _of_language([each for each in judged if each.language == name]) for name in spoken},
        confusion={truth: _confused(judged, truth) for truth in CATEGORIES},
        reliability=[_bin([each for each in judged if _tenth(each) == number]) for number in range(BINS)],
        mistakes=[Mistake(each.truth, each.best, round(each.confidence, 4), each.terms, each.text) for each in wrong],
        right=[each.right for each in judged],
    )


def _judge(model: Model, row: Sample, threshold: float) -> Judged:
    verdict = model.classify(row.subject, row.text, threshold)
    ranked = sorted(verdict.scores, key=verdict.scores.__getitem__, reverse=True)
    text = " / ".join(part for part in (row.subject, *row.text.splitlines()) if part.strip())[:160]
    told = verdict.terms, text
    return Judged(
        row.label, row.language or verdict.language, ranked[0], verdict.confidence, row.label in ranked[:2], bool(verdict.category), *told
    )


def _scores(judged: Sequence[Judged]) -> dict[str, Score]:
    return {name: _score(judged, name) for name in CATEGORIES}


def _score(judged: Sequence[Judged], category: str) -> Score:
    said = sum(each.best == category for each in judged)
    true = sum(each.truth == category for each in judged)
    both = sum(each.best == category == each.truth for each in judged)
    return Score(both / max(1, said), both / max(1, true), 2 * both / max(1, said + true), true)


def _macro_f1(judged: Sequence[Judged]) -> float:
    return sum(_score(judged, name).f1 for name in CATEGORIES) / len(CATEGORIES)


def _share(judged: Sequence[Judged]) -> float:
    return sum(each.right for each in judged) / max(1, len(judged))


def _top_two(judged: Sequence[Judged]) -> float:
    return sum(each.top_two for each in judged) / max(1, len(judged))


def _tenth(each: Judged) -> int:
    return min(BINS - 1, int(each.confidence * BINS))


def _ece(judged: Sequence[Judged]) -> float:
    """Expected calibration error: how far confidence and correctness lie apart, over ten bins of confidence (Naeini et al. 2015)."""
    bins: dict[int, list[Judged]] = {}
    for each in judged:
        bins.setdefault(_tenth(each), []).append(each)
    return sum(abs(sum(each.confidence - each.right for each in members)) for members in bins.values()) / max(1, len(judged))


def _bin(members: Sequence[Judged]) -> Bin:
    return Bin(len(members), sum(each.confidence for each in members) / max(1, len(members)), _share(members))


def _coverage_at(judged: Sequence[Judged], precision: float) -> float:
    """The largest share, of the surest texts, with at least `precision` right."""
    right = most = 0
    for number, each in enumerate(sorted(judged, key=lambda each: -each.confidence), 1):
        right += each.right
        most = number if right >= precision * number else most
    return most / max(1, len(judged))


def _of_language(judged: Sequence[Judged]) -> Spoken:
    decided = [each for each in judged if each.decided]
    return Spoken(
        texts=len(judged),
        accuracy=_share(judged),
        macro_f1=_macro_f1(judged),
        top_two=_top_two(judged),
        ece=_ece(judged),
        coverage=len(decided) / len(judged),
        precision=_share(decided),
        categories=_scores(judged),
    )


def _confused(judged: Sequence[Judged], truth: str) -> dict[str, int]:
    counts = Counter(each.best for each in judged if each.truth == truth)
    return {name: counts[name] for name in CATEGORIES}
