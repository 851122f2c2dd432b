"""A procedure's clauses as values: who leads, what is due when, who is told when it is late.

Built from a file by `procedure.load`, taken by `decide`, `escalate` and `compose`. Pure: moments come in and
go out, no clock is read. A milestone name that the procedure has no deadline for raises KeyError (a bug of
the caller). Names of clauses (`S4.6`) are those of the company's written procedure.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from mailbot.procedures.worktime import Calendar, Span, hours_text
from mailbot.settings import LetterLanguage

Category = Literal["quality", "service", "price", "delivery", "other"]
CATEGORIES: tuple[Category, ...] = ("quality", "service", "price", "delivery", "other")
Severity = Literal["minor", "ordinary", "major"]
SEVERITIES: tuple[Severity, ...] = ("minor", "ordinary", "major")
Signal = Literal["danger", "return", "exchange", "claim", "refund", "legal", "repeat", "urgent"]
SIGNALS: tuple[Signal, ...] = ("danger", "return", "exchange", "claim", "refund", "legal", "repeat", "urgent")
MILESTONES: tuple[str, ...] = (
    "received", "classified", "accepted", "declined", "assigned", "first-answered", "investigated", "planned",
    "approved", "agreed", "promised", "resolved", "verified", "reported-back", "answered", "surveyed", "closed",
)  # fmt: skip
LEAD = "lead"
CUSTOMER_SERVICE = "customer-service"
MAILBOT = "mailbot"
Told = Literal["owner", "department-head", "customer-service-head", "general-manager"]
TOLD: tuple[Told, ...] = ("owner", "department-head", "customer-service-head", "general-manager")
NoticeLetter = Literal["reminder", "urging-notice", "escalation"]
OwnLetter = Literal["survey", "closing"]


class Labels(Struct, frozen=True, forbid_unknown_fields=True):
    """One name in the three languages of letters."""

    zh_cn: str = field(name="zh-CN")
    zh_tw: str = field(name="zh-TW")
    en: str = field(name="en")

    def text(self, language: LetterLanguage) -> str:
        return {"zh-CN": self.zh_cn, "zh-TW": self.zh_tw, "en": self.en}[language]

    @property
    def all(self) -> tuple[str, str, str]:
        return (self.zh_cn, self.zh_tw, self.en)


class CategoryRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Which department leads for a category, which ones help (co-handling), and the category's name."""

    lead: str
    label: Labels
    co: tuple[str, ...] = ()


class Deadline(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Milestone `name` within `within` of milestone `after`.

    `owner` is "lead" (the department that leads for the ticket), a department id, or "mailbot". `unless`
    lists milestones that make it void. `promise`: a date told to the customer takes the due moment's place.
    `letter`: mailbot itself sends this letter, `send` from the due moment, and so reaches the milestone.
    """

    name: str
    within: Span
    after: str
    label: Labels
    owner: str = LEAD
    unless: tuple[str, ...] = ()
    promise: bool = False
    letter: OwnLetter | None = None
    send: Span = Span(0, "m")
    clause: str = ""


class Assessment(Struct, frozen=True, forbid_unknown_fields=True):
    """A letter that says any of `when` makes a complaint at least as severe as `severity` (S4.4)."""

    severity: Severity
    when: tuple[Signal, ...]


class Escalation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rung of the ladder. `step` is its text in the file (`-25%`, `0`, `+1wd`) and its key in the record.

    Exactly one of `percent` (of the working time between start and due) and `span` is set, both from the due moment.
    """

    step: str
    to: tuple[Told, ...]
    letter: NoticeLetter
    percent: int | None = None
    span: Span | None = None


class Procedure(Struct, frozen=True, kw_only=True):
    """A complaint procedure, checked. `severities` holds minor, ordinary and major."""

    id: str
    title: Labels
    calendar: Calendar
    categories: dict[str, CategoryRule]
    severities: dict[str, Labels]
    departments: dict[str, Labels]
    deadlines: dict[str, Deadline]
    escalations: tuple[Escalation, ...]
    assessments: tuple[Assessment, ...] = ()
    source: str = ""

    @property
    def hours(self) -> str:
        """Office hours, such as `09:00-18:00`."""
        return hours_text(self.calendar.hours)

    def rule(self, category: str | None) -> CategoryRule:
        """The rule for `category`; that of "other" where it is unknown or has none of its own."""
        return self.categories.get(category or "other") or self.categories["other"]

    def assess(self, signals: Iterable[str], at_least: Severity) -> Severity:
        """The severity of a complaint that says `signals`; never less than `at_least`."""
        said = frozenset(signals)
        grades = [at_least, *(rule.severity for rule in self.assessments if said.intersection(rule.when))]
        return max(grades, key=SEVERITIES.index)

    def started_by(self, milestone: str) -> tuple[Deadline, ...]:
        """The deadlines that begin to run when `milestone` is reached."""
        return tuple(deadline for deadline in self.deadlines.values() if deadline.after == milestone)

    def owner(self, name: str, department: str | None) -> str | None:
        """The department that must meet deadline `name` on a ticket led by `department`; None: mailbot itself.

        A ticket without a department yet is customer service's.
        """
        owner = self.deadlines[name].owner
        if owner == LEAD:
            return department or CUSTOMER_SERVICE
        return None if owner == MAILBOT else owner

    def due(self, name: str, since: datetime) -> datetime:
        """When deadline `name` is due if its first milestone was reached at `since` (UTC)."""
        return self.calendar.add(since, self.deadlines[name].within)

    def send_at(self, name: str, since: datetime, due: datetime) -> datetime | None:
        """When mailbot's own letter for deadline `name` goes out, never before `since`; None if it has none."""
        deadline = self.deadlines[name]
        return max(since, self.calendar.add(due, deadline.send)) if deadline.letter else None

    def ladder(self, name: str) -> tuple[Escalation, ...]:
        """The rungs for deadline `name`; none where mailbot itself is the owner."""
        return () if self.deadlines[name].owner == MAILBOT else self.escalations

    def escalation_at(self, rung: Escalation, since: datetime, due: datetime) -> datetime:
        """When `rung` fires for a deadline that runs from `since` to `due` (UTC).

        A share such as -25 % is of the working time between the two: a night is not part of it.
        """
        if rung.percent is not None:
            return self.calendar.later(due, self.calendar.worked(since, due) * rung.percent / 100)
        return self.calendar.add(due, rung.span or Span(0, "m"))
