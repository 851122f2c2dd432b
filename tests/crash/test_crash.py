"""mailbot killed in each step of a letter's way, started again, and held to V1-V8: nothing lost, nothing sent twice.

`make crash` does this ten thousand times; here each step has a few kills on each database, and a few system calls.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers import require

ROOT = Path(__file__).parents[2]
Kills = dict[str, Any]


@pytest.fixture(scope="session", params=["SQLite", "PostgreSQL"])
def kills(request: pytest.FixtureRequest) -> Kills:
    """What kills in each step came to, by fault."""
    if request.param == "PostgreSQL":
        require("postgres")
    told: Kills = json.loads(_run("tests.crash.named", request.param))
    return told


def held(kills: Kills, fault: int) -> bool:
    came_to = kills[str(fault)]
    assert came_to["broken"] == []
    return bool(came_to["kills"])


def test_f1_killed_before_a_letter_is_kept(kills: Kills) -> None:
    assert held(kills, 1)


def test_f2_killed_while_the_bytes_are_written(kills: Kills) -> None:
    assert held(kills, 2)


def test_f3_killed_between_bytes_and_row(kills: Kills) -> None:
    assert held(kills, 3)


def test_f4_killed_between_keeping_and_moving_away(kills: Kills) -> None:
    assert held(kills, 4)


def test_f5_killed_between_the_move_and_the_decision(kills: Kills) -> None:
    assert held(kills, 5)


def test_f6_killed_while_the_decision_is_committed(kills: Kills) -> None:
    assert held(kills, 6)


def test_f7_killed_before_the_sender_is_woken(kills: Kills) -> None:
    assert held(kills, 7)


def test_f9_killed_before_anything_went_out(kills: Kills) -> None:
    assert held(kills, 9)


def test_f10_killed_between_doubt_and_dot(kills: Kills) -> None:
    assert held(kills, 10)


def test_f11_killed_between_dot_and_record(kills: Kills) -> None:
    assert held(kills, 11)


@pytest.mark.parametrize("kind", ["SQLite", "PostgreSQL"])
def test_kills_at_system_calls_break_no_promise(kind: str) -> None:
    require("strace", "dovecot", "postfix", *(["postgres"] if kind == "PostgreSQL" else []))
    said = _run("tests.crash", "--points", "0", "--syscalls", "90", "--database", kind)
    assert " 0 promises broken" in said
    assert " 0 kills" not in said


def _run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
