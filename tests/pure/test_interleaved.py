"""Answers in a quote without marks, by colour or by name. Whole letters are in tests/letters (reply-inline-*)."""

import pytest

from mailbot.intake.interleaved import hue
from mailbot.intake.quotes import cut, cut_either

HEAD = "发件人: Bob\n发送时间: 2026年11月16日 10:00\n主题: x\n\n"


def _page(colour: str) -> str:
    head = '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>发件人:</b> Bob<br><b>主题:</b> x</p></div>'
    return f"<p>回复见下面{{}}</p>{head}<p>When? <span style='{colour}'>Friday.</span></p><p>Old <a href='http://x.example'>link</a></p>"


@pytest.mark.parametrize(
    ("word", "colour"),
    [
        *(
            ("红字", "color:red"),
            ("红色部分", "color: #C00000"),
            ("紅字", "color:rgb(255, 0, 0)"),
            ("in red", "color:#f00"),
        ),
        *(("蓝色", "color:#0070C0"), ("绿色", "color:#00B050"), ("紫色", "color:#7030A0"), ("黄色底色", "background:yellow")),
        ("橙色", "color:rgb(237,92,0)"),
    ],
)
def test_answer_in_the_announced_colour_is_new(word: str, colour: str) -> None:
    html = _page(colour).format(word)
    text = f"回复见下面{word}\n\n{HEAD}When? Friday.\nOld link"
    assert cut_either(text, html)[0].split() == [*f"回复见下面{word}".split(), "Friday."]


@pytest.mark.parametrize(("word", "colour"), [("红字", "color:blue"), ("", "color:red"), ("蓝字", "color:#333"), ("红字", "color:#zzz")])
def test_other_colours_are_the_quote_s(word: str, colour: str) -> None:
    text = f"回复见下面{word}\n\n{HEAD}When? Friday.\nOld link"
    assert cut_either(text, _page(colour).format(word))[0] == f"回复见下面{word}".strip()


@pytest.mark.parametrize(
    ("fresh", "colour"), [("见下红字", "red"), ("My answers are in blue below.", "blue"), ("红色指示灯不亮。", ""), ("见下。", "")]
)
def test_colour_is_announced(fresh: str, colour: str) -> None:
    assert hue(fresh) == colour


def test_answer_behind_the_author_s_name_is_new() -> None:
    text = f"Hello.\n\n{HEAD}When?\n[Alice] Friday.\n[Bob] Old."
    assert cut(text, author="Alice Wong")[0] == "Hello.\n\n[Alice] Friday."
    assert cut(text, author="Carol")[0] == "Hello."


def test_older_answers_below_a_second_header_are_quoted() -> None:
    assert cut(f"Hello.\n\n{HEAD}[Alice] Friday.\n\n{HEAD}[Alice] Monday.", author="Alice")[0] == "Hello.\n\n[Alice] Friday."


@pytest.mark.parametrize("label", ["【陈】", "[CL] ", "答：", "回复："])
def test_announced_labels_tell_answers(label: str) -> None:
    quote = f"{HEAD}When?\n{label}Friday.\nWhere?\n{label}Here.\n【重要】old\n【重要】older"
    assert cut(f"逐条回复如下\n\n{quote}")[0] == f"逐条回复如下\n\n{label}Friday.\n{label}Here."
    assert cut(f"谢谢\n\n{quote}")[0] == "谢谢"
