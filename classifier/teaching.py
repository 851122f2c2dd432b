"""A lesson: learn from the corpus and what staff said, leave out who seems to spoil it, compare with the models before.

Takes corrections, the model in use and the shipped one; gives the new model with its figures and whether it may take
over. Pure but for reading the corpus; installing is the caller's. Worse means worse on texts nobody learnt from, beyond what
chance explains (McNemar's exact test, 1947, one-sided). Held against the shipped model too, a series of lessons, each a
little worse and none beyond chance, can't lead far down.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import comb

from msgspec import Struct
from msgspec.structs import replace

from classifier.artefact import Body
from classifier.evaluation import Report, evaluate
from classifier.model import Model
from classifier.samples import CATEGORIES, Correction, Figures, Sample, boilerplate, corpus, held_out, other_hands
from classifier.training import Basis, learn, prepare

BY_CHANCE = 0.05
SURE = 0.8  # confidence from which a contradiction counts against a member
SEEN = 10  # sure cases before a member can be suspected
CONTRADICTED = 0.5  # share of sure cases from which a member is


class Suspect(Struct, frozen=True):
    """A member most of whose labels contradict what the texts plainly say; the labels are not learnt from."""

    by: str
    corrections: int
    sure: int
    contradicted: int


class Rival(Struct, frozen=True):
    """An older model on the same texts; `chance`: how likely the new one would be so much worse by luck."""

    report: Report
    chance: float

    @property
    def better(self) -> bool:
        """Better than the new one, beyond noise."""
        return self.chance < BY_CHANCE


class Lesson(Struct, frozen=True):
    """What came of teaching. `report` is on the held-back texts, as are those of the model before and, where that is another
    one, the shipped model. `empty` judgements had no words to learn from.
    """

    body: Body
    report: Report
    before: Rival | None
    shipped: Rival | None
    suspects: tuple[Suspect, ...]
    empty: int

    @property
    def figures(self) -> Figures:
        return self.body.figures

    @property
    def worse_than(self) -> dict[str, Rival]:
        """Those that are better beyond noise: "before", "shipped"."""
        rivals = {"before": self.before, "shipped": self.shipped}
        return {name: rival for name, rival in rivals.items() if rival and rival.better}


def teach(corrections: Sequence[Correction], former: Model | None, shipped: Model | None) -> Lesson:
    """Learn, compare, and say who was left out. Raises ValueError for a correction of no category."""
    unknown = next((each.category for each in corrections if each.category not in CATEGORIES), None)
    if unknown is not None:
        raise ValueError(f"unknown category {unknown!r}: use one of {', '.join(CATEGORIES)}")
    basis = prepare(corpus(), boilerplate())
    suspects = _suspects(basis, corrections) if len(corrections) >= SEEN else ()
    trusted = [each for each in corrections if each.by not in {suspect.by for suspect in suspects}]
    body = learn(basis, trusted)
    tests = held_back()
    report = evaluate(Model(body), tests)
    before, unspoilt = (_rival(model, tests, report) for model in (former, shipped))
    empty = len(trusted) - body.figures.corrections
    return Lesson(replace(body, figures=_figures(body, report)), report, before, unspoilt, suspects, empty)


def _rival(model: Model | None, tests: Sequence[Sample], report: Report) -> Rival | None:
    if model is None:
        return None
    older = evaluate(model, tests)
    return Rival(older, _chance(older, report))


def held_back() -> list[Sample]:
    """Everything no model learns from: themes held back, and the texts of other hands."""
    return [*held_out(), *(each.bare for each in other_hands())]


def _suspects(basis: Basis, corrections: Sequence[Correction]) -> tuple[Suspect, ...]:
    """Members who, where they speak, contradict a model that never heard of them and is sure, more often than not."""
    judge = Model(learn(basis))
    said: dict[str, list[bool]] = defaultdict(list)
    count: dict[str, int] = defaultdict(int)
    for each in corrections:
        count[each.by] += 1
        verdict = judge.classify(each.subject, each.text, SURE)
        if verdict.category and each.spoken:
            said[each.by].append(verdict.category != each.category)
    found = [Suspect(by, count[by], len(against), sum(against)) for by, against in said.items()]
    return tuple(each for each in found if each.sure >= SEEN and each.contradicted > CONTRADICTED * each.sure)


def _chance(before: Report, after: Report) -> float:
    """How likely at least so many texts turn wrong, of those that changed, if neither model were better."""
    pairs = list(zip(before.right, after.right, strict=True))
    lost, won = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
    changed = lost + won
    return float(sum(comb(changed, k) for k in range(lost, changed + 1)) / 2**changed)


def _figures(body: Body, report: Report) -> Figures:
    return replace(
        body.figures,
        accuracy=round(report.accuracy, 4),
        macro_f1=round(report.macro_f1, 4),
        ece=round(report.ece, 4),
        coverage=round(report.coverage, 4),
        precision=round(report.precision_at_threshold, 4),
    )
