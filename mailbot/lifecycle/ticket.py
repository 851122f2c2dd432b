"""A ticket as facts: who complains about what, which milestones are reached, what is due.

Pure values passed between `store`, `decide`, `escalate` and `compose`. The status is derived
from the facts, never stored as a truth of its own (design: milestones, deadlines, tasks).
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct

from mailbot.intake.message import Address
from mailbot.procedures.clauses import CATEGORIES, MILESTONES, SEVERITIES, Category, Severity
from mailbot.procedures.rules import Circumstances

__all__ = [
    "CATEGORIES",
    "MILESTONES",
    "OWN_WORK",
    "SEVERITIES",
    "Asked",
    "Category",
    "Customer",
    "Due",
    "Facts",
    "Pause",
    "Reached",
    "Severity",
    "Share",
    "Status",
    "Stay",
    "Task",
    "Ticket",
]

Status = Literal["new", "open", "waiting", "resolved", "closed", "declined"]
OWN_WORK = ("duty", "poll")  # kinds of cases that nobody complained about


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


class Pause(Struct, frozen=True, omit_defaults=True):
    """A time in which clocks stood still, because the customer had to say something first; without `until` it goes on."""

    since: datetime
    until: datetime | None = None


class Stay(Struct, frozen=True, omit_defaults=True):
    """A time in which a department had the case; without `until` it has it still."""

    department: str
    since: datetime
    until: datetime | None = None


class Asked(Struct, frozen=True, omit_defaults=True):
    """What the customer was last asked and has not answered: to confirm the registration, to agree to the plan or to a later date,
    or a question. `day` is the later date."""

    what: Literal["confirm", "agree", "extend", "question"]
    at: datetime
    day: date | None = None


class Share(Struct, frozen=True):
    """A part of a loss in percent (S1.10); `owner` is a department id or "staff:KEY"."""

    owner: str
    percent: Decimal


class Task(Struct, frozen=True, kw_only=True):
    """A piece of work on a ticket, `serial` counting from 1; its deadline is `task-SERIAL` among the ticket's.

    `owner` as in a procedure, or "staff:KEY". `data` are values of its kind: quantities, what waits for approval, findings.
    `verdict` is what the verifier said: "effective", "ineffective", "approved", "refused", or None as long as nobody did.
    """

    serial: int
    kind: str
    title: str
    owner: str
    by: str
    since: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None
    result: str = ""
    verdict: str | None = None
    verdict_by: str | None = None
    verdict_at: datetime | None = None
    data: dict[str, Any] = {}

    @property
    def clock(self) -> str:
        """The name of its deadline among the ticket's."""
        return f"task-{self.serial}"


class Customer(Struct, frozen=True, kw_only=True):
    """A customer of the company's file (S2.1): `sales` a year; `tags` are the company's own words."""

    id: int
    name: str
    phone: str = ""
    region: str = ""
    contact: str = ""
    products: str = ""
    grade: str = ""
    tags: tuple[str, ...] = ()
    sales: Decimal | None = None
    dealer: bool = False


class Facts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a case beside its category; kept as JSON, so a new fact needs no migration.

    `extended` are due moments agreed with the customer, by deadline; `acknowledged` until when a ladder rests, by deadline.
    `helpers` are co-handling departments; `stays` says who led the case from when to when in this round.
    `shares` are the parts of the loss that departments and people bear.
    """

    channel: str = "mail"
    phone: str = ""
    region: str = ""
    product: str = ""
    batch: str = ""
    place: str = ""
    happened: str = ""
    repeats: int = 0
    same_batch: int = 0
    helpers: tuple[str, ...] = ()
    cause: str = ""
    responsibility: str = ""
    responsible: str = ""
    validity: str = ""
    plan: str = ""
    outcome: str = ""
    amount: Decimal = Decimal(0)
    promised: datetime | None = None
    extended: dict[str, datetime] = {}
    acknowledged: dict[str, datetime] = {}
    pauses: tuple[Pause, ...] = ()
    asked: Asked | None = None
    alerted: tuple[int, ...] = ()
    stays: tuple[Stay, ...] = ()
    shares: tuple[Share, ...] = ()
    registered_by: str = ""


class Ticket(Struct, frozen=True):
    """One complaint in its current round. `id` is None until the store has written it.

    `assignee` is a staff key, `department` a procedure's department id. `milestones` and `due`
    hold the current round only; earlier rounds stay in the record; tasks go on from one round to the next. `kind` is
    "complaint" or, for work of the company's own, "duty" or "poll". `signals` are what the customer's letters say beside the
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
    kind: str = "complaint"
    facts: Facts = Facts()
    tasks: tuple[Task, ...] = ()
    customer: Customer | None = None

    @property
    def circumstances(self) -> Circumstances:
        """The ticket as a procedure's conditions see it."""
        facts, customer = self.facts, self.customer
        return Circumstances(
            category=self.category or "",
            severity=self.severity,
            department=self.department or "",
            grade=customer.grade if customer else "",
            tags=frozenset(customer.tags) if customer else frozenset(),
            signals=frozenset(self.signals),
            channel=facts.channel,
            responsibility=facts.responsibility,
            validity=facts.validity,
            amount=facts.amount,
            round=self.round,
            repeats=facts.repeats,
            batch=facts.same_batch,
            reached=frozenset(self.milestones),
        )

    @property
    def inside(self) -> bool:
        """Whether this is work of the company's own, in which no customer takes part."""
        return self.kind == "duty"

    def of(self, customer: Customer | None, repeats: int, same_batch: int = 0) -> "Ticket":
        """The ticket of a customer on file, with the counts of earlier complaints (S1.14, S3a.1)."""
        facts = msgspec.structs.replace(self.facts, repeats=repeats, same_batch=same_batch)
        return msgspec.structs.replace(self, customer=customer, facts=facts)

    def task(self, clock: str) -> Task | None:
        """The task whose deadline is called `clock`, or None."""
        return next((task for task in self.tasks if task.clock == clock), None)

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
        worked_on = self.inside or self.assignee or self.by_staff_at or reached.keys() & {"accepted", "planned", "promised"}
        return "open" if worked_on else "new"
