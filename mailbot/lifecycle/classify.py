"""Asks the classifier. Without a usable artefact nothing stops: people are asked for the category instead.

Takes a subject and the fresh text, gives the `Verdict` that `decide` goes by. A model that `mailbot train` installed
while the service runs is taken up by itself.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import classifier
from mailbot import maillog
from mailbot.lifecycle.decide import Verdict
from mailbot.lifecycle.ticket import CATEGORIES, Category
from mailbot.settings import Settings

if TYPE_CHECKING:
    from classifier.model import Model

INSTALLED = "mailbot-model.gz"  # beside the settings file


class Classifier:
    """A loaded model with the company's threshold; `renew` looks whether another one was installed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._threshold = settings.company.threshold
        self._model: Model | None = None
        self._seen: tuple[Path, int] | None = None
        self.renew()

    def __call__(self, subject: str, fresh: str) -> Verdict:
        """The category of a letter, or None in it when the model isn't sure enough (or there is none)."""
        model = self._model  # the clock's thread may renew it meanwhile
        if model is None:
            return Verdict(None, 0.0, {}, (), None)
        said = model.classify(subject, fresh, self._threshold)
        return Verdict(_known(said.category), said.confidence, said.scores, tuple(said.terms), _known(said.also), tuple(said.against))

    @property
    def threshold(self) -> float:
        """The confidence from which a category is taken without asking."""
        return self._threshold if self._threshold is not None else self._model.threshold if self._model else 1.0

    def renew(self) -> None:
        """Load the model if it is another one than before; a damaged one is logged and done without."""
        path = artefact(self._settings)
        seen = _stamp(path)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._model = classifier.load(path)
        except classifier.ArtefactError as error:
            maillog.unclassified(str(error))
            self._model = None


def artefact(settings: Settings) -> Path | None:
    """The artefact in use: the one the settings name, or the installed one; None for the one that came with mailbot."""
    if settings.company.model:
        return settings.path(settings.company.model)
    installed = settings.path(INSTALLED)
    return installed if installed.exists() else None


def _stamp(path: Path | None) -> tuple[Path, int]:
    try:
        return (path, path.stat().st_mtime_ns) if path else (Path(), 0)
    except OSError:
        return (path, -1) if path else (Path(), 0)


def _known(category: str | None) -> Category | None:
    return next((known for known in CATEGORIES if known == category), None)
