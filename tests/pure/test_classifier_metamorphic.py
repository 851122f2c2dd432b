"""What a person would not notice must not flip a confident label."""

from collections.abc import Callable
from functools import cache

import opencc
import pytest

import classifier
from classifier import Sample
from classifier.model import Model, Verdict

CONFIDENT = 0.8


@cache
def model() -> Model:
    return classifier.load()


@cache
def confident(language: str) -> list[tuple[Sample, Verdict]]:
    """Held-back texts of a language the model decides by itself."""
    judged = [(each, model().classify(each.subject, each.text)) for each in classifier.held_out() if each.language == language]
    return [(each, verdict) for each, verdict in judged if verdict.category]


def flipped(language: str, change: Callable[[str], str]) -> list[str]:
    """The texts whose best category is another one after `change`."""
    return [
        each.text
        for each, verdict in confident(language)
        if max(scores := model().classify(each.subject, change(each.text)).scores, key=scores.__getitem__) != verdict.category
    ]


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def with_invisible(text: str) -> str:
    return "\u200b".join(text)


def in_upper_case(text: str) -> str:
    return text.upper()


def with_closing(text: str) -> str:
    return f"Good morning,\n\n{text}\n\nMany thanks in advance\nBest regards\nJohn"


def with_chinese_closing(text: str) -> str:
    return f"客服您好！\n\n{text}\n\n麻烦尽快回复，谢谢。\n祝工作顺利\n张女士"


@pytest.mark.parametrize("change", [full_width, with_invisible, in_upper_case])
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_spelling_a_person_reads_the_same_flips_nothing(language: str, change: Callable[[str], str]) -> None:
    assert flipped(language, change) == []


def test_traditional_spelling_of_a_simplified_letter_flips_nothing() -> None:
    assert flipped("zh-Hans", opencc.OpenCC("s2tw").convert) == []


def test_simplified_spelling_of_a_traditional_letter_flips_nothing() -> None:
    assert flipped("zh-Hant", opencc.OpenCC("tw2s").convert) == []


@pytest.mark.parametrize(
    ("language", "change"), [("en", with_closing), ("zh-Hans", with_chinese_closing), ("zh-Hant", with_chinese_closing)]
)
def test_greeting_and_closing_flip_hardly_anything(language: str, change: Callable[[str], str]) -> None:
    assert len(flipped(language, change)) <= len(confident(language)) * 0.05
