"""The category said by a person: the receipt tells the way back, and the notice claims no guess of the machine's."""

from pathlib import Path

from tests.clauses.company import CUSTOMER, SERVICE, Company, company

QUALITY = Company.handler("quality-dept")


def test_a_first_judgement_is_not_undone_with_the_same_word(tmp_path: Path) -> None:
    with company("enterprise", tmp_path) as works:
        works.write(CUSTOMER, "请处理", "请尽快联系我们，谢谢。")
        works.reply(SERVICE, works.last(SERVICE, "类别待确认"), "质量")
        receipt, notice = works.last(SERVICE, "已办理").text, works.last(QUALITY, "新投诉").text
        assert "类别定为产品质量" in receipt
        assert "#类别 产品质量" not in receipt
        assert "#类别 加正确的类别" in receipt
        assert "把握" not in notice
        assert "也可能是" not in notice


def test_a_correction_is_undone_with_the_category_before(tmp_path: Path) -> None:
    with company("enterprise", tmp_path) as works:
        works.write(CUSTOMER, "质量：色差", "布料有色差。")
        works.reply(QUALITY, works.last(QUALITY, "新投诉"), "#类别 价格")
        assert "#类别 产品质量" in works.last(QUALITY, "已办理").text
