"""A ticket as facts: who complains about what, which milestones are reached, what is due.

Pure values passed between `store`, `decide`, `escalate` and `compose`. The status is derived
from the facts, never stored as a truth of its own (design: milestones, deadlines, tasks).
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from mailbot.intake.message import Address
from mailbot.procedures.clauses import CATEGORIES, MILESTONES, SEVERITIES, Category, Severity

__all__ = ["CATEGORIES", "MILESTONES", "SEVERITIES", "Category", "Due", "Reached", "Severity", "Status", "Ticket"]

Status = Literal["new", "open", "waiting", "resolved", "closed", "declined"]


class Reached(Struct, frozen=True):
    """A milestone as a fact: when (aware UTC) and by whom (staff key, "customer" or "mailbot")."""

    at: datetime
    by: str


class Due(Struct, frozen=True):
    """A deadline: milestone `name` is due at `at`, counted from `since`; `ended_at` once met or waived (aware UTC)."""

    name: str
    at: datetime
    since: datetime
    ended_at: datetime | None = None


class Ticket(Struct, frozen=True):
    """One complaint in its current round. `id` is None until the store has written it.

    `assignee` is a staff key, `department` a procedure's department id. `milestones` and `due`
    hold the current round only; earlier rounds stay in the record. `signals` are what the customer's letters say beside the
    category (danger, a wish to return …), each with the words that say so. `by_customer_at` and
    `by_staff_at` are the last moments either side wrote to the other.
    """

    id: int | None
    number: str
    subject: str
    language: str
    requester: Address
    opened_at: datetime
    round: int = 1
    category: Category | None = None
    confidence: float = 0.0
    scores: dict[str, float] = {}
    terms: tuple[str, ...] = ()
    also: Category | None = None
    severity: Severity = "ordinary"
    signals: dict[str, list[str]] = {}
    department: str | None = None
    assignee: str | None = None
    milestones: dict[str, Reached] = {}
    due: dict[str, Due] = {}
    by_customer_at: datetime | None = None
    by_staff_at: datetime | None = None

    @property
    def running(self) -> tuple[Due, ...]:
        """Deadlines that still run, soonest first."""
        return tuple(sorted((d for d in self.due.values() if d.ended_at is None), key=lambda d: d.at))

    @property
    def choices(self) -> tuple[Category, ...]:
        """While people are asked for the category: the two likeliest, or all where nothing was guessed; empty once it is known."""
        if self.category:
            return ()
        return tuple(sorted(CATEGORIES, key=lambda c: -self.scores.get(c, 0.0))[:2]) if self.scores else CATEGORIES

    @property
    def tag(self) -> str:
        """The subject tag, such as `[#2026-000123]`."""
        return f"[#{self.number}]"

    @property
    def status(self) -> Status:
        """Derived: the latest word of either side decides between open and waiting."""
        reached = self.milestones
        if "closed" in reached:
            return "closed"
        if "declined" in reached:
            return "declined"
        if "resolved" in reached:
            return "resolved"
        began = reached["received"].at if "received" in reached else self.opened_at
        if self.by_staff_at and self.by_staff_at >= max(began, self.by_customer_at or began):
            return "waiting"
        worked_on = self.assignee or self.by_staff_at or reached.keys() & {"accepted", "planned", "promised"}
        return "open" if worked_on else "new"
