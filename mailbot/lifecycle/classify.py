"""Asks the classifier. Without a usable artefact nothing stops: people are asked for the category instead.

Takes a subject and the fresh text, gives the `Verdict` that `decide` goes by.
"""

import classifier
from mailbot import maillog
from mailbot.lifecycle.decide import Verdict
from mailbot.lifecycle.ticket import CATEGORIES, Category
from mailbot.settings import Settings


class Classifier:
    """A loaded model with the company's threshold."""

    def __init__(self, model: classifier.Model | None, threshold: float) -> None:
        self._model = model
        self._threshold = threshold

    def __call__(self, subject: str, fresh: str) -> Verdict:
        """The category of a letter, or None in it when the model isn't sure enough (or there is none)."""
        if self._model is None:
            return Verdict(None, 0.0, {}, (), None)
        said = self._model.classify(subject, fresh, self._threshold)
        return Verdict(_known(said.category), said.confidence, said.scores, tuple(said.terms), _known(said.also))


def _known(category: str | None) -> Category | None:
    return next((known for known in CATEGORIES if known == category), None)


def open_classifier(settings: Settings) -> Classifier:
    """The model the settings name, or the installed or shipped one; a damaged one is logged and done without."""
    try:
        model = classifier.load(settings.path(settings.company.model) if settings.company.model else None)
    except classifier.ArtefactError as error:
        maillog.unclassified(str(error))
        return Classifier(None, settings.company.threshold)
    return Classifier(model, settings.company.threshold)
