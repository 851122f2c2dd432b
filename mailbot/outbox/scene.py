"""What a letter is written from, and how it names things: departments, categories, deadlines, owners, in one language.

Pure values; labels come from the procedure first, from the words files otherwise.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from mailbot.identity import Identity
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.letters import Label, Owed
from mailbot.lifecycle.people import CUSTOMER_SERVICE
from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.words import Words
from mailbot.settings import LetterLanguage, Settings


class Scene(Struct, frozen=True):
    """Everything a view is made from."""

    owed: Owed
    ticket: Ticket | None
    settings: Settings
    rules: Rules
    words: Words
    identity: Identity
    now: datetime
    history: Sequence[Ticket] = ()

    @property
    def language(self) -> LetterLanguage:
        return self.owed.to.language  # type: ignore[return-value]

    def t(self, key: str, **facts: object) -> str:
        return self.words.t(self.language, key, **facts)

    def department(self, department: str | None) -> str:
        labels = self.rules.procedure.departments.get(department or CUSTOMER_SERVICE)
        return labels.text(self.language) if labels else department or ""

    def category(self, category: str | None) -> str:
        return self.rules.procedure.rule(category).label.text(self.language) if category else ""

    def severity(self, severity: str) -> str:
        labels = self.rules.procedure.severities.get(severity)
        return labels.text(self.language) if labels else severity

    def label(self, label: Label) -> str:
        naming: dict[str, Callable[[Any], str]] = {
            "category": self.category,
            "department": self.department,
            "severity": self.severity,
            "day": lambda day: self.words.long_day(day, self.language),
        }
        return naming[label.kind](label.value)

    def deadline(self, name: str) -> str:
        deadline = self.rules.procedure.deadlines.get(name)
        return deadline.label.text(self.language) if deadline else self.words.label(self.language, "milestone", name)

    def owner(self, owner: str, department: str | None, assignee: str | None) -> str:
        """Who has to keep a deadline: the assignee's name, or else the department's."""
        member = self.rules.people.member(assignee) if owner == "lead" else None
        return member.name if member else self.department(department if owner == "lead" else owner)


View = Callable[[Scene], dict[str, Any]]
