"""`python -m tests.simulate [--seeds N] [--start K] [--seed K] [--postgresql N]`: plays made-up worlds in which everything breaks.

Prints how many worlds were played, what struck in them and every promise that did not hold, with the command that plays
that world again. Exit status 1 when one did not.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.servers import postgres
from tests.servers.needs import program
from tests.simulate.databases import Stores
from tests.simulate.run import Report, a_folder, play, play_apart


def main() -> int:
    """Play, count, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many worlds")
    parser.add_argument("--start", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="this one world, with its whole record")
    parser.add_argument("--postgresql", type=int, default=20, metavar="N", help="each Nth seed's world lies on PostgreSQL; 0: none")
    asked = parser.parse_args()
    if asked.seed is not None:
        return one(asked.seed, asked.postgresql)
    began = time.monotonic()
    seeds = range(asked.start, asked.start + asked.seeds)
    with a_folder() as folder, stores(asked.postgresql) as where, multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        reports = list(pool.imap_unordered(partial(play_apart, folder, where), seeds, chunksize=5))
    return tell(sorted(reports, key=lambda report: report.seed), time.monotonic() - began)


def one(seed: int, every: int) -> int:
    """One world's record."""
    with a_folder() as folder, stores(every if every and seed % every == 0 else 0) as where:
        report = play(seed, folder, where)
    print("\n".join(report.record))
    print("\n".join(f"BROKEN {fault}" for fault in report.faults) or f"seed {seed}: everything holds")
    return 1 if report.faults else 0


@contextmanager
def stores(every: int) -> Iterator[Stores]:
    """SQLite, and for each `every`th seed a PostgreSQL where this machine has one."""
    if not every:
        yield Stores()
    elif program("postgres") is None:
        print("every world lies on SQLite: there is no PostgreSQL here (apt-get install postgresql)")
        yield Stores()
    else:
        with postgres.running() as server:
            yield Stores(server, every)


def tell(reports: list[Report], seconds: float) -> int:
    """The sum of all worlds."""
    struck: Counter[str] = sum((Counter(report.struck) for report in reports), Counter())
    bad = [report for report in reports if report.faults]
    letters, out = sum(r.letters_in for r in reports), sum(r.letters_out for r in reports)
    kinds = Counter(report.store for report in reports), Counter(report.boxes for report in reports)
    print(f"{len(reports)} worlds in {seconds:.0f} s: {letters} letters in, {out} out, {sum(r.restarts for r in reports)} restarts")
    print(f"{kinds[0]['postgresql']} of them on PostgreSQL, {kinds[1][2]} with two mailboxes")
    print("struck: " + ", ".join(f"{name} {count}" for name, count in sorted(struck.items())))
    for report in bad[:20]:
        for fault in report.faults[:4]:
            print(f"BROKEN seed {report.seed} ({report.store}): {fault}")
        print(f"  again: python -m tests.simulate --seed {report.seed}{' --postgresql 1' if report.store == 'postgresql' else ''}")
    print(f"{len(bad)} worlds broke a promise" if bad else "every promise held in every world")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
