"""The play's texts, read from its TOML files: letters that open a case, and what people write back."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from mailbot.demo.cast import PEOPLE, Person


class Opening(Struct, frozen=True, forbid_unknown_fields=True):
    """A letter that opens a case: by whom, when (HH:MM of the first day), and the words."""

    by: str
    at: str
    subject: str
    text: str = ""
    html: str = ""
    attach: str = ""
    category: str = ""

    @property
    def author(self) -> Person:
        return PEOPLE[self.by]


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody answers in the case that `of`, a letter's name, opened."""

    by: str
    of: str
    text: str

    @property
    def author(self) -> Person:
        return PEOPLE[self.by]


@cache
def openings() -> dict[str, Opening]:
    """By name, in the order of the file."""
    return msgspec.convert(_read("letters.toml"), dict[str, Opening])


@cache
def answers() -> dict[str, Answer]:
    """By name."""
    return msgspec.convert(_read("replies.toml"), dict[str, Answer])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("mailbot.demo").joinpath("play", name).read_text("utf-8"))
