"""Text in, category and confidence out; knows nothing of mail or databases.

    model = classifier.load()
    verdict = model.classify("Order", "You charged my card twice.")

Takes a subject and a letter's fresh text (quotes and signature already cut off), gives a
`Verdict`. `load` raises `ArtefactError`, which names the cure; `classify` never raises.
scikit-learn is imported by `train` alone, so a service that only asks stays small.
"""

from collections.abc import Sequence
from pathlib import Path

from classifier.artefact import ArtefactError
from classifier.evaluation import Report, evaluate
from classifier.model import Model, Verdict, load
from classifier.samples import CATEGORIES, Correction, Figures, Sample, corpus, held_out, read

__all__ = [
    "CATEGORIES",
    "ArtefactError",
    "Correction",
    "Figures",
    "Model",
    "Report",
    "Sample",
    "Verdict",
    "corpus",
    "evaluate",
    "held_out",
    "load",
    "read",
    "train",
]


def train(out: Path, corrections: Sequence[Correction] = ()) -> Figures:
    """Learn from the corpus and `corrections` (each weighs two texts), write the artefact to `out`, give its figures."""
    from classifier.training import train as learn  # noqa: PLC0415  scikit-learn costs 100 MB and a second

    return learn(out, corrections)
