"""S3b: the quality department or sales investigates, contains, corrects and verifies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import CUSTOMER, Company, company, say

HANDLER, HEAD = Company.handler("quality-dept"), Company.head("quality-dept")


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Company]:
    with company("quality-sales", tmp_path) as opened:
        opened.write(CUSTOMER, "质量投诉：法兰尺寸超差", "贵司11月批次法兰外径超差0.3mm，请回复8D报告。")
        yield opened


def test_s3b_1_quality_goes_to_quality_and_all_else_to_sales(works: Company) -> None:
    works.write(CUSTOMER, "交货晚了", "订单TB88已晚三天。")
    works.write(CUSTOMER, "价格有误", "发票单价与合同不符。")
    assert [works.ticket(number).department for number in (1, 2, 3)] == ["quality-dept", "customer-service", "customer-service"]


def test_s3b_2_the_customers_own_responsibility_is_recorded_and_explained(works: Company) -> None:
    say(works, HANDLER, "#原因 客户测量基准不一致\n#责任 客户")
    assert works.ticket().facts.responsibility == "customer"
    say(works, HANDLER, "#解决\n经双方复测，零件合格，差异来自测量基准。", "新投诉")
    assert "测量基准" in works.last(CUSTOMER).text


def test_s3b_3_containment_is_due_in_two_working_days(works: Company) -> None:
    assert works.due("first-answered") == "11-18 10:00"
    say(works, HANDLER, "已隔离库存300件，今天补发合格品。")
    assert works.ticket().due["first-answered"].ended_at == works.now
    assert "隔离库存" in works.last(CUSTOMER).text


def test_s3b_3_corrective_action_is_due_in_ten_working_days(works: Company) -> None:
    assert works.due("answered") == "11-30 10:00"


def test_s3b_3_missing_containment_is_urged(works: Company) -> None:
    works.later(days=2, hours=1)
    assert "催办" in works.last(HEAD).subject


def test_s3b_4_a_delay_counts_only_once_the_customer_agreed(works: Company) -> None:
    say(works, HANDLER, "#延期 12月10日 需外部检测机构复测")
    assert works.due("answered") == "11-30 10:00"
    say(works, CUSTOMER, "同意", "延期")
    assert works.due("answered").startswith("12-10")


def test_s3b_4_a_customer_who_says_no_moves_nothing(works: Company) -> None:
    say(works, HANDLER, "#延期 12月10日 需外部检测机构复测")
    say(works, CUSTOMER, "不同意", "延期")
    assert works.due("answered") == "11-30 10:00"


def test_s3b_5_the_head_approves_corrective_action_before_the_customer_reads_it(works: Company) -> None:
    say(works, HANDLER, "#原因 刀具磨损未及时更换\n#责任 我方")
    say(works, HANDLER, "#解决\n已增加首检和换刀频次。", "新投诉", (("8D-客户表单.xlsx", b"form"),))
    assert not any("换刀频次" in letter.text for letter in works.inbox(CUSTOMER))
    say(works, HEAD, "同意", "请审批")
    answer = works.last(CUSTOMER, "换刀频次")
    assert [part.name for part in answer.attachments] == ["8D-客户表单.xlsx"]


def test_s3b_6_closing_waits_until_the_effect_is_verified(works: Company) -> None:
    say(works, HANDLER, "#原因 刀具磨损\n#责任 我方")
    say(works, HANDLER, "#解决\n已增加首检。", "新投诉")
    say(works, HEAD, "同意", "请审批")
    say(works, HANDLER, "#关闭", "新投诉")
    assert "closed" not in works.ticket().milestones
    say(works, HANDLER, "#验证 有效 连续三批合格", "新投诉")
    say(works, HANDLER, "#关闭", "新投诉")
    assert "closed" in works.ticket().milestones


def test_s3b_6_measures_without_effect_are_done_again(works: Company) -> None:
    say(works, HANDLER, "#解决\n已增加首检。")
    say(works, HEAD, "#验证 无效 第二批仍超差")
    assert "resolved" not in works.ticket().milestones
