"""A procedure's clauses as values: who leads, what is due when, who is told when it is late.

Built from a file by `procedure.load`, taken by `decide`, `escalate` and `compose`. Pure: moments come in and
go out, no clock is read. A milestone name that the procedure has no deadline for raises KeyError (a bug of
the caller). Names of clauses (`S4.6`) are those of the company's written procedure.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mailbot.procedures.rules import (
    ALWAYS,
    LEAD,
    Alert,
    Approval,
    Circumstances,
    Closing,
    Duty,
    Gate,
    Grade,
    Handover,
    Labels,
    Milestone,
    OwnSignal,
    Poll,
    Registration,
    Severity,
    Survey,
    TaskKind,
    When,
)
from mailbot.procedures.span import Span
from mailbot.procedures.worktime import Calendar, hours_text

__all__ = [
    "CATEGORIES",
    "CUSTOMER_SERVICE",
    "LEAD",
    "MAILBOT",
    "MILESTONES",
    "SEVERITIES",
    "SIGNALS",
    "Assessment",
    "Category",
    "CategoryRule",
    "Deadline",
    "Escalation",
    "Labels",
    "NoticeLetter",
    "OwnLetter",
    "Procedure",
    "Severity",
    "Signal",
    "Vary",
]

Category = Literal["quality", "service", "price", "delivery", "other"]
CATEGORIES: tuple[Category, ...] = ("quality", "service", "price", "delivery", "other")
SEVERITIES: tuple[Severity, ...] = ("minor", "ordinary", "major")
Signal = Literal["danger", "return", "exchange", "claim", "refund", "legal", "repeat", "urgent"]
SIGNALS: tuple[Signal, ...] = ("danger", "return", "exchange", "claim", "refund", "legal", "repeat", "urgent")
MILESTONES: tuple[str, ...] = (
    "received", "confirmed", "classified", "reviewed", "accepted", "declined", "assigned", "first-answered", "investigated",
    "reported", "planned", "approved", "agreed", "promised", "resolved", "verified", "reported-back", "answered", "surveyed",
    "survey-reminded", "survey-silent", "rated", "closed",
)  # fmt: skip
CUSTOMER_SERVICE = "customer-service"
MAILBOT = "mailbot"
NoticeLetter = Literal["reminder", "urging-notice", "escalation"]
OwnLetter = Literal["survey", "closing", "survey-reminder", "silence"]


class CategoryRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Which department leads for a category, which ones help (co-handling), and the category's name."""

    lead: str
    label: Labels
    co: tuple[str, ...] = ()


