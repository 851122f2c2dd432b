"""Learning a model from the corpus and staff corrections, with scikit-learn.

Takes labelled texts; writes an artefact and gives its figures. Two linear models share one set of
n-grams: one tells boilerplate sentences from matter, the other one category from another. The same
texts always give the same bytes. The held-back file is only measured, never learnt from. Nothing
here chooses its own settings: they were set by splits of the corpus by theme.
"""

import platform
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import chain
from math import log, sqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from classifier import artefact
from classifier.artefact import SCALE, Body, Head
from classifier.evaluation import Report, evaluate
from classifier.features import Lexicon, all_grams, lexicon_block, read_lexicon, spaced
from classifier.model import Model
from classifier.samples import BOILERPLATE, Correction, Figures, Sample, as_samples, boilerplate, checksum, corpus, held_out
from classifier.text import HAN, sentences

LARGEST = 24_000  # n-grams kept: the artefact stays below 1 MB
LEXICON_WEIGHT = 0.25  # length of the lexicon block beside the n-grams' 1
SOFTNESS = 5.0  # C of the regression; with it, theme-wise splits of the corpus inside letters read 92 % right at .8
CORRECTION_WEIGHT = 2.0
FRAMED = 4  # boilerplate sentences put round a second copy of each text, for those the filter lets through
FRAMED_WEIGHT = 0.5
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "opencc")
_ENOUGH = 20  # texts of a language before the model speaks about it


def train(out: Path, corrections: Sequence[Correction] = ()) -> Figures:
    """Learn, write the artefact to `out`, and give its figures. Raises ValueError for a correction that fits no category."""
    samples = [*corpus(), *as_samples(corrections)]
    body = learn(samples, boilerplate())
    report = evaluate(Model(body), held_out())
    body = replace(body, figures=_figures(samples, len(corrections), body, report))
    artefact.write(out, body)
    return body.figures


def learn(samples: Sequence[Sample], frames: Sequence[Sample]) -> Body:
    """A model of `samples`, which tells `frames` (boilerplate) from matter. Its quality figures are still empty."""
    texts = [sentences(each.subject, each.text) for each in samples]
    frame_texts = [sentences(each.subject, each.text) for each in frames]
    labels = [each.label for each in samples]
    known = _strongest(_common([*texts, *frame_texts]), texts, labels, frame_texts)
    return _body(known, samples, texts, frame_texts)


class Table:
    """Texts as rows of numbers: TF-IDF over a list of n-grams, scaled as `Evidence` scales."""

    def __init__(self, known: list[str], texts: Sequence[list[str]]) -> None:
        self._number = {gram: number for number, gram in enumerate(known)}
        seen = Counter(chain.from_iterable(set(self._numbers(text)) for text in texts))
        self.idf = np.array([log((1 + len(texts)) / (1 + seen[number])) + 1 for number in range(len(known))])

    def rows(self, texts: Iterable[list[str]]) -> csr_matrix:
        """One row a text: how often it has an n-gram, times its idf, by the root of all squares."""
        data: list[float] = []
        columns: list[int] = []
        starts = [0]
        for text in texts:
            counts = Counter(self._numbers(text))
            length = sqrt(sum(count * self.idf[number] ** 2 for number, count in counts.items())) or 1.0
            columns += sorted(counts)
            data += [counts[number] * self.idf[number] / length for number in sorted(counts)]
            starts.append(len(columns))
        return csr_matrix((data, columns, starts), shape=(len(starts) - 1, len(self.idf)))

    def _numbers(self, text: list[str]) -> list[int]:
        return [self._number[gram] for sentence in text for gram in all_grams(sentence) if gram in self._number]


def _common(texts: Sequence[list[str]]) -> list[str]:
    """n-grams that at least two texts have."""
    seen = Counter(chain.from_iterable(set(chain.from_iterable(map(all_grams, text))) for text in texts))
    return sorted(gram for gram, count in seen.items() if count > 1)


