"""A classifier's figures for people: tables with a drawing, and the same as a picture."""

from functools import cache
from pathlib import Path

import pytest
from PIL import Image

import classifier
from classifier.evaluation import Report, evaluate
from mailbot.commands import figures
from mailbot.errors import RejectedInput


@cache
def report() -> Report:
    return evaluate(classifier.load(), classifier.held_out()[::6][:80])


def test_the_terminal_shows_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    figures.show({"sample": report()})
    shown = capsys.readouterr().out
    for told in (
        "sample: 80 texts",
        f"macro-F1 {report().macro_f1:.3f}",
        f"ECE {report().ece:.3f}",
        "precision",
        "zh-Hant",
        "surest mistakes",
        "│",
    ):
        assert told in shown


def test_the_picture_has_a_drawing_for_each_report(tmp_path: Path) -> None:
    figures.draw({"one": report(), "two": report()}, tmp_path / "drawn.png")
    with Image.open(tmp_path / "drawn.png") as image:
        colours = {colour for _, colour in image.getcolors(100_000) or ()}
        assert image.width > 1.9 * image.height * 0.9
    assert (0x2F, 0x6F, 0x9F) in colours, "bars"
    assert (0xD9, 0x82, 0x2B) in colours, "gaps"


def test_a_place_that_can_t_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RejectedInput, match="can't be written"):
        figures.draw({"one": report()}, tmp_path / "nowhere" / "drawn.png")
