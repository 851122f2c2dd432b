"""The READMEs are true to the code, and to each other."""

import re
import runpy
from pathlib import Path

import pytest

from mailbot.cli import COMMANDS
from mailbot.lifecycle.order_words import ORDERS
from mailbot.store.letters import FATES

ROOT = Path(__file__).parent.parent.parent
READMES = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md")}


@pytest.mark.parametrize("name", READMES)
def test_the_settings_table_is_the_one_the_code_gives(name: str) -> None:
    table = runpy.run_path(str(ROOT / "tools" / "settings_table.py"))["table"]()
    assert table in READMES[name], "make docs renews it"


@pytest.mark.parametrize("name", READMES)
def test_every_command_order_and_fate_is_described(name: str) -> None:
    missing = [word for word in (*COMMANDS, *FATES, *(f"#{order.name}" for order in ORDERS)) if word not in READMES[name]]
    assert missing == []


def test_both_languages_have_the_same_sections() -> None:
    levels = [[len(mark) for mark in re.findall(r"^(#+) ", text, re.MULTILINE)] for text in READMES.values()]
    assert levels[0] == levels[1]


@pytest.mark.parametrize("name", READMES)
def test_every_file_linked_is_there(name: str) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", READMES[name])
    assert [link for link in links if not (ROOT / link).exists()] == []
