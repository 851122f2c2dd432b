"""S3e: contact within minutes, a second one within hours, then signed off or up the ladder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import BOSS, CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, say

WORKSHOP, HEAD = Company.handler("workshop"), Company.head("workshop")


@pytest.fixture
def garage(tmp_path: Path) -> Iterator[Company]:
    with company("first-contact", tmp_path) as opened:
        opened.write(CUSTOMER, "质量：刹车还是响", "昨天刚修的刹车，今天还是响。")
        yield opened


def test_s3e_1_the_first_contact_is_due_in_half_an_hour_and_a_late_one_climbs_within_hours(garage: Company) -> None:
    assert garage.due("first-answered") == "11-16 10:30"
    garage.later(hours=1)
    assert garage.last(HEAD, "催办单：首次联系客户")
    garage.later(hours=4)
    assert garage.last(BOSS, "首次联系客户")


def test_s3e_1_the_result_is_due_in_eight_hours_and_the_second_contact_four_hours_later(garage: Company) -> None:
    assert garage.due("resolved") == "11-16 18:00"
    say(garage, WORKSHOP, "#解决\n已更换刹车片。")
    assert garage.due("second-contact") == "11-16 14:00"
    garage.later(hours=4, minutes=30)
    assert garage.last(SERVICE, "催办单：第二次联系客户")


def test_s3e_1_a_case_is_signed_off_by_the_manager_then_the_general_manager_then_archived(garage: Company) -> None:
    say(garage, WORKSHOP, "#解决\n已更换刹车片。")
    say(garage, WORKSHOP, "#关闭", "新投诉")
    assert "第二次" in garage.last(WORKSHOP, "未执行").text
    say(garage, WORKSHOP, "#完成 二次沟通", "新投诉")
    say(garage, WORKSHOP, "#关闭\n感谢您的配合。", "新投诉")
    assert not any("请审批" in letter.subject for letter in garage.inbox(BOSS))
    say(garage, SERVICE_HEAD, "同意", "请审批")
    assert "closed" not in garage.ticket().milestones
    say(garage, BOSS, "同意", "请审批")
    assert "closed" in garage.ticket().milestones
    assert "感谢您的配合" in garage.last(CUSTOMER).text
    assert "000001" in garage.last(Company.handler("administration"), "结案抄送").subject


def test_s3e_1_a_signature_that_is_not_given_is_urged_and_climbs(garage: Company) -> None:
    say(garage, WORKSHOP, "#解决\n已更换刹车片。")
    say(garage, WORKSHOP, "#完成 二次沟通\n#关闭", "新投诉")
    assert garage.due("task-1") == "11-17 10:00"
    garage.later(days=1, hours=1)
    assert "审批" in garage.last(SERVICE_HEAD, "催办单").subject
    garage.later(hours=4)
    assert "审批" in garage.last(BOSS, "逾期上报").subject


def test_s3e_1_a_satisfied_customer_does_not_close_what_nobody_signed(garage: Company) -> None:
    say(garage, WORKSHOP, "#解决\n已更换刹车片。")
    garage.later(days=1, hours=1)
    garage.reply(CUSTOMER, garage.last(CUSTOMER, "满意"), "5")
    assert "rated" in garage.ticket().milestones
    assert "closed" not in garage.ticket().milestones


def test_s3e_1_each_dissatisfied_round_reaches_one_more_up_the_ladder(garage: Company) -> None:
    told: list[set[str]] = []
    people = {WORKSHOP, HEAD, SERVICE, BOSS}
    for _ in range(2):
        say(garage, WORKSHOP, "#解决\n已更换刹车片。", "刹车")
        garage.later(days=1, hours=1)
        before = {who: len(garage.inbox(who)) for who in people}
        garage.reply(CUSTOMER, garage.last(CUSTOMER, "满意"), "1，还是响")
        told.append({who for who in people if any("客户不满意" in m.subject for m in garage.inbox(who)[before[who] :])})
    assert garage.ticket().round == 3
    assert told[0] < told[0] | told[1]
    assert HEAD in told[1]
    assert BOSS not in told[1]
