"""Goods: allowance and return, what really came back, who bears the loss (S1.10, S1.11, S1.12)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.lifecycle.ticket import Customer, Task
from mailbot.store import customers
from tests.clauses.company import BOSS, CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, say

QUALITY, HEAD, WAREHOUSE = Company.handler("quality-dept"), Company.head("quality-dept"), Company.handler("warehouse-dept")
FINANCE, SALES = Company.handler("finance-dept"), Company.handler("sales-dept")


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Company]:
    """A customer on file who accepts 2 % more than ordered, and so may send back as much more, complains."""
    with company("enterprise", tmp_path) as opened:
        with opened.pipeline.store.transaction() as tx:
            customers.add(tx, Customer(id=0, name="清河商贸", tags=("容差2%",)), {CUSTOMER}, opened.now)
        opened.write(CUSTOMER, "质量：布料划伤", "订单A88的布料表面划伤，要求退货。")
        yield opened


def got(works: Company, who: str, text: str) -> bool:
    return any(text in letter.subject + letter.text for letter in works.inbox(who))


def task(works: Company, kind: str) -> Task:
    """The last task of a kind."""
    return [one for one in works.ticket().tasks if one.kind == kind][-1]


def returned(works: Company) -> None:
    """A return of a hundred pieces is ordered and approved."""
    say(works, QUALITY, "#产品 棉布\n#批号 B2611", "新投诉")
    say(works, QUALITY, "#退货 100 件 表面划伤", "新投诉")
    say(works, SERVICE_HEAD, "同意", "请审批")


def test_s1_11_an_approved_return_is_a_note_to_warehouse_and_accounting(works: Company) -> None:
    returned(works)
    for who in (WAREHOUSE, FINANCE, SALES):
        note = works.last(who, "成品退货单").text
        for said in ("2026-000001-2", "清河商贸", "棉布", "B2611", "100 件", "表面划伤", "quality-dept 经办", "customer-service 负责人"):
            assert said in note
    assert "请据此收货" in works.last(WAREHOUSE, "成品退货单").text
    assert "抄送" in works.last(FINANCE, "成品退货单").text
    assert not got(works, CUSTOMER, "退货单")
    assert works.due("task-2") == "11-30 10:00"


def test_s1_11_what_to_report_is_said_with_the_notes_own_number_and_quantity(works: Company) -> None:
    returned(works)
    assert "例如“#实退 2 100 件”" in works.last(WAREHOUSE, "成品退货单").text
    say(works, WAREHOUSE, "#实退 2 100 件", "成品退货单")
    assert "有效请回复“#评估 2 有效”" in works.last(FINANCE, "请评估").text


def test_what_speaks_for_a_sign_is_shown_without_the_stop_behind_it(works: Company) -> None:
    assert "要求退货（要求退货）" in works.last(QUALITY, "新投诉").text


def test_s1_11_nothing_is_issued_before_approval_and_a_refusal_says_what_was_asked(works: Company) -> None:
    say(works, QUALITY, "#退货 100 件 表面划伤", "新投诉")
    asked = works.last(SERVICE_HEAD, "请审批：退货").text
    assert "100 件" in asked
    assert "表面划伤" in asked
    assert "审批：退货（" in asked
    assert not got(works, WAREHOUSE, "退货单")
    say(works, SERVICE_HEAD, "#驳回 数量待核实", "请审批")
    assert "数量待核实" in works.last(QUALITY, "被驳回").text
    assert "100 件" in works.last(QUALITY, "被驳回").text
    assert "申请退货：#退货" in works.last(QUALITY, "被驳回").text
    assert [one.kind for one in works.ticket().tasks] == ["approval"]


def test_s1_11_who_approves_sees_every_order_that_takes_effect_with_the_word(works: Company) -> None:
    say(works, QUALITY, "#原因 色浆配比错误\n#退货 100 件 表面划伤", "新投诉")
    asked = works.last(SERVICE_HEAD, "请审批：退货").text
    assert "一并生效的指令：#原因 色浆配比错误\n#退货 100 件 表面划伤" in asked
    assert not works.ticket().facts.cause
    say(works, SERVICE_HEAD, "同意", "请审批")
    assert works.ticket().facts.cause == "色浆配比错误"


def test_s1_11_of_two_notes_that_wait_the_one_that_is_meant_is_approved(works: Company) -> None:
    say(works, QUALITY, "#折让 1200 色差轻微", "新投诉")
    say(works, QUALITY, "#退货 100 件 表面划伤", "新投诉")
    say(works, SERVICE_HEAD, "同意", "请审批：退货")
    which = works.last(SERVICE_HEAD, "未执行").text
    assert "1 折让 1,200" in which
    assert "2 退货 100 件" in which
    assert not got(works, WAREHOUSE, "退货单")
    say(works, SERVICE_HEAD, "#批准 2", "请审批：退货")
    assert got(works, WAREHOUSE, "成品退货单")
    say(works, SERVICE_HEAD, "#驳回 1 金额偏高", "请审批：折让")
    assert "驳回原因：金额偏高" in works.last(QUALITY, "被驳回：折让").text


def test_s1_11_a_refusal_that_comes_twice_does_not_fall_on_another_note(works: Company) -> None:
    say(works, QUALITY, "#折让 1200 色差轻微", "新投诉")
    say(works, QUALITY, "#退货 100 件 表面划伤", "新投诉")
    for _ in range(2):
        say(works, SERVICE_HEAD, "#驳回 1 金额偏高", "请审批：折让")
    assert [one.verdict for one in works.ticket().tasks] == ["refused", None]
    assert got(works, SERVICE_HEAD, "未执行")


def test_s1_11_a_number_that_a_reason_begins_with_is_part_of_it(works: Company) -> None:
    say(works, QUALITY, "#退货 100 件 表面划伤", "新投诉")
    say(works, SERVICE_HEAD, "#驳回 100 件太多", "请审批")
    assert "驳回原因：100 件太多" in works.last(QUALITY, "被驳回").text


def test_s1_11_an_allowance_is_signed_by_head_and_general_manager_and_entered_by_accounting(works: Company) -> None:
    say(works, QUALITY, "#折让 1200 色差轻微，客户愿意收货", "新投诉")
    say(works, SERVICE_HEAD, "同意", "请审批：折让")
    assert not got(works, FINANCE, "折让证明单")
    say(works, BOSS, "同意", "请审批：折让")
    note = works.last(FINANCE, "销货折让证明单").text
    for said in ("1,200", "色差轻微", "customer-service 负责人、陈总"):
        assert said in note
    assert got(works, WAREHOUSE, "销货折让证明单")
    assert works.ticket().facts.amount == 1200
    say(works, FINANCE, "#完成任务 已入账", "销货折让证明单")
    assert task(works, "allowance").result == "已入账"


def test_s1_11_where_there_is_neither_head_nor_manager_somebody_is_asked_all_the_same(tmp_path: Path) -> None:
    both = [{"name": who, "addresses": [who], "department": at} for who, at in ((QUALITY, "quality-dept"), (SERVICE, "customer-service"))]
    with company("enterprise", tmp_path, staff=both) as small:
        small.write(CUSTOMER, "质量：布料划伤", "布料划伤，要求退货。")
        say(small, QUALITY, "#退货 100 件 表面划伤", "新投诉")
        say(small, SERVICE, "同意", "请审批")
        assert task(small, "return").data["approved-by"] == [SERVICE]


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("#退货 100 件", "请写明原因"),
        ("#退货 若干 划伤", "数量看不明白"),
        ("#退货 0 件 划伤", "数量看不明白"),
        ("#折让 1200", "请写明原因"),
        ("#任务 退货 100 件", "专门的指令"),
    ],
)
def test_s1_11_a_note_without_quantity_or_reason_is_given_back(works: Company, order: str, why: str) -> None:
    say(works, QUALITY, order, "新投诉")
    assert why in works.last(QUALITY, "未执行").text
    assert works.ticket().tasks == ()


@pytest.mark.parametrize("quantity", ["60 件", "100", "102 件"])
def test_s1_12_what_came_back_within_the_customers_ratio_counts(works: Company, quantity: str) -> None:
    returned(works)
    say(works, WAREHOUSE, f"#实退 {quantity}", "成品退货单")
    done = task(works, "return")
    assert done.data["actual-quantity"] == f"{quantity.removesuffix(' 件')} 件"
    check = works.last(FINANCE, "请评估").text
    assert "批准数量：100 件" in check
    assert f"实退数量：{quantity.removesuffix(' 件')} 件" in check
    say(works, FINANCE, "#评估 2 有效", "请评估")
    assert task(works, "return").verdict == "effective"


def test_s1_12_more_than_the_ratio_is_asked_about_and_the_task_stays_open(works: Company) -> None:
    returned(works)
    say(works, WAREHOUSE, "#实退 103 件", "成品退货单")
    asked = works.last(SERVICE, "超出核定的退货数量").text
    for said in ("批准数量：100 件", "实退数量：103 件", "允许差异：2%"):
        assert said in asked
    assert task(works, "return").done_at is None
    assert not got(works, FINANCE, "请评估")
    say(works, SERVICE, "同意", "超出核定")
    assert task(works, "return").data["actual-quantity"] == "103 件"
    assert got(works, FINANCE, "请评估")


def test_s1_12_a_quantity_that_is_refused_does_not_count(works: Company) -> None:
    returned(works)
    say(works, WAREHOUSE, "#实退 150 件", "成品退货单")
    say(works, SERVICE, "#驳回 其中五十件不是本批", "超出核定")
    assert task(works, "return").done_at is None
    assert "其中五十件不是本批" in works.last(WAREHOUSE, "被驳回").text
    say(works, WAREHOUSE, "#实退 100 件", "成品退货单")
    assert task(works, "return").data["actual-quantity"] == "100 件"


def test_s1_12_a_customer_without_a_ratio_has_the_companys(works: Company) -> None:
    works.write("other@customer.example", "质量：布料起球", "布料起球，要求退货。")
    works.reply(QUALITY, works.last(QUALITY, "起球"), "#退货 100 件 起球")
    works.reply(SERVICE_HEAD, works.last(SERVICE_HEAD, "请审批"), "同意")
    works.reply(WAREHOUSE, works.last(WAREHOUSE, "退货单"), "#实退 102 件")
    assert "允许差异：1%" in works.last(SERVICE, "超出核定").text


@pytest.mark.parametrize(("order", "why"), [("#实退 100 箱", "100 件"), ("#完成任务 货已收到", "#实退"), ("#实退 7 100 件", "没有未完成")])
def test_s1_12_another_unit_or_a_bare_report_does_not_pass_the_check(works: Company, order: str, why: str) -> None:
    returned(works)
    say(works, WAREHOUSE, order, "成品退货单")
    assert why in works.last(WAREHOUSE, "未执行").text
    assert task(works, "return").done_at is None


def test_s1_12_a_return_that_finance_rejects_is_counted_again_against_what_was_approved(works: Company) -> None:
    returned(works)
    say(works, WAREHOUSE, "#实退 90 件", "成品退货单")
    say(works, FINANCE, "#评估 2 无效 与入库单不符", "请评估")
    again = task(works, "return")
    assert (again.data["again_of"], again.data["approved-quantity"], again.data.get("actual-quantity")) == (2, "100 件", None)
    say(works, WAREHOUSE, f"#实退 {again.serial} 150 件", "请重做")
    assert task(works, "return").done_at is None
    assert "实退数量：150 件" in works.last(SERVICE, "超出核定").text


def test_s1_10_a_return_that_is_counted_again_tells_whoever_sells_it_on_the_new_count(works: Company) -> None:
    returned(works)
    say(works, WAREHOUSE, "#实退 90 件", "成品退货单")
    say(works, FINANCE, "#评估 2 无效 与入库单不符", "请评估")
    say(works, WAREHOUSE, "#实退 95 件", "请重做")
    assert [one.data["actual-quantity"] for one in works.ticket().tasks if one.kind == "resale"] == ["95 件"]
    assert "实退数量：95 件" in works.last(SALES, "退货转售").text


def test_s1_10_the_loss_is_not_shared_before_the_goods_are_back(works: Company) -> None:
    returned(works)
    say(works, SERVICE_HEAD, "#分摊 质量管理部 70%，生产部 30%", "请审批")
    assert "成品退货" in works.last(SERVICE_HEAD, "未执行").text
    assert works.ticket().facts.shares == ()


def test_s1_10_a_loss_that_cannot_be_read_is_given_back(works: Company) -> None:
    returned(works)
    say(works, WAREHOUSE, "#实退 100 件", "成品退货单")
    say(works, SALES, "#完成任务 按七折售出\n\n损失金额: 约三千", "退货转售")
    assert "金额看不明白" in works.last(SALES, "未执行").text
    assert task(works, "resale").done_at is None


def test_s1_10_returned_goods_have_a_month_for_resale_before_the_loss_is_shared(works: Company) -> None:
    returned(works)
    say(works, WAREHOUSE, "#实退 100 件", "成品退货单")
    resale = task(works, "resale")
    assert works.due(resale.clock) == "12-16 10:00"
    assert "实退数量：100 件" in works.last(SALES, "退货转售").text
    say(works, SERVICE_HEAD, "#分摊 质量管理部 70%，生产部 30%", "请审批")
    assert "退货转售" in works.last(SERVICE_HEAD, "未执行").text
    assert works.ticket().facts.shares == ()


def test_s1_10_the_loss_is_shared_by_ratio_and_everybody_named_is_told_with_finance(works: Company) -> None:
    returned(works)
    say(works, WAREHOUSE, "#实退 100 件", "成品退货单")
    works.later(days=29)
    say(works, SALES, "#完成任务 按七折售出\n\n损失金额: 3000", "退货转售")
    say(works, SERVICE_HEAD, "#分摊 质量管理部 70%，生产部 30%", "请审批")
    assert [(share.owner, int(share.percent)) for share in works.ticket().facts.shares] == [("quality-dept", 70), ("production-dept", 30)]
    for who in (QUALITY, Company.handler("production-dept"), FINANCE):
        told = works.last(who, "损失分摊").text
        for said in ("3,000", "70%，2,100.00", "30%，900.00"):
            assert said in told
    assert not got(works, CUSTOMER, "分摊")


def test_s1_10_shares_of_a_loss_add_up_to_it(works: Company) -> None:
    say(works, HEAD, "#金额 0.10", "新投诉")
    say(works, HEAD, "#分摊 质量管理部 33.33%，生产部 33.33%，营销部 33.34%", "新投诉")
    told = works.last(SALES, "损失分摊").text
    assert "33.33%，0.03" in told
    assert "33.34%，0.04" in told


def test_s1_10_one_persons_fault_is_that_persons_alone(works: Company) -> None:
    say(works, HEAD, f"#分摊 {QUALITY} 100%", "新投诉")
    assert [share.owner for share in works.ticket().facts.shares] == [f"staff:{QUALITY}"]
    assert got(works, QUALITY, "损失分摊")


@pytest.mark.parametrize("shares", ["质量管理部 60%，生产部 30%", "质量管理部", "质量管理部 100%，生产部 0%"])
def test_s1_10_shares_that_are_not_the_whole_are_given_back(works: Company, shares: str) -> None:
    say(works, HEAD, f"#分摊 {shares}", "新投诉")
    assert "合计不是100%" in works.last(HEAD, "未执行").text
    assert works.ticket().facts.shares == ()


def test_s1_10_a_share_for_nobody_known_is_given_back(works: Company) -> None:
    say(works, HEAD, "#分摊 火星部 100%", "新投诉")
    assert "没有这位同事或这个部门" in works.last(HEAD, "未执行").text


def test_s1_10_only_a_head_says_who_bears_the_loss(works: Company) -> None:
    say(works, QUALITY, "#分摊 生产部 100%", "新投诉")
    assert works.ticket().facts.shares == ()
    assert "权限" in works.last(QUALITY, "未执行").text
