"""The guide in the READMEs: the file it walks to is a sound procedure, the same in both languages, and does what its page says."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.procedures.check import check
from mailbot.procedures.procedure import Procedure, build
from tests.clauses.company import CUSTOMER, Company, company, say

ROOT = Path(__file__).parents[2]
GUIDES = {"README.md": "### From a paper procedure", "README.zh.md": "### 一小时"}
WORKSHOP, MANAGER = Company.handler("workshop"), "works-manager@company.example"


def file_of(readme: str) -> str:
    """The TOML blocks of the guide, one below the other."""
    text = (ROOT / readme).read_text("utf-8")
    guide = text[text.index(GUIDES[readme]) :].partition("\n## ")[0]
    return "\n".join(re.findall(r"```toml\n(.*?)```", guide, re.DOTALL))


def procedure_of(readme: str) -> Procedure:
    return build(tomllib.loads(file_of(readme)), readme)


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Company]:
    (tmp_path / "bicycles.toml").write_text(file_of("README.md"), "utf-8")
    with company("bicycles.toml", tmp_path) as opened:
        yield opened


def test_both_languages_walk_to_the_same_procedure() -> None:
    assert procedure_of("README.md") == procedure_of("README.zh.md")


def test_a_company_with_everybody_in_it_has_nothing_to_mend(works: Company) -> None:
    assert check(works.procedure, works.pipeline.settings.staff) == []


@pytest.mark.parametrize("readme", GUIDES)
def test_every_sentence_of_the_page_but_the_first_and_last_is_a_clause_of_the_file(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    page = re.findall(r"^> (\d)\. ", text[text.index(GUIDES[readme]) :], re.MULTILINE)
    assert page == list("12345678")
    assert set(re.findall(r'clause = "(\d)"', file_of(readme))) == set(page[1:-1])


def test_an_answer_about_an_injury_waits_for_the_works_manager_who_knows_at_once(works: Company) -> None:
    works.write(CUSTOMER, "质量：车叉断了", "车叉断了，我摔伤了，非常危险。")
    assert "000001" in works.last(MANAGER, "通报").subject
    say(works, WORKSHOP, "#原因 焊缝未焊透\n")
    say(works, WORKSHOP, "#解决\n免费更换车叉并承担医药费。", "新投诉")
    assert not any("承担医药费" in letter.text for letter in works.inbox(CUSTOMER))
    say(works, MANAGER, "同意", "请审批")
    assert "承担医药费" in works.last(CUSTOMER).text


def test_the_page_is_kept_by_the_clock(works: Company) -> None:
    works.write(CUSTOMER, "质量：变速不灵", "新车变速不灵。")
    assert [works.due(name) for name in ("first-answered", "investigated", "resolved")] == ["11-16 17:30", "11-18 10:00", "11-23 10:00"]
    say(works, WORKSHOP, "#预计 12月1日\n变速器已订货。")
    assert works.due("resolved").startswith("12-01")
    say(works, WORKSHOP, "#关闭", "新投诉")
    assert "查明原因" in works.last(WORKSHOP, "未执行").text
    works.later(days=3, hours=2)
    assert works.last(WORKSHOP, "催办单：查明原因")
    assert works.last(MANAGER, "查明原因")


def test_what_costs_much_waits_and_what_costs_little_does_not(works: Company) -> None:
    works.write(CUSTOMER, "质量：变速不灵", "新车变速不灵。")
    say(works, WORKSHOP, "#金额 1999\n更换变速器。")
    assert "更换变速器" in works.last(CUSTOMER).text
    say(works, WORKSHOP, "#金额 2000\n整车换新。", "新投诉")
    assert not any("整车换新" in letter.text for letter in works.inbox(CUSTOMER))
    say(works, WORKSHOP, "#金额 1999\n#解决\n换好了。", "新投诉")
    works.later(days=3, hours=1)
    assert "surveyed" in works.ticket().milestones
