"""Commands of the classifier: train, evaluate."""

import json
from pathlib import Path

import click

import classifier
from classifier.artefact import SHIPPED
from classifier.samples import as_samples
from mailbot.errors import RejectedInput


@click.command()
@click.option(
    "--corrections", type=click.Path(path_type=Path, exists=True, dir_okay=False), help='JSON lines {"subject", "text", "category"}.'
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="Where to write the artefact (default: beside the shipped corpus)."
)
def train_command(corrections: Path | None, out: Path | None) -> None:
    """Train the classifier on the shipped corpus and staff's corrections."""
    from rich.console import Console  # noqa: PLC0415 - only here

    learnt = _corrections(corrections) if corrections else []
    with Console(stderr=True).status(f"learning from the corpus and {len(learnt)} correction(s)"):
        figures = classifier.train(artefact_in(out) if out else SHIPPED, learnt)
    click.echo(f"{figures.texts} texts and {figures.corrections} correction(s) learnt; on the held-back texts: ", nl=False)
    click.echo(f"macro-F1 {figures.macro_f1:.3f}, coverage {figures.coverage:.0%} at precision {figures.precision:.0%}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option(
    "--model", type=click.Path(path_type=Path), default=None, help="Artefact, or folder with one, instead of the installed model."
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def evaluate_command(file: Path | None, model: Path | None, *, as_json: bool) -> None:
    """Measure the classifier on FILE (JSON lines with subject, text, category), or on the held-back texts."""
    try:
        judge = classifier.load(artefact_in(model) if model else None)
    except classifier.ArtefactError as error:
        raise RejectedInput(str(error)) from None
    rows = as_samples(_corrections(file)) if file else classifier.held_out()
    report = classifier.evaluate(judge, rows)
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.as_text())


def artefact_in(place: Path) -> Path:
    """The artefact's file: `place` itself, or the one in the folder `place`."""
    return place if place.suffix else place / SHIPPED.name


def _corrections(path: Path) -> list[classifier.Correction]:
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            found.append(_correction(line, f"{path}:{number}"))
    return found


def _correction(line: str, where: str) -> classifier.Correction:
    try:
        row = json.loads(line)
        correction = classifier.Correction(subject=str(row.get("subject") or ""), text=str(row["text"]), category=str(row["category"]))
    except (json.JSONDecodeError, KeyError, AttributeError):
        raise RejectedInput(f'{where}: not an object with "subject", "text" and "category"') from None
    if correction.category not in classifier.CATEGORIES:
        raise RejectedInput(f"{where}: {correction.category!r} is no category; use one of {', '.join(classifier.CATEGORIES)}")
    return correction
