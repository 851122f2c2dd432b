"""`python -m tests.simulate [--seeds N] [--start K] [--seed K]`: plays made-up worlds in which everything breaks.

Prints how many worlds were played, what struck in them and every promise that did not hold, with the command that plays
that world again. Exit status 1 when one did not.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from functools import partial

from tests.simulate.run import Report, a_folder, play, play_apart


def main() -> int:
    """Play, count, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many worlds")
    parser.add_argument("--start", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="this one world, with its whole record")
    asked = parser.parse_args()
    if asked.seed is not None:
        return one(asked.seed)
    began = time.monotonic()
    seeds = range(asked.start, asked.start + asked.seeds)
    with a_folder() as folder, multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        reports = list(pool.imap_unordered(partial(play_apart, folder), seeds, chunksize=5))
    return tell(sorted(reports, key=lambda report: report.seed), time.monotonic() - began)


def one(seed: int) -> int:
    """One world's record."""
    with a_folder() as folder:
        report = play(seed, folder)
    print("\n".join(report.record))
    print("\n".join(f"BROKEN {fault}" for fault in report.faults) or f"seed {seed}: everything holds")
    return 1 if report.faults else 0


def tell(reports: list[Report], seconds: float) -> int:
    """The sum of all worlds."""
    struck: Counter[str] = sum((Counter(report.struck) for report in reports), Counter())
    bad = [report for report in reports if report.faults]
    letters, out = sum(r.letters_in for r in reports), sum(r.letters_out for r in reports)
    print(f"{len(reports)} worlds in {seconds:.0f} s: {letters} letters in, {out} out, {sum(r.restarts for r in reports)} restarts")
    print("struck: " + ", ".join(f"{name} {count}" for name, count in sorted(struck.items())))
    for report in bad[:20]:
        for fault in report.faults[:4]:
            print(f"BROKEN seed {report.seed}: {fault}")
        print(f"  again: python -m tests.simulate --seed {report.seed}")
    print(f"{len(bad)} worlds broke a promise" if bad else "every promise held in every world")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
