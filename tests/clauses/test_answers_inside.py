"""What a colleague answers to a letter of the company's own, without an order, never reaches the customer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import BOSS, CUSTOMER, SERVICE_HEAD, Company, company

QUALITY, WAREHOUSE = Company.handler("quality-dept"), Company.handler("warehouse-dept")


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Company]:
    with company("enterprise", tmp_path) as running:
        running.write(CUSTOMER, "质量：布匹有色差", "贵司发来的布匹有色差，请退货。")
        running.reply(QUALITY, running.last(QUALITY), "#退货 100 件 色差")
        yield running


def test_words_in_answer_to_a_request_for_approval_stay_inside(works: Company) -> None:
    before = len(works.inbox(CUSTOMER))
    works.reply(SERVICE_HEAD, works.last(SERVICE_HEAD, "请审批"), "退货太多，先核实数量再说。")
    assert len(works.inbox(CUSTOMER)) == before
    assert "内部信函" in works.last(SERVICE_HEAD).text
    assert "退货太多" in works.last(SERVICE_HEAD).text


def test_the_letter_says_so_and_how_the_customer_is_told_all_the_same(works: Company) -> None:
    asked = works.last(SERVICE_HEAD, "请审批")
    assert "没有指令的正文不会发给客户，会退回给您。要告诉客户，请在首行写 #进展，正文写在下面。" in asked.text
    works.reply(SERVICE_HEAD, asked, "#进展\n我们正在核实数量。")
    assert "我们正在核实数量。" in works.last(CUSTOMER).text


def test_an_order_without_its_sign_on_a_goods_note_stays_inside(works: Company) -> None:
    works.reply(SERVICE_HEAD, works.last(SERVICE_HEAD, "请审批"), "同意")
    before = len(works.inbox(CUSTOMER))
    works.reply(WAREHOUSE, works.last(WAREHOUSE, "退货单"), "实退98件")
    assert len(works.inbox(CUSTOMER)) == before
    works.reply(WAREHOUSE, works.last(WAREHOUSE, "退货单"), "#实退 98件")
    assert works.ticket().tasks[1].data["actual-quantity"].startswith("98")


def test_a_program_that_names_no_letter_is_known_by_the_subject(works: Company) -> None:
    before = len(works.inbox(CUSTOMER))
    asked = works.last(SERVICE_HEAD, "请审批")
    works.write(SERVICE_HEAD, f"回复：{asked.subject}", f"数量要再核实。\n\n------------------ 原始邮件 ------------------\n{asked.text}")
    assert len(works.inbox(CUSTOMER)) == before


def test_an_answer_to_the_notice_of_a_complaint_goes_to_the_customer(works: Company) -> None:
    works.reply(QUALITY, works.last(QUALITY, "新投诉"), "我们正在核实，明天答复您。")
    assert "明天答复您" in works.last(CUSTOMER).text
    assert not works.inbox(BOSS)
