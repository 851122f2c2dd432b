"""The learning curve: how well categories are told after 0, 20, 50, 100, 300, 600 and 1,000 corrections.

`python -m tests.curve [--draws N]`; a quarter of an hour of one core a draw. Measured is on texts that neither the corpus nor
the corrections hold: macro-F1, what is decided by itself at the threshold fitted, and how much of that is right. First with
corrections in all languages, then for each language with corrections of that language alone; how those are drawn, `draw` says.
"""

import argparse
from collections.abc import Sequence
from functools import cache
from statistics import mean

import classifier
from classifier import Correction, Sample
from classifier.evaluation import Report, evaluate
from classifier.model import Model
from classifier.samples import boilerplate
from classifier.training import Basis, learn, prepare
from tests.curve.draw import HANDS, LANGUAGES, Drawn, corpus_without, of_all, of_hands, with_themes, withdrawn

SIZES = (0, 20, 50, 100, 300, 1000)
BY_OTHER_HANDS, WITH_THEMES = (0, 20, 50, 100), (0, 300, 600, 1000)


def main(draws: int) -> None:
    print(f"The mean of {draws} draw(s). F1: macro-F1; decides: the share decided by itself; right: of those.\n")
    table("All languages", whole(), [of_all(draw) for draw in range(draws)], SIZES)
    for language in LANGUAGES:
        drawn = [of_hands(language, draw) for draw in range(draws)]
        table(f"{language}, corrections by other hands", whole(), drawn, BY_OTHER_HANDS)
    for language in LANGUAGES:
        drawn = [with_themes(language, draw) for draw in range(draws)]
        table(f"{language}, the first {HANDS} corrections by other hands, then of themes", without_themes(), drawn, WITH_THEMES)


@cache
def whole() -> Basis:
    return prepare(classifier.corpus(), boilerplate())


@cache
def without_themes() -> Basis:
    return prepare(corpus_without(withdrawn()), boilerplate())


def table(title: str, basis: Basis, draws: Sequence[Drawn], sizes: Sequence[int]) -> None:
    """A line for each number of corrections, as far as there are so many; a column of figures for each kind of text measured."""
    print(f"{title}; the corpus holds {basis.body.figures.texts} texts")
    print("".join(["corrections", *(f"  | {f'{len(texts)} {kind}':>40}" for kind, texts in draws[0].measured.items())]))
    print(" " * 11 + "  |       F1  decides   right  threshold" * len(draws[0].measured))
    for size in sizes:
        models = [Model(learn(basis, given(drawn.corrections[:size]))) for drawn in draws]
        line = f"{min(size, len(draws[0].corrections)):11d}"
        for kind in draws[0].measured:
            line += shown([evaluate(model, drawn.measured[kind]) for model, drawn in zip(models, draws, strict=True)])
        print(line, flush=True)
    print()


def shown(reports: Sequence[Report]) -> str:
    names = ("macro_f1", "coverage", "precision_at_threshold", "threshold")
    f1, decides, right, threshold = (mean(getattr(report, name) for report in reports) for name in names)
    return f"  | {f1:8.3f}  {decides:7.1%}  {right:6.1%}  {threshold:9.2f}"


def given(texts: Sequence[Sample]) -> list[Correction]:
    return [Correction(each.subject, each.text, each.label) for each in texts]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1)
    main(parser.parse_args().draws)
