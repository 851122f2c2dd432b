"""Spot checks (S4.14): closed cases drawn by lot, what is wrong with them followed until it is judged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.intake.message import InboundMessage
from mailbot.store import tickets
from tests.clauses.company import BOSS, CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, moment

HANDLER, HEAD = Company.handler("quality-dept"), Company.head("quality-dept")
CHECK = "每月抽查"


def close_case(firm: Company, subject: str, *orders: str) -> None:
    """A complaint of quality that is handled and closed at once."""
    firm.write(CUSTOMER, subject, f"{subject}，请处理。")
    for order in (*orders, "#解决\n已寄出新杯。", "#关闭\n已办结。"):
        firm.reply(HANDLER, firm.last(HANDLER, subject), order)


def drawn(letter: InboundMessage, cases: int) -> list[int]:
    """Which of the first cases of the year a letter names."""
    return [number for number in range(1, cases + 1) if f"2026-{number:06} 质量" in letter.text]


@pytest.fixture
def december(tmp_path: Path) -> Iterator[Company]:
    """Five cases were closed in November, one of them completely recorded; the check of December has begun, as case 8 of the year."""
    with company("feedback", tmp_path, moment(30)) as firm:
        close_case(firm, "质量：杯子漏水0", "#原因 密封圈老化", "#责任 我方")
        for number in range(1, 5):
            close_case(firm, f"质量：杯子漏水{number}")
        firm.at(moment(1, 9, 30, month=12))
        yield firm


def test_s4_14_closed_cases_of_the_month_before_are_drawn_by_lot_for_the_head(december: Company) -> None:
    letter = december.last(SERVICE_HEAD, CHECK)
    chosen = drawn(letter, 5)
    assert len(chosen) == 3
    assert "2026年11月共办结5件投诉，随机抽出以下3件" in letter.text
    assert december.ticket(8).tasks[0].data["drawn"] == [f"2026-{number:06}" for number in chosen]
    lots = december.pipeline.identity.drawn("spot-check 2026-12", [f"2026-{number:06}" for number in range(1, 6)], 3)
    assert [f"2026-{number:06}" for number in chosen] == lots
    assert december.due("task-1", 8) == "12-08 09:00"
    assert not any(CHECK in got.subject for got in december.inbox(SERVICE))


def test_s4_14_the_letter_tells_whether_each_case_was_on_time_complete_and_effective(december: Company) -> None:
    text = december.last(SERVICE_HEAD, CHECK).text
    for number in drawn(december.last(SERVICE_HEAD, CHECK), 5):
        part = text.split(f"2026-{number:06} 质量")[1].split("\n\n")[0]
        assert "及时性：4项中按时4项（100%）" in part
        assert ("完整性：缺少：客户评价" if number == 1 else "完整性：缺少：原因、责任认定、客户评价") in part
        assert "有效性：客户没有评价" in part


def test_s4_14_a_finding_is_a_task_on_that_case_and_is_followed_until_its_result_is_judged(december: Company) -> None:
    letter = december.last(SERVICE_HEAD, CHECK)
    number = drawn(letter, 5)[-1]
    december.reply(SERVICE_HEAD, letter, f"#问题 2026-{number:06} 没有记录原因\n请补上调查经过。")
    receipt = december.last(SERVICE_HEAD, "已登记").text
    assert f"2026-{number:06}的问题已登记" in receipt
    assert december.ticket(number).status == "closed"
    assert december.due("task-1", number) == "12-08 09:30"
    given = december.story(number)[-1]
    assert (given["kind"], given["task"], given["serial"]) == ("task-given", "finding", 1)
    order = december.last(HANDLER, "没有记录原因")
    assert "请补上调查经过。" in order.text
    december.at(moment(8, 9, 30, month=12))
    assert "催办" in december.last(HEAD, "没有记录原因").subject
    december.reply(HANDLER, order, "#完成任务 原因已补记：密封圈老化")
    december.reply(SERVICE_HEAD, december.last(SERVICE_HEAD, "密封圈老化"), "#评估 无效 没有写明怎么避免")
    again = december.last(HANDLER, "没有写明怎么避免")
    december.reply(HANDLER, again, "#完成任务 进货时加验密封圈")
    december.reply(SERVICE_HEAD, december.last(SERVICE_HEAD, "进货时加验密封圈"), "#评估 有效")
    first, second = december.ticket(number).tasks
    assert (first.verdict, second.verdict, second.data["again_of"]) == ("ineffective", "effective", 1)
    assert not december.ticket(number).running
    with december.pipeline.store.reading() as connection:
        assert tickets.strayed(connection) == tickets.verify(connection) == []


def test_s4_14_a_check_that_is_handed_on_is_the_others_to_do_and_to_report(december: Company) -> None:
    letter = december.last(SERVICE_HEAD, CHECK)
    number = drawn(letter, 5)[0]
    december.reply(SERVICE_HEAD, letter, f"#转 {SERVICE}")
    handed = december.last(SERVICE, CHECK)
    assert "新投诉" not in handed.subject
    assert f"2026-{number:06}" in handed.text
    december.reply(SERVICE, handed, f"#问题 2026-{number:06} 没有记录原因")
    december.reply(SERVICE, handed, "完成")
    assert december.ticket(number).tasks[0].title == "没有记录原因"
    assert december.ticket(8).status == "closed"


def test_s4_14_findings_may_name_owner_and_day_and_several_stand_in_one_letter(december: Company) -> None:
    letter = december.last(SERVICE_HEAD, CHECK)
    one, other = drawn(letter, 5)[:2]
    december.reply(
        SERVICE_HEAD,
        letter,
        f"#问题 2026-{one:06} @service-dept 12月20日 没有回访\n#问题 2026-{one:06} 缺照片\n＃问题：2026-{other:06} 答复太慢",
    )
    assert [(task.owner, task.title) for task in december.ticket(one).tasks] == [("service-dept", "没有回访"), ("lead", "缺照片")]
    assert december.due("task-1", one) == "12-20 23:59"
    assert [task.title for task in december.ticket(other).tasks] == ["答复太慢"]
    assert "没有回访" in december.last(Company.handler("service-dept"), f"2026-{one:06}").text


def test_s4_14_a_case_that_was_not_drawn_can_not_be_reached_from_a_check(december: Company) -> None:
    letter = december.last(SERVICE_HEAD, CHECK)
    chosen = drawn(letter, 5)
    other = next(number for number in range(1, 6) if number not in chosen)
    december.reply(SERVICE_HEAD, letter, f"#问题 2026-{chosen[0]:06} 缺照片\n#问题 2026-{other:06} 缺照片")
    assert "不在本次抽查之内" in december.last(SERVICE_HEAD).text
    assert not december.ticket(other).tasks
    assert not december.ticket(chosen[0]).tasks
    december.reply(HANDLER, december.last(HANDLER, f"2026-{other:06}"), f"#问题 2026-{chosen[0]:06} 缺照片")
    assert not december.ticket(chosen[0]).tasks


def test_s4_14_a_check_is_over_when_it_is_reported_done(december: Company) -> None:
    december.reply(SERVICE_HEAD, december.last(SERVICE_HEAD, CHECK), "完成")
    assert december.ticket(8).status == "closed"
    assert not december.ticket(8).running
    december.new(SERVICE_HEAD)
    december.at(moment(11, 17, month=12))
    assert not any(CHECK in letter.subject for letter in december.new(SERVICE_HEAD))


def test_s4_14_a_check_that_is_not_done_climbs_the_ladder_to_the_general_manager(december: Company) -> None:
    december.at(moment(11, 17, month=12))
    assert any("催办单" in letter.subject and CHECK in letter.subject for letter in december.inbox(SERVICE_HEAD))
    assert CHECK in december.last(BOSS, "逾期上报").subject


def test_s4_14_without_closed_cases_there_is_nothing_to_check_and_that_is_said(tmp_path: Path) -> None:
    with company("feedback", tmp_path, moment(30, 17)) as firm:
        firm.at(moment(1, 9, 30, month=12))
        letter = firm.last(SERVICE_HEAD, CHECK)
        assert "没有办结的投诉，本期无需抽查" in letter.text
        firm.reply(SERVICE_HEAD, letter, "完成")
        assert firm.ticket(3).status == "closed"


def test_s4_14_after_an_outage_over_two_periods_the_latest_alone_is_made_up_for(tmp_path: Path) -> None:
    with company("feedback", tmp_path, moment(20, month=8)) as firm:
        firm.later(minutes=30)
        firm.now = moment(20, month=11)
        firm.later(minutes=30)
        checks = [letter for letter in firm.inbox(SERVICE_HEAD) if CHECK in letter.subject and "催办" not in letter.subject]
        assert ["2026年11月" in letter.subject for letter in checks] == [True]
        assert firm.due("task-1", 4) == "11-09 09:00"
        firm.later(days=1)
        assert sum(CHECK in letter.subject and "2026年" in letter.subject for letter in firm.inbox(SERVICE_HEAD)) == 1


def test_what_staff_write_on_a_duty_stays_inside_and_orders_about_customers_do_not_fit(december: Company) -> None:
    letter = december.last(SERVICE_HEAD, CHECK)
    december.reply(SERVICE_HEAD, letter, "正在看，下周完成。")
    assert "没有发给任何客户" in december.last(SERVICE_HEAD, "已记为备注").text
    december.reply(SERVICE_HEAD, letter, "#解决\n都没有问题。")
    assert "没有客户，不能用这条指令" in december.last(SERVICE_HEAD).text
    assert december.ticket(8).milestones == {}
    assert not december.inbox("")


def test_a_period_that_began_before_the_company_started_is_not_made_up_for(tmp_path: Path) -> None:
    with company("feedback", tmp_path, moment(2, 9, 30)) as firm:
        firm.at(moment(4))
        assert not any(CHECK in letter.subject for letter in firm.inbox(SERVICE_HEAD))
