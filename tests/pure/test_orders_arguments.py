"""What may stand behind an order: colleagues, categories, severities and days, as people write them."""

from datetime import date, timedelta

import pytest

from mailbot.lifecycle.order_words import CATEGORY_WORDS, SEVERITY_WORDS
from mailbot.lifecycle.orders import OrderContext, Problem, parse_reply
from mailbot.settings import Member
from tests.pure.orders_cast import BOB, CAROL, CHEN, CONTEXT, LI_SI, TODAY, only, wrong


@pytest.mark.parametrize(
    "line", ["#转质量部", "#转给 质量部", "＃轉：品質部", "#assign to Quality", "#assign: QUALITY-DEPT", "#转交给质量部。"]
)
def test_a_ticket_is_assigned_to_a_department(line: str) -> None:
    assert (only(line).name, only(line).department, only(line).member) == ("assign", "quality-dept", None)


@pytest.mark.parametrize(
    ("line", "member"),
    [
        ("#转 李四", LI_SI),
        ("#转给李四", LI_SI),
        ("#assign @lisi", LI_SI),
        ("#assign Bob Reed", BOB),
        ("#assign Reed", BOB),
        ("#assign Bob <bob.reed@company.example>", BOB),
        ("#assign to CAROL.", CAROL),
        ("#转 陈经理", CHEN),
    ],
)
def test_a_ticket_is_assigned_to_a_colleague(line: str, member: Member) -> None:
    assert (only(line).member, only(line).department) == (member, None)


def test_a_name_two_colleagues_share_is_asked_back() -> None:
    problem = wrong("#assign Bob")
    assert (problem.reason, problem.choices) == ("ambiguous-person", ("bob@company.example", "stone@company.example"))


def test_an_unknown_colleague_is_answered_with_the_nearest_and_all() -> None:
    problem = wrong("#assign Carrol")
    assert (problem.reason, problem.nearest) == ("unknown-person", "Carol")
    assert {"Quality", "Sales", "Carol", "李四"} <= set(problem.choices)
    assert wrong("#转 王五").choices[0] == "质量部"


def test_a_stranger_gets_no_ticket() -> None:
    assert wrong("#assign mallory@elsewhere.example").reason == "unknown-person"
    assert wrong("#转告客户我们会退款").reason == "unknown-person"


@pytest.mark.parametrize(("category", "words"), CATEGORY_WORDS.items())
def test_every_word_for_a_category_is_understood(category: str, words: tuple[str, ...]) -> None:
    labels = CONTEXT.procedure.categories[category].label.all
    for spelling in (category, *words, *labels, f"{words[0]}类"):
        assert only(f"#类别 {spelling}").category == category


@pytest.mark.parametrize(("severity", "words"), SEVERITY_WORDS.items())
def test_every_word_for_a_severity_is_understood(severity: str, words: tuple[str, ...]) -> None:
    for spelling in (severity, *words, *CONTEXT.procedure.severities[severity].all):
        assert only(f"#级别：{spelling}").severity == severity


def test_an_unknown_category_is_answered_with_the_valid_ones() -> None:
    assert wrong("#category qualty") == Problem(
        "#category qualty", "unknown-category", "quality", ("Quality", "Service", "Price", "Delivery", "Other"), "category"
    )
    assert wrong("#类别 颜色").choices == ("产品质量", "服务质量", "价格", "交付时间", "其他")


def test_choices_are_in_the_authors_language() -> None:
    context = OrderContext(CONTEXT.members, CONTEXT.procedure, TODAY, author=CAROL)
    assert parse_reply("#category colour", context).problems[0].choices[0] == "產品品質"


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01", "2026/12/1", "2026.12.1", "2026年12月1日", "12月1日", "12 月 1 号", "12月1號前", "１２月１日", "12月1日（周二）",
        "1 Dec", "Dec 1",
        "1st December 2026", "December 1st, 2026", "1-Dec-2026", "by 1 Dec.", "2026-12-01。",
    ],
)  # fmt: skip
def test_how_people_write_a_day(text: str) -> None:
    assert only(f"#预计 {text}").day == date(2026, 12, 1)
    assert only(f"#promise: {text}").day == date(2026, 12, 1)


@pytest.mark.parametrize(("text", "days"), [("today", 0), ("今天", 0), ("明天", 1), ("tomorrow", 1), ("后天", 2)])
def test_days_by_their_distance(text: str, days: int) -> None:
    assert only(f"#promise {text}").day == TODAY + timedelta(days=days)


def test_a_day_long_past_means_next_year() -> None:
    assert only("#预计1月15日").day == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-19", "past-date"),
        ("11月10日", "past-date"),
        ("12/1", "bad-date"),
        ("2026-13-01", "bad-date"),
        ("30 Feb", "bad-date"),
        ("2月29日", "bad-date"),
        ("soon", "bad-date"),
        ("2206-12-01", "bad-date"),
        ("0000-00-00", "bad-date"),
        ("1 Jax", "bad-date"),
        ("9999年12月31日", "bad-date"),
    ],
)
def test_a_day_nobody_can_keep_is_refused_with_examples(text: str, reason: str) -> None:
    problem = wrong(f"#预计 {text}")
    assert (problem.reason, problem.choices) == (reason, ("2026-11-27", "11月27日", "27 Nov"))
    assert {only(f"#promise {choice}").day for choice in problem.choices} == {date(2026, 11, 27)}


def test_the_day_in_a_leap_year_is_known() -> None:
    context = OrderContext(CONTEXT.members, CONTEXT.procedure, date(2027, 12, 1))
    assert parse_reply("#预计 2月29日", context).orders[0].day == date(2028, 2, 29)
