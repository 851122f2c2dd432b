"""The corpus: balanced, different, well-formed; and what a model learnt from it does on held-back texts."""

from collections import Counter
from pathlib import Path

import pytest

import classifier
from classifier import CATEGORIES, Sample, samples
from classifier.evaluation import evaluate
from classifier.text import fold


def shingles(text: str) -> frozenset[str]:
    folded = "".join(sign for sign in fold(text) if sign.isalnum())
    return frozenset(folded[at : at + 4] for at in range(max(1, len(folded) - 3)))


def near_duplicates(every: list[Sample]) -> list[tuple[str, str]]:
    """Pairs that share more than 70 % of their 4-grams."""
    sets = [shingles(each.text) for each in every]
    where: dict[str, list[int]] = {}
    pairs: Counter[tuple[int, int]] = Counter()
    for number, pieces in enumerate(sets):
        for piece in pieces:
            pairs.update((other, number) for other in where.setdefault(piece, []))
            where[piece].append(number)
    return [(every[a].text, every[b].text) for (a, b), shared in pairs.items() if shared > 0.7 * len(sets[a] | sets[b])]


def test_corpus_and_held_back_texts_hold_no_near_duplicates() -> None:
    assert near_duplicates([*classifier.corpus(), *classifier.held_out()]) == []


def test_every_category_has_enough_texts_of_each_script() -> None:
    count = Counter((each.label, each.language) for each in classifier.corpus())
    assert all(count[label, "zh-Hans"] + count[label, "zh-Hant"] + count[label, "en"] >= 140 for label in CATEGORIES)
    assert all(count[label, language] >= 25 for label in CATEGORIES for language in ("zh-Hans", "zh-Hant", "en"))


def test_held_back_texts_are_of_other_themes_than_the_corpus() -> None:
    common = {"long", "misc"}
    assert not ({each.theme for each in classifier.held_out()} - common) & {each.theme for each in classifier.corpus()}


def test_held_back_floor() -> None:
    report = evaluate(classifier.load(), classifier.held_out())
    assert report.macro_f1 >= 0.75
    assert min(figures["macro_f1"] for figures in report.languages.values()) >= 0.60
    assert report.precision_at_threshold >= 0.88
    assert report.coverage >= 0.45


def test_report_tells_the_same_as_text_and_as_values() -> None:
    report = evaluate(classifier.load(), classifier.held_out()[:20])
    assert report.as_dict()["texts"] == 20
    assert f"accuracy {report.accuracy:.3f}" in report.as_text()
    assert sum(sum(row.values()) for row in report.as_dict()["confusion"].values()) == 20


@pytest.mark.parametrize("line", ["price\ten\tshop\tToo dear", "weather\ten\tshop\t\tIt rained", "price\ten\tshop\t\t "])
def test_line_that_does_not_fit_is_refused_naming_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "more.tsv"
    path.write_text("\t".join(samples.COLUMNS) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"more\.tsv, line 2"):
        samples.read(path)
