"""A classifier's figures on the terminal and as a picture.

Takes reports by the name of what was measured; prints tables with rich, draws with Pillow (extra `charts`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classifier.evaluation import Bin, Report
from classifier.samples import CATEGORIES
from mailbot.errors import RejectedInput

if TYPE_CHECKING:
    from PIL import ImageDraw

WIDTH = 30  # signs of the longest bar
SHOWN = 60  # signs of a text
BARS = " ▏▎▍▌▋▊▉█"
SIZE, MARGIN = 360, 48  # pixels of one drawing, and around it
INK, FAINT, BAR, GAP = "#1f2933", "#c9d1d9", "#2f6f9f", "#d9822b"


def show(reports: Mapping[str, Report]) -> None:
    """Every report, one below the other."""
    console = Console(soft_wrap=True)
    for name, report in reports.items():
        console.rule(Text(f"{name}: {report.texts} texts"), align="left")
        console.print(_summary(report), _categories(report), _languages(report), _by_both(report), sep="\n")
        console.print(_confusion(report), _reliability(report), sep="\n")
        if report.mistakes:
            console.print(_mistakes(report), markup=False, highlight=False)


def _summary(report: Report) -> str:
    return (
        f"accuracy {report.accuracy:.3f}, macro-F1 {report.macro_f1:.3f}, truth in the top two {report.top_two:.3f}, ECE {report.ece:.3f}\n"
        f"at confidence {report.threshold:.2f} decides {report.coverage:.1%} by itself, {report.precision_at_threshold:.1%} of them right; "
        f"{report.coverage_at_95:.1%} could be decided with 95 % right"
    )


def _categories(report: Report) -> Table:
    table = _table("category", "precision", "recall", "F1", "texts")
    for name, score in report.categories.items():
        table.add_row(name, *(f"{value:.3f}" for value in (score.precision, score.recall, score.f1)), str(score.texts))
    return table


def _languages(report: Report) -> Table:
    table = _table("language", "accuracy", "macro-F1", "top two", "ECE", "decides", "right", "texts")
    for name, said in report.languages.items():
        overall = (said.accuracy, said.macro_f1, said.top_two, said.ece, said.coverage, said.precision)
        table.add_row(name, *(f"{value:.3f}" for value in overall), str(said.texts))
    return table


def _by_both(report: Report) -> Table:
    table = _table("F1", *CATEGORIES)
    for name, said in report.languages.items():
        table.add_row(name, *(f"{said.categories[category].f1:.3f}" for category in CATEGORIES))
    return table


def _confusion(report: Report) -> Table:
    table = _table("truth ↓ taken for →", *CATEGORIES)
    for truth, row in report.confusion.items():
        table.add_row(truth, *(str(row[name]) for name in CATEGORIES))
    return table


def _reliability(report: Report) -> Table:
    """How much of each tenth of confidence is right; │ stands where it should be."""
    table = _table("confidence", "right", "texts", "how sure (│) and how much right (█)")
    for each in report.reliability:
        if each.texts:
            table.add_row(f"{each.confidence:.2f}", f"{each.right:.2f}", str(each.texts), _bar(each))
    return table


def _bar(each: Bin) -> str:
    eighths = round(each.right * WIDTH * 8)
    bar = (BARS[8] * (eighths // 8) + BARS[eighths % 8]).ljust(WIDTH)
    at = min(WIDTH - 1, int(each.confidence * WIDTH))
    return f"{bar[:at]}│{bar[at + 1 :]}"


def _mistakes(report: Report) -> str:
    told = (f"{m.confidence:.2f} {m.best}, is {m.truth} ({', '.join(m.terms[:3])}): {_harmless(m.text[:SHOWN])}" for m in report.mistakes)
    return "\n".join(("surest mistakes", *told))


def _harmless(text: str) -> str:
    """A customer's words without what would steer the terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=number > 0)
    return table


def draw(reports: Mapping[str, Report], path: Path) -> None:
    """One reliability drawing a report, side by side, as PNG. Raises RejectedInput."""
    try:
        from PIL import Image, ImageDraw  # noqa: PLC0415
    except ImportError:
        raise RejectedInput("--png needs Pillow: pip install 'mailbot[charts]'") from None
    side = SIZE + 2 * MARGIN
    image = Image.new("RGB", (side * len(reports), side + MARGIN // 2), "white")
    pen = ImageDraw.Draw(image)
    for number, (name, report) in enumerate(reports.items()):
        _draw_one(pen, number * side + MARGIN, name, report)
    try:
        image.save(path, "PNG")
    except OSError as error:
        raise RejectedInput(f"{path} can't be written ({error.strerror or error}); name another file") from None


def _draw_one(pen: "ImageDraw.ImageDraw", left: int, name: str, report: Report) -> None:
    """Bars of how much is right over how sure it was; the gap to the diagonal in another colour."""
    bottom = SIZE + MARGIN
    pen.text((left, 6), name, fill=INK, font_size=15)
    pen.text((left, 26), f"{report.texts} texts, ECE {report.ece:.3f}", fill=INK, font_size=12)
    width = SIZE / len(report.reliability)
    for place, each in enumerate(report.reliability):
        if each.texts:
            x0, x1 = left + place * width + 2, left + (place + 1) * width - 2
            right, sure = bottom - each.right * SIZE, bottom - each.confidence * SIZE
            pen.rectangle((x0, right, x1, bottom), fill=BAR)
            pen.rectangle((x0, min(right, sure), x1, max(right, sure)), outline=GAP, width=2)
            pen.text((x0 + 2, bottom - 14), str(each.texts), fill="white", font_size=10)
    pen.line((left, bottom, left + SIZE, MARGIN), fill=FAINT, width=2)
    pen.rectangle((left, MARGIN, left + SIZE, bottom), outline=INK)
    for share in (0.0, 0.5, 1.0):
        pen.text((left - 24, bottom - share * SIZE - 6), f"{share:.1f}", fill=INK, font_size=11)
        pen.text((left + share * SIZE - 8, bottom + 4), f"{share:.1f}", fill=INK, font_size=11)
    pen.text((left + SIZE // 2 - 40, bottom + 20), "confidence", fill=INK, font_size=12)
