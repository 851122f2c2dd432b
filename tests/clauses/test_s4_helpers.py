"""Departments that help with a case (S4.5)."""

from pathlib import Path

from tests.clauses.company import CUSTOMER, Company, company

QUALITY = Company.handler("quality-dept")


def test_s4_5_two_departments_are_called_in_one_letter(tmp_path: Path) -> None:
    with company("feedback", tmp_path) as works:
        works.write(CUSTOMER, "质量：漏水", "水壶漏水。")
        works.reply(QUALITY, works.last(QUALITY, "新投诉"), "#协同 售后服务部\n#协同 物流部")
        assert [task.owner for task in works.ticket().tasks if task.kind == "co-handling"] == ["service-dept", "logistics-dept"]
        for department in ("service-dept", "logistics-dept"):
            assert "协同" in works.last(Company.handler(department)).subject
