"""A product already sold is recalled: every dealer is told at once, what comes back is followed to the last (S3a.2)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.lifecycle.ticket import Customer
from mailbot.lifecycle.undelivered import Undelivered, undelivered
from mailbot.store import customers
from tests.clauses.company import BOSS, CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, say

OPERATOR = Company.handler("operator")
EAST, WEST = "east@dealer.example", "west@dealer.example"
PICTURE = [("spinach.jpg", b"\xff\xd8\xff\xe0 picture")]
NOTICE = """#召回 产品名称：有机菠菜
编号：BC-01
批号：B2611
规格：250克
包装：纸盒
退回方式：运费到付，寄回种植基地
抽检发现农残超标。
东城商行：200 箱"""


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Company]:
    """A farm with three dealers, one of them without a mail address, and a customer who complains."""
    with company("organic-farm", tmp_path) as opened:
        with opened.pipeline.store.transaction() as tx:
            customers.add(tx, Customer(id=0, name="东城商行", dealer=True), {EAST}, opened.now)
            customers.add(tx, Customer(id=0, name="西街超市", dealer=True), {WEST}, opened.now)
            customers.add(tx, Customer(id=0, name="南门水果店", phone="13800000000", dealer=True), set(), opened.now)
            customers.add(tx, Customer(id=0, name="散客张"), {"zhang@customer.example"}, opened.now)
        opened.write(CUSTOMER, "质量：菠菜异味", "昨天买的菠菜有农药味，请处理。")
        yield opened


def got(farm: Company, who: str, text: str) -> bool:
    return any(text in letter.subject + letter.text for letter in farm.inbox(who))


def ordered(farm: Company) -> None:
    """A recall that waits for the operator's word."""
    say(farm, OPERATOR, "#协同 种植基地\n#完成 判定", "新投诉")
    say(farm, SERVICE, NOTICE, "质量", PICTURE)


def recalled(farm: Company) -> None:
    """The operator finds a problem, the growing base orders the recall, the operator approves."""
    ordered(farm)
    say(farm, OPERATOR, "同意", "请审批")


def test_s3a_2_every_dealer_is_told_at_once_with_pictures_and_nobody_else(farm: Company) -> None:
    recalled(farm)
    for dealer in (EAST, WEST):
        notice = farm.last(dealer, "产品召回通知")
        for said in ("有机菠菜", "BC-01", "B2611", "250克", "纸盒", "运费到付，寄回种植基地", "抽检发现农残超标"):
            assert said in notice.text
        assert "东城商行：200" not in notice.text
        assert [part.name for part in notice.attachments] == ["spinach.jpg"]
        assert CUSTOMER not in notice.text
        assert "异味" not in notice.subject + notice.text
    assert not got(farm, "zhang@customer.example", "召回")
    assert not got(farm, CUSTOMER, "召回")
    listed = farm.last(SERVICE, "召回已通知经销商").text
    assert "任务2：东城商行（已发 200 箱）" in listed
    assert "任务3：西街超市" in listed


def test_s3a_2_nothing_goes_out_before_the_operator_approves(farm: Company) -> None:
    ordered(farm)
    asked = farm.last(OPERATOR, "请审批：召回")
    assert "B2611" in asked.text
    assert "农残超标" in asked.text
    assert [part.name for part in asked.attachments] == ["spinach.jpg"]
    say(farm, OPERATOR, "#驳回 先复检", "请审批")
    assert farm.inbox(EAST) == []
    assert [one.kind for one in farm.ticket().tasks if one.kind == "recall"] == []


def test_s3a_2_no_recall_before_the_product_is_found_to_have_a_problem(farm: Company) -> None:
    say(farm, OPERATOR, NOTICE, "新投诉", PICTURE)
    assert "尚缺：判定产品是否存在问题" in farm.last(OPERATOR, "未执行").text
    assert farm.inbox(EAST) == []


def test_s3a_2_a_notice_that_lacks_something_is_given_back_with_the_list(farm: Company) -> None:
    say(farm, OPERATOR, "#批号 B2611\n#完成 判定", "新投诉")
    say(farm, OPERATOR, "#召回 产品：有机菠菜\n规格：250克", "新投诉")
    lacking = farm.last(OPERATOR, "未执行").text
    assert "还缺：编号、包装、退回方式、照片（附件）" in lacking
    assert farm.inbox(EAST) == []


def test_s3a_2_the_operators_own_recall_goes_out_at_once_and_takes_a_pasted_picture_along(farm: Company) -> None:
    say(farm, OPERATOR, "#完成 判定", "新投诉")
    farm.reply(OPERATOR, farm.last(OPERATOR, "新投诉"), NOTICE, PICTURE, pasted=True)
    assert [part.name for part in farm.last(EAST, "产品召回通知").attachments] == ["spinach.jpg"]
    assert [one.kind for one in farm.ticket().tasks] == ["recall"] * 3


def test_s3a_2_a_recall_without_dealers_on_file_is_given_back(tmp_path: Path) -> None:
    with company("organic-farm", tmp_path) as farm:
        farm.write(CUSTOMER, "质量：菠菜异味", "菠菜有农药味。")
        farm.reply(OPERATOR, farm.last(OPERATOR, "新投诉"), "#完成 判定")
        farm.reply(OPERATOR, farm.last(OPERATOR, "新投诉"), NOTICE, PICTURE)
        assert "没有经销商" in farm.last(OPERATOR, "未执行").text


