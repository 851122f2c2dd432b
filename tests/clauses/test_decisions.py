"""Decisions by letter: what waits for approval, what the customer agreed to, who is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.procedures.procedure import SHIPPED
from tests.clauses.company import BOSS, CUSTOMER, Company, company, say

RULES = """
[[approval]]
what = ["answer", "plan"]
by = "department-head"
within = "1wd"

[[approval]]
what = ["answer"]
by = "general-manager"
when = { amount-from = 5000 }

[[gate]]
order = "close"
needs = ["verified"]

[[alert]]
to = ["general-manager"]
when = { severity = ["major"] }

[[assessment]]
severity = "major"
case = { amount-from = 9000 }
when = []

[closing]
copies = ["sales-dept", "general-manager"]
"""
HANDLER, HEAD = Company.handler("quality-dept"), Company.head("quality-dept")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    Path(tmp_path, "own.toml").write_text((SHIPPED / "feedback.toml").read_text("utf-8") + RULES, "utf-8")
    with company("own.toml", tmp_path) as opened:
        opened.write(CUSTOMER, "质量问题：杯子漏水", "杯子漏水，请处理。")
        yield opened


def told(shop: Company, text: str) -> bool:
    return any(text in letter.text for letter in shop.inbox(CUSTOMER))


def test_an_answer_waits_for_its_approver_and_then_goes_out_as_written(shop: Company) -> None:
    say(shop, HANDLER, "#解决\n新杯今天寄出。", files=[("bill.pdf", b"%PDF-1.4 bill")])
    assert not told(shop, "新杯今天寄出")
    assert "resolved" not in shop.ticket().milestones
    shop.later(hours=1)
    say(shop, HEAD, "同意", "请审批")
    answer = shop.last(CUSTOMER, "新杯今天寄出")
    assert [part.name for part in answer.attachments] == ["bill.pdf"]
    assert shop.ticket().milestones["resolved"].by == HANDLER
    assert shop.ticket().milestones["resolved"].at == shop.now


def test_a_refused_answer_goes_back_with_the_reason_and_never_to_the_customer(shop: Company) -> None:
    say(shop, HANDLER, "赔您一千元。")
    say(shop, HEAD, "#驳回 金额偏高", "请审批")
    back = shop.last(HANDLER, "被驳回")
    assert "金额偏高" in back.text
    assert "赔您一千元" in back.text
    assert not told(shop, "赔您一千元")


def test_approvers_are_asked_one_after_the_other_by_amount(shop: Company) -> None:
    say(shop, HANDLER, "#金额 6000\n全额退款。", files=[("bill.pdf", b"%PDF-1.4 bill")])
    assert not any("请审批" in letter.subject for letter in shop.inbox(BOSS))
    say(shop, HEAD, "#批准", "请审批")
    for who in (HEAD, BOSS):
        assert [part.name for part in shop.last(who, "请审批").attachments] == ["bill.pdf"]
    assert not told(shop, "全额退款")
    say(shop, BOSS, "同意", "请审批")
    assert told(shop, "全额退款")


def test_a_sum_that_rises_while_an_answer_waits_asks_whoever_decides_on_it_now(shop: Company) -> None:
    say(shop, HANDLER, "全额退款。", "新投诉")
    say(shop, HANDLER, "#金额 6000", "新投诉")
    say(shop, HEAD, "同意", "请审批")
    assert not told(shop, "全额退款")
    assert "approved" not in shop.ticket().milestones
    say(shop, BOSS, "同意", "请审批")
    assert told(shop, "全额退款")


def test_a_second_draft_replaces_the_first(shop: Company) -> None:
    say(shop, HANDLER, "第一稿。")
    say(shop, HANDLER, "第二稿。", "新投诉")
    say(shop, HEAD, "同意", "第二稿")
    assert told(shop, "第二稿")
    assert not told(shop, "第一稿")
    assert [task.verdict for task in shop.ticket().tasks] == ["replaced", "approved"]
    assert [event["serial"] for event in shop.story() if event["kind"] == "approval-replaced"] == [1]


def test_an_approver_needs_no_second_word_for_the_own_answer(shop: Company) -> None:
    say(shop, HEAD, "由我答复您：换新。")
    assert told(shop, "由我答复您")


def test_a_word_of_approval_for_nothing_is_refused_and_not_sent(shop: Company) -> None:
    say(shop, HANDLER, "同意")
    assert "没有等待您审批" in shop.last(HANDLER, "未执行").text
    assert not told(shop, "同意")


def test_a_later_day_counts_only_once_the_customer_agrees(shop: Company) -> None:
    before = shop.due("resolved")
    say(shop, HANDLER, "#延期 12月10日 配件到货较晚")
    assert shop.due("resolved") == before
    say(shop, CUSTOMER, "同意，谢谢", "延期至")
    assert shop.due("resolved") == "12-10 23:59"
    assert "时限已顺延" in shop.last(HANDLER).subject


@pytest.mark.parametrize("answer", ["不同意", "同意，但要先赔偿"])
def test_a_no_or_a_yes_with_a_condition_moves_nothing(shop: Company, answer: str) -> None:
    before = shop.due("resolved")
    say(shop, HANDLER, "#延期 12月10日")
    say(shop, CUSTOMER, answer, "延期至")
    assert shop.due("resolved") == before
    assert shop.last(HANDLER).subject != shop.last(HANDLER, "新投诉").subject


def test_a_question_stops_the_clocks_until_the_customer_writes(shop: Company) -> None:
    say(shop, HANDLER, "#询问 订单号是多少？")
    shop.later(days=2)
    say(shop, CUSTOMER, "TB20261116", "订单号是多少")
    assert shop.due("resolved") == "11-20 10:00"


@pytest.mark.parametrize("order", ["#协商 我们为您换新", "#延期 12月10日 我们为您换新"])
def test_a_yes_to_what_was_asked_last_lets_the_clocks_of_an_earlier_question_go_on(shop: Company, order: str) -> None:
    say(shop, HEAD, "#询问 订单号是多少？")
    shop.later(days=1)
    say(shop, HEAD, order, "新投诉")
    assert shop.ticket().due["resolved"].ended_at is None
    say(shop, CUSTOMER, "同意", "我们为您换新")
    assert not any(pause.until is None for pause in shop.ticket().facts.pauses)


def test_an_urging_where_nothing_runs_is_given_back(shop: Company) -> None:
    say(shop, HEAD, "#询问 订单号是多少？")
    say(shop, HEAD, "#催办", "新投诉")
    assert "无可催办" in shop.last(HEAD, "未执行").text


def test_a_yes_on_the_phone_lets_the_clocks_go_on(shop: Company) -> None:
    say(shop, HEAD, "#询问 同意换新吗？")
    say(shop, HEAD, "#已同意", "新投诉")
    assert shop.ticket().due["resolved"].ended_at is None


def test_a_case_that_is_solved_without_the_answer_is_surveyed_all_the_same(shop: Company) -> None:
    say(shop, HEAD, "#询问 订单号是多少？")
    say(shop, HEAD, "#解决\n新杯已寄出。", "新投诉")
    shop.later(days=12)
    assert "surveyed" in shop.ticket().milestones


def test_agreement_is_reached_by_the_customers_word(shop: Company) -> None:
    say(shop, HANDLER, "#协商 我们为您换新")
    say(shop, HEAD, "同意", "请审批")
    assert "agreed" not in shop.ticket().milestones
    say(shop, CUSTOMER, "同意", "我们为您换新")
    assert shop.ticket().milestones["agreed"].by == "customer"


def test_a_gate_keeps_the_case_open_and_names_what_is_missing(shop: Company) -> None:
    say(shop, HANDLER, "#关闭")
    assert "验证效果" in shop.last(HANDLER, "未执行").text
    assert "closed" not in shop.ticket().milestones


def test_closing_sends_copies_and_the_cause_with_them(shop: Company) -> None:
    say(shop, HANDLER, "#原因 密封圈不良\n")
    say(shop, HANDLER, "#验证 有效\n#关闭", "新投诉")
    assert "密封圈不良" in shop.last(Company.handler("sales-dept"), "结案抄送").text
    assert shop.last(BOSS, "结案抄送")
    assert not told(shop, "密封圈不良")


def test_measures_that_did_not_work_are_done_again(shop: Company) -> None:
    say(shop, HANDLER, "#解决\n已修好。")
    say(shop, HEAD, "同意", "请审批")
    say(shop, HEAD, "#验证 无效 仍然漏水")
    assert "resolved" not in shop.ticket().milestones
    assert shop.ticket().due["resolved"].ended_at is None
    assert "仍然漏水" in shop.last(HANDLER, "重新处理").text


def test_a_high_amount_makes_the_case_major_and_alerts_the_manager_once(shop: Company) -> None:
    say(shop, HANDLER, "#金额 9500")
    say(shop, HANDLER, "#批号 B1", "新投诉")
    assert shop.ticket().severity == "major"
    assert [letter.subject for letter in shop.inbox(BOSS) if "通报" in letter.subject] == [shop.last(BOSS, "通报").subject]
