"""Commands of the classifier: train, evaluate."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import classifier
from classifier.samples import Sample
from mailbot.cli import config_option, settings_if_there
from mailbot.commands.jsonlines import objects
from mailbot.errors import RejectedInput
from mailbot.intake.quotes import cut
from mailbot.settings import Settings

if TYPE_CHECKING:
    from classifier.evaluation import Report
    from classifier.model import Model
    from classifier.teaching import Lesson

NAME = "model.gz"
RIVALS = {"before": "the model in use", "shipped": "the one that came with mailbot"}
IN_USE = "Artefact, or folder with one, instead of the model in use."


@click.command()
@config_option
@click.option(
    "--corrections",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='More judgements: JSON lines {"subject", "text", "category"}, perhaps "by".',
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the artefact into this folder, and change nothing that is in use.",
)
@click.option("--rollback", is_flag=True, help="Take the model before the last training into use again.")
@click.option("--scheduled", is_flag=True, hidden=True, help="Called by the service: managers are told by letter.")
@click.pass_obj
def train_command(config: Path, corrections: Path | None, out: Path | None, *, rollback: bool, scheduled: bool) -> int:
    """Train the classifier on its corpus and on what staff said complaints are about.

    A model that is worse than the one in use on texts neither has seen, beyond what chance explains, is not taken into use.
    """
    if rollback and (corrections or out):
        raise click.UsageError("--rollback goes alone: it learns nothing and writes nothing anew")
    settings = settings_if_there(config)
    if out:
        return _write(_taught(settings, corrections), out / NAME)
    settings = _learning(settings, config)
    if rollback:
        return _roll_back(settings)
    return _take_up(settings, _taught(settings, corrections), scheduled=scheduled)


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--model", type=click.Path(path_type=Path), default=None, help=IN_USE)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Draw the reliability of its confidence into this file.")
@click.pass_obj
def evaluate_command(config: Path, file: Path | None, model: Path | None, png: Path | None, *, as_json: bool) -> None:
    """Measure the classifier on FILE (JSON lines with subject, text, category), or on the texts held back from training."""
    from classifier.evaluation import evaluate  # noqa: PLC0415 - numpy

    judge = open_model(model, settings_if_there(config))
    if file:
        reports = {str(file): evaluate(judge, _rows(file))}
    else:
        hands = classifier.other_hands()
        reports = {
            "other hands": evaluate(judge, [each.bare for each in hands]),
            "other hands, inside letters": evaluate(judge, [_in_mail(each) for each in hands]),
            "themes held back": evaluate(judge, classifier.held_out()),
        }
    _print(reports, as_json=as_json)
    if png:
        _draw(reports, png)


def open_model(path: Path | None, settings: Settings | None = None) -> "Model":
    """The model in an artefact or a folder with one, or the one in use. Raises RejectedInput."""
    from mailbot.lifecycle.classify import artefact  # noqa: PLC0415

    place = (path / NAME if path.is_dir() else path) if path else artefact(settings) if settings else None
    try:
        return classifier.load(place)
    except classifier.ArtefactError as error:
        raise RejectedInput(str(error)) from None


def _taught(settings: Settings | None, corrections: Path | None) -> "Lesson":
    """Learn from all there is, and say what came of it."""
    from rich.console import Console  # noqa: PLC0415 - only here

    from classifier.semantic import EncoderError  # noqa: PLC0415 - numpy

    learnt = [*(_judgements(settings) if settings else []), *(_corrections(corrections) if corrections else [])]
    former, shipped = _in_use(settings), _shipped(settings)
    try:
        with Console(stderr=True).status(f"learning from the corpus and {len(learnt)} judgement(s)"):
            lesson = classifier.teach(learnt, former, shipped)
    except EncoderError as error:
        raise RejectedInput(str(error)) from None
    _tell(lesson)
    return lesson


def _in_use(settings: Settings | None) -> "Model | None":
    """The model in use; none where it is damaged, which training cures."""
    try:
        return open_model(None, settings)
    except RejectedInput as error:
        click.echo(f"mailbot: the model in use can't be compared: {error}", err=True)
        return None


def _shipped(settings: Settings | None) -> "Model | None":
    """The model that came with mailbot, where another one is in use."""
    from mailbot.lifecycle.classify import artefact  # noqa: PLC0415

    return _in_use(None) if settings and artefact(settings) else None


def _tell(lesson: "Lesson") -> None:
    figures, before = lesson.figures, lesson.before and lesson.before.report
    click.echo(f"{figures.texts} texts and {figures.corrections} correction(s) learnt")
    was = f" (before: macro-F1 {before.macro_f1:.3f}, {before.accuracy:.1%} right)" if before else ""
    click.echo(f"{lesson.report.texts} texts held back: macro-F1 {figures.macro_f1:.3f}, {figures.accuracy:.1%} right{was}")
    click.echo(
        f"decides {figures.coverage:.0%} by itself at confidence {lesson.report.threshold:.2f}, {figures.precision:.0%} of them right"
    )
    if lesson.empty:
        click.echo(f"left out: {lesson.empty} judgement(s) of letters without a word to learn from")
    for suspect in lesson.suspects:
        click.echo(
            f"left out: {suspect.corrections} judgement(s) by {suspect.by or 'nobody named'}; "
            f"{suspect.contradicted} of {suspect.sure} contradict what the text plainly says",
            err=True,
        )


def _write(lesson: "Lesson", path: Path) -> int:
    from classifier import artefact  # noqa: PLC0415 - numpy

    with _writing():
        artefact.write(path, lesson.body)
    click.echo(f"written: {path}")
    if lesson.worse_than:
        click.echo(f"mailbot: it is {_worse(lesson)}; look at the corrections before you take it into use", err=True)
    return 0


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except (classifier.ArtefactError, OSError) as error:
        raise RejectedInput(str(error)) from None


def _take_up(settings: Settings, lesson: "Lesson", *, scheduled: bool) -> int:
    """Install first, tell managers then: a letter must not promise what a full disk prevents."""
    from mailbot.lifecycle.classify import INSTALLED  # noqa: PLC0415
    from mailbot.reports import lesson as lessons  # noqa: PLC0415

    if not lesson.worse_than:
        with _writing():
            lessons.install(settings, lesson.body)
    if scheduled:
        _report(settings, lesson)
    if lesson.worse_than:
        raise RejectedInput(
            f"not taken into use: {_worse(lesson)}; look at the corrections (`mailbot evaluate`), or write it elsewhere with --out"
        )
    click.echo(f"in use: {settings.path(INSTALLED)}; `mailbot train --rollback` takes the former one again")
    return 0


def _worse(lesson: "Lesson") -> str:
    """Than which models it is worse, and how much."""
    than = [f"{RIVALS[name]} ({rival.report.accuracy:.1%})" for name, rival in lesson.worse_than.items()]
    return f"worse, with {lesson.report.accuracy:.1%} right, than {' and '.join(than)}, beyond chance"


def _report(settings: Settings, lesson: "Lesson") -> None:
    from mailbot.pipeline import open_pipeline  # noqa: PLC0415
    from mailbot.service import system_clock  # noqa: PLC0415

    pipeline = open_pipeline(settings)
    try:
        pipeline.report_lesson(lesson, system_clock())
    finally:
        pipeline.close()


def _roll_back(settings: Settings) -> int:
    from mailbot.reports import lesson as lessons  # noqa: PLC0415

    with _writing():
        back = lessons.roll_back(settings)
    if not back:
        raise RejectedInput("no trained model is in use here, so there is none to go back from")
    click.echo("the former model is in use again")
    return 0


def _learning(settings: Settings | None, config: Path) -> Settings:
    """The settings of a company whose model may change here; refused before a minute of training, not after."""
    if settings is None:
        raise RejectedInput(f"{config}: no such settings file, so there is nothing to take a model into use for; --out FOLDER writes one")
    if settings.company.model:
        raise RejectedInput(
            f"company.model holds this company to {settings.path(settings.company.model)}, so another model would not be used; "
            "take the key out of the settings, or write one elsewhere with --out"
        )
    return settings


def _judgements(settings: Settings) -> list[classifier.Correction]:
    """What the record holds, once there is one."""
    from mailbot.reports import lesson as lessons  # noqa: PLC0415
    from mailbot.store import schema  # noqa: PLC0415
    from mailbot.store.engine import open_store  # noqa: PLC0415

    store = open_store(settings.database.url, settings.path("."))
    try:
        if schema.version(store) is None:
            return []
        schema.require(store)
        with store.reading() as connection:
            return lessons.corrections(connection)
    finally:
        store.close()


def _rows(path: Path) -> list[Sample]:
    return [Sample(each.category, "", "", each.subject, cut(each.text)[0]) for each in _corrections(path)]


def _in_mail(each: classifier.FramedSample) -> Sample:
    return Sample(each.category, each.language, "other-hand", each.subject, cut(each.mail)[0])


def _print(reports: dict[str, "Report"], *, as_json: bool) -> None:
    from mailbot.commands import figures  # noqa: PLC0415

    if as_json:
        whole = {name: report.as_dict() for name, report in reports.items()}
        click.echo(json.dumps(next(iter(whole.values())) if len(whole) == 1 else whole, ensure_ascii=False))
    else:
        figures.show(reports)


def _draw(reports: dict[str, "Report"], path: Path) -> None:
    from mailbot.commands import figures  # noqa: PLC0415

    figures.draw(reports, path)


def _corrections(path: Path) -> list[classifier.Correction]:
    with path.open("rb") as file:
        return [_correction(row, where) for where, row in objects(file, str(path))]


def _correction(row: dict[str, Any], where: str) -> classifier.Correction:
    given = {name: row.get(name) or "" for name in ("subject", "text", "category", "by")}
    if "text" not in row or "category" not in row or not all(isinstance(value, str) for value in given.values()):
        raise RejectedInput(f'{where}: not an object with "subject", "text" and "category", each a string')
    if given["category"] not in classifier.CATEGORIES:
        raise RejectedInput(f"{where}: {given['category']!r} is no category; use one of {', '.join(classifier.CATEGORIES)}")
    subject, text, category, by = map(_sound, given.values())
    return classifier.Correction(subject, text, category, by)


def _sound(value: str) -> str:
    """Half a surrogate pair, as a cut text ends in, can be neither shown nor written."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
