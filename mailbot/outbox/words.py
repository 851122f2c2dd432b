"""Words: every sentence, label, date and duration of the letters, in three languages.

Takes `templates/words/LANG.toml` and `LANG.TOPIC.toml`, and over it the same files of a company's own templates folder;
gives text by key. Knows nothing of templates, mail or tickets. A file that is not TOML, an unknown
key or a changed placeholder is refused with WrongSettings naming file, key and cure. Placeholders
are plain names in braces; a value is only ever inserted, never read as a pattern.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any, get_args

from mailbot.errors import WrongSettings
from mailbot.settings import LetterLanguage

LANGUAGES: tuple[LetterLanguage, ...] = get_args(LetterLanguage)

Sentences = dict[str, str]
Translate = Callable[..., str]


class Words:
    """Sentences by language and key."""

    def __init__(self, sentences: Mapping[str, Sentences]) -> None:
        self._sentences = dict(sentences)
        self._bound = {language: _bind(language, own) for language, own in self._sentences.items()}

    @classmethod
    def load(cls, folder: Path | None = None) -> "Words":
        """The shipped words, with those of `folder`/words/LANG.toml in their place where it has any.

        Raises WrongSettings."""
        shipped: dict[str, Sentences] = {language: _shipped(language) for language in LANGUAGES}
        if folder is not None:
            for language in LANGUAGES:
                shipped[language] |= _own(folder / "words" / f"{language}.toml", shipped[language])
        return cls(shipped)

    def t(self, language: str, key: str, /, **values: object) -> str:
        """The sentence `key` with its placeholders filled; WrongSettings for an unknown key or a missing value."""
        return self._bound[language](key, **values)

    def bound(self, language: str) -> Translate:
        """`t` for one language, as templates use it."""
        return self._bound[language]

    def keys(self, language: str) -> Sentences:
        """Every key with its sentence."""
        return dict(self._sentences[language])

    def label(self, language: str, family: str, value: str | None) -> str:
        """The name of `value` in its family (`category`, `quality`), or `value` itself where it has none."""
        return self._sentences[language].get(f"{family}.{value}", value or "")

    def when(self, moment: datetime, language: str, zone: tzinfo) -> str:
        """A moment on the clock of `zone`: `11月23日（周一）15:00`, `Mon 23 Nov, 15:00`."""
        local = moment.astimezone(zone)
        return self._sentences[language]["time.moment"].format(date=self.day(local, language), clock=local.strftime("%H:%M"))

    def day(self, day: date, language: str) -> str:
        """A day near to now: `11月23日（周一）`, `Mon 23 Nov`."""
        return self._dated(day, language, "time.day")

    def long_day(self, day: date, language: str) -> str:
        """A day with its year: `2026年11月23日`, `23 Nov 2026`."""
        return self._dated(day, language, "time.long-day")

    def period(self, name: str, language: str) -> str:
        """A period by its name (`2026`, `2026-Q4`, `2026-W48`, `2026-11`, `2026-11-23`) as people call it: `2026年11月`, `Nov 2026`."""
        year, _, rest = name.partition("-")
        if not rest:
            return self.t(language, "period.year", year=year)
        if rest[0] in "QW":
            return self.t(language, "period.quarter" if rest[0] == "Q" else "period.week", year=year, number=int(rest[1:]))
        month, _, day = rest.partition("-")
        if day:
            return self.t(language, "period.day", year=year, month=int(month), day=int(day))
        return self.t(language, "period.month", year=year, month=self.t(language, f"time.month.{int(month)}"))

    def span(self, length: timedelta, language: str) -> str:
        """A duration in its two largest units: `2小时`, `1 day 3 hours`; the sign is not shown."""
        minutes = int(abs(length).total_seconds()) // 60
        counts = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
        shown = [(unit, count) for unit, count in counts if count]
        if not shown:
            return self._sentences[language]["unit.under-a-minute"]
        if shown[0][0] == "day":
            shown = [(unit, count) for unit, count in shown if unit != "minute"]
        return self._sentences[language]["unit.joint"].join(self.count(count, unit, language) for unit, count in shown[:2])

    def count(self, number: int, unit: str, language: str) -> str:
        """A number with its unit, singular or plural: `3 hours`, `3小时`."""
        return self._sentences[language][f"unit.{unit}" if number == 1 else f"unit.{unit}s"].format(count=number)

    def zone(self, zone: tzinfo, moment: datetime, language: str) -> str:
        """What people call a time zone: `北京时间`, or `UTC+05:30` for one without a name here."""
        named = self._sentences[language].get(f"zone.{zone}")
        return named or "UTC" + moment.astimezone(zone).strftime("%z")[:3] + ":" + moment.astimezone(zone).strftime("%z")[3:]

    def _dated(self, day: date, language: str, key: str) -> str:
        own = self._sentences[language]
        weekday, month = own[f"time.weekday.{day.isoweekday()}"], own[f"time.month.{day.month}"]
        return own[key].format(year=day.year, month=month, day=day.day, weekday=weekday)


def placeholders(sentence: str) -> frozenset[str]:
    """The names in braces of a sentence; WrongSettings for anything in braces that is not a plain name."""
    try:
        found = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(sentence) if name is not None]
    except ValueError as error:
        raise WrongSettings(f"{sentence!r}: {error}; a brace may only enclose a placeholder's name") from None
    for name, spec, conversion in found:
        if not name.isidentifier() or spec or conversion:
            raise WrongSettings(f"{sentence!r}: {{{name}}} is not a plain name; write a placeholder such as {{number}}")
    return frozenset(name for name, _, _ in found)


def _bind(language: str, sentences: Sentences) -> Translate:
    fixed = {key: sentence for key, sentence in sentences.items() if not placeholders(sentence)}

    def translate(key: str, /, **values: object) -> str:
        try:
            return fixed.get(key) or sentences[key].format_map(values)
        except KeyError as missing:
            what = "is not among the words" if key not in sentences else f"needs a value for {missing}"
            raise WrongSettings(f"words/{language}.toml: {key} {what}; see the shipped file for its keys and placeholders") from None

    return translate


def _shipped(language: str) -> Sentences:
    """The sentences of every shipped file of the language: LANG.toml and LANG.TOPIC.toml."""
    found: Sentences = {}
    for file in sorted(resources.files("templates").joinpath("words").iterdir(), key=lambda file: file.name):
        if file.name.startswith(f"{language}.") and file.name.endswith(".toml"):
            found |= _flat(tomllib.loads(file.read_text("utf-8")))
    return found


def _own(path: Path, shipped: Sentences) -> Sentences:
    """A company's own words, each one a sentence we know with the placeholders we fill."""
    try:
        own = _flat(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise WrongSettings(f"{path}: can't be used: {error}; it must be TOML in UTF-8") from None
    for key, sentence in own.items():
        if key not in shipped:
            raise WrongSettings(f"{path}: {key} is not a key of the letters; the shipped words/{path.stem}*.toml list them all")
        strange = placeholders(sentence) - placeholders(shipped[key])
        if strange:
            known = ", ".join(sorted(placeholders(shipped[key]))) or "none"
            raise WrongSettings(f"{path}: {key}: {{{min(strange)}}} has no value there; placeholders it may use: {known}")
    return own


def _flat(table: Mapping[str, Any]) -> Sentences:
    return dict(_leaves(table, ""))


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)
