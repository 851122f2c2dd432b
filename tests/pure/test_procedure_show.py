"""The printed procedure: in every language, with every deadline, fit for a signature."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from mailbot.procedures.clauses import MILESTONES
from mailbot.procedures.procedure import load
from mailbot.procedures.rules import ROLES
from mailbot.procedures.show import as_table, span_text
from mailbot.procedures.show_words import WORDS
from mailbot.procedures.worktime import Span
from mailbot.settings import LetterLanguage

LANGUAGES: tuple[LetterLanguage, ...] = ("zh-CN", "zh-TW", "en")


def printed(language: LetterLanguage, name: str = "feedback") -> str:
    console = Console(width=200, record=True, file=StringIO())
    console.print(as_table(load(name, Path()), language))
    return console.export_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_deadline_department_and_step_is_shown(language: LetterLanguage) -> None:
    procedure, page = load("feedback", Path()), printed(language)
    for deadline in procedure.deadlines.values():
        assert deadline.label.text(language) in page
        assert deadline.clause in page
    assert all(label.text(language) in page for label in procedure.departments.values())
    assert all(WORDS[language][rung.letter] in page for rung in procedure.escalations)
    assert WORDS[language]["signature"] in page


def test_the_timeline_hangs_each_deadline_on_its_milestone() -> None:
    lines = [line for line in printed("en").splitlines() if "→" in line]
    depth = [len(line) - len(line.lstrip("│├└─ ")) for line in lines]
    assert [line.partition("→ ")[2].partition(" (")[0] for line in lines][-2:] == [
        "Ask whether the customer is satisfied",
        "Close the case",
    ]
    assert depth[0] < depth[1] == depth[2] < depth[3] < depth[4] < depth[5]


def test_office_hours_and_the_known_until_year_are_shown() -> None:
    page = printed("zh-CN")
    assert "周一至周五 09:00-18:00" in page
    assert "调休安排已知至" in page


def test_the_three_languages_have_the_same_words() -> None:
    assert WORDS["en"].keys() == WORDS["zh-CN"].keys() == WORDS["zh-TW"].keys()
    assert {f"milestone-{name}" for name in MILESTONES} | set(ROLES) <= WORDS["en"].keys()


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ("24h", "1 working day (24 h)"),
        ("2h", "2 working hours"),
        ("1h", "1 working hour"),
        ("30m", "30 working minutes"),
        ("-4d", "4 days"),
        ("3wd", "3 working days"),
    ],
)
def test_spans_are_told_as_what_they_mean(span: str, words: str) -> None:
    assert span_text(Span.parse(span), "en") == words
