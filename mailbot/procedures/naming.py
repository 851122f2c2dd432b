"""A procedure's own words for things, in one language: milestones, owners, spans and terms, conditions.

Takes a checked `Procedure` and a language, gives plain text. Pure. What the file labels is called as the file says, the
rest as `show_words` says.
"""

from collections.abc import Iterator, Mapping

from mailbot.procedures.clauses import Procedure
from mailbot.procedures.rules import Labels, When
from mailbot.procedures.show_words import WORDS
from mailbot.procedures.span import Span
from mailbot.settings import LetterLanguage


class Names:
    """What things of one procedure are called in one language."""

    def __init__(self, procedure: Procedure, language: LetterLanguage) -> None:
        self.procedure = procedure
        self.language = language
        self.words = WORDS[language]

    def milestone(self, name: str) -> str:
        own = self.procedure.milestones.get(name)
        return own.label.text(self.language) if own else self.words[f"milestone-{name}"]

    def owner(self, name: str) -> str:
        """Who is meant by an owner: a department, a role of the company's, or one of the built-in ones."""
        labels = self.procedure.departments.get(name) or self.procedure.roles.get(name)
        return labels.text(self.language) if labels else self.words[name]

    def owners(self, names: tuple[str, ...]) -> str:
        return self.words["list"].join(map(self.owner, names))

    def task(self, name: str) -> str:
        return self.procedure.tasks[name].label.text(self.language)

    def grades(self, names: tuple[str, ...]) -> str:
        return self.words["list"].join(_label(self.procedure.grades[name].label, self.language) for name in names)

    def when(self, condition: When) -> str:
        """The cases a condition means; empty where it means all."""
        return self.words["list"].join(self._conditions(condition))

    def _conditions(self, when: When) -> Iterator[str]:
        procedure, words = self.procedure, self.words
        categories: dict[str, Labels] = {name: rule.label for name, rule in procedure.categories.items()}
        grades: dict[str, Labels] = {name: grade.label for name, grade in procedure.grades.items()}
        signals: dict[str, Labels] = {name: signal.label for name, signal in procedure.signals.items()}
        yield from self._said("category", when.category, categories)
        yield from self._said("severity", when.severity, procedure.severities)
        yield from self._said("department", when.department, procedure.departments)
        yield from self._said("grade", when.grade, grades)
        yield from self._said("tag", when.tag, {})
        yield from self._said("signal", when.signal, signals)
        yield from self._said("channel", when.channel, {})
        yield from self._said("responsibility", when.responsibility, {})
        yield from self._said("validity", when.validity, {})
        if when.reached:
            yield words["if-reached"].format(what=words["or"].join(map(self.milestone, when.reached)))
        amounts = {"if-amount-from": when.amount_from, "if-amount-below": when.amount_below}
        yield from (words[key].format(n=f"{amount:,f}") for key, amount in amounts.items() if amount is not None)
        counts = {"if-round": when.round_from if when.round_from > 1 else 0, "if-repeats": when.repeats_from, "if-batch": when.batch_from}
        yield from (words[key].format(n=count) for key, count in counts.items() if count)

    def _said(self, kind: str, names: tuple[str, ...], labels: Mapping[str, Labels]) -> Iterator[str]:
        if names:
            told = (_label(labels.get(name), self.language) or self.words.get(f"{kind}-{name}", name) for name in names)
            yield self.words[f"if-{kind}"].format(what=self.words["or"].join(told))

    def span(self, span: Span) -> str:
        """A span in words, sign left out, or a term: "2 working hours", "1 working day (24 h)", "the 10th of the month"."""
        return span_text(span, self.language)

    def within(self, span: Span | None, *, bare: bool = False) -> str:
        """The time somebody has, in brackets unless `bare`; empty where there is none."""
        if span is None:
            return ""
        told = self.span(span) if span.is_term else self.words["within-span"].format(span=self.span(span))
        return told if bare else self.words["bracket"].format(what=told)


def span_text(span: Span, language: LetterLanguage, *, always: bool = False) -> str:
    """A span or term in words; `always`: hours are hours, also at night."""
    words, days = WORDS[language], span.working_days
    if span.is_term:
        return words[f"term-{span.unit}"].format(day=str(Span(span.amount, "month-day")) if language == "en" else span.amount)
    if always and span.unit in ("h", "m"):
        return _counted(words, f"{span.unit}-always", abs(span.amount))
    if days is not None:
        meant = f" ({abs(span.amount)} h)" if span.unit == "h" else ""
        return _counted(words, "wd", abs(days)) + meant
    return _counted(words, span.unit, abs(span.amount))


def _counted(words: dict[str, str], unit: str, amount: int) -> str:
    return words[f"{'one' if amount == 1 else 'many'}-{unit}"].format(n=amount)


def _label(labels: Labels | None, language: LetterLanguage) -> str:
    return labels.text(language) if labels else ""
