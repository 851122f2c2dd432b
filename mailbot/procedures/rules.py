"""What a procedure says beside its deadlines: conditions, approvals, tasks, recurring duties, alerts, surveys, grades.

Built from a file by `procedure.load`, taken by the lifecycle. Pure values; a condition is asked about
`Circumstances`, which a ticket gives of itself. Who is meant is always an `owner`: "lead" (the department that
leads for the ticket), a department id, a role id of the procedure, or one of the roles in `ROLES`.
"""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from mailbot.procedures.span import Span

Severity = Literal["minor", "ordinary", "major"]
LEAD = "lead"
ROLES = ("owner", "department-head", "customer-service-head", "general-manager")
Matter = Literal["answer", "plan", "resolve", "decline", "allowance", "return", "recall", "quantity", "close"]
MATTERS: tuple[Matter, ...] = ("answer", "plan", "resolve", "decline", "allowance", "return", "recall", "quantity", "close")
GATED = ("accept", "decline", "plan", "promise", "resolve", "close", "allowance", "return", "recall")
Every = Literal["day", "week", "month", "quarter", "year"]
Responsibility = Literal["own", "customer", "supplier", "none"]
Validity = Literal["valid", "to-be-improved", "invalid"]


class Labels(Struct, frozen=True, forbid_unknown_fields=True):
    """One name in the three languages of letters."""

    zh_cn: str = field(name="zh-CN")
    zh_tw: str = field(name="zh-TW")
    en: str = field(name="en")

    def text(self, language: str) -> str:
        return {"zh-CN": self.zh_cn, "zh-TW": self.zh_tw, "en": self.en}[language]

    @property
    def all(self) -> tuple[str, str, str]:
        return (self.zh_cn, self.zh_tw, self.en)


class Circumstances(Struct, frozen=True, kw_only=True):
    """What conditions are asked about. `repeats` counts the customer's other complaints, `batch` those about the same batch."""

    category: str = ""
    severity: str = "ordinary"
    department: str = ""
    grade: str = ""
    tags: frozenset[str] = frozenset()
    signals: frozenset[str] = frozenset()
    channel: str = "mail"
    responsibility: str = ""
    validity: str = ""
    amount: Decimal = Decimal(0)
    round: int = 1
    repeats: int = 0
    batch: int = 0
    reached: frozenset[str] = frozenset()


