"""What letters say beside their category: found, explained by words of the letter, and not found where it is not said."""

import os
import subprocess
import sys
from itertools import product

import pytest

import classifier
from classifier.signals import SIGNALS, signals
from classifier.text import sentences
from mailbot.procedures import clauses


def names(text: str, subject: str = "") -> set[str]:
    return {signal.name for signal in signals(subject, text)}


SAYS = {
    "danger": (
        "吹风机用着用着喷火星子",
        "Pressure cooker lid blew off at full steam",
        "充电器昨晚冒烟了，幸好人在家",
        "孩子喝完当晚上吐下泻，送急诊",
        "拆箱时手被划伤了",
        "熱水器會漏電，手被電到",
        "The charger caught fire while I was asleep.",
        "I cut my finger on the edge and needed four stitches",
        "We smelled gas after your man left.",
    ),
    "return": (
        "我要求退货！",
        "你们不给退货，凭什么",
        "我要退貨",
        "I want to return it",
        "Please send a return label",
        "拒绝退货的理由是什么",
    ),
    "exchange": ("给我换一台好的", "請換一個新的給我", "I would like a replacement", "please exchange it for a size 9", "申请换货被拒"),
    "claim": (
        "要求你们赔偿停工损失",
        "我司将提出索赔",
        "I expect compensation for the ruined carpet",
        "we will debit you: claim for the repair costs",
    ),
    "refund": ("请退款", "还没退我押金", "I want a refund", "give me my money back", "什麼時候才要退刷"),
    "legal": (
        "再不处理我就去12315投诉",
        "我会请律师",
        "消保會見",
        "You will hear from my solicitor",
        "I'm reporting you to trading standards",
        "只好走法律途径",
    ),
    "repeat": (
        "这是我第三次投诉了",
        "已经反映过两次都没人理",
        "This is the third time I have complained",
        "I have already contacted you twice",
    ),
    "urgent": ("请今天之内回复", "急用！", "现场停工待料", "This is urgent", "Please reply by Friday", "馬上處理"),
}
DOES_NOT_SAY = {
    "danger": (
        "布料表面划伤，屏幕也划伤了",
        "说明书上写着使用不当有触电危险",
        "手游里那只火龙技能爆炸强",
        "I nearly died laughing",
        "没有人受伤",
        "商品防触电设计不错",
        "价格高得让我震惊",
        "这个店火了",
        "The price gave me a shock",
        "Is it dangerous?",
        "住院报销还没到账",
    ),
    "return": (
        "店员说“不满意可以退货啊”",
        "我不想退货，只要修好",
        "页面写着支持七天无理由退货",
        "I do not want to return it",
        "What is your return policy?",
        "快递把包裹退回去了",
    ),
    "exchange": ("不要换货", "换了三个客服都没用", "What exchange rate do you use?", "I don't want a replacement", "已经换货，谢谢"),
    "claim": ("我不要赔偿，只要道歉", "理赔专员态度很差", "I don't want compensation", "your claims handler never called"),
    "refund": (
        "客服机器人一直问我是不是要「申请退款」",
        "The sign says NO REFUNDS",
        "不是要退款",
        "What is your refund policy?",
        "I got my refund, thank you",
        "I'm not after a refund",
    ),
    "legal": (
        "《民法典》缺了两页",
        "我不會告你們，也沒有要找媒體",
        "I'm not going to call a lawyer over a sandwich",
        "报警器半夜乱响",
        "The gas regulator is broken",
        "我是律师，想咨询服务",
        "曝光时间不对",
    ),
    "repeat": ("第一次写信", "I will never buy again", "Thanks again", "第二次开机就好了"),
    "urgent": ("不急", "no rush", "It broke almost immediately", "他们都说马上处理", "紧急联系人填错了"),
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in SAYS.items() for text in texts])
def test_what_is_said_is_found(name: str, text: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in DOES_NOT_SAY.items() for text in texts])
def test_what_is_not_said_is_not_found(name: str, text: str) -> None:
    assert name not in names(text)


def test_one_sentence_takes_nothing_back_from_another() -> None:
    assert "danger" in names("没有人受伤。但是插座起火了，墙都黑了。")
    assert "danger" in names("Nobody was hurt, but the plug caught fire.")


def test_each_signal_is_explained_by_words_of_the_letter() -> None:
    letter = "充电宝冒烟了。我要求退货，并赔偿损失，否则去消协投诉。"
    found = {signal.name: signal.terms for signal in signals("第二次投诉", letter)}
    assert found.keys() == {"danger", "return", "claim", "legal", "repeat"}
    folded = " ".join(sentences("第二次投诉", letter))
    assert all(term in folded for terms in found.values() for term in terms)


@pytest.mark.parametrize(
    ("left", "right"), [("ＵＲＧＥＮＴ", "urgent"), ("要求退貨", "要求退货"), ("要求\u200b退货", "要求退货"), ("URGENT!!", "urgent")]
)
def test_spelling_does_not_matter(left: str, right: str) -> None:
    assert names(left) == names(right) != set()


def test_every_way_of_saying_nothing_says_nothing() -> None:
    assert [names(text, subject) for text, subject in product(("", "\n\n", "?!", "\ud800", "谢谢", "Thank you"), ("", "Re:", "\0"))] == [
        set()
    ] * 18


def test_procedures_and_rules_know_the_same_signals() -> None:
    assert clauses.SIGNALS == SIGNALS


def test_few_texts_of_praise_and_questions_say_danger() -> None:
    """Precision first: the corpus' texts that are no complaint are almost free of danger and legal threats."""
    harmless = [each for each in classifier.corpus() if each.label == "other"]
    alarmed = [each.text for each in harmless if names(each.text, each.subject) & {"danger", "legal"}]
    assert len(alarmed) <= len(harmless) // 50


def test_a_key_never_hides_what_its_patterns_would_find() -> None:
    from classifier.signals import _keys  # noqa: PLC0415 - the rules as they are

    rules = {id(rule): rule for pairs in _keys().values() for _, rule in pairs}
    keys = {number: [key for pairs in _keys().values() for key, rule in pairs if id(rule) == number] for number in rules}
    for each in classifier.corpus():
        for sentence in sentences(each.subject, each.text):
            for number, rule in rules.items():
                assert not rule.pattern.search(sentence) or any(key in sentence for key in keys[number])


@pytest.mark.parametrize("seed", ["1", "3"])  # two orders of strings in a set
def test_of_two_rules_that_fit_the_earlier_one_is_heard_in_every_process(seed: str) -> None:
    program = "from classifier.signals import signals; print(signals('', '布料起毛，要求退货。')[0].terms)"
    said = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
    )
    assert said.stdout == "('要求退货',)\n"
