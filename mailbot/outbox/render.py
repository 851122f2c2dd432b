"""Render: a letter's subject, text and HTML from its templates and a dictionary of facts.

Takes the letter's name (`staff/receipt`), a language and the context `view` gives; the shipped templates, or a
company's own files of the same name. Knows nothing of tickets, mail or the database. Values are data: they are escaped
in HTML and never read as a template (A28); templates run in a sandbox. A missing value, an unknown key or a wrong
template raises WrongSettings naming file, line and cure.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape
from msgspec import Struct

from mailbot.errors import WrongSettings
from mailbot.intake.quotes import REPLY_LINE, REPLY_LINE_TRADITIONAL
from mailbot.lifecycle.inside import INSIDE
from mailbot.outbox import samples
from mailbot.outbox.words import LANGUAGES, Words

PARTS = (".subject.txt", ".txt", ".html")
CHINA = ZoneInfo("Asia/Shanghai")
GREETING = re.compile(
    r"\s*(?:\S{0,20}[,，\s]?(?:您好|你好)|尊敬的|亲爱的|親愛的|敬啟者|(?:dear|hello|hi|good (?:morning|afternoon|evening|day))\b)",
    re.IGNORECASE,
)
PLAIN_SENTENCE = re.compile(r"""\bt\("([\w.-]+)"\)""")
CLASSES = re.compile(r'''\bclass="([\w -]+)"''')
RULE = re.compile(r"^\.([\w-]+) *\{([^{}]*)\}", re.MULTILINE)
AROUND_SIGN = re.compile(r"\s*([:;])\s*")
TABLE = re.compile(r"<table\b(?! [^>]*cellpadding)")
PRESENTATION = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
BREAK = Markup("<br>\n")
GAP = Markup(" &nbsp;")

# What a wrong template can raise when it is given right values.
FAULTS = (TemplateError, WrongSettings, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError)


class Rendered(Struct, frozen=True):
    """A letter's words. An empty `html` means a letter of text alone."""

    subject: str
    text: str
    html: str


class Renderer:
    """The templates, compiled once, with the words of every language."""

    def __init__(self, folder: Path | None = None, zone: tzinfo = CHINA) -> None:
        self.words = Words.load(folder)
        self._environments: dict[str, Environment] = {language: _environment(folder, self.words.keys(language)) for language in LANGUAGES}
        self._speech: dict[str, dict[str, Any]] = {language: _speech(self.words, language, zone) for language in LANGUAGES}
        self._letters: dict[tuple[str, str], tuple[Template, ...]] = {}

    def render(self, letter: str, language: str, context: Mapping[str, Any]) -> Rendered:
        """The letter in one language. Raises WrongSettings."""
        facts = {**context, **self._speech[language], "among_colleagues": letter in INSIDE}
        try:
            templates = self._letters.get((letter, language)) or self._compiled(letter, language)
            subject, text, html = (template.render(facts) for template in templates)
        except FAULTS as error:
            raise WrongSettings(
                f"{_place(error, letter)}: {_reason(error)}; correct the template, or remove it to use the shipped one"
            ) from error
        return Rendered(" ".join(subject.split()), text.strip("\n") + "\n", html)

    def check(self) -> list[str]:
        """Every letter rendered in every language with sample facts; a sentence for each one that can't be."""
        return list(dict.fromkeys(self._problems()))

    def _problems(self) -> Iterator[str]:
        for sample in samples.every_letter():
            for language in LANGUAGES:
                try:
                    self.render(sample.letter, language, sample.context)
                except WrongSettings as error:
                    yield str(error)

    def _compiled(self, letter: str, language: str) -> tuple[Template, ...]:
        templates = tuple(self._environments[language].get_template(letter + part) for part in PARTS)
        return self._letters.setdefault((letter, language), templates)


class Prepared(BaseLoader):
    """Templates with everything put in that is the same in every letter of a language.

    Sentences without placeholders take the place of their keys, each class of `_style.css` becomes an inline style (mail
    clients drop style sheets), and tables say that they are layout. It saves half of a letter's time."""

    def __init__(self, loader: BaseLoader, sentences: dict[str, str]) -> None:
        self._loader = loader
        self._sentences = sentences
        self._styles: dict[str, str] | None = None

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, fresh = self._loader.get_source(environment, template)
        if template.endswith(".html"):
            self._styles = self._styles or _styles(self._loader.get_source(environment, "_style.css")[0])
            source = TABLE.sub(PRESENTATION, CLASSES.sub(self._styled, source))
        return PLAIN_SENTENCE.sub(self._said, source), filename, fresh

    def _said(self, found: re.Match[str]) -> str:
        sentence = self._sentences.get(found[1], "{")
        return found[0] if "{" in sentence else json.dumps(sentence, ensure_ascii=False)

    def _styled(self, found: re.Match[str]) -> str:
        styles = self._styles or {}
        inline = ";".join(styles[name] for name in found[1].split() if name in styles)
        return f'{found[0]} style="{inline}"' if inline else found[0]


def _styles(sheet: str) -> dict[str, str]:
    """The rules of a style sheet by class, as inline styles."""
    return {name: AROUND_SIGN.sub(r"\1", rule.strip(" ;\n")) for name, rule in RULE.findall(sheet)}


def _environment(folder: Path | None, sentences: dict[str, str]) -> Environment:
    shipped = PackageLoader("templates", ".")
    loader = ChoiceLoader([FileSystemLoader(folder), shipped]) if folder else shipped
    environment = ImmutableSandboxedEnvironment(
        loader=Prepared(loader, sentences),
        autoescape=lambda name: name is None or name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["lines"] = _lines
    environment.tests["greeting"] = lambda text: GREETING.match(text) is not None
    return environment


def _speech(words: Words, language: str, zone: tzinfo) -> dict[str, Any]:
    """What templates say things with in one language."""
    return {
        "language": language,
        "reply_line": REPLY_LINE_TRADITIONAL if language == "zh-TW" else REPLY_LINE,
        "t": words.bound(language),
        "label": partial(words.label, language),
        "when": partial(words.when, language=language, zone=zone),
        "date": partial(words.day, language=language),
        "long_day": partial(words.long_day, language=language),
        "span": partial(words.span, language=language),
        "zone": partial(words.zone, zone, language=language),
    }


def _lines(text: str) -> Markup:
    """Plain text as HTML that keeps its line breaks and indents, also in clients without `white-space`."""
    return escape(text.replace("\r\n", "\n")).replace("\n", BREAK).replace("  ", GAP)


def _place(error: BaseException, letter: str) -> str:
    """File and line of the template a fault rose in."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name}, line {error.lineno}"
    place, step = f"template {letter}", error.__traceback__
    while isinstance(step, TracebackType):
        name = step.tb_frame.f_code.co_filename
        if name.endswith((".txt", ".html")):
            place = f"{name}, line {step.tb_lineno}"
        step = step.tb_next
    return place


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if not isinstance(error, (TemplateError, WrongSettings)) else str(error)
