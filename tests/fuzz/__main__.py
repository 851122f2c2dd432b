"""`python -m tests.fuzz [--letters N | --seconds S] [--seed K] [--keep FOLDER]`: reads letters nobody has written yet.

Prints how many letters were read, how many broke a promise of the reading (they are kept, with the reason), and the
slowest. The same seed gives the same letters. Exit status 1 when a promise was broken.
"""

import argparse
import hashlib
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Self

from msgspec import Struct

from mailbot.intake.reader import NOBODY, Reader
from tests.fuzz.check import broken
from tests.fuzz.mutate import letter, seeds

BATCH = 200


class Tally(Struct):
    """What a batch of letters came to."""

    letters: int = 0
    slowest: float = 0.0
    slowest_raw: bytes = b""
    faults: list[str] = []


def main() -> int:
    """Read, count, keep what is worth a look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=0, help="how many; 0: as many as the seconds allow")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-out"))
    asked = parser.parse_args()
    whole, started = Tally(), time.monotonic()
    batches = Batches(asked.letters, started + asked.seconds)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for tally in pool.map(lambda _: work(asked.seed, batches, asked.keep), range(os.cpu_count() or 1)):
            _add(whole, tally)
    took = time.monotonic() - started
    print(f"seed {asked.seed}: {whole.letters} letters in {took:.0f} s ({whole.letters / took:.0f}/s), {len(whole.faults)} broke a promise")
    slowest = _kept(asked.keep, "slowest", whole.slowest_raw)
    print(f"slowest: {whole.slowest * 1_000:.0f} ms for {len(whole.slowest_raw)} bytes ({slowest})")
    print(f"memory of the largest process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")
    for fault in whole.faults[:20]:
        print(f"FAULT {fault}")
    return 1 if whole.faults else 0


class Batches:
    """Shared by the threads: number and size of each batch, until there are enough letters or the time is over."""

    def __init__(self, letters: int, until: float) -> None:
        self._letters, self._until, self._numbers = letters, until, count()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[int, int]:
        number = next(self._numbers)
        size = min(BATCH, self._letters - number * BATCH) if self._letters else BATCH
        if size <= 0 or (not self._letters and time.monotonic() > self._until):
            raise StopIteration
        return number, size


def work(seed: int, batches: Iterator[tuple[int, int]], folder: Path) -> Tally:
    """Read batches, each letter through a process like the one the service reads its letters in."""
    stock, tally = seeds(), Tally()
    with Reader() as reader:
        for number, size in batches:
            chance = random.Random(seed * 1_000_003 + number)
            for _ in range(size):
                _try(reader, letter(chance, stock), tally, folder)
    return tally


def _try(reader: Reader, raw: bytes, tally: Tally, folder: Path) -> None:
    started = time.perf_counter()
    read = reader.read(raw, NOBODY)
    took = time.perf_counter() - started
    tally.letters += 1
    for reason in broken(read):
        tally.faults.append(f"{_kept(folder, 'fault', raw)}: {reason}")
    if took > tally.slowest:
        tally.slowest, tally.slowest_raw = took, raw


def _add(whole: Tally, tally: Tally) -> None:
    whole.letters += tally.letters
    whole.faults += tally.faults
    if tally.slowest > whole.slowest:
        whole.slowest, whole.slowest_raw = tally.slowest, tally.slowest_raw


def _kept(folder: Path, kind: str, raw: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}-{hashlib.sha256(raw).hexdigest()[:12]}.eml"
    path.write_bytes(raw)
    return path


if __name__ == "__main__":
    sys.exit(main())
