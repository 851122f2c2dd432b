"""`python -m tests.crash.named SQLite|PostgreSQL`: kills at some points of each step, told by the number of the fault (JSON).

Takes as long as a hundred kills; a process of its own because it forks, which a test runner with threads had better not.
"""

import gc
import json
import logging
import sys
from collections import defaultdict
from collections.abc import Sequence

from tests.crash.__main__ import database
from tests.crash.scene import Files
from tests.crash.store_points import Laboratory

MAILING = 2  # two letters; a ticket changes, letters are owed and sent
KILLS = 8  # for each step
# Where each step begins: the fault that a kill from there on is, and the point by its name.
STEPS = (
    (1, "IMAP connect"),
    (2, "before INSERT INTO raw_letter"),
    (3, "after INSERT INTO raw_letter"),
    (4, "after commit"),
    (5, "after IMAP move"),
    (6, "before INSERT INTO event"),
    (7, "after commit"),
    (9, "before UPDATE outgoing_letter"),
    (9, "SMTP rcpt"),
    (10, "after commit"),
    (11, "SMTP after the dot"),
    (0, "SMTP rcpt"),
)


def by_fault(names: Sequence[str]) -> dict[int, list[int]]:
    """The numbers of the points that belong to each fault."""
    found: dict[int, list[int]] = defaultdict(list)
    fault, ahead = 0, list(STEPS)
    for number, name in enumerate(names, 1):
        if ahead and name == ahead[0][1]:
            fault = ahead.pop(0)[0]
        found[fault].append(number)
    if ahead:
        raise RuntimeError(f"a run does not come to {ahead[0][1]!r} any more; see STEPS in {__file__}")
    return found


def main() -> None:
    """Kill, and print how often and what broke, by fault."""
    logging.disable(logging.CRITICAL)
    told = {}
    with database(sys.argv[1]) as (opened, home):
        laboratory = Laboratory(opened, Files(home / "files"))
        gc.freeze()
        for fault, points in by_fault(laboratory.points(MAILING)).items():
            chosen = points[:: -(-len(points) // KILLS)]
            tallies = [laboratory.case(MAILING, [point]) for point in chosen] if fault else []
            told[fault] = {"kills": sum(t.kills for t in tallies), "broken": [fault for t in tallies for fault in t.faults]}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