def test_s3a_2_returns_are_followed_until_all_are_in_and_the_general_manager_hears_of_it(farm: Company) -> None:
    recalled(farm)
    tasks = {one.data["dealer"]: one.serial for one in farm.ticket().tasks if one.kind == "recall"}
    say(farm, EAST, "库存60箱，已售140箱，明天寄回60箱。", "召回通知")
    answer = farm.last(SERVICE, "经销商答复召回").text
    assert "明天寄回60箱" in answer
    assert "已发数量：200 箱" in answer
    say(farm, SERVICE, f"#实退 {tasks['东城商行']} 60 箱", "经销商答复")
    say(farm, SERVICE, f"#实退 {tasks['西街超市']} 12 箱", "经销商答复")
    assert not got(farm, BOSS, "全部收回")
    say(farm, SERVICE, f"#实退 {tasks['南门水果店']} 0 箱", "经销商答复")
    whole = farm.last(BOSS, "召回已全部收回").text
    assert "东城商行：60 箱" in whole
    assert "合计：72 箱" in whole


def test_s3a_2_a_dealers_answer_is_no_word_of_the_customer(farm: Company) -> None:
    recalled(farm)
    say(farm, OPERATOR, "#协商 退款并更换", "新投诉")
    say(farm, EAST, "同意", "召回通知")
    assert "agreed" not in farm.ticket().milestones
    say(farm, CUSTOMER, "同意", "退款并更换")
    assert "agreed" in farm.ticket().milestones
    say(farm, OPERATOR, "#关闭", "新投诉")
    say(farm, EAST, "已寄出60箱。", "召回通知")
    assert farm.ticket().status == "closed"


def test_s3a_2_a_dealer_who_has_not_answered_is_reminded_once_when_the_task_is_due(farm: Company) -> None:
    recalled(farm)
    say(farm, EAST, "没有库存。", "召回通知")
    farm.later(days=15)
    assert [letter.subject for letter in farm.inbox(WEST)].count(farm.last(WEST, "请答复召回通知").subject) == 1
    assert not got(farm, EAST, "请答复召回通知")
    assert "B2611" in farm.last(WEST, "请答复召回通知").text
    say(farm, WEST, "退回12箱。", "请答复召回通知")
    assert "退回12箱" in farm.last(SERVICE, "经销商答复").text


def test_s3a_2_a_second_recall_of_the_case_reaches_the_same_dealers(farm: Company) -> None:
    recalled(farm)
    say(farm, SERVICE, NOTICE.replace("B2611", "B2612"), "召回已通知", PICTURE)
    say(farm, OPERATOR, "同意", "请审批")
    assert "B2612" in farm.last(EAST, "产品召回通知").text
    say(farm, EAST, "B2612没有进货。", "B2612")
    assert "B2612没有进货" in farm.last(SERVICE, "经销商答复").text


def test_s3a_2_a_dealer_without_an_address_is_to_be_called(farm: Company) -> None:
    recalled(farm)
    assert "南门水果店（没有邮箱，请电话通知：13800000000）" in farm.last(Company.head("customer-service"), "召回已通知经销商").text


def test_s3a_2_what_is_not_yet_sold_takes_a_corrective_action_and_no_dealer_hears_of_it(farm: Company) -> None:
    say(farm, OPERATOR, "#原因 灌溉水受污染\n#责任 我方 基地经营者", "新投诉")
    say(farm, OPERATOR, "#完成 判定", "新投诉")
    action = [one for one in farm.ticket().tasks if one.kind == "corrective-action"]
    assert [one.owner for one in action] == ["lead"]
    say(farm, OPERATOR, f"#完成任务 {action[0].serial} 封存本批，更换水源", "纠正和预防措施")
    say(farm, OPERATOR, f"#评估 {action[0].serial} 有效", "新投诉")
    assert [one.verdict for one in farm.ticket().tasks if one.kind == "corrective-action"] == ["effective"]
    assert farm.inbox(EAST) == []


def test_s3a_2_a_dealer_whom_the_notice_did_not_reach_is_rung_up_by_whoever_follows_the_returns(farm: Company) -> None:
    recalled(farm)
    bounced = Undelivered("complainant/recall", WEST, "5.1.1", "no such user")
    ticket = farm.ticket()
    owed = undelivered(ticket, bounced, farm.pipeline.rules).letters
    assert {letter.to.address for letter in owed} == {SERVICE, SERVICE_HEAD}
    with farm.pipeline.store.transaction() as tx:
        farm.pipeline.desk.enqueue(tx, ticket, owed, farm.now, farm.pipeline.identity)
    farm.later(minutes=1)
    told = farm.last(SERVICE, "未能送达")
    assert "西街超市" in told.subject
    assert f"#实退 {next(t.serial for t in ticket.tasks if t.title == '西街超市')} 数量" in told.text


def test_s3a_2_what_two_dealers_sent_back_is_reported_in_one_letter(farm: Company) -> None:
    recalled(farm)
    east, west = (next(t.serial for t in farm.ticket().tasks if t.title == name) for name in ("东城商行", "西街超市"))
    say(farm, SERVICE, f"#实退 {east} 60箱\n#实退 {west} ０ 箱", "召回已通知")
    done = {t.serial: t.data.get("actual-quantity") for t in farm.ticket().tasks if t.done_at and t.kind == "recall"}
    assert done == {east: "60 箱", west: "0 箱"}


def test_s3a_2_what_was_sent_is_read_in_full_width_too(farm: Company) -> None:
    say(farm, OPERATOR, "#协同 种植基地\n#完成 判定", "新投诉")
    say(farm, SERVICE, NOTICE.replace("200 箱", "２００箱"), "质量", PICTURE)
    say(farm, OPERATOR, "同意", "请审批")
    assert "已发 200 箱" in farm.last(SERVICE, "召回已通知").text
