"""S3f: property management."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import BOSS, CUSTOMER, SERVICE, Company, company, say

HANDLER = Company.handler("engineering")
MANAGER = "estate-manager@company.example"


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Company]:
    with company("property", tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("word", ["有效", "待改进", "无效"])
def test_s3f_1_each_validity_has_its_own_answer(estate: Company, word: str) -> None:
    estate.write(CUSTOMER, "质量：楼道墙皮脱落", "3栋2单元楼道墙皮脱落。")
    before = len(estate.inbox(CUSTOMER))
    say(estate, HANDLER, f"#有效性 {word}\n情况说明如下。")
    assert estate.ticket().facts.validity == {"有效": "valid", "待改进": "to-be-improved", "无效": "invalid"}[word]
    (answer,) = estate.inbox(CUSTOMER)[before:]
    assert "情况说明如下" in answer.text


def test_s3f_1_the_three_answers_differ(tmp_path: Path) -> None:
    answers = set()
    for word in ("有效", "待改进", "无效"):
        with company("property", tmp_path) as estate:
            estate.write(CUSTOMER, "质量：楼道墙皮脱落", "3栋2单元楼道墙皮脱落。")
            say(estate, HANDLER, f"#有效性 {word}\n情况说明如下。")
            answers.add(estate.last(CUSTOMER).text)
    assert len(answers) == 3


def test_s3f_2_first_answer_in_an_hour_second_in_three_days_plan_in_three_working_days(estate: Company) -> None:
    estate.write(CUSTOMER, "质量：楼道墙皮脱落", "3栋2单元楼道墙皮脱落。")
    assert [estate.due(name) for name in ("first-answered", "second-answer", "planned")] == ["11-16 11:00", "11-19 10:00", "11-19 10:00"]


def test_s3f_2_danger_wants_a_plan_on_the_same_day(estate: Company) -> None:
    estate.write(CUSTOMER, "质量：楼道漏电", "楼道开关漏电，我触电受伤了，很危险！")
    assert estate.due("planned") == "11-16 17:30"


@pytest.mark.parametrize("text", ["电梯停运，老人下不了楼。", "楼上违规装修，正在砸承重墙。", "The LIFT IS BROKEN again."])
def test_s3f_2_failed_utilities_and_violations_want_a_plan_on_the_same_day(estate: Company, text: str) -> None:
    estate.write(CUSTOMER, "质量：请尽快派人", text)
    assert estate.due("planned") == "11-16 17:30"
    assert {"utilities", "violation"} & estate.ticket().signals.keys()


def test_s3f_2_the_second_answer_is_due_on_the_day_agreed_with_the_resident(estate: Company) -> None:
    estate.write(CUSTOMER, "质量：楼道墙皮脱落", "3栋2单元楼道墙皮脱落。")
    say(estate, HANDLER, "#预计 11月21日\n周六前给您二次答复。")
    assert estate.due("second-answer").startswith("11-21")
    say(estate, HANDLER, "#完成 二次回答", "新投诉")
    assert estate.ticket().due["second-answer"].ended_at == estate.now


def test_s3f_3_danger_is_told_to_the_leaders_at_once(estate: Company) -> None:
    estate.write(CUSTOMER, "质量：楼道漏电", "楼道开关漏电，我触电受伤了，很危险！")
    assert estate.ticket().severity == "major"
    for leader in (BOSS, MANAGER):
        assert "000001" in estate.last(leader, "通报").subject
    assert not any("通报" in letter.subject for letter in estate.inbox(SERVICE))


def test_s3f_2_what_must_be_dealt_with_today_heads_the_morning_digest(estate: Company) -> None:
    estate.later(hours=9)
    estate.write(CUSTOMER, "质量：电梯停运", "电梯停运，老人下不了楼。")
    estate.write(CUSTOMER, "质量：楼道墙皮脱落", "3栋2单元楼道墙皮脱落，不急。")
    assert estate.due("planned") == "11-17 17:30"
    estate.later(hours=15)
    digest = estate.last(Company.head("engineering"), "逾期日报").text
    today = digest.index("今日须办")
    assert "电梯停运" in digest[today:]
    assert "墙皮" not in digest[today:].partition("【")[0]
    assert "逾期" not in digest[digest.index("\n", today) : digest.index("电梯停运")]


def test_s3f_2_a_day_without_such_a_case_has_no_such_list(estate: Company) -> None:
    estate.later(hours=9)
    estate.write(CUSTOMER, "质量：楼道墙皮脱落", "3栋2单元楼道墙皮脱落，不急。")
    estate.later(hours=15)
    assert not [letter for letter in estate.inbox(Company.head("engineering")) if "今日须办" in letter.text]
