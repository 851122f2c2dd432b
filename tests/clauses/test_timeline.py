"""The time line of a case: held against its procedure, as the command prints it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mailbot.cli import mailbot
from mailbot.errors import MailbotError
from mailbot.lifecycle.timeline import Row, timeline
from mailbot.store import records
from mailbot.store.engine import open_store
from tests.clauses.company import CHINA, CUSTOMER, SERVICE, Company, company, moment, say
from tests.company_file import SMALLEST

HANDLER, HEAD = Company.handler("quality-dept"), Company.head("quality-dept")


@pytest.fixture
def leak(tmp_path: Path) -> Iterator[Company]:
    """Two days before the National Day holidays of 2026."""
    with company("feedback", tmp_path, moment(29, 16, month=9)) as shop:
        shop.write(CUSTOMER, "质量问题：保温杯漏水", "上周买的保温杯漏水，请处理。")
        yield shop


def row(shop: Company, name: str, of_round: int = 1) -> Row:
    with shop.pipeline.store.reading() as connection:
        rounds = records.rounds(connection, "2026-000001")
    found = timeline(rounds, shop.story(), shop.now, shop.procedure, "zh-CN")
    return next(r for r in found if (r.name, r.round) == (name, of_round))


def printed(shop: Company, home: Path, *options: str) -> str:
    """What the command says of the first ticket, from a copy of the record."""
    with shop.pipeline.store.reading() as connection, open_store("sqlite:///mailbot.db", home).engine.connect() as file:
        connection.connection.driver_connection.backup(file.connection.driver_connection)
    (home / "mailbot.toml").write_text(SMALLEST, "utf-8")
    words = ["--config", str(home / "mailbot.toml"), "procedure", "timeline", *options]
    done = CliRunner().invoke(mailbot, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_what_was_reached_in_time_names_who_reached_it_and_when(leak: Company) -> None:
    leak.later(hours=1)
    say(leak, HANDLER, "#方案 更换密封圈")
    planned = row(leak, "planned")
    assert (planned.state, planned.by, planned.ended_at) == ("kept", HANDLER, leak.now)
    assert (row(leak, "received").state, row(leak, "received").by) == ("reached", "customer")


def test_what_was_late_names_the_steps_of_the_ladder_that_went_out(leak: Company) -> None:
    leak.at(moment(30, 17, month=9))
    notices = row(leak, "planned").notices
    assert [notice.step for notice in notices] == ["-25%", "0"]
    assert (notices[1].letter, set(notices[1].to)) == ("urging-notice", {HANDLER, HEAD})
    assert row(leak, "planned").state == "late"
    say(leak, HANDLER, "#方案 更换密封圈", "新投诉")
    assert row(leak, "planned").state == "missed"


def test_holidays_between_are_named_and_days_worked_instead_too(leak: Company) -> None:
    resolved = row(leak, "resolved")
    assert [(gap.name, gap.first.isoformat()) for gap in resolved.skipped] == [("国庆节", "2026-10-01")]
    assert resolved.due_at
    assert resolved.due_at.astimezone(CHINA).day == 8


def test_a_question_shows_how_long_the_clock_stood_still(leak: Company) -> None:
    say(leak, HANDLER, "#询问 订单号是多少？")
    since = leak.now
    leak.later(hours=18)
    say(leak, CUSTOMER, "TB2611", "订单号")
    (pause,) = row(leak, "planned").pauses
    assert (pause.since, pause.until) == (since, leak.now)


def test_a_day_the_customer_agreed_to_or_was_told_is_said_to_be_so(leak: Company) -> None:
    say(leak, HANDLER, "#延期 10月20日 配件未到")
    assert not row(leak, "resolved").agreed
    say(leak, CUSTOMER, "同意", "延期至")
    assert row(leak, "resolved").agreed
    say(leak, HANDLER, "#预计 10月15日\n配件到货后寄出。", "新投诉")
    assert (row(leak, "planned").agreed, row(leak, "planned").told) == (True, False)


def test_each_round_has_rows_of_its_own(leak: Company) -> None:
    say(leak, HANDLER, "#解决\n新杯已寄出。")
    say(leak, HEAD, "#验证 无效 仍漏水")
    assert (row(leak, "resolved", 1).state, row(leak, "resolved", 2).state) == ("kept", "running")


def test_a_task_stands_with_who_did_it_and_its_judgement_with_who_judged(leak: Company) -> None:
    say(leak, HEAD, "#任务 改进措施 10月15日 更换密封圈供应商")
    say(leak, HANDLER, "#完成任务 已更换", "改进措施")
    assert (row(leak, "task-1").state, row(leak, "task-1").by, row(leak, "task-1").owner) == ("kept", HANDLER, "lead")
    assert row(leak, "task-1-verify").state == "running"
    say(leak, SERVICE, "#评估 有效", "改进措施")
    assert (row(leak, "task-1-verify").state, row(leak, "task-1-verify").by) == ("kept", SERVICE)


def test_a_declined_case_ends_its_clocks_with_the_decline(leak: Company) -> None:
    say(leak, HANDLER, "#不受理 不是我公司产品")
    assert (row(leak, "resolved").state, row(leak, "resolved").ended_with) == ("void", "declined")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["第 1 轮", "应完成", "国庆节 2026-10-01…2026-10-07 不计", "催办单", HANDLER]),
        ("zh-TW", ["第 1 輪", "應完成", "不計", "催辦單"]),
        ("en", ["Round 1", "National Day", "not counted", "urging notice"]),
    ],
)
def test_the_command_prints_it_in_each_language(leak: Company, tmp_path: Path, language: str, words: list[str]) -> None:
    leak.at(moment(30, 17, month=9))
    shown = printed(leak, tmp_path, "2026-000001", "--language", language)
    assert [word for word in words if word not in shown] == []


def test_the_command_gives_an_object_a_line(leak: Company, tmp_path: Path) -> None:
    leak.at(moment(30, 17, month=9))
    lines = printed(leak, tmp_path, "#2026-000001", "--json").splitlines()
    rows: dict[str, dict[str, Any]] = {line["name"]: line for line in map(json.loads, lines)}
    planned = rows["planned"]
    assert (planned["clause"], planned["due"], planned["what"]) == ("S4.6", "2026-09-30T08:00:00+00:00", "提交处理方案")
    assert [notice["step"] for notice in planned["notices"]] == ["-25%", "0"]
    assert rows["resolved"]["skipped"] == [{"first": "2026-10-01", "last": "2026-10-07", "name": "国庆节"}]


def test_an_unknown_ticket_is_refused(leak: Company, tmp_path: Path) -> None:
    with pytest.raises(MailbotError, match="there is no ticket 2026-000009"):
        printed(leak, tmp_path, "2026-000009")
