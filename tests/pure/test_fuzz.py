"""The fuzz command's own parts: a seed gives the same letters, and the check sees what it looks for."""

import random

import pytest
from msgspec.structs import replace

from mailbot.intake.message import Address, Attachment
from mailbot.intake.parse import parse
from mailbot.intake.reader import NOBODY, Read
from mailbot.intake.screen import screen
from tests.fuzz.check import broken
from tests.fuzz.mutate import MUTATIONS, letter, seeds

STOCK = seeds()
GOOD = parse(b"From: Alice <alice@customer.example>\nSubject: Pump\n\nIt leaks.\n")
FILE = Attachment("a.pdf", "application/pdf", 1, inline=False, content=b"x")


def test_same_seed_gives_the_same_letter() -> None:
    assert letter(random.Random(7), STOCK) == letter(random.Random(7), STOCK)
    assert letter(random.Random(7), STOCK) != letter(random.Random(8), STOCK)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_every_mutation_changes_letters(mutation: object) -> None:
    chance = random.Random(1)
    assert callable(mutation)
    assert any(mutation(chance, raw, STOCK) != raw for raw in STOCK)


def test_some_hundred_new_letters_break_no_promise() -> None:
    chance = random.Random(20261116)
    for _ in range(300):
        message = parse(letter(chance, STOCK))
        assert broken(Read(message, screen(message, NOBODY))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"error": "could not be read: ValueError; only the header was read"},
        {"subject": "a\nBcc: b@c.example"},
        {"subject": "\udc80"},
        {"fresh": ""},
        {"sender": Address("a\r\nb", "a@b.example")},
        {"to": (Address("", "a b@c.example"),)},
        {"attachments": (replace(FILE, name="../x"),)},
        {"attachments": (replace(FILE, size=2),)},
        {"references": ("a>\r\nBcc: b@c.example",)},
    ],
    ids=str,
)
def test_check_sees_a_broken_promise(changes: dict[str, object]) -> None:
    message = replace(GOOD, **changes)
    assert broken(Read(GOOD, screen(GOOD, NOBODY))) == []
    assert broken(Read(message, screen(GOOD, NOBODY))) != []
