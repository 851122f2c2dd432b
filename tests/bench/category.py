"""`python -m tests.bench.category`: what a category costs, beside reading the same letter; part of `make bench`.

Letters of 2 KB, joined from varied texts of other hands; the best of several runs each, processor time. Every verdict is a
ratio of two timings of the same run, or a size: exit status 1 when a category costs too much of either.
"""

import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from itertools import accumulate
from statistics import mean

import classifier
from classifier import artefact
from classifier.model import Model
from mailbot.intake.parse import parse

SIZE, LETTERS, RUNS = 2048, 8, 15
SEED = 20261127


def main() -> int:
    """Measure and judge."""
    wrong = [*judged(Model(artefact.read(artefact.SHIPPED), with_meaning=False), "plain model", 4.0, 150)]
    model = classifier.load()
    if model.semantic:
        wrong += judged(model, "with meaning", 40.0, 300)
    else:
        print("with meaning: not measured, the sentence encoder is not installed")
    print("a category is cheap enough" if not wrong else f"TOO DEAR: {'; '.join(wrong)}")
    return 1 if wrong else 0


def judged(model: Model, name: str, dearest: float, largest: float) -> Iterator[str]:
    """What is wrong: a category that costs more than `dearest` times the reading, a process of more than `largest` MB."""
    for language in ("zh-Hans", "zh-Hant", "en"):
        texts = letters(language)
        reading = mean(best(parse, raw) for raw in map(written, texts))
        judging = mean(best(model.classify, "", text) for text in texts)
        print(f"{name}, {language}: {judging * 1000:.2f} ms a letter, {judging / reading:.2f} times what reading it costs")
        if judging > dearest * reading:
            yield f"{name}, {language}: {judging / reading:.1f} times what reading costs"
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: {size:.0f} MB at most")
    if size > largest:
        yield f"{name}: {size:.0f} MB"


def letters(language: str) -> list[str]:
    """Varied texts of one language, joined to `SIZE` bytes."""
    texts = [each.text for each in classifier.other_hands() if each.language == language]
    draw = random.Random(SEED)
    return [joined(draw.sample(texts, len(texts))) for _ in range(LETTERS)]


def joined(texts: list[str]) -> str:
    long_enough = next(text for text in accumulate(texts, "{}\n{}".format) if len(text.encode()) >= SIZE)
    return long_enough.encode()[:SIZE].decode("utf-8", "ignore")


def written(text: str) -> bytes:
    """The text as a plain letter."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "alice@customer.example", "complaints@company.example", "Complaint"
    letter.set_content(text)
    return bytes(letter)


def best(work: Callable[..., object], *given: object) -> float:
    """Seconds of processor time of the quickest of `RUNS`, after one to get warm."""
    work(*given)
    return min(cost(work, *given) for _ in range(RUNS))


def cost(work: Callable[..., object], *given: object) -> float:
    started = time.process_time()
    work(*given)
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
