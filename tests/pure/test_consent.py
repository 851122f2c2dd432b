"""Which letters are a plain yes or no, and which are letters like any other."""

import pytest

from mailbot.lifecycle.consent import read


@pytest.mark.parametrize("text", ["同意", "我同意。", "確認", "好的，谢谢", "Agree", "I agree.", "yes\nAlice", "OK!"])
def test_a_plain_yes_is_heard(text: str) -> None:
    assert (read(text) or ("",))[0] == "yes"


@pytest.mark.parametrize("text", ["不同意", "我们不接受。", "No.", "I do not agree", "disagree, I want my money back"])
def test_a_plain_no_is_heard(text: str) -> None:
    assert (read(text) or ("",))[0] == "no"


@pytest.mark.parametrize("text", ["同意，但要先赔偿", "yes, but only with a refund", "no problem at all", "好久没收到消息", "同意不了", ""])
def test_conditions_and_sentences_are_no_answer(text: str) -> None:
    assert read(text) is None


def test_words_beside_the_answer_are_kept() -> None:
    assert read("同意\n请尽快寄出") == ("yes", "请尽快寄出")
