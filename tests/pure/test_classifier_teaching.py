"""Learning from staff: corrections count, a worse model does not take over, a spoiler is noticed; how sure is sure."""

from functools import cache

import numpy as np
import pytest

import classifier
from classifier import CATEGORIES, Correction, calibration
from classifier.evaluation import Report, evaluate
from classifier.model import Model
from classifier.samples import boilerplate
from classifier.teaching import Lesson, Rival, _chance, _rival, _suspects
from classifier.training import CORRECTION_WEIGHT, Basis, _taught, _unseen, _with, learn, prepare

ZAEHLER = [
    Correction("", "Ihr Zähler zeigt Unsinn an, bitte den Zähler tauschen", "quality", "bob@company.example"),
    Correction("Zähler", "Der Zähler läuft rückwärts", "quality", "bob@company.example"),
]


def spoiled() -> list[Correction]:
    """One member calls everything a matter of price; another is honest."""
    others = [each for each in classifier.held_out() if each.label != "price"][:60]
    spoiler = [Correction(each.subject, each.text, "price", "mallory@company.example") for each in others[:30]]
    return spoiler + [Correction(each.subject, each.text, each.label, "bob@company.example") for each in others[30:]]


EMPTY = [Correction("", text, "price", "bob@company.example") for text in ("", "....", "🙂")]
LATE = "快递三天没动静"


@cache
def lesson() -> Lesson:
    return classifier.teach([*ZAEHLER, *EMPTY, *spoiled()], classifier.load())


@cache
def basis() -> Basis:
    """Some of the corpus: what takes seconds to learn."""
    return prepare(classifier.corpus()[::10], boilerplate()[::10])


def test_corrections_are_learnt_and_the_spoilers_are_left_out_by_name() -> None:
    assert [suspect.by for suspect in lesson().suspects] == ["mallory@company.example"]
    assert lesson().figures.corrections == 32
    text = ZAEHLER[0].text
    assert Model(lesson().body).classify("", text).scores["quality"] > classifier.load().classify("", text).scores["quality"]


def test_letters_without_a_word_teach_nothing_and_are_counted() -> None:
    assert lesson().empty == len(EMPTY)
    assert np.array_equal(learn(basis(), EMPTY).plain.constant, learn(basis()).plain.constant)


def test_an_honest_lesson_may_take_over() -> None:
    assert lesson().before
    assert not lesson().worse_than


def test_an_honest_member_is_no_suspect() -> None:
    assert _suspects(basis(), [each for each in spoiled() if each.by != "mallory@company.example"]) == ()


def test_a_spoiler_is_not_hidden_by_cases_solved_in_silence() -> None:
    by = "mallory@company.example"
    spoken = [Correction(each.subject, each.text, "price", by) for each in classifier.held_out()[:200] if each.label != "price"]
    silent = [Correction(each.subject, each.text, each.label, by, spoken=False) for each in classifier.held_out()[200:]]
    (suspect,) = _suspects(basis(), [*spoken, *silent])
    assert suspect.corrections == len(spoken) + len(silent)


def test_a_correction_to_an_unknown_category_is_refused() -> None:
    with pytest.raises(ValueError, match="'weather'"):
        classifier.teach([Correction("", "It rained", "weather")])


def judged(right: list[bool]) -> Report:
    """A report in which these texts were told right."""
    report = evaluate(classifier.load(), classifier.held_out()[:1])
    return type(report)(**{name: getattr(report, name) for name in report.__struct_fields__} | {"right": right})


@pytest.mark.parametrize(
    ("lost", "won", "worse"),
    [(0, 0, False), (5, 5, False), (8, 4, False), (20, 5, True), (5, 0, True), (4, 0, False), (0, 20, False)],
)
def test_worse_is_what_chance_does_not_explain(lost: int, won: int, *, worse: bool) -> None:
    before = judged([True] * lost + [False] * won + [True] * 50)
    after = judged([False] * lost + [True] * won + [True] * 50)
    assert (_chance(before, after) < 0.05) is worse


@pytest.mark.parametrize("lost", [0, 30])
def test_a_model_is_held_against_the_shipped_one_too(lost: int) -> None:
    tests = classifier.held_out()[:60]
    shipped = evaluate(classifier.load(), tests)
    drifted = judged([right and number >= lost for number, right in enumerate(shipped.right)])
    rival = _rival(classifier.load(), tests, drifted)
    held = Lesson(lesson().body, drifted, Rival(drifted, 0.2), rival, (), 0)
    assert list(held.worse_than) == (["shipped"] if lost else [])


def test_silence_teaches_less_than_a_word() -> None:
    said = [Correction("", LATE, "price", spoken=spoken) for spoken in (True, False)]
    by_word, by_silence, none = (Model(learn(basis(), taught)).classify("", LATE).scores["price"] for taught in (said[:1], said[1:], ()))
    assert none < by_silence < by_word


def test_silence_says_little_about_how_sure_is_sure() -> None:
    confidence, right = np.linspace(1, 0.9, 400), np.arange(400) % 40 > 0
    whole = calibration.threshold(confidence, right, np.ones(400))
    weak = calibration.threshold(confidence, right, np.where(right, 0.25, 1))
    assert (whole, weak) == (calibration.FLOOR, calibration.CEILING)
    silent = [Correction(each.subject, each.text, each.label, spoken=False) for each in classifier.held_out()[: calibration.ENOUGH]]
    assert (learn(basis(), silent).temperature, learn(basis(), silent).threshold) == (1.0, None), "a hundred of them are not enough"


def test_copies_of_a_letter_are_judged_by_a_model_that_saw_none_of_them() -> None:
    taught = _taught(basis().body, [Correction("", f"订单{number}{LATE}", "price") for number in range(8)])
    seen = _with(basis(), taught)
    weights = np.ones(len(seen.labels))
    weights[-len(taught) :] = CORRECTION_WEIGHT
    said = _unseen(learn(basis()), seen, weights, taught).argmax(axis=1)
    assert [CATEGORIES[best] for best in said] == ["delivery"] * 8


def test_a_temperature_follows_the_judgements_and_few_of_them_move_it_little() -> None:
    draw = np.random.default_rng(7)
    logits = draw.normal(0, 1.5, (2000, 5))
    truth = [int(draw.choice(5, p=row)) for row in calibration.probabilities(logits / 2)]
    many, _ = calibration.fit(logits, truth, np.ones(2000))
    few, _ = calibration.fit(logits[:100], truth[:100], np.ones(100))
    assert many == pytest.approx(2, abs=0.2)
    assert 1 <= few < many


def threshold_of(right: list[bool]) -> float:
    """The threshold of cases whose confidence falls evenly from 1 to 0.9."""
    return calibration.threshold(np.linspace(1, 0.9, len(right)), np.array(right), np.ones(len(right)))


def test_a_threshold_is_raised_until_what_lies_above_is_right() -> None:
    right = [number < 120 or number % 2 > 0 for number in range(400)]
    found = threshold_of(right)
    assert calibration.FLOOR < found < calibration.CEILING
    above = [each for each, confidence in zip(right, np.linspace(1, 0.9, 400), strict=True) if confidence >= found]
    assert sum(above) >= 0.95 * (len(above) + 1)


def test_luck_does_not_lower_a_threshold() -> None:
    assert threshold_of([True] * 400) == calibration.FLOOR


@pytest.mark.parametrize("right", [[False] * 100, [True] * 10, [False, *[True] * 10]])
def test_where_nothing_shows_that_the_surest_are_right_only_they_are_decided(right: list[bool]) -> None:
    assert threshold_of(right) == calibration.CEILING
