"""The learning curve: how well categories are told after 0, 20, 50, 100, 300 and 1,000 corrections.

`python -m tests.curve [--draws N]`. Corrections are drawn from the texts that no model learns from (themes held back, and
other hands inside their letters); measured is on the same fixed part of them, never drawn from. Prints macro-F1, what is
decided by itself and how much of that is right, as the mean of the draws.
"""

import argparse
import random
from statistics import mean

import classifier
from classifier.evaluation import Report, evaluate
from classifier.model import Model
from classifier.samples import Sample, boilerplate
from classifier.training import learn
from mailbot.intake.quotes import cut

SIZES = (0, 20, 50, 100, 300, 1000)
SEED = 20261116


def main(draws: int) -> None:
    hands = [Sample(e.category, e.language, "", e.subject, cut(e.mail)[0]) for e in classifier.other_hands()]
    texts = [*hands, *classifier.held_out()]
    random.Random(SEED).shuffle(texts)
    pool, tests = texts[: SIZES[-1]], texts[SIZES[-1] :]
    print(f"{len(tests)} texts measured, the mean of {draws} draw(s)\n\ncorrections  macro-F1  decides  right  threshold")
    for size in SIZES:
        reports = [one(pool, tests, size, draw) for draw in range(draws if 0 < size < len(pool) else 1)]
        figures = [
            mean(getattr(report, name) for report in reports) for name in ("macro_f1", "coverage", "precision_at_threshold", "threshold")
        ]
        print(f"{size:11d}  {figures[0]:8.3f}  {figures[1]:7.1%}  {figures[2]:5.1%}  {figures[3]:9.2f}", flush=True)


def one(pool: list[Sample], tests: list[Sample], size: int, draw: int) -> Report:
    drawn = random.Random(SEED + draw).sample(pool, size)
    return evaluate(Model(learn(classifier.corpus(), boilerplate(), drawn)), tests)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2)
    main(parser.parse_args().draws)
