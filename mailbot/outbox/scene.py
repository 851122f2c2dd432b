"""What a letter is written from, and how it names things: departments, categories, deadlines, owners, in one language.

Pure values; labels come from the procedure first, from the words files otherwise.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from mailbot.identity import Identity
from mailbot.lifecycle.clock import VERIFY
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.letters import Label, Owed
from mailbot.lifecycle.people import CUSTOMER_SERVICE
from mailbot.lifecycle.ticket import Task, Ticket
from mailbot.outbox.words import Words
from mailbot.procedures.rules import LEAD, ROLES
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

    def signal(self, name: str) -> str:
        """A sign that a letter bears: the procedure's own, or one of the classifier's."""
        own = self.rules.procedure.signals.get(name)
        return own.label.text(self.language) if own else self.words.label(self.language, "signal", name)

    def label(self, label: Label) -> str:
        naming: dict[str, Callable[[Any], str]] = {
            "category": self.category,
            "department": self.department,
            "severity": self.severity,
            "day": lambda day: self.words.long_day(day, self.language),
            "moment": lambda moment: self.words.when(moment, self.language, self.settings.company.zone),
            "clock": self.deadline,
            "owner": lambda owner: self.owner(owner, *((self.ticket.department, self.ticket.assignee) if self.ticket else (None, None))),
            "responsibility": lambda key: self.words.label(self.language, "responsibility", key),
            "step": self.step,
            "verdict": lambda key: self.words.label(self.language, "verdict", key),
            "validity": lambda key: self.words.label(self.language, "finding", key),
        }
        return naming[label.kind](label.value)

    def deadline(self, name: str, task: Task | None = None) -> str:
        """What has to be done: a deadline's label, or that of the task behind the clock."""
        task = task or (self.ticket.task(name.removesuffix(VERIFY)) if self.ticket else None)
        if task:
            return self._task(task, judged=name.endswith(VERIFY))
        deadline = self.rules.procedure.deadlines.get(name) or self.rules.procedure.milestones.get(name)
        return deadline.label.text(self.language) if deadline else self.words.label(self.language, "milestone", name)

    def step(self, name: str) -> str:
        """What an order waits for: a milestone's or a kind of task's name."""
        kind = self.rules.procedure.tasks.get(name)
        return kind.label.text(self.language) if kind else self.deadline(name)

    def matters(self, task: Task) -> str:
        """What waits for approval, by its kind: an outcome, a return."""
        return self.t("common.list_comma").join(self.words.label(self.language, "matter", what) for what in task.data.get("what", ()))

    def owner(self, owner: str, department: str | None, assignee: str | None) -> str:
        """Who has to keep a deadline: the assignee's name, or else the department's."""
        key = assignee if owner == LEAD else owner.removeprefix("staff:")
        member = self.rules.people.member(key)
        role = self.rules.procedure.roles.get(owner)
        if member or role:
            return member.name if member else role.text(self.language) if role else ""
        if owner in ROLES:
            return self.t(f"role.{owner}")
        return self.department(department if owner == LEAD else owner)

    def _task(self, task: Task, *, judged: bool) -> str:
        """A task by its number, its kind and its title; that its result has to be judged is said. What is ours has no number."""
        kind, title = self.rules.procedure.tasks.get(task.kind), " ".join(task.title.split())[:120]
        if kind is None:
            return self.t("due.titled", kind=self.words.label(self.language, "task-kind", task.kind), title=self.matters(task) or title)
        name = kind.label.text(self.language)
        form = "due.plain" if title in ("", *kind.label.all) else "due.task"
        whole = self.t(form, serial=task.serial, kind=name, title=title)
        return self.t("due.judge", task=whole) if judged else whole


View = Callable[[Scene], dict[str, Any]]
