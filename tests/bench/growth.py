"""`python -m tests.bench.growth`: whether time grows with length alone (exit status 1 when not); part of `make bench`.

A text is measured at one length and at four times that length, the best of several runs each; a letter made to be
slow is measured by the byte against ordinary letters. Every verdict is a ratio of two timings of the same run.
"""

import sys
import time
from collections.abc import Callable, Iterator

from mailbot.intake import quotes
from mailbot.intake.parse import parse
from mailbot.lifecycle.orders import parse_reply
from tests.bench.letters import make
from tests.hostile import HOSTILE, ORDERS, QUOTES
from tests.pure.orders_cast import CONTEXT

SHORT, LONG, RUNS = 20_000, 80_000, 2
STEEPEST = 8.0  # four times the length may cost twice four times as much: caches, and a machine that is shared
DEAREST = 300.0  # by the byte, against ordinary letters: what grows with the square of the length is far above


def main() -> int:
    """Measure and judge."""
    ordinary = _by_the_byte([letter.raw for letter in make(200)])
    worst = sorted(_slopes(), reverse=True)
    dearest = sorted(((_by_the_byte([raw]) / ordinary, name) for name, raw in HOSTILE.items() if len(raw) > SHORT), reverse=True)
    print(f"four times the length: at most {worst[0][0]:.1f} times the time ({worst[0][1]!r}), {len(worst)} texts")
    print(f"hostile letters: at most {dearest[0][0]:.1f} times an ordinary one by the byte ({dearest[0][1]!r}), {len(dearest)} letters")
    wrong = [f"{name!r} grows {slope:.1f}-fold" for slope, name in worst if slope > STEEPEST]
    wrong += [f"{name!r} costs {times:.1f} times an ordinary letter" for times, name in dearest if times > DEAREST]
    print("time grows with length alone" if not wrong else f"TOO SLOW: {'; '.join(wrong)}")
    return 1 if wrong else 0


def _slopes() -> Iterator[tuple[float, str]]:
    for unit in QUOTES:
        yield _slope(lambda text: quotes.cut("word\n" + text), unit), f"quotes: {unit}"
    for unit in ORDERS:
        for start in ("", "Dear Alice\n", "#"):
            yield _slope(lambda text, start=start: parse_reply(start + text, CONTEXT), unit), f"orders: {start}{unit}"


def _slope(work: Callable[[str], object], unit: str) -> float:
    short, long = (unit * (size // len(unit)) for size in (SHORT, LONG))
    # a machine that others use as well may slow down within one measurement, hardly within four
    slope = _best(lambda: work(long)) / _best(lambda: work(short))
    for _ in range(3 if slope > STEEPEST else 0):
        slope = min(slope, _best(lambda: work(long)) / _best(lambda: work(short)))
    return slope


def _by_the_byte(letters: list[bytes]) -> float:
    return _best(lambda: [parse(raw) for raw in letters]) / sum(map(len, letters))


def _best(work: Callable[[], object]) -> float:
    return min(_cost(work) for _ in range(RUNS))


def _cost(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
