"""The language of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake import language

TAGS = {"zh-Hans", "zh-Hant", "en", "ja", "ko", "ru", "de", "fr", "es", "pt", "it", "und"}


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("退货!", "zh-Hans"),
        ("退貨!", "zh-Hant"),
        ("你好", "zh-Hans"),
        ("上周收到的打印机有质量问题。", "zh-Hans"),
        ("上週收到的印表機有品質問題。", "zh-Hant"),
        ("我的 order 88213 has not arrived, 请尽快 check the delivery status and answer me", "zh-Hans"),
        ("The printer is broken and I want a refund.", "en"),
        ("Refund please", "en"),
        ("The word 退 means return, as I have learned from the manual.", "en"),
        ("プリンターが壊れています。", "ja"),
        ("返品希望です", "ja"),
        ("프린터가 고장났습니다.", "ko"),
        ("Принтер сломался, верните деньги.", "ru"),
        ("Der Drucker ist kaputt und ich möchte mein Geld zurück.", "de"),
        ("L'imprimante est cassée, je voudrais un remboursement.", "fr"),
        ("La impresora está rota y quiero un reembolso.", "es"),
        ("A impressora não funciona e gostaria do reembolso.", "pt"),
        ("La stampante non funziona e vorrei un rimborso.", "it"),
        ("", "und"),
        ("12345 !!!", "und"),
        ("https://www.example.com/the/and/is", "und"),
    ],
)
def test_language_of(text: str, tag: str) -> None:
    assert language.detect(text) == tag


@given(st.text(max_size=300))
def test_any_text_has_a_tag(text: str) -> None:
    assert language.detect(text) in TAGS


@given(st.text(alphabet="退货质量问题请尽快处理订单", min_size=2, max_size=20), st.text(alphabet="abc ", max_size=3))
def test_short_simplified_text_is_chinese(han: str, latin: str) -> None:
    assert language.detect(f"{han}! {latin}").startswith("zh")
