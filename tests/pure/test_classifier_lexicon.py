"""The lexicon finds its words where they are words: Latin ones at a word's start, Chinese ones anywhere, and only in sentences kept."""

import numpy as np
import pytest

from classifier import CATEGORIES
from classifier.features import number_of, pieces
from classifier.lexicon import Lexicon, lexicon_block

WORDS = {
    "quality": {"han": ("漏", "漏水", "与描述不符"), "latin": ("broke", "broken", "ill", "won't turn")},
    "service": {"han": ("客服",), "latin": ("no answer", "answered")},
    "other": {"han": (), "latin": ("cv",)},
}
LEXICON = Lexicon({category: WORDS.get(category, {"han": (), "latin": ()}) for category in CATEGORIES})


def hits(*sentences: str) -> dict[str, list[str]]:
    found = pieces(sentences)
    return {category: words for category, words in LEXICON.hits(found, np.ones(len(sentences), dtype=bool)).items() if words}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the broken lid", {"quality": ["broke", "broken"]}),
        ("unbroken, still shrill", {}),
        ("illness", {"quality": ["ill"]}),
        ("it won't turn on", {"quality": ["won't turn"]}),
        ("no answered call", {"service": ["no answer", "answered"]}),
        ("my cv", {"other": ["cv"]}),
        ("cvs", {}),
        ("水管漏水", {"quality": ["漏", "漏水"]}),
        ("与描述不符", {"quality": ["与描述不符"]}),
        ("与描述", {}),
        ("个app broken了", {"quality": ["broke", "broken"]}),
        ("", {}),
    ],
)
def test_words_of_the_lexicon_are_found_whole(text: str, found: dict[str, list[str]]) -> None:
    assert hits(text) == found


def test_each_word_is_found_once_in_the_order_of_the_letter() -> None:
    assert hits("no answer", "broke and broken", "no answer", "客服 漏 客服") == {
        "quality": ["broke", "broken", "漏"],
        "service": ["no answer", "客服"],
    }


def test_words_of_a_sentence_left_out_are_not_found() -> None:
    found = pieces(["broken", "客服", "漏水 no answer"])
    kept = LEXICON.hits(found, np.array([False, False, True]))
    assert (kept["quality"], kept["service"]) == (["漏", "漏水"], ["no answer"])


@pytest.mark.parametrize("piece", ["漏", "漏水", " br", "brok", "述不符合"])
def test_a_pieces_number_is_the_one_it_has_in_a_letter(piece: str) -> None:
    found = pieces(["漏水 述不符合 broke"])
    at = found.line.index(piece)
    span = (found.starts == at) & (found.ends == at + len(piece))
    assert number_of(piece) in found.numbers[span].tolist()


def test_block_has_length_one_unless_nothing_was_found() -> None:
    block = lexicon_block(LEXICON.hits(pieces(["broken 客服"]), np.ones(1, dtype=bool)))
    assert sum(share * share for share in block) == pytest.approx(1)
    assert not any(lexicon_block(LEXICON.hits(pieces([]), np.zeros(0, dtype=bool))))
