"""Every fault of the list is brought about by a test that carries its number, or a line says why it can't be."""

import re
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
NAME = re.compile(r"^\s*(?:async )?def test_((?:f\d+_)+)", re.MULTILINE)


def proven() -> set[int]:
    """Numbers in the names of tests: test_f15_..., or test_f2_f3_... for a test that proves two."""
    names = [name for path in HERE.parent.rglob("test_*.py") for name in NAME.findall(path.read_text("utf-8"))]
    return {int(number) for name in names for number in re.findall(r"\d+", name)}


def listed(file: str) -> dict[int, str]:
    """A list of faults, by number."""
    return {int(number): text for number, text in tomllib.loads((HERE / file).read_text("utf-8")).items()}


def test_every_fault_has_a_test_or_a_reason() -> None:
    without = {number: title for number, title in listed("faults.toml").items() if number not in proven() | listed("cannot.toml").keys()}
    assert without == {}


def test_no_fault_with_a_test_has_an_excuse() -> None:
    assert listed("cannot.toml").keys() & proven() == set()


def test_numbers_are_of_the_list() -> None:
    assert sorted(listed("faults.toml")) == list(range(1, 57))
    assert (proven() | listed("cannot.toml").keys()) <= listed("faults.toml").keys()
