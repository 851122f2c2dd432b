"""The trained model as a file: numbers and JSON in gzip, never a pickle, with a checksum inside.

Takes and gives a `Body`. The first line names format and SHA-256 of the rest, so a truncated, bit-flipped or newer
file is told apart, and so is one whose parts don't fit one another; each raises `ArtefactError` with its cure. Writing
is atomic, and the same body always gives the same bytes. Weights are whole numbers (`SCALE` steps to one): small, and
free of the last digits that differ between processors.
"""

import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Mapping
from math import inf, prod
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from classifier.lexicon import LexiconWords
from classifier.samples import CATEGORIES, ArtefactError, Figures

FORMAT = 2
SCALE = 1000
MEANING = 512  # numbers that a sentence encoder gives a text
SHIPPED = Path(__file__).with_name("artefact") / "model.gz"
_LARGEST = 64 * 1024 * 1024
Array = npt.NDArray[Any]
Shape = tuple[int, ...]


class Encoder(Struct, frozen=True):
    """The sentence encoder a model was trained with: package, version, and SHA-256 of its weights as pip recorded it."""

    package: str
    version: str
    sha256: str


class Head(Struct, frozen=True):
    """A linear model over pieces, lexicon and perhaps a sentence encoder: a column for each category, in `SCALE` steps."""

    pieces: Array
    lexicon: Array
    constant: Array
    meaning: Array


class Body(Struct, frozen=True):
    """Everything prediction needs.

    `numbers` are the pieces known, ascending, `idf` their rarity in `SCALE` steps; `boilerplate` weighs sentences of
    greeting and closing (its last entry is the constant). `semantic` is there if an encoder was at hand in training;
    `centre` is the mean of its vectors. `temperature` divides what speaks for the categories; `threshold` is the
    confidence from which staff's judgements show 95 % right, None before there are enough of them.
    """

    made_with: dict[str, str]
    figures: Figures
    languages: list[str]
    lexicon: LexiconWords
    numbers: Array
    idf: Array
    boilerplate: Array
    plain: Head
    semantic: Head | None = None
    encoder: Encoder | None = None
    centre: Array | None = None
    temperature: float = 1.0
    threshold: float | None = None


class _About(Struct, frozen=True):
    """What is no array; `arrays` names each one with its type and shape, in the order of their bytes."""

    made_with: dict[str, str]
    figures: Figures
    languages: list[str]
    lexicon: LexiconWords
    encoder: Encoder | None
    temperature: float
    threshold: float | None
    arrays: list[tuple[str, str, list[int]]]


class _Seal(Struct, frozen=True):
    format: int
    sha256: str


def write(path: Path, body: Body) -> None:
    """Put the artefact at `path`, whole or not at all. Raises ArtefactError."""
    arrays = _arrays(body)
    plain = {name: getattr(body, name) for name in _About.__struct_fields__ if name != "arrays"}
    about = _About(**plain, arrays=[(name, array.dtype.str, list(array.shape)) for name, array in arrays.items()])
    content = b"\n".join([msgspec.json.encode(about, order="deterministic"), b"".join(a.tobytes() for a in arrays.values())])
    seal = json.dumps({"format": FORMAT, "sha256": hashlib.sha256(content).hexdigest()}).encode()
    put(path, gzip.compress(seal + b"\n" + content, 9, mtime=0))


def put(path: Path, raw: bytes) -> None:
    """Put bytes at `path`, whole or not at all, also after a crash and beside another process that does. Raises ArtefactError."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ArtefactError(f"{path} can't be written ({error.strerror}): make room, or set the folder's permissions right") from error


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
    head, _, rest = content.partition(b"\n")
    try:
        about = msgspec.json.decode(head, type=_About)
        return _body(about, _cut(about, rest))
    except (msgspec.MsgspecError, KeyError) as error:
        raise _damaged(path, "it lacks a field") from error
    except (ValueError, TypeError) as error:
        raise _damaged(path, f"its parts don't fit: {error}") from error


def _arrays(body: Body) -> dict[str, Array]:
    heads = {"plain": body.plain} | ({"semantic": body.semantic} if body.semantic else {})
    arrays: dict[str, Array] = {"numbers": body.numbers, "idf": body.idf, "boilerplate": body.boilerplate}
    arrays |= {f"{name}.{part}": getattr(head, part) for name, head in heads.items() for part in Head.__struct_fields__}
    return arrays | ({"centre": body.centre} if body.centre is not None else {})


def _cut(about: _About, rest: bytes) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    start = 0
    for name, kind, shape in about.arrays:
        if not re.fullmatch("[<>|][iuf][1248]", kind) or any(length < 0 for length in shape):
            raise ValueError(f"{name} is no list of numbers")
        dtype, end = np.dtype(kind), start + prod(shape) * int(kind[-1])
        if end > len(rest):
            raise ValueError(f"{name} is cut")
        arrays[name] = np.frombuffer(rest[start:end], dtype).reshape(shape)
        start = end
    return arrays


def _body(about: _About, arrays: Mapping[str, Array]) -> Body:
    plain, semantic = _head(arrays, "plain"), _head(arrays, "semantic") if "semantic.pieces" in arrays else None
    kept: dict[str, Any] = {name: getattr(about, name) for name in _About.__struct_fields__ if name != "arrays"}
    kept |= {name: arrays[name] for name in ("numbers", "idf", "boilerplate")}
    body = Body(**kept, plain=plain, semantic=semantic, centre=arrays["centre"] if semantic else None)
    _require_fitting(body)
    return body


def _require_fitting(body: Body) -> None:
    """Raises ValueError for parts that don't fit one another, which would else be found out by some later letter."""
    shapes = _shapes(body)
    for name, array in _arrays(body).items():
        kinds, shape = shapes[name]
        if array.dtype.kind not in kinds or array.shape != shape:
            raise ValueError(f"{name} is {array.dtype.kind}{array.shape}, not {kinds}{shape}")
    if (body.numbers[1:] <= body.numbers[:-1]).any():
        raise ValueError("numbers don't ascend")
    if (body.semantic is None) != (body.encoder is None) or (body.centre is not None and not np.isfinite(body.centre).all()):
        raise ValueError("the encoder lacks something")
    if not 0 < body.temperature < inf or not 0 <= (body.threshold or 0) <= 1:
        raise ValueError("temperature or threshold is impossible")
    if not all(word.strip() for category in CATEGORIES for script in ("han", "latin") for word in body.lexicon[category][script]):
        raise ValueError("a word of the lexicon is empty")


def _shapes(body: Body) -> dict[str, tuple[str, Shape]]:
    """What each array has to be: kinds of number (i, u, f) and shape, by the pieces known."""
    known, columns = len(body.numbers), len(CATEGORIES)
    shapes: dict[str, tuple[str, Shape]]
    shapes = {"numbers": ("u", (known,)), "idf": ("iu", (known,)), "boilerplate": ("i", (known + 1,)), "centre": ("f", (MEANING,))}
    for head, meaning in (("plain", 0), ("semantic", MEANING)):
        sizes: dict[str, Shape]
        sizes = {"pieces": (known, columns), "lexicon": (columns, columns), "constant": (columns,), "meaning": (meaning, columns)}
        shapes |= {f"{head}.{part}": ("i", size) for part, size in sizes.items()}
    return shapes


def _head(arrays: Mapping[str, Array], name: str) -> Head:
    return Head(*(arrays[f"{name}.{part}"] for part in Head.__struct_fields__))


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


def _damaged(path: Path, how: str) -> ArtefactError:
    return ArtefactError(f"{path} is damaged ({how}): run `mailbot train`, or install mailbot again")
