"""S3g: after-sales with contact sheets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clauses.company import CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, say

HANDLER = Company.handler("quality-dept")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    with company("contact-sheet", tmp_path) as opened:
        yield opened


def test_s3g_1_what_is_clear_is_answered_directly(shop: Company) -> None:
    shop.write(CUSTOMER, "服务：遥控器怎么配对", "说明书看不懂，遥控器怎么配对？")
    assert shop.due("first-answered") == "11-17 10:00"
    say(shop, SERVICE, "#解决\n按住电源键五秒，指示灯闪烁后松开即可。")
    assert "指示灯闪烁" in shop.last(CUSTOMER).text
    assert "answered" in shop.ticket().milestones


@pytest.mark.parametrize("wish", ["要求换货。", "要求退货。", "要求赔偿我的损失。"], ids=["exchange", "return", "claim"])
def test_s3g_2_exchange_return_and_claim_are_major_and_a_repair_is_not(shop: Company, wish: str) -> None:
    shop.write(CUSTOMER, "质量：电视花屏", f"电视花屏，{wish}")
    say(shop, HANDLER, "#不受理 已过三包期")
    assert "declined" not in shop.ticket().milestones
    say(shop, SERVICE_HEAD, "#驳回 按三包规定处理", "请审批")
    assert "按三包规定处理" in shop.last(HANDLER, "被驳回").text
    shop.write(CUSTOMER, "质量：另一台花屏", "电视花屏，请派人来修。")
    assert (shop.ticket(1).severity, shop.ticket(2).severity) == ("major", "ordinary")
    say(shop, HANDLER, "#解决\n已修好。")
    assert "已修好" in shop.last(CUSTOMER).text


def test_s3g_2_a_return_is_major_and_the_superior_decides(shop: Company) -> None:
    shop.write(CUSTOMER, "质量：要求退货", "电视花屏，我要求退货退款。")
    assert shop.ticket().severity == "major"
    assert "000001" in shop.last(SERVICE_HEAD, "通报").subject
    say(shop, HANDLER, "#解决\n同意为您退货。")
    assert not any("同意为您退货" in letter.text for letter in shop.inbox(CUSTOMER))
    say(shop, SERVICE_HEAD, "同意", "请审批")
    assert "同意为您退货" in shop.last(CUSTOMER).text


def test_s3g_2_the_record_of_a_major_complaint_is_kept_five_years(shop: Company) -> None:
    assert shop.procedure.closing.keep_years == 5


def test_s3g_3_every_complaint_is_followed_up_and_the_result_recorded(shop: Company) -> None:
    shop.write(CUSTOMER, "服务：遥控器怎么配对", "说明书看不懂，遥控器怎么配对？")
    say(shop, SERVICE, "#解决\n按住电源键五秒即可。")
    shop.later(days=3, hours=1)
    assert "surveyed" in shop.ticket().milestones
    say(shop, CUSTOMER, "5", "满意")
    assert "rated" in shop.kinds()
