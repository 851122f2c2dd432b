"""A staff member's reply being carried out: the ticket as it changes, the story, the letters owed, what the receipt says.

Orders' handlers get a `Work` and change it; nothing else is passed between them. Pure.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mailbot.intake.message import Address, InboundMessage
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.letters import Ballot, Decision, Entry, Owed, Phrase, to_member
from mailbot.lifecycle.milestones import reach
from mailbot.lifecycle.order_arguments import Reason
from mailbot.lifecycle.orders import GivenOrder, Problem, Reply
from mailbot.lifecycle.roll import Known
from mailbot.lifecycle.ticket import Category, Task, Ticket
from mailbot.procedures.rules import Approval, Matter
from mailbot.settings import Member


class Given(Struct, frozen=True):
    """A staff member's reply as an event; `dealers` are those on file, where a recall may come of it, `named` other cases, by number,
    that its orders may change; `answers` is the template of the letter of ours that it answers, "" where that is not known."""

    member: Member
    reply: Reply
    message: InboundMessage
    at: datetime
    dealers: tuple[Known, ...] = ()
    named: dict[str, Ticket] = {}
    answers: str = ""


class Work:
    """A reply being carried out: the ticket as it changes, and what is owed for it.

    `waiting` is what of it needs approval first, `shown` the values its approver sees, `released` the approval that it gave for
    another reply, `approved` that which it has itself. `joined` are people outside who take part from now on, `others` other
    cases that it changes, as they were and as they become."""

    def __init__(self, ticket: Ticket, given: Given, now: datetime, rules: Rules) -> None:
        self.ticket = ticket
        self.given = given
        self.now = now
        self.rules = rules
        self.by = given.member.key
        self.entries: list[Entry] = []
        self.letters: list[Owed] = []
        self.done: list[Phrase] = []
        self.to_customer: str | None = None if ticket.inside else "complainant/answer"
        self.facts: dict[str, Any] = {}
        self.judged: Category | None = None
        self.spoken = True
        self.ballot: Ballot | None = None
        self.problems: list[Problem] = []
        self.attached = any(not (part.inline or part.repeated) for part in given.message.attachments)
        self.waiting: list[tuple[Matter, str, list[Approval]]] = []
        self.shown: dict[str, str] = {}
        self.joined: list[Address] = []
        self.released: Task | None = None
        self.approved: Task | None = None
        self.others: dict[str, tuple[Ticket, Decision]] = {}

    def refuse(self, order: GivenOrder, reason: Reason, *choices: str) -> None:
        """The order does not fit the case: nothing of the whole letter is done, the member gets it back."""
        self.problems.append(Problem(order.line, reason, None, choices, order.name))

    def reach(self, milestone: str) -> None:
        self.ticket = reach(self.ticket, milestone, self.now, self.by, self.rules.procedure)

    def know(self, **facts: object) -> None:
        """New facts of the case."""
        self.ticket = replace(self.ticket, facts=replace(self.ticket.facts, **facts))

    def set_task(self, task: Task) -> None:
        """A new task, or a changed one."""
        others = tuple(t for t in self.ticket.tasks if t.serial != task.serial)
        self.ticket = replace(self.ticket, tasks=tuple(sorted((*others, task), key=lambda t: t.serial)))

    def keep_inside(self) -> None:
        """Nothing goes to the customer, unless another order of the reply writes a letter."""
        if self.to_customer == "complainant/answer" and not self.facts:
            self.to_customer = None

    def take(self) -> None:
        """Who works at the leading department's desk has its ticket from now on, if it is nobody's; others leave it there."""
        if self.ticket.assignee is None and self.given.member in self.rules.people.caretakers(self.ticket):
            self.ticket = replace(self.ticket, assignee=self.by)
            self.entries.append(Entry("taken", self.by))

    def note(self, kind: str, **data: object) -> None:
        self.entries.append(Entry(kind, self.by, data))

    def did(self, order: GivenOrder, **facts: object) -> None:
        self.done.append(Phrase(f"done.{order.name}", facts))

    def tell(self, people: tuple[Member, ...], letter: str, **facts: object) -> None:
        """A letter to colleagues; the author hears by receipt."""
        others = [m for m in people if m.key != self.by]
        self.letters += [Owed(letter, to_member(m, self.rules.people.language), facts) for m in others]


Handler = Callable[[Work, GivenOrder], None]