class When(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """A condition: every key given must hold; of several values one is enough. Without a key it always holds.

    `amount-from` and `amount-below` are in the company's currency; `round-from`, `repeats-from` and `batch-from` are counts.
    """

    category: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    signal: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    responsibility: tuple[str, ...] = ()
    validity: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()
    amount_from: Decimal | None = None
    amount_below: Decimal | None = None
    round_from: int = 1
    repeats_from: int = 0
    batch_from: int = 0

    def holds(self, case: Circumstances) -> bool:
        """Whether the case is one of those meant."""
        named = (
            (self.category, {case.category}), (self.severity, {case.severity}), (self.department, {case.department}),
            (self.grade, {case.grade}), (self.tag, case.tags), (self.signal, case.signals), (self.channel, {case.channel}),
            (self.responsibility, {case.responsibility}), (self.validity, {case.validity}), (self.reached, case.reached),
        )  # fmt: skip
        return (
            all(not wanted or not case_has.isdisjoint(wanted) for wanted, case_has in named)
            and (self.amount_from is None or case.amount >= self.amount_from)
            and (self.amount_below is None or case.amount < self.amount_below)
            and case.round >= self.round_from
            and case.repeats >= self.repeats_from
            and case.batch >= self.batch_from
        )


ALWAYS = When()


class Milestone(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A milestone of the company's own, reached by `#done NAME`; `words` are further words for it."""

    label: Labels
    words: tuple[str, ...] = ()
    clause: str = ""


class OwnSignal(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A sign of the company's own that a letter may bear: it does when one of `terms` stands in it (letter case aside)."""

    label: Labels
    terms: tuple[str, ...]
    clause: str = ""


class Approval(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `what` needs before it takes effect: the word of `by`, within `within`. All that apply are asked, in the file's order."""

    what: tuple[Matter, ...]
    by: str
    when: When = ALWAYS
    within: Span | None = None
    clause: str = ""


class Gate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order (`resolve`, `close` …) that is refused until every milestone of `needs` is reached and every task of `tasks` is done."""

    order: str
    needs: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    when: When = ALWAYS
    clause: str = ""


class Alert(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is told at once when a case first fits `when`; with `meeting`, an invitation to one that long from now (S4.4, S3f.3)."""

    when: When
    to: tuple[str, ...]
    meeting: Span | None = None
    clause: str = ""


class Handover(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which department leads from the moment a case begins to fit `when`: what is not the company's goes back to sales (S3d.1)."""

    when: When
    to: str
    clause: str = ""


class TaskKind(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of task. Given by `#task KIND …` (its label or one of `words`), or by itself when a case reaches `after` and fits `when`.

    With `follows` it begins when a task of that kind is done. `within` counts from the task's beginning. With `verify-by` its
    result is judged by that owner within `verify-within`; an ineffective one is done again (`redo`). `fields` are values its
    report may carry, such as "actual-quantity". `copies` are further owners who get the note of an allowance or a return, or hear
    how a loss is shared. `tolerance`, such as "2%", is how much more than approved may come back where the customer has no ratio
    of its own.
    """

    label: Labels
    words: tuple[str, ...] = ()
    owner: str = LEAD
    within: Span | None = None
    after: str = ""
    when: When = ALWAYS
    verify_by: str = field(default="", name="verify-by")
    verify_within: Span | None = field(default=None, name="verify-within")
    redo: bool = True
    fields: tuple[str, ...] = ()
    follows: str = ""
    copies: tuple[str, ...] = ()
    tolerance: Annotated[str, Meta(pattern=r"^\d{1,2}(\.\d{1,2})?%$")] = "0%"
    clause: str = ""


class Duty(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Work that comes again and again: opens a case of its own with one task of kind `task` each period.

    `every` is the period, `on` the day in it (1 is the first working day on or after the first; -1 the last). `grade` makes it
    one case for every customer of these grades. `draw` closed cases of the period before are drawn at random for a spot check.
    """

    label: Labels
    task: str
    every: Every
    on: int = 1
    owner: str = LEAD
    within: Span | None = None
    grade: tuple[str, ...] = ()
    draw: int = 0
    clause: str = ""


class Question(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A question of the survey; `scale` are the words from best to worst, or empty for 5 to 1."""

    label: Labels
    scale: tuple[Labels, ...] = ()


class Survey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is asked after the answer. A vote of `dissatisfied` or less (5 is best) opens a new round and tells `tell`.

    `remind` is how long after the survey one reminder goes out, `silent` how long after that silence is recorded.
    """

    question: dict[str, Question] = {}
    dissatisfied: int = 2
    tell: tuple[str, ...] = ()
    remind: Span | None = None
    silent: Span | None = None
    clause: str = ""


class Poll(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A survey sent to customers of `grade` every period, whether they complained or not (S2.5).

    After a dissatisfied answer a customer is asked every `dissatisfied` instead.
    """

    every: Every
    grade: tuple[str, ...]
    question: dict[str, Question]
    on: int = 1
    dissatisfied: Every | None = None
    clause: str = ""


class Grade(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A grade of customers: those said to have it, or with sales of `sales-from` a year, or with one of `tags`."""

    label: Labels
    sales_from: Decimal | None = field(default=None, name="sales-from")
    tags: tuple[str, ...] = ()
    clause: str = ""


class Registration(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How complaints are taken in: whether the customer is asked to confirm the registration, whether a head reviews it."""

    confirm: bool = False
    fields: tuple[str, ...] = ()
    clause: str = ""


class Closing(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What closing brings: `copies` to owners (S1.7).

    A department whose handling took longer than `slow-after` owes a task of kind `slow` (S1.13). `keep-years` is how long the
    record is kept at least (S3g.2)."""

    copies: tuple[str, ...] = ()
    slow: str = ""
    slow_after: Span | None = field(default=None, name="slow-after")
    keep_years: int = field(default=0, name="keep-years")
    clause: str = ""
