"""Learning a model from the corpus and staff corrections, with scikit-learn.

Takes labelled texts; writes an artefact and gives its figures. Two linear models share one set of
n-grams: one tells boilerplate sentences from matter, the other one category from another. The same
texts always give the same bytes. The held-back file is only measured, never learnt from. Nothing
here chooses its own settings: they were set by splits of the corpus by theme.
"""

import hashlib
import platform
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import chain
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from classifier import artefact
from classifier.artefact import SCALE, Body, Head
from classifier.evaluation import Report, evaluate
from classifier.features import Vocabulary, grams, lexicon_block, lexicon_hits, read_lexicon, spaced
from classifier.model import Model
from classifier.samples import BOILERPLATE, CATEGORIES, Correction, Figures, Sample, as_samples, boilerplate, corpus, held_out
from classifier.text import HAN, sentences

LARGEST = 24_000  # n-grams kept: the artefact stays below 1 MB
LEXICON_WEIGHT = 0.35  # length of the lexicon block beside the n-grams' 1
SOFTNESS = 10.0  # C of the regression
CORRECTION_WEIGHT = 2.0
FRAMED = 4  # boilerplate sentences put round a second copy of each text, for those the filter lets through
FRAMED_WEIGHT = 0.5
_ENOUGH = 20  # texts of a language before the model speaks about it

Numbers = set[int]


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
    vocabulary = _common([*texts, *frame_texts])
    labels = [each.label for each in samples]
    chosen = _strongest(vocabulary, texts, labels, frame_texts)
    return _body(Vocabulary(chosen), samples, texts, frame_texts)


def _common(texts: Sequence[list[str]]) -> Vocabulary:
    """n-grams that at least two texts have."""
    seen = Counter(chain.from_iterable(set(chain.from_iterable(map(grams, text))) for text in texts))
    return Vocabulary(sorted(gram for gram, count in seen.items() if count > 1))


def _strongest(vocabulary: Vocabulary, texts: Sequence[list[str]], labels: list[str], frames: Sequence[list[str]]) -> list[str]:
    """The `LARGEST` n-grams that move a decision most."""
    if len(vocabulary.known) <= LARGEST:
        return vocabulary.known
    rows = _rows(vocabulary, [*texts, *frames])
    idf = _idf(rows, len(vocabulary.known))
    matrix = _matrix(rows, idf)
    fitted = _fit(matrix, [*labels, *([BOILERPLATE] * len(frames))])
    spread = (fitted.coef_.max(axis=0) - fitted.coef_.min(axis=0)) * idf
    best = np.lexsort((np.arange(len(spread)), -spread.round(6)))[:LARGEST]
    return [vocabulary.known[number] for number in sorted(best)]


def _body(vocabulary: Vocabulary, samples: Sequence[Sample], texts: Sequence[list[str]], frames: Sequence[list[str]]) -> Body:
    idf = _idf(_rows(vocabulary, texts), len(vocabulary.known))
    lexicon = read_lexicon()
    both = [*texts, *_framed(texts, frames)]
    block = csr_matrix([lexicon_block(lexicon_hits(lexicon, spaced(text))) for text in both]) * LEXICON_WEIGHT
    weights = [CORRECTION_WEIGHT if each.theme == "correction" else 1.0 for each in samples]
    weights += [weight * FRAMED_WEIGHT for weight in weights]
    fitted = _fit(hstack([_matrix(_rows(vocabulary, both), idf), block]).tocsr(), [each.label for each in samples] * 2, weights)
    size = len(vocabulary.known)
    by_label = dict(zip(fitted.classes_, zip(fitted.coef_, fitted.intercept_, strict=True), strict=True))
    return Body(
        made_with={"python": platform.python_version(), **{name: version(name) for name in ("scikit-learn", "numpy", "scipy", "opencc")}},
        figures=Figures(len(samples), 0, len(frames), size, "", 0, 0, 0, 0, 0),
        languages=_languages(samples),
        lexicon=lexicon,
        grams=vocabulary.known,
        squares=_steps(idf * idf),
        categories={label: Head(_steps(row[:size] * idf), round(float(constant) * SCALE)) for label, (row, constant) in by_label.items()},
        lexicon_weights={label: _steps(row[size:] * LEXICON_WEIGHT) for label, (row, _) in by_label.items()},
        boilerplate=_boilerplate_head(vocabulary, idf, texts, frames),
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


def _boilerplate_head(vocabulary: Vocabulary, idf: Any, texts: Sequence[list[str]], frames: Sequence[list[str]]) -> Head:
    """A model of single sentences: those of `frames` against those of the corpus."""
    matter = [[sentence] for sentence in chain.from_iterable(texts)]
    frame = [[sentence] for sentence in chain.from_iterable(frames)]
    labels = ["matter"] * len(matter) + [BOILERPLATE] * len(frame)
    fitted = _fit(_matrix(_rows(vocabulary, [*matter, *frame]), idf), labels)
    sign = 1 if fitted.classes_[1] == BOILERPLATE else -1
    return Head(_steps(sign * fitted.coef_[0] * idf), round(sign * float(fitted.intercept_[0]) * SCALE))


def _rows(vocabulary: Vocabulary, texts: Iterable[list[str]]) -> list[list[int]]:
    return [sorted(set().union(*map(vocabulary.numbers, text))) for text in texts]


def _idf(rows: Sequence[list[int]], size: int) -> Any:
    seen = Counter(chain.from_iterable(rows))
    return np.array([log((1 + len(rows)) / (1 + seen[number])) + 1 for number in range(size)])


def _matrix(rows: Sequence[list[int]], idf: Any) -> Any:
    """One unit-length row of idf values a text."""
    lengths = [sqrt(sum(idf[number] ** 2 for number in row)) or 1.0 for row in rows]
    data = [idf[number] / length for row, length in zip(rows, lengths, strict=True) for number in row]
    starts = np.cumsum([0, *map(len, rows)])
    return csr_matrix((data, list(chain.from_iterable(rows)), starts), shape=(len(rows), len(idf)))


def _fit(matrix: Any, labels: list[str], weights: list[float] | None = None) -> Any:
    return LogisticRegression(C=SOFTNESS, class_weight="balanced", max_iter=2000).fit(matrix, labels, sample_weight=weights)


def _steps(values: Any) -> list[int]:
    return [int(value) for value in np.rint(np.asarray(values) * SCALE)]


def _languages(samples: Sequence[Sample]) -> list[str]:
    count = Counter(each.language for each in samples)
    return sorted(language for language, texts in count.items() if language and texts >= _ENOUGH)


def _figures(samples: Sequence[Sample], corrections: int, body: Body, report: Report) -> Figures:
    learnt = "\n".join("\t".join((each.label, each.language, each.theme, each.subject, each.text)) for each in samples)
    return replace(
        body.figures,
        corrections=corrections,
        corpus_sha256=hashlib.sha256(learnt.encode()).hexdigest(),
        accuracy=round(report.accuracy, 4),
        macro_f1=round(report.macro_f1, 4),
        ece=round(report.ece, 4),
        coverage=round(report.coverage, 4),
        precision=round(report.precision_at_threshold, 4),
    )
