"""How good a model is on texts it never saw.

Takes a model and labelled texts; gives a `Report`: precision, recall and F1 per category and per
language, the confusion table, calibration (ECE) and what a threshold would decide by itself.
Pure. Figures on the corpus itself, also cross-validated, read far too well: use other texts.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from classifier.model import Model
from classifier.samples import CATEGORIES, Sample

BINS = 10


class Score(Struct, frozen=True):
    """One category's figures; `texts` is how many truly are of it."""

    precision: float
    recall: float
    f1: float
    texts: int


class Judged(Struct, frozen=True):
    """One text's truth beside what the model thought."""

    truth: str
    language: str
    best: str
    confidence: float
    top_two: bool
    decided: bool

    @property
    def right(self) -> bool:
        return self.best == self.truth


class Report(Struct, frozen=True):
    """All figures of one run.

    `coverage` is the share decided at `threshold`, `precision_at_threshold` how much of that is right;
    `top_two` is the share whose truth is among the two likeliest.
    """

    texts: int
    threshold: float
    accuracy: float
    macro_f1: float
    ece: float
    top_two: float
    coverage: float
    precision_at_threshold: float
    categories: dict[str, Score]
    languages: dict[str, dict[str, float]]
    confusion: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, fit for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def as_text(self) -> str:
        """The report for a terminal."""
        head = (
            f"{self.texts} texts: accuracy {self.accuracy:.3f}, macro-F1 {self.macro_f1:.3f}, "
            f"truth in the top two {self.top_two:.3f}, ECE {self.ece:.3f}\n"
            f"at threshold {self.threshold}: decides {self.coverage:.1%}, right in {self.precision_at_threshold:.1%} of them"
        )
        table = [f"{'category':<10} precision recall     F1  texts"]
        table += [f"{name:<10} {s.precision:9.3f} {s.recall:6.3f} {s.f1:6.3f} {s.texts:6d}" for name, s in self.categories.items()]
        spoken = [f"{'language':<10}  accuracy     F1 decides  right  texts"]
        spoken += [
            f"{name:<10} {f['accuracy']:9.3f} {f['macro_f1']:6.3f} {f['coverage']:7.3f} {f['precision']:6.3f} {f['texts']:6.0f}"
            for name, f in self.languages.items()
        ]
        confused = [f"{'true ↓ as →':<11}" + "".join(f"{name[:8]:>9}" for name in CATEGORIES)]
        confused += [f"{truth:<11}" + "".join(f"{row[name]:9d}" for name in CATEGORIES) for truth, row in self.confusion.items()]
        return "\n\n".join([head, "\n".join(table), "\n".join(spoken), "\n".join(confused)])


def evaluate(model: Model, rows: Iterable[Sample], threshold: float = 0.8) -> Report:
    """Judge every row and compare with its label."""
    judged = [_judge(model, row, threshold) for row in rows]
    categories = {name: _score(judged, name) for name in CATEGORIES}
    decided = [each for each in judged if each.decided]
    spoken = sorted({each.language for each in judged})
    return Report(
        texts=len(judged),
        threshold=threshold,
        accuracy=_share(judged),
        macro_f1=_macro_f1(judged),
        ece=_ece(judged),
        top_two=sum(each.top_two for each in judged) / max(1, len(judged)),
        coverage=len(decided) / max(1, len(judged)),
        precision_at_threshold=_share(decided),
        categories=categories,
        languages={name: _of_language([each for each in judged if each.language == name]) for name in spoken},
        confusion={truth: _confused(judged, truth) for truth in CATEGORIES},
    )


def _judge(model: Model, row: Sample, threshold: float) -> Judged:
    verdict = model.classify(row.subject, row.text, threshold)
    ranked = sorted(verdict.scores, key=verdict.scores.__getitem__, reverse=True)
    return Judged(row.label, row.language, ranked[0], verdict.confidence, row.label in ranked[:2], verdict.category is not None)


def _score(judged: Sequence[Judged], category: str) -> Score:
    said = sum(each.best == category for each in judged)
    true = sum(each.truth == category for each in judged)
    both = sum(each.best == category == each.truth for each in judged)
    return Score(both / max(1, said), both / max(1, true), 2 * both / max(1, said + true), true)


def _macro_f1(judged: Sequence[Judged]) -> float:
    return sum(_score(judged, name).f1 for name in CATEGORIES) / len(CATEGORIES)


def _share(judged: Sequence[Judged]) -> float:
    return sum(each.right for each in judged) / max(1, len(judged))


def _ece(judged: Sequence[Judged]) -> float:
    """Expected calibration error: how far confidence and correctness lie apart, over ten bins of confidence."""
    bins: dict[int, list[Judged]] = {}
    for each in judged:
        bins.setdefault(min(BINS - 1, int(each.confidence * BINS)), []).append(each)
    return sum(abs(sum(each.confidence - each.right for each in members)) for members in bins.values()) / max(1, len(judged))


def _of_language(judged: Sequence[Judged]) -> dict[str, float]:
    decided = [each for each in judged if each.decided]
    return {
        "texts": float(len(judged)),
        "accuracy": _share(judged),
        "macro_f1": _macro_f1(judged),
        "ece": _ece(judged),
        "coverage": len(decided) / len(judged),
        "precision": _share(decided),
    }


def _confused(judged: Sequence[Judged], truth: str) -> dict[str, int]:
    counts = Counter(each.best for each in judged if each.truth == truth)
    return {name: counts[name] for name in CATEGORIES}
