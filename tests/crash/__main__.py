"""`python -m tests.crash`: mailbot is killed again and again, started again each time, and held to V1-V8.

Prints kills, points, letters that were in doubt, and every broken promise with the way to replay it. Exit status 1 when
one is broken.
"""

import argparse
import gc
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.crash import syscalls
from tests.crash.databases import Database, PostgreSql, Sqlite, scratch
from tests.crash.scene import Files
from tests.crash.store_points import Laboratory, Tally, cases
from tests.servers import postgres

SHARE_OF_POSTGRES = 20  # one kill of so many: a database of a server takes longer to put back
KINDS = ("SQLite", "PostgreSQL")


def main() -> int:
    """Kill, count, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000, help="kills in the store layer; 0: none")
    parser.add_argument(
        "--syscalls", default="all", help="kill at every so manyth changing system call of a whole run; all: at each; 0: none"
    )
    parser.add_argument("--seed", type=int, default=1, help="the first mailing")
    parser.add_argument("--database", choices=KINDS, help="this one alone")
    parser.add_argument("--replay", help="one case again, as the line of a fault names it: 17,33 (with --seed) or 'pwrite64 17'")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if asked.replay:
        return _told("replay", [_again(asked.replay, asked.seed, asked.database or "SQLite")], 0, time.monotonic())
    kinds = [asked.database] if asked.database else KINDS
    share = {"SQLite": asked.points - asked.points // SHARE_OF_POSTGRES, "PostgreSQL": asked.points // SHARE_OF_POSTGRES}
    stride = {"all": 1}.get(asked.syscalls) or int(asked.syscalls)
    failed = [_store_points(kind, share[kind], asked.seed) for kind in kinds if share[kind]]
    failed += [_system_calls(kind, stride) for kind in kinds if stride]
    return max(failed, default=0)


def _store_points(kind: str, kills: int, seed: int) -> int:
    started, workers = time.monotonic(), os.cpu_count() or 1
    orders = [Order(kind, -(-kills // workers), seed + n, workers) for n in range(workers)]
    with ProcessPoolExecutor(workers, get_context("fork")) as pool:
        return _told(f"store layer on {kind}", list(pool.map(_kill_at_points, orders)), kills, started)


def _system_calls(kind: str, stride: int) -> int:
    started, workers = time.monotonic(), os.cpu_count() or 1
    orders = [Order(kind, stride, n, workers) for n in range(workers)]
    with ProcessPoolExecutor(workers, get_context("fork")) as pool:
        return _told(f"system calls on {kind}", list(pool.map(_kill_at_calls, orders)), 0, started)


class Order(NamedTuple):
    """A worker's share: so many kills from this seed on, or each `amount`th call from number `first` on; in steps of `workers`."""

    kind: str
    amount: int
    first: int
    workers: int


def _kill_at_points(order: Order) -> Tally:
    """So many kills, mailing after mailing."""
    whole, seed = Tally(), order.first
    with database(order.kind) as (opened, home):
        laboratory = Laboratory(opened, Files(home / "files"))
        gc.freeze()
        while whole.kills < order.amount:
            points = len(laboratory.points(seed))
            whole.points += points
            for deaths in islice(cases(seed, points), order.amount - whole.kills):
                whole.add(laboratory.case(seed, deaths))
            seed += order.workers
    return whole


def _kill_at_calls(order: Order) -> Tally:
    """This worker's part of the calls, against servers of its own."""
    whole = Tally()
    with database(order.kind) as (opened, home), syscalls.scene(opened, home) as scene:
        every = syscalls.calls(scene)
        whole.points = len(every[order.first :: order.workers])
        for call in every[order.first * order.amount :: order.amount * order.workers]:
            whole.add(syscalls.case(scene, call))
    return whole


def _again(which: str, seed: int, kind: str) -> Tally:
    """One case again; says where the processes die."""
    with database(kind) as (opened, home):
        if " " in which:
            name, number = which.split()
            with syscalls.scene(opened, home) as scene:
                return syscalls.case(scene, syscalls.Call(name, int(number)))
        laboratory = Laboratory(opened, Files(home / "files"))
        names = laboratory.points(seed)
        deaths = [float(word) if "." in word else int(word) for word in which.split(",")]
        for death in deaths:
            print(f"dies at {death}: {names[death - 1] if isinstance(death, int) and death <= len(names) else 'some point'}")
        return laboratory.case(seed, deaths)


def _told(what: str, tallies: Sequence[Tally], least: int, started: float) -> int:
    """Print what it came to; the exit status."""
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    took = time.monotonic() - started
    lost, twice = (sum(word in fault for fault in whole.faults) for word in ("lost", "arrived 2 times"))
    print(
        f"{what}: {whole.kills} kills in {took:.0f} s ({whole.kills / took:.0f}/s), {whole.points} points, {whole.cases} runs; "
        f"{lost} lost, {twice} duplicated, {whole.doubts} in doubt, {len(whole.faults)} promises broken",
        flush=True,
    )
    for fault in whole.faults[:20]:
        print(f"BROKEN {fault}")
    if whole.kills < least:
        print(f"BROKEN only {whole.kills} of {least} kills happened")
    return 1 if whole.faults or whole.kills < least else 0


@contextmanager
def database(kind: str) -> Iterator[tuple[Database, Path]]:
    """An empty database and a folder."""
    with scratch() as home, postgres.running() if kind == "PostgreSQL" else nullcontext() as server:
        yield PostgreSql(server) if server else Sqlite(home), home


if __name__ == "__main__":
    sys.exit(main())
