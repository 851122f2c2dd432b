"""`python -m tests.wire`: an IMAP session and an SMTP dialogue with real servers, broken at its bytes in every way.

Prints how many sessions were broken, and every broken promise with the fault that brought it about. Exit status 1 when
one is broken. `--every`: at every byte; else at every `--stride`th.
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, NamedTuple

from tests.crash.databases import scratch
from tests.servers import dovecot, postfix
from tests.wire.proxy import HARMS, Fault, Harm, Proxy, Way
from tests.wire.session import USERS, ImapWire, SmtpWire

WAYS: tuple[Way, ...] = ("up", "down")
SILENT_EVERY = 10  # a stalled session takes its time: at one byte of so many


class Order(NamedTuple):
    """A worker's share of one protocol's faults of one kind."""

    protocol: str
    harm: Harm
    stride: int
    first: int
    workers: int


def main() -> int:
    """Break, count, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", action="store_true", help="at every byte")
    parser.add_argument("--stride", type=int, default=50)
    parser.add_argument("--protocol", choices=["IMAP", "SMTP"], help="this one alone")
    parser.add_argument("--harm", choices=HARMS, help="this one alone")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    stride = 1 if asked.every else asked.stride
    protocols = [asked.protocol] if asked.protocol else ["IMAP", "SMTP"]
    return max(_share_out(protocol, harm, stride) for protocol in protocols for harm in ([asked.harm] if asked.harm else HARMS))


def _share_out(protocol: str, harm: Harm, stride: int) -> int:
    started, workers = time.monotonic(), os.cpu_count() or 1
    with ProcessPoolExecutor(workers, get_context("fork")) as pool:
        shares = list(pool.map(break_all, [Order(protocol, harm, stride, first, workers) for first in range(workers)]))
    sessions, harmed, faults = (sum(column, type(column[0])()) for column in zip(*shares, strict=True))
    took = time.monotonic() - started
    print(f"{protocol} {harm}: {sessions} sessions in {took:.0f} s, {harmed} of them harmed; {len(faults)} promises broken", flush=True)
    for fault in faults[:20]:
        print(f"BROKEN {fault}")
    return 1 if faults else 0


def break_all(order: Order) -> tuple[int, int, list[str]]:
    """Sessions held, sessions harmed, and promises broken, of one share."""
    faults: list[str] = []
    sessions = 0
    with _wire(order.protocol) as (wire, proxy):
        for fault in list(faults_of(wire.length(), order.stride, [order.harm]))[order.first :: order.workers]:
            sessions += 1
            try:
                faults += [f"{fault}: {sentence}" for sentence in wire.case(fault)]
            except Exception as error:  # noqa: BLE001 - what rises here is a fault of ours, and the next case is to be tried too
                faults.append(f"{fault}: {type(error).__name__}: {error}")
        return sessions, proxy.harmed, faults


def faults_of(length: dict[Way, int], stride: int, harms: Sequence[Harm]) -> Iterator[Fault]:
    """Each harm at every `stride`th byte, both ways."""
    for harm in harms:
        step = stride * SILENT_EVERY if harm == "stall" else stride
        yield from (Fault(harm, way, after) for way in WAYS for after in range(0, length[way] + 1, step))


@contextmanager
def _wire(protocol: str) -> Iterator[tuple[Any, Proxy]]:
    with scratch() as home, dovecot.running(USERS) as mail:
        if protocol == "IMAP":
            with Proxy(mail.port) as proxy:
                yield ImapWire(mail, proxy, home), proxy
        else:
            with postfix.running(mail) as relay, Proxy(relay.open_port) as proxy:
                yield SmtpWire(mail, relay, proxy, home), proxy


if __name__ == "__main__":
    sys.exit(main())
