"""Words: the same keys in three languages, every one used, and written as each place writes."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes
from msgspec.structs import replace

from mailbot.errors import WrongSettings
from mailbot.intake.message import Attachment
from mailbot.intake.parse import parse
from mailbot.lifecycle.decide import as_written
from mailbot.lifecycle.order_arguments import Reason
from mailbot.lifecycle.order_words import ORDERS
from mailbot.lifecycle.ticket import MILESTONES, Status
from mailbot.outbox.words import LANGUAGES, Words, placeholders
from mailbot.procedures.clauses import SIGNALS
from mailbot.reports.digest import LATE
from mailbot.settings import Member

ROOT = Path(__file__).parents[2]
WORDS = Words.load()
CHINA = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MEMBER = Member(name="Bob", addresses=("bob@company.example",))
# Groups of keys that name values instead of standing in one letter.
FAMILIES = (
    "role",
    "task-kind",
    "verdict",
    "status",
    "signal",
    "milestone",
    "promise",
    "language",
    "letter",
    "warning",
    "zone",
    "link",
    "done",
    "wrong",
    "late",
    "survey",
    "registration",
    "channel",
    "registered",
    "time",
    "unit",
    "watch",
    # letters about decisions: one form, the sentences by topic
    "question",
    "proposal",
    "extension",
    "progress",
    "validity",
    "consent",
    "approval",
    "approval-refused",
    "alert",
    "closing-copy",
    "customer-answered",
    "cause-report",
    "responsible",
    "redo",
    "task",
    "task-own",
    "task-again",
    "task-done",
    "task-judge",
    "task-judged",
    "duty",
    "period",
    "decision",
    "matter",
    "responsibility",
    "finding",
    # letters about goods
    "undeliverable",
    "undeliverable-dealer",
    "goods-note",
    "shares",
    "recall",
    "recall-reminder",
    "recall-told",
    "dealer-wrote",
    "recall-complete",
)
OUTCOMES = {
    "accept-left",
    "classified",
    "verify-redo",
    "held",
    "approved",
    "task-undated",
    "judge-redo",
    "kept-inside",
}  # receipts of what came of an order, beside its own
MAINLAND = (
    "质量",
    "信息",
    "資訊科技",
    "郵箱",
    "郵件",
    "反饋",
    "默認",
    "發送",
    "短信",
    "支持",
    "通過",
    "激活",
    "工單",
    "投訴",
    "質量",
    "信息",
    "軟件",
    "網絡",
    "點擊",
    "用戶",
    "聯繫",
    "視頻",
    "文件夾",
)


def _calls() -> Iterator[tuple[str, frozenset[str]]]:
    """Every key that a template asks for, with the values it gives."""
    for path in (*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")):
        for call in Environment().parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                assert isinstance(call.args[0], nodes.Const), path
                yield call.args[0].value, frozenset(keyword.key for keyword in call.kwargs)


def _family(name: str) -> set[str]:
    return {key.split(".", 1)[1] for key in WORDS.keys("en") if key.startswith(name + ".")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_keys_and_placeholders(language: str) -> None:
    english = {key: placeholders(sentence) for key, sentence in WORDS.keys("en").items()}
    assert {key: placeholders(sentence) for key, sentence in WORDS.keys(language).items()} == english


def test_templates_give_each_sentence_exactly_its_values() -> None:
    sentences = WORDS.keys("en")
    wrong = [(key, values) for key, values in _calls() if key not in sentences or values != placeholders(sentences[key])]
    assert wrong == []


def test_every_key_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "mailbot").rglob("*.py"))
    used = {key for key, _ in _calls()} | set(re.findall(r'"([a-z-]+\.[\w-]+)"', code))
    assert [key for key in WORDS.keys("en") if key not in used and key.split(".")[0] not in FAMILIES] == []


def test_every_value_has_its_name() -> None:
    assert _family("status") == set(get_args(Status))
    assert _family("signal") == set(SIGNALS)
    assert _family("milestone") == set(MILESTONES)
    assert _family("wrong") == set(get_args(Reason))
    assert _family("late") == {key for key, _ in LATE}
    assert _family("letter") == {path.stem for path in (ROOT / "templates").glob("*/*.html")} - {"undeliverable"} | {"alarm"}


def test_every_order_has_a_link_and_all_but_help_a_receipt() -> None:
    names = {order.name for order in ORDERS}
    assert _family("link") == names
    assert _family("done") == {f"{name}.{part}" for name in names - {"help"} | OUTCOMES for part in ("label", "meaning", "undo")}


def test_every_warning_given_has_words() -> None:
    dubious = replace(parse(b"From: a@x.example\r\nReply-To: b@y.example\r\n\r\n"), error="damaged", text="")
    dubious = replace(dubious, attachments=(Attachment("bill.pdf", "application/pdf", 2, inline=False, content=b"#!/bin/sh"),))
    given = set(as_written(dubious, MOMENT, answerable=False, claimed="2026-000007", forwarded_by=MEMBER).warnings)
    sealed = as_written(replace(dubious, sealed="S/MIME"), MOMENT, answerable=True, claimed=None)
    assert given | set(sealed.warnings) | {"possible-duplicate"} == _family("warning")
    assert sealed.warnings == ("reply-to-differs", "sealed", "disguised")


@pytest.mark.parametrize(("language", "charset"), [("zh-CN", "gb2312"), ("zh-TW", "big5")])
def test_chinese_is_written_in_its_own_characters(language: str, charset: str) -> None:
    for sentence in WORDS.keys(language).values():
        sentence.encode(charset)


def test_taiwanese_wording_is_not_converted_mainland_wording() -> None:
    found = [(word, s) for s in WORDS.keys("zh-TW").values() for word in MAINLAND if word in s.replace("電子郵件", "")]
    assert found == []


@pytest.mark.parametrize(
    ("language", "shown"), [("zh-CN", "11月23日（周一）15:00"), ("zh-TW", "11月23日（週一）15:00"), ("en", "Mon 23 Nov, 15:00")]
)
def test_moment_is_shown_on_the_company_clock(language: str, shown: str) -> None:
    assert WORDS.when(MOMENT, language, CHINA) == shown


def test_day_with_its_year() -> None:
    assert [WORDS.long_day(date(2026, 1, 5), language) for language in LANGUAGES] == ["2026年1月5日", "2026年1月5日", "5 Jan 2026"]


@pytest.mark.parametrize(
    ("length", "chinese", "english"),
    [
        (timedelta(hours=2), "2小时", "2 hours"),
        (timedelta(days=1, hours=1, minutes=9), "1天1小时", "1 day 1 hour"),
        (timedelta(days=3, minutes=9), "3天", "3 days"),
        (timedelta(minutes=-61), "1小时1分钟", "1 hour 1 minute"),
        (timedelta(seconds=59), "不到1分钟", "less than a minute"),
    ],
)
def test_duration_in_its_two_largest_units(length: timedelta, chinese: str, english: str) -> None:
    assert (WORDS.span(length, "zh-CN"), WORDS.span(length, "en")) == (chinese, english)


@given(st.timedeltas(), st.sampled_from(LANGUAGES))
def test_every_duration_has_words(length: timedelta, language: str) -> None:
    assert WORDS.span(length, language)


def test_zone_without_a_name_is_shown_by_its_offset() -> None:
    assert WORDS.zone(CHINA, MOMENT, "zh-CN") == "北京时间"
    assert WORDS.zone(ZoneInfo("Asia/Kolkata"), MOMENT, "en") == "UTC+05:30"


def test_value_is_inserted_and_never_read_as_a_pattern() -> None:
    assert WORDS.t("en", "receipt.undo", undo="{0.__class__} {undo} %s") == "To undo: {0.__class__} {undo} %s"


def test_label_without_words_is_the_value_itself() -> None:
    assert WORDS.label("en", "language", "tlh") == "tlh"


def test_unknown_key_names_file_and_cure() -> None:
    with pytest.raises(WrongSettings, match=r"words/en\.toml: no\.such is not among the words"):
        WORDS.t("en", "no.such")


def test_missing_value_is_refused() -> None:
    with pytest.raises(WrongSettings, match="needs a value for 'undo'"):
        WORDS.t("en", "receipt.undo")


def _own(folder: Path, text: str) -> Path:
    (folder / "words").mkdir()
    (folder / "words/en.toml").write_text(text, "utf-8")
    return folder


def test_company_says_one_sentence_its_own_way(tmp_path: Path) -> None:
    words = Words.load(_own(tmp_path, '[ack]\nheading = "Got it"'))
    assert words.t("en", "ack.heading") == "Got it"
    assert words.t("en", "ack.next") == WORDS.t("en", "ack.next")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[ack]\nheding = "Got it"', r"ack\.heding is not a key"),
        ('[ack]\nheading = "Got it, {name}"', r"\{name\} has no value there; placeholders it may use: none"),
        ('[ack]\nsubject = "Case {number.real}"', r"is not a plain name"),
        ('[ack]\nsubject = "Case {"', r"a brace may only enclose"),
        ("[ack", r"must be TOML"),
    ],
)
def test_wrong_words_of_a_company_are_refused_with_the_cure(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(WrongSettings, match=reason):
        Words.load(_own(tmp_path, text))
