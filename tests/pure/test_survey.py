"""What counts as an answer to a survey."""

import pytest

from mailbot.lifecycle.letters import Ballot
from mailbot.lifecycle.survey import is_dissatisfied, overall, read, scale
from mailbot.procedures.rules import Labels, Question, Survey

STEPS = (
    Labels("满意", "滿意", "satisfied"),
    Labels("基本满意", "大致滿意", "fairly satisfied"),
    Labels("不满意", "不滿意", "dissatisfied"),
)
SURVEY = Survey(
    question={
        "service": Question(label=Labels("服务", "服務", "service")),
        "report": Question(label=Labels("报告质量", "報告品質", "report"), scale=STEPS),
    }
)


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("1: 5\n2: 基本满意", {"service": 5, "report": 3}),
        ("1、４分\n2）不满意", {"service": 4, "report": 1}),
        ("服务 满意\n报告质量：满意", {"service": 4, "report": 5}),
        ("1. 服务：非常满意\n2. 报告质量：", {"service": 5}),
        ("Service: 2\nreport - fairly satisfied", {"service": 2, "report": 3}),
        ("4\n1: 5\n2: 满意", {"overall": 4, "service": 5, "report": 5}),
        ("3", {"overall": 3}),
        ("非常满意", {"overall": 5}),
        ("不满意，等了一个月", {"overall": 2}),
    ],
)
def test_digits_and_words_per_line_are_scores(text: str, scores: dict[str, int]) -> None:
    ballot = read(text, SURVEY)
    assert ballot
    assert ballot.scores == scores


@pytest.mark.parametrize("text", ["", "你们的服务 很差劲", "1: 9", "7: 5", "5 boxes arrived", "满意度怎么填", "1.5", "请问何时寄出？"])
def test_other_letters_are_no_answer(text: str) -> None:
    assert read(text, SURVEY) is None


def test_words_beside_the_scores_are_kept() -> None:
    ballot = read("1: 2，等了很久\n2: 满意\n希望改进。", SURVEY)
    assert ballot
    assert ballot.remark == "等了很久\n希望改进。"


def test_the_first_answer_to_a_question_counts() -> None:
    ballot = read("1: 5\n1: 1", SURVEY)
    assert ballot
    assert ballot.scores == {"service": 5}


def test_a_scale_of_three_steps_spans_five_to_one() -> None:
    assert list(scale(SURVEY.question["report"])) == [5, 3, 1]


def test_one_low_answer_is_enough_for_dissatisfied() -> None:
    assert is_dissatisfied(Ballot({"service": 5, "report": 2}), SURVEY)
    assert not is_dissatisfied(Ballot({"service": 5, "report": 3}), SURVEY)


def test_the_whole_is_what_was_given_or_the_mean_rounded_up_from_half() -> None:
    assert overall(Ballot({"service": 5, "report": 4})) == 5
    assert overall(Ballot({"overall": 3, "service": 5})) == 3
