"""The learning curve measures on texts that nothing was learnt from."""

import pytest

import classifier
from classifier import Sample
from tests.curve.draw import HANDS, LANGUAGES, MEASURED, Drawn, corpus_without, of_all, of_hands, with_themes, withdrawn


def words(texts: list[Sample]) -> set[tuple[str, str]]:
    return {(each.subject, each.text) for each in texts}


def measured(drawn: Drawn) -> list[Sample]:
    return [each for texts in drawn.measured.values() for each in texts]


@pytest.mark.parametrize("draw", [0, 1])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_measured_was_neither_learnt_nor_corrected(language: str, draw: int) -> None:
    for drawn, corpus in ((of_hands(language, draw), classifier.corpus()), (with_themes(language, draw), corpus_without(withdrawn()))):
        assert words(measured(drawn)).isdisjoint(words(drawn.corrections))
        assert words([*measured(drawn), *drawn.corrections]).isdisjoint(words(corpus))
        assert {each.language for each in [*measured(drawn), *drawn.corrections]} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_more_than_six_hundred_corrections_a_language_other_hands_first(language: str) -> None:
    drawn = with_themes(language, 0)
    assert len(drawn.corrections) > 600
    assert drawn.corrections[:HANDS] == of_hands(language, 0).corrections
    assert [len(texts) >= MEASURED for texts in drawn.measured.values()] == [True, True]


def test_of_all_languages_a_thousand_are_given_and_the_rest_measured() -> None:
    drawn = of_all(0)
    assert (len(drawn.corrections), len(measured(drawn))) == (1000, 258)
    assert words(measured(drawn)).isdisjoint(words(drawn.corrections))
    assert words([*measured(drawn), *drawn.corrections]).isdisjoint(words(classifier.corpus()))
    assert words(of_all(1).corrections) == words(drawn.corrections), "every draw is measured on the same texts"
