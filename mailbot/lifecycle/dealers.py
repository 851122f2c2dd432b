"""Dealers whom a recall was told to: what they write, and who has not answered yet (S3a.2). Pure.

A dealer takes part in the recall's case and is no customer of it: what a dealer writes answers no question to the customer,
opens nothing again and stops no clock. It goes to whoever follows the returns.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.lifecycle.letters import Decision, Entry, Owed, to_customer, to_member
from mailbot.lifecycle.ticket import Task, Ticket

if TYPE_CHECKING:
    from mailbot.lifecycle.decide import Rules, Written

KIND = "recall"
LETTERS = frozenset({"complainant/recall", "complainant/recall-reminder"})
REMINDED = "dealer-reminder"  # the step of a task's clock at which its dealer is reminded


def of(ticket: Ticket, address: str) -> tuple[Task, ...]:
    """The recall tasks of the dealer who writes from `address`; none for the case's own customer."""
    if address == ticket.requester.address:
        return ()
    return tuple(task for task in ticket.tasks if task.kind == KIND and address in task.data.get("addresses", ()))


def wrote(ticket: Ticket, theirs: tuple[Task, ...], written: "Written", rules: "Rules") -> Decision:
    """A dealer's letter: noted with the tasks, told to whoever has them."""
    answered = {task.serial: replace(task, data={**task.data, "answered": True}) for task in theirs}
    ticket = replace(ticket, tasks=tuple(answered.get(task.serial, task) for task in ticket.tasks))
    task = next((task for task in answered.values() if task.done_at is None), answered[theirs[-1].serial])
    entry = Entry("dealer-wrote", written.author.address, {"serial": task.serial, "subject": written.subject[:300]})
    facts = {"task": task, "written": written}
    told = (Owed("staff/dealer-wrote", to_member(m, rules.people.language), facts) for m in rules.people.owners(ticket, task.owner))
    return Decision(ticket, (entry,), tuple(told))


def is_silent(ticket: Ticket, task: Task) -> bool:
    """Whether a dealer of a recall has a mail address and has not answered."""
    theirs = [address for address in task.data.get("addresses", ()) if address != ticket.requester.address]
    return task.kind == KIND and task.done_at is None and bool(theirs) and "answered" not in task.data


def reminders(task: Task, rules: "Rules") -> tuple[tuple[Entry, ...], tuple[Owed, ...]]:
    """The letters to a dealer who has not answered by the time the task was due."""
    language, name = rules.people.language, task.data["dealer"]
    letters = tuple(
        Owed("complainant/recall-reminder", to_customer(Address(name, address), language), {"task": task})
        for address in task.data["addresses"]
    )
    return (Entry("dealer-reminded", "mailbot", {"serial": task.serial, "dealer": name}),), letters
