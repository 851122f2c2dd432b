"""A letter's category by a multinomial logistic regression in plain Python.

Takes a trained `Body`; gives a `Verdict` for any subject and text, without scikit-learn or numpy.
Below the threshold, and for languages it never learnt, it abstains: `category` is None and the
scores stay for the person who is asked. Sentences that carry no matter (greeting, order line,
closing) are left out first. About half a millisecond for a 2 KB letter.
"""

from heapq import nlargest
from math import exp, sqrt
from operator import itemgetter
from pathlib import Path

from msgspec import Struct

from classifier import artefact
from classifier.artefact import SCALE, Body, Head
from classifier.features import Vocabulary, lexicon_block, lexicon_hits, spaced
from classifier.samples import CATEGORIES
from classifier.terms import speaking
from classifier.text import in_script_of, language, plain, sentences

ALSO = 0.25  # a second category at or above this score is named
Numbers = set[int]


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
        self._body = body
        self._vocabulary = Vocabulary(body.grams)
        self._languages = frozenset(body.languages)
        self._lift = {category: _lift(body, category) for category in CATEGORIES}

    def classify(self, subject: str, text: str, threshold: float = 0.8) -> Verdict:
        """Judge a letter whose quotes and signature are already cut off. Never raises."""
        kept, numbers = self.matter(subject, text)
        words = spaced(kept)
        hits = lexicon_hits(self._body.lexicon, words)
        scores = self._scores(numbers, lexicon_block(hits))
        ranked = sorted(CATEGORIES, key=scores.__getitem__, reverse=True)
        best, second = ranked[0], ranked[1]
        spoken = language(f"{subject} {text}"[:2000])
        sure = scores[best] >= threshold and spoken in self._languages and bool(numbers)
        terms = speaking(words, hits[best], self._strongest(numbers, best))
        if spoken == "zh-Hant":
            original = plain(f"{subject}\n{text}")
            terms = [in_script_of(original, term) for term in terms]
        return Verdict(best if sure else None, scores[best], scores, terms, spoken, second if scores[second] >= ALSO else None)

    def matter(self, subject: str, text: str) -> tuple[list[str], Numbers]:
        """The sentences that carry the letter's matter, and their n-grams by number."""
        every = [(piece, self._vocabulary.numbers(piece)) for piece in sentences(subject, text)]
        judged = [(self._logits(numbers, [self._body.boilerplate])[0], piece, numbers) for piece, numbers in every]
        kept = [each for each in judged if each[0] < 0] or sorted(judged, key=itemgetter(0))[:1]
        return [piece for _, piece, _ in kept], set().union(*(numbers for _, _, numbers in kept))

    def _scores(self, numbers: Numbers, block: list[float]) -> dict[str, float]:
        logits = self._logits(numbers, [self._body.categories[category] for category in CATEGORIES])
        for place, category in enumerate(CATEGORIES):
            weights = self._body.lexicon_weights[category]
            logits[place] += sum(part * weight for part, weight in zip(block, weights, strict=True)) / SCALE
        highest = max(logits)
        parts = [exp(logit - highest) for logit in logits]
        return {category: part / sum(parts) for category, part in zip(CATEGORIES, parts, strict=True)}

    def _logits(self, numbers: Numbers, heads: list[Head]) -> list[float]:
        """What each linear model says of one set of n-grams, of unit length together."""
        if not numbers:
            return [head.constant / SCALE for head in heads]
        pick = itemgetter(*numbers, *numbers) if len(numbers) == 1 else itemgetter(*numbers)
        length = sqrt(sum(pick(self._body.squares)) * SCALE)
        return [sum(pick(head.weights)) / length + head.constant / SCALE for head in heads]

    def _strongest(self, numbers: Numbers, category: str) -> list[str]:
        """The n-grams that lift `category` most above the others, strongest first."""
        lift = self._lift[category]
        best = nlargest(16, sorted(numbers), key=lift.__getitem__)
        return [self._vocabulary.known[number] for number in best if lift[number] > 0]


def load(path: Path | None = None) -> Model:
    """The model at `path`, or the one that came with the package. Raises ArtefactError."""
    return Model(artefact.read(path or artefact.SHIPPED))



def _lift(body: Body, category: str) -> list[int]:
    """How much each n-gram speaks for `category` beyond the mean of all."""
    every = zip(*(body.categories[each].weights for each in CATEGORIES), strict=True)
    own = body.categories[category].weights
    return [len(CATEGORIES) * weight - sum(weights) for weight, weights in zip(own, every, strict=True)]
