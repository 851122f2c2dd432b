"""Text in, category and confidence out; knows nothing of mail or databases.

    model = classifier.load()
    verdict = model.classify("Order", "You charged my card twice.")

Takes a subject and a letter's fresh text (quotes and signature already cut off), gives a `Verdict`. `load` raises
`ArtefactError`, which names the cure; `classify` never raises. What costs time to import (numpy; scikit-learn for
`teach` alone) is imported when it is asked for, so a command that only lists tickets stays quick.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.samples import CATEGORIES, ArtefactError, Correction, Figures, FramedSample, Sample, corpus, held_out, other_hands, read

if TYPE_CHECKING:
    from classifier.model import Model
    from classifier.teaching import Lesson

__all__ = [
    "CATEGORIES",
    "ArtefactError",
    "Correction",
    "Figures",
    "FramedSample",
    "Sample",
    "corpus",
    "held_out",
    "load",
    "other_hands",
    "read",
    "teach",
]


def load(path: Path | None = None) -> "Model":
    """The model at `path`, or the one that came with the package. Raises ArtefactError."""
    from classifier.model import load as load_model  # noqa: PLC0415 - numpy

    return load_model(path)


def teach(corrections: Sequence[Correction] = (), former: "Model | None" = None, shipped: "Model | None" = None) -> "Lesson":
    """Learn from the corpus and `corrections`, compare with the model in use, `former`, and, where that is another one, with the
    `shipped` one. Raises ValueError for a correction of no category.
    """
    from classifier.teaching import teach as teach_model  # noqa: PLC0415 - scikit-learn costs 100 MB and a second

    return teach_model(corrections, former, shipped)
