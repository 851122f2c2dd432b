"""No clause is forgotten: each stands in its procedure's file, and a story plays it."""

import re
from pathlib import Path

import pytest

from mailbot.procedures.procedure import SHIPPED, load, presets
from tests.clauses.stories import stories, table

PROCEDURES = {load(name, Path()).source: name for name in presets()}


def test_there_is_a_procedure_for_every_written_one() -> None:
    assert {clause.partition(".")[0] for clause in table()} == PROCEDURES.keys()


@pytest.mark.parametrize("source", sorted(PROCEDURES))
def test_every_clause_stands_in_its_procedures_file(source: str) -> None:
    text = (SHIPPED / f"{PROCEDURES[source]}.toml").read_text("utf-8")
    written = set(re.findall(rf"\b{source}\.\d+", text))
    assert written == {clause for clause in table() if clause.partition(".")[0] == source}


def test_every_clause_has_a_story_and_every_story_plays_a_clause() -> None:
    assert stories().keys() == table().keys()
