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
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, nullcontext
from multiprocessing import get_context

from tests.crash.databases import Database, PostgreSql, Sqlite, scratch
from tests.crash.scene import Files
from tests.crash.store_points import Laboratory, Tally, cases
from tests.servers import postgres

SHARE_OF_POSTGRES = 20  # one kill of so many: a database of a server takes longer to put back


def main() -> int:
    """Kill, count, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000, help="kills in the store layer")
    parser.add_argument("--seed", type=int, default=1, help="the first mailing")
    parser.add_argument("--replay", help="deaths of one case, as a fault's line names them; with --seed")
    parser.add_argument("--database", choices=["sqlite", "postgres"], help="with --replay")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if asked.replay:
        return replay(asked.seed, asked.replay, asked.database or "sqlite")
    on_postgres = asked.points // SHARE_OF_POSTGRES
    return max(_store_points("SQLite", asked.points - on_postgres, asked.seed), _store_points("PostgreSQL", on_postgres, asked.seed))


def _store_points(name: str, kills: int, seed: int) -> int:
    started, whole = time.monotonic(), Tally()
    with ExitStack() as stack:
        server = stack.enter_context(postgres.running()) if name == "PostgreSQL" else None
        workers = min(os.cpu_count() or 1, 8)
        share = -(-kills // workers)
        pool = stack.enter_context(ProcessPoolExecutor(workers, get_context("fork")))
        for tally in pool.map(_worker, [(server, share, seed + n, workers) for n in range(workers)]):
            whole.add(tally)
    took = time.monotonic() - started
    lost = sum("lost" in fault for fault in whole.faults)
    twice = sum("V4" in fault for fault in whole.faults)
    print(
        f"{name}: killed {whole.kills} times in {took:.0f} s ({whole.kills / took:.0f}/s), {whole.points} points in {whole.cases} runs; "
        f"{lost} lost, {twice} duplicated, {whole.doubts} in doubt, {len(whole.faults)} promises broken"
    )
    for fault in whole.faults[:20]:
        print(f"BROKEN {fault}")
    return 1 if whole.faults else 0


def _worker(order: tuple[postgres.Postgres | None, int, int, int]) -> Tally:
    """So many kills, mailing after mailing."""
    server, kills, seed, step = order
    whole = Tally()
    with scratch() as home:
        database: Database = PostgreSql(server) if server else Sqlite(home)
        laboratory = Laboratory(database, Files(home / "files"))
        gc.freeze()
        while whole.kills < kills:
            points = len(laboratory.points(seed))
            whole.points += points
            for deaths in cases(seed, points):
                whole.add(laboratory.case(seed, deaths))
                if whole.kills >= kills:
                    break
            seed += step
    return whole


def replay(seed: int, deaths: str, kind: str) -> int:
    """One case again, with the names of the points at which it died."""
    with scratch() as home, postgres.running() if kind == "postgres" else nullcontext() as server:
        laboratory = Laboratory(PostgreSql(server) if server else Sqlite(home), Files(home / "files"))
        names = laboratory.points(seed)
        moments = [float(word) if "." in word else int(word) for word in deaths.split(",")]
        print("\n".join(f"dies at {m}: {names[m - 1] if isinstance(m, int) and m <= len(names) else 'then'}" for m in moments))
        faults = laboratory.case(seed, moments).faults
    print("\n".join(f"BROKEN {fault}" for fault in faults) or "every promise holds")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
