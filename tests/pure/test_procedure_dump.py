"""A procedure written out and read again is the same procedure, whatever stands in it."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.procedures import clauses
from mailbot.procedures.check import errors
from mailbot.procedures.procedure import Procedure, build, dump, load, presets

SHIPPED = tomllib.loads(Path(clauses.__file__).with_name("feedback.toml").read_text("utf-8"))
SHIPPED.pop("duty")  # a made-up file has tasks of its own, and the monthly check would miss its kind
LABEL = {"zh-CN": "事项", "zh-TW": "事項", "en": "Matter"}
WHEN = {"severity": ["major"], "amount-from": Decimal("12.5"), "tag": ["老客户"], "reached": ["planned"], "round-from": 2}
EVERYTHING = {
    "calendar": "de-by",
    "workdays": "mon-wed, sat",
    "role": {"finance": LABEL},
    "department": {**SHIPPED["department"], "quality-dept": {"label": LABEL, "hours": "08:00-12:00, 13:00-17:00", "zone": "Asia/Urumqi"}},
    "milestone": {"on site": {"label": LABEL, "words": ["到场"]}},
    "signal": {"leak": {"label": LABEL, "terms": ['"漏"\\水\t', "\u007f"]}},
    "approval": [{"what": ["answer", "plan"], "by": "general-manager", "when": WHEN, "within": "same day"}],
    "gate": [{"order": "resolve", "needs": ["on site"], "tasks": ["fix"]}],
    "alert": [{"when": WHEN, "to": ["finance"], "meeting": "2h"}],
    "handover": [{"when": WHEN, "to": "quality-dept"}],
    "task": {
        "fix": {"label": LABEL, "within": "10th", "verify-by": "finance", "verify-within": "2wd", "redo": False, "fields": ["amount"]},
        "after-fix": {"label": LABEL, "follows": "fix", "copies": ["finance", "lead"], "fields": ["actual-quantity"], "tolerance": "2.5%"},
        "finding": {"label": LABEL},
    },
    "duty": {"audit": {"label": LABEL, "task": "fix", "every": "month", "on": -1, "within": "10th after quarter", "draw": 5}},
    "grade": {"key": {"label": LABEL, "sales-from": 5_000_000, "tags": ["战略"]}},
    "poll": {"yearly": {"every": "year", "grade": ["key"], "question": {"price": {"label": LABEL, "scale": [LABEL, LABEL]}}}},
    "survey": {"question": {"all": {"label": LABEL}}, "dissatisfied": 3, "tell": ["finance"], "remind": "3d", "silent": "4d"},
    "registration": {"confirm": True, "fields": ["phone"]},
    "closing": {"copies": ["finance"], "slow": "fix", "slow-after": "5wd", "keep-years": 5},
}


def again(procedure: Procedure) -> Procedure:
    return build(tomllib.loads(dump(procedure)), "again.toml")


@pytest.mark.parametrize("name", presets())
def test_every_shipped_file_reads_the_same_once_written_out(name: str) -> None:
    procedure = load(name, Path())
    assert again(procedure) == procedure


def test_a_file_that_says_everything_reads_the_same_once_written_out() -> None:
    procedure = build({**SHIPPED, **EVERYTHING}, "own.toml")
    assert again(procedure) == procedure
    assert procedure.calendars["quality-dept"].zone.key == "Asia/Urumqi"


def tables(names: list[str], keys: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), st.fixed_dictionaries({"label": labels}, optional=keys), max_size=3)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
labels = st.fixed_dictionaries({"zh-CN": texts, "zh-TW": texts, "en": texts})
spans = st.sampled_from(["2h", "30m", "7d", "1wd", "same day", "10th", "31st", "end of month", "end of quarter", "11th after quarter"])
amounts = st.decimals(0, 10**9, places=2) | st.integers(0, 10**9)
whens = st.fixed_dictionaries(
    {},
    optional={
        "severity": st.lists(st.sampled_from(["minor", "major"]), max_size=2),
        "tag": st.lists(texts, max_size=2),
        "amount-from": amounts,
        "repeats-from": st.integers(0, 9),
    },
)
deadlines = st.fixed_dictionaries(
    {"within": spans, "after": st.sampled_from(["received", "assigned"]), "label": labels},
    optional={
        "when": whens,
        "vary": st.lists(st.fixed_dictionaries({"when": whens, "within": spans}), max_size=2),
        "always": st.booleans(),
        "pause": st.booleans(),
        "promise": st.booleans(),
        "owner": st.sampled_from(["lead", "general-manager", "sales-dept"]),
        "clause": texts,
    },
)
files = st.fixed_dictionaries(
    {},
    optional={
        "source": texts,
        "deadline": st.dictionaries(st.sampled_from(["planned", "resolved", "investigated", "answered"]), deadlines, max_size=4),
        "task": tables(["fix", "visit", "x y"], {"within": spans, "when": whens, "redo": st.booleans(), "clause": texts}),
        "alert": st.lists(st.fixed_dictionaries({"when": whens, "to": st.just(["lead"])}), max_size=2),
        "days-off": st.lists(st.dates(), max_size=3, unique=True),
    },
)


@settings(max_examples=60, deadline=None)
@given(files)
def test_any_sound_file_reads_the_same_once_written_out(changes: dict[str, Any]) -> None:
    procedure = build({**SHIPPED, **changes}, "random.toml")
    assert errors(procedure) == []
    assert again(procedure) == procedure