class Vary(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For cases that fit `when`, another time or owner; `none` makes the deadline not apply to them."""

    when: When
    within: Span | None = None
    owner: str = ""
    none: bool = False
    clause: str = ""


class Deadline(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Milestone `name` within `within` of milestone `after`.

    `owner` is "lead" (the department that leads for the ticket), a department id, or "mailbot". `unless`
    lists milestones that make it void. `promise`: a date told to the customer takes the due moment's place.
    `letter`: mailbot itself sends this letter, `send` from the due moment, and so reaches the milestone.
    `when`: the cases it applies to; `vary`: the first that fits changes it. `always`: it runs round the clock, and its
    notices go out at any hour. `pause`: it waits while the customer is asked something.
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
    when: When = ALWAYS
    vary: tuple[Vary, ...] = ()
    always: bool = False
    pause: bool = True
    clause: str = ""


class Assessment(Struct, frozen=True, forbid_unknown_fields=True):
    """A letter that says any of `when`, in a case that fits `case`, makes a complaint at least as severe as `severity` (S4.4)."""

    severity: Severity
    when: tuple[str, ...] = ()
    case: When = ALWAYS
    clause: str = ""


class Escalation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rung of the ladder. `step` is its text in the file (`-25%`, `0`, `+1wd`) and its key in the record.

    Exactly one of `percent` (of the working time between start and due) and `span` is set, both from the due moment.
    """

    step: str
    to: tuple[str, ...]
    letter: NoticeLetter
    percent: int | None = None
    span: Span | None = None


class Procedure(Struct, frozen=True, kw_only=True):
    """A complaint procedure, checked. `severities` holds minor, ordinary and major; `calendars` those of departments with
    hours of their own."""

    id: str
    title: Labels
    calendar: Calendar
    categories: dict[str, CategoryRule]
    severities: dict[str, Labels]
    departments: dict[str, Labels]
    deadlines: dict[str, Deadline]
    escalations: tuple[Escalation, ...]
    assessments: tuple[Assessment, ...] = ()
    roles: dict[str, Labels] = {}
    milestones: dict[str, Milestone] = {}
    signals: dict[str, OwnSignal] = {}
    approvals: tuple[Approval, ...] = ()
    gates: tuple[Gate, ...] = ()
    alerts: tuple[Alert, ...] = ()
    handovers: tuple[Handover, ...] = ()
    tasks: dict[str, TaskKind] = {}
    duties: dict[str, Duty] = {}
    survey: Survey = Survey()
    polls: dict[str, Poll] = {}
    grades: dict[str, Grade] = {}
    registration: Registration = Registration()
    closing: Closing = Closing()
    source: str = ""
    calendars: dict[str, Calendar] = {}

    @property
    def hours(self) -> str:
        """Office hours, such as `09:00-18:00`."""
        return hours_text(self.calendar.hours)

    def rule(self, category: str | None) -> CategoryRule:
        """The rule for `category`; that of "other" where it is unknown or has none of its own."""
        return self.categories.get(category or "other") or self.categories["other"]

    def own_signals(self, text: str) -> dict[str, list[str]]:
        """The signs of the company's own that a text bears, each with the words that say so; letter case aside."""
        folded = text.casefold()
        found = {name: [term for term in sign.terms if term.casefold() in folded] for name, sign in self.signals.items()}
        return {name: terms for name, terms in found.items() if terms}

    def assess(self, signals: Iterable[str], at_least: Severity, case: Circumstances = Circumstances()) -> Severity:  # noqa: B008 - frozen
        """The severity of a complaint that says `signals` under the circumstances; never less than `at_least`."""
        said = frozenset(signals)
        fits = (rule for rule in self.assessments if rule.case.holds(case) and (not rule.when or said.intersection(rule.when)))
        grades = [at_least, *(rule.severity for rule in fits)]
        return max(grades, key=SEVERITIES.index)

    def in_force(self, name: str, case: Circumstances = Circumstances()) -> Deadline | None:  # noqa: B008 - frozen
        """Deadline `name` as it stands for the case: the first `vary` that fits changes it; None where it does not apply."""
        deadline = self.deadlines[name]
        if deadline.when is not ALWAYS and not deadline.when.holds(case):
            return None
        change = next((change for change in deadline.vary if change.when.holds(case)), None)
        if change is None:
            return deadline
        return None if change.none else replace(deadline, within=change.within or deadline.within, owner=change.owner or deadline.owner)

    def calendar_of(self, owner: str, department: str | None, *, always: bool = False) -> Calendar:
        """Whose hours count where `owner` has to act for a case led by `department`; with `always` every hour does."""
        calendar = self.calendars.get((department or CUSTOMER_SERVICE) if owner == LEAD else owner, self.calendar)
        return calendar.round_the_clock if always else calendar

    def due(self, name: str, since: datetime, case: Circumstances = Circumstances()) -> datetime | None:  # noqa: B008 - frozen
        """When deadline `name` is due if its first milestone was reached at `since` (UTC); None where it does not apply."""
        deadline = self.in_force(name, case)
        if deadline is None:
            return None
        return self.calendar_of(deadline.owner, case.department, always=deadline.always).add(since, deadline.within)

    def send_at(self, name: str, since: datetime, due: datetime) -> datetime | None:
        """When mailbot's own letter for deadline `name` goes out, never before `since`; None if it has none."""
        deadline = self.deadlines[name]
        return max(since, self.calendar.add(due, deadline.send)) if deadline.letter else None

    def escalation_at(self, rung: Escalation, since: datetime, due: datetime, calendar: Calendar) -> datetime:
        """When `rung` fires for a deadline that runs from `since` to `due` (UTC) in `calendar`.

        A share such as -25 % is of the working time between the two: a night is not part of it.
        """
        if rung.percent is not None:
            return calendar.later(due, calendar.worked(since, due) * rung.percent / 100)
        return calendar.add(due, rung.span or Span(0, "m"))
