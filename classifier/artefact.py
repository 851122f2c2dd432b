"""The trained model as a file: JSON in gzip, never a pickle, with a checksum inside.

Takes and gives a `Body`. The first line of the JSON names format and SHA-256 of the rest, so a
truncated, bit-flipped or newer file is told apart; each raises `ArtefactError` with its cure.
Writing is atomic, and the same body always gives the same bytes. Weights are whole numbers
(`SCALE` steps to one): small, and free of the last digits that differ between processors.
"""

import gzip
import hashlib
import json
import zlib
from pathlib import Path

import msgspec
from msgspec import Struct

from classifier.samples import Figures

FORMAT = 1
SCALE = 1000
SHIPPED = Path(__file__).with_name("artefact") / "model.json.gz"
_LARGEST = 64 * 1024 * 1024


class ArtefactError(Exception):
    """The model file can't be used; the message is one sentence with the cure."""


class Head(Struct, frozen=True):
    """A linear model: weights per n-gram (idf included) and the constant, both in `SCALE` steps."""

    weights: list[int]
    constant: int


class Body(Struct, frozen=True):
    """Everything prediction needs. `squares` are squared idf values; lists run along `grams`."""

    made_with: dict[str, str]
    figures: Figures
    languages: list[str]
    lexicon: dict[str, dict[str, tuple[str, ...]]]
    grams: list[str]
    squares: list[int]
    categories: dict[str, Head]
    lexicon_weights: dict[str, list[int]]
    boilerplate: Head


class _Seal(Struct, frozen=True):
    format: int
    sha256: str


def write(path: Path, body: Body) -> None:
    """Put the artefact at `path`, whole or not at all."""
    content = msgspec.json.encode(body, order="deterministic")
    seal = json.dumps({"format": FORMAT, "sha256": hashlib.sha256(content).hexdigest()}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(gzip.compress(seal + b"\n" + content, 9, mtime=0))
    draft.replace(path)


def read(path: Path) -> Body:
    """The body of the artefact at `path`. Raises ArtefactError."""
    seal_line, _, content = _unpacked(path).partition(b"\n")
    try:
        seal = msgspec.json.decode(seal_line, type=_Seal)
    except msgspec.MsgspecError as error:
        raise _damaged(path, "its first line is not a seal") from error
    if seal.format != FORMAT:
        raise ArtefactError(
            f"{path} is a model of format {seal.format}, this version reads format {FORMAT}: "
            "install a matching mailbot or run `mailbot train`"
        )
    if hashlib.sha256(content).hexdigest() != seal.sha256:
        raise _damaged(path, "its checksum is wrong")
    try:
        return _matching(path, msgspec.json.decode(content, type=Body))
    except msgspec.MsgspecError as error:
        raise _damaged(path, "it lacks a field") from error


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            content: bytes = file.read(_LARGEST)
    except FileNotFoundError as error:
        raise ArtefactError(f"{path} is missing: run `mailbot train`, or install mailbot again") from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise _damaged(path, "it can't be unpacked") from error
    except OSError as error:
        raise ArtefactError(f"{path} can't be read ({error.strerror}): set its owner and permissions right") from error
    return content


def _matching(path: Path, body: Body) -> Body:
    lengths = {len(body.squares), len(body.boilerplate.weights), *(len(head.weights) for head in body.categories.values())}
    if lengths != {len(body.grams)} or body.categories.keys() != body.lexicon_weights.keys():
        raise _damaged(path, "its lists differ in length")
    return body


def _damaged(path: Path, how: str) -> ArtefactError:
    return ArtefactError(f"{path} is damaged ({how}): run `mailbot train`, or install mailbot again")
