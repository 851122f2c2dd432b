"""A letter's category by a multinomial logistic regression.

Takes a trained `Body`; gives a `Verdict` for any subject and text, without scikit-learn. Below the threshold, for
languages it never learnt, and where next to nothing was written it abstains: `category` is None and the scores stay for
the person who is asked. Sentences that carry no matter (greeting, order line, closing) are left out first. Where the
sentence encoder of the training is at hand it is asked too; otherwise, and where it turns out to be broken, the plain
model serves.
"""

import logging
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from classifier import semantic
from classifier.artefact import SCALE, SHIPPED, Body, Head
from classifier.artefact import read as read_artefact
from classifier.evidence import Evidence, Floats, Known, counted
from classifier.features import Mask, pieces
from classifier.lexicon import Lexicon, lexicon_block
from classifier.samples import ALSO, CATEGORIES, OTHER
from classifier.terms import speaking
from classifier.text import in_script_of, language, read, sentences

LOG = logging.getLogger("classifier")
THRESHOLD = 0.8  # before staff's judgements tell a better one
FEWEST = 20  # pieces known (six Han signs, two words) before a letter can be said to be of none of the four kinds


class Verdict(Struct, frozen=True):
    """What a letter is about.

    `category` is None where the model abstains; `confidence` is the best score either way. `terms` are pieces of the
    letter that spoke for the best category, `against` those that spoke against it; `also` is the second best if it is strong.
    """

    category: str | None
    confidence: float
    scores: dict[str, float]
    terms: list[str]
    language: str
    also: str | None
    against: list[str]


class Matter(NamedTuple):
    """The sentences that carry a letter's matter, their pieces, which of all sentences they are, and whether any of them does."""

    kept: list[str]
    known: Known
    carries: Mask
    carried: bool


class Model:
    """A trained model, ready to judge letters. Safe to share between threads."""

    def __init__(self, body: Body, *, with_meaning: bool = True) -> None:
        self.figures = body.figures
        self.threshold = body.threshold if body.threshold is not None else THRESHOLD
        self._body = body
        self._languages = frozenset(body.languages)
        self._lexicon = Lexicon(body.lexicon)
        self._ask(body.semantic if with_meaning and body.encoder == semantic.installed() else None)

    def _ask(self, meaning: Head | None) -> None:
        """Let the head with the encoder speak, or the plain one."""
        self.semantic = meaning is not None
        self._head = meaning or self._body.plain
        self._evidence = Evidence(self._body, self._head)

    def classify(self, subject: str, text: str, threshold: float | None = None) -> Verdict:
        """Judge a letter whose quotes and signature are already cut off; `threshold` in place of the model's own. Never raises."""
        letter = read(subject, text)
        kept, known, carries, matters = self._matter(letter.sentences)
        hits = self._lexicon.hits(known.found, carries)
        shares = softmax(self._logits(known, lexicon_block(hits), kept) / self._body.temperature)
        scores = dict(zip(CATEGORIES, shares.tolist(), strict=True))
        best, second = sorted(CATEGORIES, key=scores.__getitem__, reverse=True)[:2]
        spoken = language(f"{subject} {text[:400]}")
        least = self.threshold if threshold is None else threshold
        speaks, denies = self._evidence.telling(known, best)
        words = known.found.words(carries)
        terms, against = speaking(words, hits[best], speaks), speaking(words, [], denies)
        sure = scores[best] >= least and spoken in self._languages and matters and _says_so(best, terms, known)
        if spoken == "zh-Hant":
            written = in_script_of(letter, terms + against)
            terms, against = written[: len(terms)], written[len(terms) :]
        also = second if scores[second] >= ALSO else None
        return Verdict(best if sure else None, scores[best], scores, terms, spoken, also, against)

    def matter(self, subject: str, text: str) -> Matter:
        """What the letter is about; where every sentence reads like a frame, the one that does so least."""
        return self._matter(sentences(subject, text))

    def _matter(self, every: list[str]) -> Matter:
        if not every:
            return Matter([], self._evidence.known(pieces([])), np.zeros(0, dtype=bool), carried=False)
        known = self._evidence.known(pieces(every))
        likeness = self._evidence.boilerplate(known, len(every))
        least = likeness.min()
        carries = (likeness < 0) | (likeness == least)
        return Matter([*compress(every, carries.tolist())], known.of(carries), carries, bool(least < 0))

    def _logits(self, known: Known, block: list[float], kept: list[str]) -> Floats:
        """What speaks for each category, before any temperature."""
        meaning = self._meaning(kept)  # first: where the encoder is broken, another head speaks
        return self._evidence.total(known.rows, block) + meaning

    def _meaning(self, kept: list[str]) -> Floats | float:
        if not self.semantic:
            return 0.0
        assert self._body.centre is not None, "a model with an encoder has its centre"
        try:
            row = semantic.centred(semantic.vectors([" ".join(kept)]), self._body.centre)[0]
        except semantic.EncoderError as error:
            LOG.warning("- - letters are classified without sentence meaning: %s", error)
            self._ask(None)
            return 0.0
        weighed: Floats = row.astype(np.float64) @ self._head.meaning / SCALE
        return weighed


def _says_so(best: str, terms: list[str], known: Known) -> bool:
    """Whether the letter itself carries the verdict: a word of it speaks for the category, as even "贵" does.

    To be none of the four ("other") it takes more than one word that speaks for none of them: every sign and every word that
    stands alone, "x" or "test", looks like that.
    """
    return bool(terms) and (best != OTHER or len(counted(known.rows)[0]) >= FEWEST)


def softmax(logits: Floats) -> Floats:
    """Probabilities of the categories."""
    parts = np.exp(logits - logits.max())
    shares: Floats = parts / parts.sum()
    return shares


def load(path: Path | None = None) -> Model:
    """The model at `path`, or the one that came with the package. Raises ArtefactError."""
    return Model(read_artefact(path or SHIPPED))
