"""`python -m tests.clauses [--servers] [CLAUSE …]`: plays the story of every clause and prints clause, test and result.

A name such as S3b chooses that procedure's clauses. `--servers`: every letter goes through a real Dovecot and Postfix.
Exit status 1 when a clause has no test, or one of its tests fails.
"""

import argparse
import sys
from collections.abc import Iterator

import pytest
from rich.console import Console
from rich.table import Table

from tests.clauses.stories import HERE, stories, table


class Results:
    """What became of each test; pytest's own account goes nowhere."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.rpartition("/")[2].partition("[")[0]
        if report.when == "call" or report.outcome != "passed":
            worse = self.of.get(name) in {"failed", "skipped"}
            self.of[name] = self.of[name] if worse else report.outcome


def main() -> int:
    """Play, tell; what went wrong in a story is shown above the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clauses", nargs="*", metavar="CLAUSE")
    parser.add_argument("--servers", action="store_true")
    asked = parser.parse_args()
    chosen = set(asked.clauses)
    clauses = {clause: words for clause, words in table().items() if not chosen or {clause, clause.partition(".")[0]} & chosen}
    results, played = Results(), stories()
    tests = [f"{HERE}/{test}" for clause in clauses for test in played.get(clause, ())]
    if tests:
        how = [*(["--servers"] if asked.servers else []), *([] if chosen else ["-n", "2"])]
        pytest.main(["-q", "--no-header", "-rN", "-p", "no:cacheprovider", *how, *tests], plugins=[results])
    rows = [row for clause, words in clauses.items() for row in _rows(clause, words, played.get(clause, []), results)]
    _print(rows)
    wrong = {row[0] for row in rows if row[3] != "passed"}
    print(f"{len(clauses)} clauses, {len(clauses) - len(wrong)} hold" + (f"; not: {', '.join(sorted(wrong))}" if wrong else ""))
    return 1 if wrong or not clauses else 0


def _rows(clause: str, words: str, tests: list[str], results: Results) -> Iterator[tuple[str, str, str, str]]:
    for test in tests or [""]:
        yield clause, words, test.partition("::")[2] or "-", results.of.get(test, "not run") if test else "no test"


def _print(rows: list[tuple[str, str, str, str]]) -> None:
    drawn = Table("clause", "asks", "test", "result")
    for row in rows:
        drawn.add_row(*row, style="" if row[3] == "passed" else "red")
    Console(width=None if sys.stdout.isatty() else 200).print(drawn)


if __name__ == "__main__":
    sys.exit(main())
