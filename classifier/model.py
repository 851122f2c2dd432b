"""A letter's category by a multinomial logistic regression in plain Python.

Takes a trained `Body`; gives a `Verdict` for any subject and text, without scikit-learn or numpy.
Below the threshold, and for languages it never learnt, it abstains: `category` is None and the
scores stay for the person who is asked. Sentences that carry no matter (greeting, order line,
closing) are left out first. About half a millisecond for a 2 KB letter.
"""

from math import exp
from pathlib import Path

from msgspec import Struct

from classifier.artefact import SCALE, SHIPPED, Body
from classifier.artefact import read as read_artefact
from classifier.evidence import Evidence, Sums
from classifier.features import Lexicon, lexicon_block, spaced
from classifier.samples import CATEGORIES
from classifier.terms import speaking
from classifier.text import in_script_of, language, plain, sentences

ALSO = 0.25  # a second category at or above this score is named


class Verdict(Struct, frozen=True):
    """What a letter is about.

    `category` is None where the model abstains; `confidence` is the best score either way. `terms`
    are pieces of the letter that spoke for the best category; `also` is the second best if it is strong.
    """

    category: str | None
    confidence: float
    scores: dict[str, float]
    terms: list[str]
    language: str
    also: str | None


class Model:
    """A trained model, ready to judge letters. Safe to share between threads."""

    def __init__(self, body: Body) -> None:
        self.figures = body.figures
        self._languages = frozenset(body.languages)
        self._lexicon = Lexicon(body.lexicon)
        self._lexicon_weights = [[weight / SCALE for weight in body.lexicon_weights[category]] for category in CATEGORIES]
        self._evidence = Evidence(body)

    def classify(self, subject: str, text: str, threshold: float = 0.8) -> Verdict:
        """Judge a letter whose quotes and signature are already cut off. Never raises."""
        kept = self.matter(subject, text)
        sums = sum(each for _, each in kept)
        words = spaced([sentence for sentence, _ in kept])
        hits = self._lexicon.hits(words)
        scores = self._scores(sums, lexicon_block(hits))
        best, second = sorted(CATEGORIES, key=scores.__getitem__, reverse=True)[:2]
        spoken = language(f"{subject} {text[:400]}")
        sure = scores[best] >= threshold and spoken in self._languages and sums != 0
        terms = speaking(words, hits[best], self._evidence.strongest(kept, best))
        if spoken == "zh-Hant":
            original = plain(f"{subject}\n{text}")
            terms = [in_script_of(original, term) for term in terms]
        return Verdict(best if sure else None, scores[best], scores, terms, spoken, second if scores[second] >= ALSO else None)

    def matter(self, subject: str, text: str) -> list[tuple[str, Sums]]:
        """The sentences that carry the letter's matter, each with the sums of its evidence."""
        judged = [(sentence, self._evidence.of(sentence)) for sentence in sentences(subject, text)]
        likeness = [self._evidence.boilerplate(sums) for _, sums in judged]
        least = min(likeness, default=0.0)
        return [each for each, like in zip(judged, likeness, strict=True) if like < 0 or like == least]

    def _scores(self, sums: Sums, block: list[float]) -> dict[str, float]:
        logits = [
            logit + sum(part * weight for part, weight in zip(block, weights, strict=True))
            for logit, weights in zip(self._evidence.logits(sums), self._lexicon_weights, strict=True)
        ]
        highest = max(logits)
        parts = [exp(logit - highest) for logit in logits]
        return {category: part / sum(parts) for category, part in zip(CATEGORIES, parts, strict=True)}


def load(path: Path | None = None) -> Model:
    """The model at `path`, or the one that came with the package. Raises ArtefactError."""
    return Model(read_artefact(path or SHIPPED))
