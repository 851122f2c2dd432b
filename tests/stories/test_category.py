"""Which category: people are asked when the machine is not sure, answer with a word, and it learns from what they say."""

import pytest

from mailbot.store import judgements
from mailbot.store.judgements import Judged
from tests.stories.world import World, monday

VAGUE = "我想反映一个情况，麻烦联系我一下。"
LEAKS = "杯子上周才买,昨天倒热水的时候发现杯底一直在漏水,桌子都湿了。这种质量太差了,要求退货退款。"


def judged(company: World) -> list[Judged]:
    with company.pipeline.store.reading() as connection:
        return judgements.latest(connection)


def test_customer_service_answers_with_one_word_and_the_case_moves(company: World) -> None:
    company.write("Alice <alice@customer.example>", "情况反映", VAGUE)
    company.turn(monday(10))
    question = company.new("wang")[0]
    assert "类别待确认" in question.subject
    assert [line[0] for line in question.text.splitlines() if line.endswith("%")] == ["1", "2"]
    assert set(company.ticket()["due"]) == {"classified"}
    company.answer("wang@company.example", question, "质量")
    company.turn(monday(10, 30))
    assert (company.ticket()["category"], company.ticket()["department"]) == ("quality", "quality-dept")
    assert company.new("bob"), "the quality department has its notice"
    assert len(company.inbox("alice")) == 1, "the customer reads nothing of it"
    (said,) = judged(company)
    assert (said.category, said.by, said.text, said.spoken) == ("quality", "wang@company.example", VAGUE, True)


def test_a_second_answer_after_a_colleagues_is_not_sent_to_the_customer(company: World) -> None:
    company.write("Alice <alice@customer.example>", "情况反映", VAGUE)
    company.turn(monday(10))
    company.answer("wang@company.example", company.new("wang")[0], "2")
    company.turn(monday(10, 5))
    company.answer("carol@company.example", company.new("carol")[0], "1")
    company.turn(monday(10, 10))
    assert company.fates()[-1] == "refused"
    assert "#category" in company.new("carol")[-1].text
    assert len(company.inbox("alice")) == 1


@pytest.mark.parametrize(
    ("orders", "confirmed"),
    [
        ("#resolve", [("quality", False)]),
        ("#resolve\n#category quality", [("quality", True)]),
        ("#category price\n#resolve", [("price", True)]),
        ("#assign customer-service\n#resolve", []),
    ],
)
def test_solving_a_case_confirms_its_category_and_a_word_says_more(company: World, orders: str, confirmed: list[tuple[str, bool]]) -> None:
    company.write("Alice <alice@customer.example>", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.answer("bob@company.example", company.new("bob")[0], f"{orders}\nA new one left today.")
    company.turn(monday(11))
    assert "resolved" in company.story()
    said = [(said.category, said.spoken) for said in judged(company)]
    assert said == confirmed
    assert all((said.guess, said.by) == ("quality", "bob@company.example") for said in judged(company))


def test_danger_makes_the_case_major_and_the_notice_says_so(company: World) -> None:
    company.write("Alice <alice@customer.example>", "充电器冒烟", "充电器昨晚冒烟，插座都烧黑了，质量太差，要求退货。")
    company.turn(monday(10))
    assert company.ticket()["severity"] == "major"
    notices = [letter for user in ("bob", "wang", "carol") for letter in company.new(user)]
    assert any("冒烟" in letter.text and ("danger to people" in letter.text or "人身或财产危险" in letter.text) for letter in notices)
    assert "severity" in company.story()
