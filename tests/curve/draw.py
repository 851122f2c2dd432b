"""Which texts are corrections and which are measured: never one that the corpus taught, nor one text as both.

Two kinds of texts nobody learns from: other hands (inside their letters, as a company gets them; some 250 a language) and the
themes held back (some 170). For more corrections of a language than those give, part of the corpus' themes are withdrawn
from it, in every language; what is learnt before the first correction is less then, and measured anew. Of the themes a part
is measured, too: corrections are like what is measured there, as in a company, while other hands stay other hands.
"""

import random
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

import classifier
from classifier import Sample
from mailbot.intake.quotes import cut

SEED = 20261116
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
HANDS = 100  # corrections of other hands in a language; the rest of those are measured
MEASURED = 100  # texts of the themes that are measured in a language
WITHDRAWN = 0.4  # share of the corpus' themes


class Drawn(NamedTuple):
    """Corrections in the order in which they are given, and what is measured, by kind."""

    corrections: list[Sample]
    measured: dict[str, list[Sample]]


def of_all(draw: int) -> Drawn:
    """A thousand corrections in any language, and the rest of what the corpus doesn't hold."""
    texts = [*hands(), *classifier.held_out()]
    random.Random(SEED).shuffle(texts)
    corrections = shuffled(texts[:1000], draw)
    return Drawn(corrections, {"texts of both kinds": texts[1000:]})


def of_hands(language: str, draw: int) -> Drawn:
    """Corrections in one language by other hands, and the rest of those hands: the whole corpus may be learnt beside them."""
    texts = shuffled([each for each in hands() if each.language == language], draw)
    return Drawn(texts[:HANDS], {"letters of other hands": texts[HANDS:]})


def with_themes(language: str, draw: int) -> Drawn:
    """The same, and themes held back or withdrawn behind them: the corpus has to be without those."""
    by_hands = of_hands(language, draw)
    left_out = [each for each in classifier.corpus() if each.theme in withdrawn()]
    of_themes = shuffled([each for each in [*classifier.held_out(), *left_out] if each.language == language], draw)
    return Drawn(by_hands.corrections + of_themes[MEASURED:], by_hands.measured | {"texts of the themes": of_themes[:MEASURED]})


@cache
def withdrawn() -> frozenset[str]:
    """The themes that a smaller corpus does without."""
    themes = sorted({each.theme for each in classifier.corpus()})
    return frozenset(random.Random(SEED).sample(themes, round(WITHDRAWN * len(themes))))


def corpus_without(themes: Collection[str]) -> list[Sample]:
    return [each for each in classifier.corpus() if each.theme not in themes]


def hands() -> list[Sample]:
    """The texts of other hands as they come out of their letters."""
    return [Sample(each.category, each.language, "", each.subject, cut(each.mail)[0]) for each in classifier.other_hands()]


def shuffled(texts: list[Sample], draw: int) -> list[Sample]:
    return random.Random(SEED + draw).sample(texts, len(texts))
