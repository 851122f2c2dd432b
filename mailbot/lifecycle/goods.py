"""Allowance and return, what really came back, and who bears the loss (S1.10, S1.11, S1.12). Pure.

An allowance or a return waits for approval, then its note is a task for whoever carries it out, with copies to others. What
came back is held against what was approved: so much more as the customer's ratio allows counts, for more somebody is asked.
"""

import re
from decimal import Decimal

from msgspec.structs import replace

from mailbot.lifecycle import approvals, recall
from mailbot.lifecycle.letters import Label, Owed, to_member
from mailbot.lifecycle.order_arguments import read_amount
from mailbot.lifecycle.order_quantities import Quantity, read_quantity
from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.people import CUSTOMER_SERVICE
from mailbot.lifecycle.tasks import COUNT, chosen, finish, give, holds, is_counted, open_tasks
from mailbot.lifecycle.ticket import Customer, Status, Task, Ticket
from mailbot.lifecycle.work import Handler, Work
from mailbot.procedures.rules import TaskKind

APPROVED = "approved-quantity"
WHOLE = Decimal(100)
RATIO = re.compile(r"(?:容差|允差|允收|超量允收|tolerance)\D{0,3}(\d{1,2}(?:\.\d{1,2})?)\s*[%％]", re.IGNORECASE)


def tolerance(customer: Customer | None, kind: TaskKind) -> Decimal:
    """How much more than approved may come back, in percent: the customer's tag such as `容差2%`, or else the kind's (S1.12)."""
    own = next((match for tag in (customer.tags if customer else ()) if (match := RATIO.search(tag))), None)
    return Decimal(own[1] if own else kind.tolerance.rstrip("%"))


def loss(ticket: Ticket) -> Decimal | None:
    """What is lost: as reported once the goods were sold on or not, or else the sum at stake; None where neither is known."""
    said = [read_amount(str(task.data["loss"])) for task in ticket.tasks if "loss" in task.data and task.done_at and holds(task)]
    sums = [read[0] for read in said if isinstance(read, tuple)]
    return sum(sums, Decimal(0)) if sums else ticket.facts.amount or None


def _allowance(work: Work, order: GivenOrder) -> None:
    """The sum at stake rises to the allowance first: who approves depends on it."""
    if order.amount is None or _lacks(work, order):
        return
    work.know(amount=max(work.ticket.facts.amount, order.amount))
    _issue(work, order, {"amount": f"{order.amount:,f}", "reason": order.text})


def _return(work: Work, order: GivenOrder) -> None:
    if order.quantity is None or _lacks(work, order):
        return
    if not order.quantity.number:
        work.refuse(order, "bad-quantity")
        return
    _issue(work, order, {APPROVED: str(order.quantity), "reason": order.text})


def _lacks(work: Work, order: GivenOrder) -> bool:
    """Whether the procedure has no such note, or the order gives no reason."""
    kinds = work.rules.procedure.tasks
    if order.name not in kinds:
        work.refuse(order, "unknown-task-kind", *(kind.label.text(work.rules.people.language) for kind in kinds.values()))
    elif not order.text:
        work.refuse(order, "no-reason")
    return order.name not in kinds or not order.text


def _issue(work: Work, order: GivenOrder, values: dict[str, str]) -> None:
    """The note, once it is approved: a task for its owner, and copies (S1.11)."""
    work.keep_inside()
    if approvals.hold(work, "return" if order.name == "return" else "allowance", "", values):
        return
    kind, people = work.rules.procedure.tasks[order.name], work.rules.people
    title = f"{values.get(APPROVED) or values['amount']} {order.text}".partition("\n")[0][:80]
    told = values | {"issued-by": work.by, "approved-by": list(approvals.approvers(work))}
    work.ticket = give(work.ticket, order.name, title, "", work.by, work.now, work.rules, None, **told)
    task = work.ticket.tasks[-1]
    work.note("task-given", serial=task.serial, task=task.kind, title=title, owner=task.owner, values=values)
    own = people.owners(work.ticket, task.owner)
    readers = {m.key: m for m in (*own, *(m for owner in kind.copies for m in people.owners(work.ticket, owner)))}.values()
    work.letters += [Owed("staff/goods-note", to_member(m, people.language), {"task": task, "own": m in own}) for m in readers]
    work.did(order, what=Label("step", order.name), number=f"{work.ticket.number}-{task.serial}", copies=str(len(readers)))


def _returned(work: Work, order: GivenOrder) -> None:
    """What came back, held against what was approved: less, or more within the ratio, counts as it is (S1.12). A recall has no bound."""
    running = [task for task in open_tasks(work) if is_counted(task, work.rules)]
    if order.quantity is None or order.serial not in (None, *(task.serial for task in running)):
        work.refuse(order, "no-open-task")
        return
    task = chosen(work, order, running, {task.serial: task.owner for task in running})
    if task is None:
        return
    approved = read_quantity(str(task.data.get(APPROVED, "")))
    quantity = order.quantity
    work.keep_inside()
    if isinstance(approved, tuple):
        if quantity.unit and approved[0].unit and quantity.measure != approved[0].measure:
            work.refuse(order, "other-unit", str(approved[0]))
            return
        quantity = replace(quantity, unit=quantity.unit or approved[0].unit)
        if _is_too_much(work, task, quantity, approved[0]):
            return
    done = finish(work, task, order.text, **{COUNT: str(quantity)})
    work.did(order, serial=task.serial, quantity=str(quantity), what=Label("clock", task.clock))
    recall.tell_complete(work, done)


def _is_too_much(work: Work, task: Task, quantity: Quantity, approved: Quantity) -> bool:
    """Whether more came back than the ratio allows, and somebody has to say first that it counts."""
    ratio = tolerance(work.ticket.customer, _kind(work, task))
    if quantity.number <= approved.number * (1 + ratio / WHOLE):
        return False
    shown = {COUNT: str(quantity), APPROVED: str(approved), "tolerance": f"{ratio:f}%"}
    return approvals.hold(work, "quantity", "", shown, anyway=CUSTOMER_SERVICE)


def _kind(work: Work, task: Task) -> TaskKind:
    """The kind of a task of the procedure."""
    return work.rules.procedure.tasks[task.kind]


def _shares(work: Work, order: GivenOrder) -> None:
    """Who bears how much of the loss; it is not known while goods are still to come back, or may still be sold (S1.10)."""
    followed = {kind.follows for kind in work.rules.procedure.tasks.values() if kind.follows}
    waiting = [task.kind for task in open_tasks(work) if "follows" in task.data or task.kind in followed]
    if waiting:
        work.refuse(order, "not-yet", *dict.fromkeys(waiting))
        return
    work.know(shares=order.shares)
    sum_ = loss(work.ticket)
    copies = [owner for kind in work.rules.procedure.tasks.values() if kind.follows for owner in kind.copies]
    people = work.rules.people
    told = {m.key: m for owner in (*(s.owner for s in order.shares), *copies) for m in people.by_role(owner, work.ticket, "lead")}
    work.note("shares", shares={share.owner: str(share.percent) for share in order.shares}, loss=str(sum_) if sum_ else None)
    work.tell(tuple(told.values()), "staff/shares", shares=order.shares, loss=sum_, author=work.given.member)
    work.keep_inside()
    work.did(order)


HANDLERS: dict[str, Handler] = {"allowance": _allowance, "return": _return, "returned": _returned, "shares": _shares}
FITS: dict[str, frozenset[Status]] = dict.fromkeys(("allowance", "return"), frozenset({"new", "open", "waiting", "resolved", "closed"}))
