"""A lesson: learn from the corpus and what staff said, leave out who seems to spoil it, compare with the model before.

Takes corrections and the model in use; gives the new model with its figures and whether it may take over. Pure but for
reading the corpus; installing is the caller's. Worse means worse on texts nobody learnt from, beyond what chance explains
(McNemar's exact test, 1947, one-sided).
"""

from collections import defaultdict
from collections.abc import Sequence
from math import comb

from msgspec import Struct
from msgspec.structs import replace

from classifier.artefact import Body
from classifier.evaluation import Report, evaluate
from classifier.model import Model
from classifier.samples import Correction, Figures, Sample, as_samples, boilerplate, corpus, held_out, other_hands
from classifier.training import learn

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


class Lesson(Struct, frozen=True):
    """What came of teaching. `report` and `before` are on the held-back texts; `chance`: how likely so much worse is by luck."""

    body: Body
    report: Report
    before: Report | None
    chance: float
    suspects: tuple[Suspect, ...]

    @property
    def figures(self) -> Figures:
        return self.body.figures

    @property
    def worse(self) -> bool:
        """Worse than the model before, beyond noise."""
        return self.chance < BY_CHANCE


def teach(corrections: Sequence[Correction], former: Model | None) -> Lesson:
    """Learn, compare, and say who was left out. Raises ValueError for a correction of no category."""
    as_samples(corrections)  # an unknown category is refused before anything is learnt
    suspects = _suspects(corrections) if len(corrections) >= SEEN else ()
    trusted = [each for each in corrections if each.by not in {suspect.by for suspect in suspects}]
    samples = corpus()
    body = learn(samples, boilerplate(), as_samples(trusted))
    tests = held_back()
    report = evaluate(Model(body), tests)
    before = evaluate(former, tests) if former else None
    body = replace(body, figures=_figures(body, report))
    return Lesson(body, report, before, _chance(before, report) if before else 1.0, suspects)


def held_back() -> list[Sample]:
    """Everything no model learns from: themes held back, and the texts of other hands."""
    return [*held_out(), *(each.bare for each in other_hands())]


def _suspects(corrections: Sequence[Correction]) -> tuple[Suspect, ...]:
    """Members who contradict a model that never heard of them, where it is sure, more often than not."""
    judge = Model(learn(corpus(), boilerplate()))
    said: dict[str, list[bool]] = defaultdict(list)
    count: dict[str, int] = defaultdict(int)
    for each in corrections:
        count[each.by] += 1
        verdict = judge.classify(each.subject, each.text, SURE)
        if verdict.category:
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
