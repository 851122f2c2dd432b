"""The printed procedure: in every language, with every deadline, fit for a signature."""

from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console

from mailbot.commands.procedure import list_presets
from mailbot.procedures.clauses import MILESTONES
from mailbot.procedures.naming import span_text
from mailbot.procedures.procedure import build, load, presets
from mailbot.procedures.rules import ROLES
from mailbot.procedures.show import as_table
from mailbot.procedures.show_words import WORDS
from mailbot.procedures.worktime import Span
from mailbot.settings import LetterLanguage
from tests.pure.test_procedure_dump import EVERYTHING, LABEL, SHIPPED

LANGUAGES: tuple[LetterLanguage, ...] = ("zh-CN", "zh-TW", "en")


def printed(language: LetterLanguage, name: str = "feedback", width: int = 200) -> str:
    console = Console(width=width, record=True, file=StringIO())
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
    deadlines = len(load("feedback", Path()).deadlines)
    lines = [line for line in printed("en").splitlines() if "→" in line][:deadlines]
    depth = [len(line) - len(line.lstrip("│├└─ ")) for line in lines]
    assert [line.partition("→ ")[2].partition(" (")[0] for line in lines][-2:] == [
        "Ask whether the customer is satisfied",
        "Close the case",
    ]
    assert depth[0] < depth[1] == depth[2] < depth[3] < depth[4] < depth[5]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("preset", presets())
def test_every_preset_fits_eighty_columns_and_nothing_is_cut_off(preset: str, language: LetterLanguage) -> None:
    page = printed(language, preset, 80)
    assert max(map(cell_len, page.splitlines())) <= 80
    assert "…" not in page


def test_what_reaches_no_milestone_has_its_own_branch_in_the_timeline() -> None:
    tree = [line.rstrip() for line in printed("en", "organic-farm").partition("Timeline")[2].splitlines()]
    recall = tree.index("├── Recall")
    assert tree[recall + 1].startswith("│   ├── needs the approval of ")
    assert tree[recall + 2] == "│   └── only after: Verdict on the product"


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
        ("same day", "the same working day"),
        ("22nd", "by the 22nd of the month"),
        ("3rd after quarter", "by the 3rd after the quarter"),
        ("end of year", "by the end of the year"),
    ],
)
def test_spans_are_told_as_what_they_mean(span: str, words: str) -> None:
    assert span_text(Span.parse_term(span), "en") == words


def full(language: LetterLanguage) -> str:
    console = Console(width=400, record=True, file=StringIO())
    console.print(as_table(build({**SHIPPED, **EVERYTHING, **SHOWN}, "own.toml"), language))
    return console.export_text()


SHOWN = {
    "deadline": {
        **SHIPPED["deadline"],
        "first-answered": {
            "within": "2h", "after": "received", "label": LABEL, "always": True, "pause": False, "when": {"signal": ["danger"]},
            "vary": [{"when": {"severity": ["major"]}, "within": "1h", "owner": "finance"}, {"when": {"grade": ["key"]}, "none": True}],
        },
    },
    "task": {
        "fix": {**EVERYTHING["task"]["fix"], "after": "resolved", "when": {"repeats-from": 2}, "clause": "S2.3"},
        "next": {"label": LABEL, "follows": "fix"},
        "finding": {"label": LABEL},
    },
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_says_everything_is_shown_in_each_language(language: LetterLanguage) -> None:
    page = full(language)
    for title in ("rules", "tasks", "duties", "deadlines"):
        assert WORDS[language][title] in page
    assert "BY" in page
    assert "S2.3" in page


def test_conditions_owners_and_variations_are_told_in_words() -> None:
    page = full("en")
    for told in (
        "only if: the letter shows: danger",
        "severity major: 1 hour, Matter",
        "customer grade Matter: not required",
        "round the clock",
        "goes on while the customer is asked",
        "needs the approval of general manager (the same working day)",
        "only after: Matter, Matter",
        "tell Matter, meeting in 2 working hours",
        "by the 10th of the month",
        "once reached: Solved, earlier complaints: 2 or more",
        "after: Matter",
        "every month, last working day",
        "5 cases drawn at random; by the 10th after the quarter",
        "amount 12.5 or more",
    ):
        assert told in page, told


def test_the_timeline_shows_approvals_gates_tasks_and_duties() -> None:
    tree = full("en").partition("Timeline")[2]
    for told in (
        "needs the approval of general manager",
        "only after: Matter",
        "→ Matter (responsible department) – if earlier",
        "every month",
    ):
        assert told in tree, told


def test_the_list_of_presets_tells_what_each_one_is_for() -> None:
    listed = CliRunner().invoke(list_presets).output
    assert all(name in listed and load(name, Path()).title.zh_cn in listed for name in presets())
