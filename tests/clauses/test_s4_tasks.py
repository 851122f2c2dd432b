"""S4: several departments on one case, and improvements followed to their end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.procedures.procedure import SHIPPED
from tests.clauses.company import CUSTOMER, SERVICE, Company, company, say

QUALITY, LOGISTICS, SALES = Company.handler("quality-dept"), Company.handler("logistics-dept"), Company.handler("sales-dept")
HEAD = Company.head("quality-dept")


@pytest.fixture
def leak(tmp_path: Path) -> Iterator[Company]:
    """Monday, ten o'clock: a matter of quality, assigned at once."""
    with company("feedback", tmp_path) as shop:
        shop.write(CUSTOMER, "质量问题：保温杯漏水", "上周买的保温杯漏水，快递箱也压坏了，请处理。")
        yield shop


def test_s4_5_one_department_leads_and_another_helps_with_a_clock_of_its_own(leak: Company) -> None:
    say(leak, QUALITY, "#协同 物流部")
    assert leak.ticket().department == "quality-dept"
    asked = leak.last(LOGISTICS, "协同处理")
    assert "快递箱也压坏了" in asked.text
    assert leak.due("task-1") == "11-17 10:00"
    say(leak, LOGISTICS, "#完成任务 承运商野蛮装卸，已索赔", "协同处理")
    assert "承运商野蛮装卸" in leak.last(QUALITY, "协同处理").text
    assert leak.ticket().due["task-1"].ended_at == leak.now
    assert not any("野蛮装卸" in letter.text for letter in leak.inbox(CUSTOMER))


def test_s4_5_a_helper_that_is_late_is_urged_and_the_lead_is_not(leak: Company) -> None:
    say(leak, QUALITY, "#方案 换新\n#协同 物流部")
    leak.later(days=1, hours=1)
    assert "协同处理" in leak.last(LOGISTICS, "催办").subject
    assert not any("协同处理" in letter.subject for letter in leak.inbox(QUALITY) if "催办" in letter.subject)


def test_s4_5_a_category_of_several_departments_gives_each_its_part_at_once(tmp_path: Path) -> None:
    text = (SHIPPED / "feedback.toml").read_text("utf-8")
    shared = text.replace('lead = "quality-dept"', 'lead = "quality-dept"\nco = ["logistics-dept", "sales-dept"]', 1)
    (tmp_path / "own.toml").write_text(shared, "utf-8")
    with company("own.toml", tmp_path) as shop:
        shop.write(CUSTOMER, "保温杯", "上周买的保温杯漏水，快递箱也压坏了。")
        assert not [letter for who in (LOGISTICS, SALES) for letter in shop.inbox(who) if "协同处理" in letter.subject]
        say(shop, SERVICE, "质量")
        for helper in (LOGISTICS, SALES):
            assert "快递箱也压坏了" in shop.last(helper, "协同处理").text
        assert shop.ticket().facts.helpers == ("logistics-dept", "sales-dept")
        assert [(task.kind, task.owner) for task in shop.ticket().tasks] == [
            ("co-handling", "logistics-dept"),
            ("co-handling", "sales-dept"),
        ]


def test_s4_13_an_improvement_has_owner_and_due_date_and_is_followed_until_it_is_done(leak: Company) -> None:
    say(leak, HEAD, "#任务 改进措施 @质量部 12月1日 更换密封圈供应商")
    given = leak.last(QUALITY, "改进措施")
    assert given.subject.endswith("更换密封圈供应商，12月1日（周二）23:59前")
    assert leak.due("task-1") == "12-01 23:59"
    leak.later(days=16)
    assert "更换密封圈供应商" in leak.last(QUALITY, "催办").text
    assert leak.ticket().due["task-1"].ended_at is None


def test_s4_13_its_effect_is_judged_in_time_and_what_does_not_work_is_improved_again(leak: Company) -> None:
    say(leak, HEAD, "#任务 改进措施 @质量部 12月1日 更换密封圈供应商")
    leak.later(days=3)
    say(leak, QUALITY, "#完成任务 新供应商的密封圈已上线", "改进措施")
    assert "新供应商的密封圈已上线" in leak.last(SERVICE, "改进措施").text
    assert leak.due("task-1-verify") == "11-26 10:00"
    leak.later(days=7, hours=1)
    assert "评估" in leak.last(SERVICE, "催办").text
    say(leak, SERVICE, "#评估 无效 本月仍有四起漏水", "改进措施")
    assert "本月仍有四起漏水" in leak.last(QUALITY, "改进措施").text
    say(leak, QUALITY, "#完成任务 改为双层密封", "本月仍有四起漏水")
    say(leak, SERVICE, "#评估 有效 一个月无漏水", "改为双层密封")
    assert [(task.title, task.verdict) for task in leak.ticket().tasks] == [
        ("更换密封圈供应商", "ineffective"),
        ("更换密封圈供应商", "effective"),
    ]
    assert "有效" in leak.last(QUALITY).text
