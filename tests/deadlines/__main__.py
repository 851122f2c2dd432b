"""`python -m tests.deadlines [--cases N] [--seed S]`: as many due moments as asked for, each also walked to; 100,000 take minutes."""

import argparse
import sys
import time
from random import Random

from tests.deadlines.cases import make, ours, theirs

SHOWN = 10


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.deadlines")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dice, wrong, began = Random(asked.seed), 0, time.monotonic()
    for number in range(1, asked.cases + 1):
        case = make(dice)
        found, walked = ours(case), theirs(case)
        if found != walked:
            wrong += 1
            if wrong <= SHOWN:
                print(f"{case}: mailbot {found}, walked {walked}")
        if number % 10_000 == 0:
            print(f"{number:,} cases, {wrong} wrong, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{asked.cases:,} due moments from 2000 to 2100 in all zones: {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
