"""Commands that need no database: read, explain, classify."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from mailbot.cli import config_option, settings_if_there
from mailbot.commands.jsonlines import objects
from mailbot.intake.contract import as_json as letter_as_json
from mailbot.intake.quotes import cut
from mailbot.intake.reader import NOBODY, Reader


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, in order.")
def read_command(files: tuple[Path, ...], *, as_json: bool) -> int:
    """Read letter FILES; every file gives a line, whatever is in it."""
    unreadable = 0
    with Reader() as reader:
        for path in files:
            data = _bytes(path)
            unreadable += data is None
            shown = letter_as_json(str(path), *reader.read(data or b"", NOBODY))
            if data is None:
                shown["error"] = "the file can't be opened"
            click.echo(json.dumps(shown, ensure_ascii=False) if as_json else _in_brief(shown))
    return 1 if unreadable else 0


def _in_brief(shown: dict[str, Any]) -> str:
    told = f"{shown['path']}: {shown['kind']}, {shown['language']}, from {shown['sender']}, subject {shown['subject']!r}"
    return "\n".join((told, *([f"({shown['error']})"] if shown["error"] else []), shown["fresh"], ""))


@click.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def explain_command(config: Path, file: Path) -> None:
    """What the pipeline would make of the letter in FILE, each step with its reason; nothing is written or sent."""
    from mailbot.commands.explaining import explain  # noqa: PLC0415 - loads the procedure and the model

    for step, finding in explain(file.read_bytes(), settings_if_there(config)):
        click.echo(f"{step:<10} {finding}")


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="JSON lines in, JSON lines out (the only form).")
@click.option(
    "--model", type=click.Path(path_type=Path), default=None, help="Artefact, or folder with one, instead of the installed model."
)
@click.option("--threshold", type=click.FloatRange(0, 1), help="Confidence from which a category is given (default: the model's own).")
@click.pass_obj
def classify_command(config: Path, *, as_json: bool, model: Path | None, threshold: float | None) -> None:
    """Classify letters: {"subject", "text"} a line on standard input, the verdict a line on standard output, in order."""
    from mailbot.commands.learning import open_model  # noqa: PLC0415

    del as_json
    settings = settings_if_there(config) if model is None else None
    judge = open_model(model, settings)
    if threshold is None and settings:
        threshold = settings.company.threshold
    for _, asked in objects(sys.stdin.buffer, "standard input"):
        verdict = judge.classify(str(asked.get("subject") or ""), cut(str(asked.get("text") or ""))[0], threshold)
        shown = {
            "category": verdict.category,
            "confidence": round(verdict.confidence, 6),
            "scores": {name: round(score, 6) for name, score in verdict.scores.items()},
            "terms": list(verdict.terms),
            "language": verdict.language,
        }
        click.echo(json.dumps(shown, ensure_ascii=False))


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        click.echo(f"mailbot: {path}: {error.strerror}", err=True)
        return None
