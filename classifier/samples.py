"""Labelled texts: the corpus, the held-back file and staff corrections.

Takes tab-separated files with the columns label, language, theme, subject, text (UTF-8, one text
a line, a first line with the column names). Gives `Sample` values. Knows nothing of models.
A line that doesn't fit raises ValueError naming file and line. A theme is a source of texts
(an industry); splits for tuning are made by theme, never at random.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

CATEGORIES: tuple[str, ...] = ("quality", "service", "price", "delivery", "other")
OTHER = CATEGORIES[-1]  # none of the rest
BOILERPLATE = "boilerplate"
ALSO = 0.25  # a second category at or above this score is named
COLUMNS = ("label", "language", "theme", "subject", "text")
FOLDER = Path(__file__).with_name("corpus")


class ArtefactError(Exception):
    """The model file can't be used; the message is one sentence with the cure."""


class Sample(Struct, frozen=True):
    """One labelled text; `theme` is its source (an industry), `language` as in `Verdict`."""

    label: str
    language: str
    theme: str
    subject: str
    text: str


class Correction(Struct, frozen=True):
    """What a member of staff (`by`, empty where nobody is named) said a letter is about.

    `spoken` is False where the member only went by the machine's own category and solved the case.
    """

    subject: str
    text: str
    category: str
    by: str = ""
    spoken: bool = True


class Figures(Struct, frozen=True):
    """What was learnt: sizes, checksum, and how the model does on the held-back texts and those of other hands."""

    texts: int
    corrections: int
    boilerplate: int
    pieces: int
    learnt_sha256: str
    accuracy: float
    macro_f1: float
    ece: float
    coverage: float
    precision: float


def checksum(samples: Iterable[Sample]) -> str:
    """SHA-256 of labelled texts in their order."""
    return hashlib.sha256(msgspec.json.encode(list(samples))).hexdigest()


def corpus() -> list[Sample]:
    """Every text the model learns its categories from, in file order."""
    return _of(CATEGORIES)


def boilerplate() -> list[Sample]:
    """Greetings, order lines, closings and signatures: what a letter carries besides its matter."""
    return _of([BOILERPLATE])


def held_out() -> list[Sample]:
    """The texts no model is trained or tuned on."""
    return read(FOLDER / "held_out.tsv")


class FramedSample(Struct, frozen=True):
    """A text by a writer who knew neither corpus nor model: bare, and inside the mail it came in; `also`: a second label."""

    id: str
    language: str
    category: str
    subject: str
    text: str
    mail: str
    also: str | None = None

    @property
    def bare(self) -> Sample:
        """The text without its frame."""
        return Sample(self.category, self.language, "other-hand", self.subject, self.text)


def other_hands() -> list[FramedSample]:
    """The texts of other hands, never learnt from: the honest measure."""
    lines = (FOLDER / "other_hands.jsonl").read_text(encoding="utf-8").splitlines()
    return [msgspec.json.decode(line, type=FramedSample) for line in lines if line.strip()]


def read(path: Path) -> list[Sample]:
    """The samples of one tab-separated file. Raises ValueError for a line that doesn't fit."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise ValueError(f"{path}: the first line must name the columns {', '.join(COLUMNS)}, separated by tabs")
    return [_sample(path, number, line) for number, line in enumerate(lines[1:], 2) if line.strip()]


def _of(labels: Sequence[str]) -> list[Sample]:
    return [sample for label in labels for sample in read(FOLDER / f"{label}.tsv")]


def _sample(path: Path, number: int, line: str) -> Sample:
    fields = line.split("\t")
    if len(fields) != len(COLUMNS) or fields[0] not in (*CATEGORIES, BOILERPLATE) or not fields[4].strip():
        raise ValueError(f"{path}, line {number}: expected {', '.join(COLUMNS)} separated by tabs, with a known label and a text")
    label, language, theme, subject, text = fields
    return Sample(label, language, theme, subject, text.replace("\\n", "\n"))