def _strongest(known: list[str], texts: Sequence[list[str]], labels: list[str], frames: Sequence[list[str]]) -> list[str]:
    """The `LARGEST` n-grams that move a decision most."""
    if len(known) <= LARGEST:
        return known
    table = Table(known, texts)
    fitted = _fit(table.rows([*texts, *frames]), [*labels, *([BOILERPLATE] * len(frames))])
    spread = (fitted.coef_.max(axis=0) - fitted.coef_.min(axis=0)) * table.idf
    best = np.lexsort((np.arange(len(spread)), -spread.round(6)))[:LARGEST]
    return [known[number] for number in sorted(best)]


def _body(known: list[str], samples: Sequence[Sample], texts: Sequence[list[str]], frames: Sequence[list[str]]) -> Body:
    table = Table(known, texts)
    words = read_lexicon()
    lexicon = Lexicon(words)
    both = [*texts, *_framed(texts, frames)]
    block = csr_matrix([lexicon_block(lexicon.hits(spaced(text))) for text in both]) * LEXICON_WEIGHT
    weights = [CORRECTION_WEIGHT if each.theme == "correction" else 1.0 for each in samples]
    weights += [weight * FRAMED_WEIGHT for weight in weights]
    fitted = _fit(hstack([table.rows(both), block]).tocsr(), [each.label for each in samples] * 2, weights)
    size = len(known)
    by_label = dict(zip(fitted.classes_, zip(fitted.coef_, fitted.intercept_, strict=True), strict=True))
    return Body(
        made_with={"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        figures=Figures(len(samples), 0, len(frames), size, "", 0, 0, 0, 0, 0),
        languages=_languages(samples),
        lexicon=words,
        grams=known,
        squares=_steps(table.idf**2),
        categories={
            label: Head(_steps(row[:size] * table.idf), round(float(constant) * SCALE)) for label, (row, constant) in by_label.items()
        },
        lexicon_weights={label: _steps(row[size:] * LEXICON_WEIGHT) for label, (row, _) in by_label.items()},
        boilerplate=_boilerplate_head(table, texts, frames),
    )


def _framed(texts: Sequence[list[str]], frames: Sequence[list[str]]) -> list[list[str]]:
    """Each text once more, with greetings and closings of its own script round it; the same ones at every run."""
    pick = random.Random(FRAMED)  # noqa: S311  variety, not secrecy
    by_script = {han: [frame for frame in frames if bool(HAN.search(" ".join(frame))) == han] for han in (True, False)}
    framed = []
    for text in texts:
        own = by_script[bool(HAN.search(" ".join(text)))]
        framed.append([*text, *chain.from_iterable(pick.sample(own, min(FRAMED, len(own))))])
    return framed


def _boilerplate_head(table: Table, texts: Sequence[list[str]], frames: Sequence[list[str]]) -> Head:
    """A model of single sentences: those of `frames` against those of the corpus."""
    matter = [[sentence] for sentence in chain.from_iterable(texts)]
    frame = [[sentence] for sentence in chain.from_iterable(frames)]
    labels = ["matter"] * len(matter) + [BOILERPLATE] * len(frame)
    fitted = _fit(table.rows([*matter, *frame]), labels)
    sign = 1 if fitted.classes_[1] == BOILERPLATE else -1
    return Head(_steps(sign * fitted.coef_[0] * table.idf), round(sign * float(fitted.intercept_[0]) * SCALE))


def _fit(matrix: csr_matrix, labels: list[str], weights: list[float] | None = None) -> LogisticRegression:
    return LogisticRegression(C=SOFTNESS, class_weight="balanced", max_iter=2000).fit(matrix, labels, sample_weight=weights)


def _steps(values: npt.ArrayLike) -> list[int]:
    return [int(value) for value in np.rint(np.asarray(values) * SCALE)]


def _languages(samples: Sequence[Sample]) -> list[str]:
    count = Counter(each.language for each in samples)
    return sorted(language for language, texts in count.items() if language and texts >= _ENOUGH)


def _figures(samples: Sequence[Sample], corrections: int, body: Body, report: Report) -> Figures:
    return replace(
        body.figures,
        corrections=corrections,
        corpus_sha256=checksum(samples),
        accuracy=round(report.accuracy, 4),
        macro_f1=round(report.macro_f1, 4),
        ece=round(report.ece, 4),
        coverage=round(report.coverage, 4),
        precision=round(report.precision_at_threshold, 4),
    )
