"""Which test plays which clause: read from the tests' names, `test_s3b_3_…` for S3b.3."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
NAME = re.compile(r"test_s(\d[a-g]?)_(\d+)_")


def table() -> dict[str, str]:
    """Every clause and what it asks, in our words."""
    return dict(tomllib.loads((HERE / "clauses.toml").read_text("utf-8"))["clause"])


def stories() -> dict[str, list[str]]:
    """The tests of each clause, as pytest names them."""
    found: dict[str, list[str]] = {}
    for path in sorted(HERE.glob("test_*.py")):
        for name in _tests(path):
            match = NAME.match(name)
            if match:
                found.setdefault(f"S{match[1]}.{match[2]}", []).append(f"{path.name}::{name}")
    return found


def _tests(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name
