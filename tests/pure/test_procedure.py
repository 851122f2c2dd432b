"""The shipped procedure says what the written one says; its clocks run in working time."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailbot.procedures import clauses
from mailbot.procedures.procedure import Procedure, load, presets

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def feedback() -> Procedure:
    return load("feedback", Path())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("name", "clause", "since", "due"),
    [
        ("classified", "S4.1", "2026-11-06 17:30", "2026-11-09 10:30"),
        ("planned", "S4.6", "2026-11-06 15:00", "2026-11-09 15:00"),
        ("resolved", "S4.7", "2026-11-06 15:00", "2026-11-10 15:00"),
        ("answered", "S4.9", "2026-09-30 15:00", "2026-10-09 15:00"),
        ("surveyed", "S4.10", "2026-11-06 15:00", "2026-11-13 15:00"),
        ("closed", "own", "2026-11-06 15:00", "2026-11-13 15:00"),
    ],
)
def test_each_clause_has_its_deadline(feedback: Procedure, name: str, clause: str, since: str, due: str) -> None:
    assert feedback.deadlines[name].clause == clause
    assert feedback.due(name, at(since)) == at(due)


def test_due_moments_are_in_utc(feedback: Procedure) -> None:
    due = feedback.due("resolved", at("2026-11-06 15:00"))
    assert due is not None
    assert due.tzinfo is UTC


def test_the_ladder_of_a_deadline(feedback: Procedure) -> None:
    since = at("2026-11-06 15:00")
    due = feedback.due("planned", since)
    assert due is not None
    fires = [feedback.escalation_at(rung, since, due, feedback.calendar) for rung in feedback.escalations]
    assert [rung.step for rung in feedback.escalations] == ["-25%", "0", "+1wd", "+3wd"]
    assert fires == [at("2026-11-09 12:45"), at("2026-11-09 15:00"), at("2026-11-10 15:00"), at("2026-11-12 15:00")]


def test_a_share_is_of_working_time_so_no_reminder_comes_at_night(feedback: Procedure) -> None:
    since = at("2026-11-06 17:30")
    reminder = feedback.escalations[0]
    due = feedback.due("classified", since)
    assert due is not None
    assert feedback.escalation_at(reminder, since, due, feedback.calendar) == at("2026-11-09 10:00")


def test_the_ladder_ends_with_the_general_manager(feedback: Procedure) -> None:
    assert [rung.to for rung in feedback.escalations] == [
        ("owner",), ("owner", "department-head"), ("customer-service-head",), ("general-manager",)
    ]  # fmt: skip
    assert [rung.letter for rung in feedback.escalations] == ["reminder", "urging-notice", "escalation", "escalation"]


def test_the_survey_goes_out_four_days_before_it_is_due(feedback: Procedure) -> None:
    since = at("2026-11-06 15:00")
    assert feedback.send_at("surveyed", since, at("2026-11-13 15:00")) == at("2026-11-09 15:00")
    assert feedback.send_at("closed", since, at("2026-11-13 15:00")) == at("2026-11-13 15:00")
    assert feedback.send_at("resolved", since, at("2026-11-10 15:00")) is None


def test_a_letter_never_goes_out_before_its_clock_starts(feedback: Procedure) -> None:
    since = at("2026-11-06 15:00")
    assert feedback.send_at("surveyed", since, at("2026-11-07 15:00")) == since


@pytest.mark.parametrize(
    ("category", "lead", "chinese"),
    [
        ("quality", "quality-dept", "质量部"),
        ("service", "service-dept", "售后服务部"),
        ("price", "sales-dept", "销售部"),
        ("delivery", "logistics-dept", "物流部"),
        ("other", "customer-service", "客户服务部"),
        (None, "customer-service", "客户服务部"),
        ("weather", "customer-service", "客户服务部"),
    ],
)
def test_every_category_has_a_lead_department(feedback: Procedure, category: str | None, lead: str, chinese: str) -> None:
    assert feedback.rule(category).lead == lead
    assert feedback.departments[lead].text("zh-CN") == chinese


def test_a_told_date_moves_the_solution_only(feedback: Procedure) -> None:
    assert [deadline.name for deadline in feedback.deadlines.values() if deadline.promise] == ["resolved"]


def test_a_plan_is_not_asked_for_what_is_solved(feedback: Procedure) -> None:
    assert feedback.deadlines["planned"].unless == ("resolved",)


def test_the_companys_zone_is_the_calendars() -> None:
    assert load("feedback", Path(), ZoneInfo("Asia/Taipei")).calendar.zone.key == "Asia/Taipei"


def test_an_own_file_is_found_from_the_settings_folder(tmp_path: Path) -> None:
    text = Path(clauses.__file__).with_name("feedback.toml").read_text("utf-8")
    tmp_path.joinpath("own.toml").write_text("\ufeff" + text.replace("days-off = []", "days-off = [2026-11-09]"), "utf-8")
    own = load("own.toml", tmp_path)
    assert own.calendar.off == {date(2026, 11, 9)}
    assert own.due("planned", at("2026-11-06 15:00")) == at("2026-11-10 15:00")


def test_presets_are_listed_and_sound() -> None:
    assert "feedback" in presets()
    assert [load(name, Path()).id for name in presets()] == list(presets())
