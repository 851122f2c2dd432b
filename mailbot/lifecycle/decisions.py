"""Decisions on a case: cause, responsibility, validity, amount, what it is about, whether measures worked (S1.4, S3d.1, S3f.1). Pure."""

from msgspec.structs import replace

from mailbot.lifecycle import agreement, approvals
from mailbot.lifecycle.decide import announce
from mailbot.lifecycle.letters import Label
from mailbot.lifecycle.milestones import reopen
from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.tasks import CO_HANDLING, open_task, open_tasks
from mailbot.lifecycle.ticket import Status
from mailbot.lifecycle.work import Handler, Work

UNFINISHED: frozenset[Status] = frozenset({"new", "open", "waiting", "resolved"})


def _cause(work: Work, order: GivenOrder) -> None:
    work.take()
    work.know(cause=order.text)
    work.reach("investigated")
    work.note("investigated", cause=order.text)
    work.keep_inside()
    work.did(order)


def _report(work: Work, order: GivenOrder) -> None:
    """The investigation report goes to the general manager (S1.4)."""
    work.reach("investigated")
    work.reach("reported")
    work.note("reported", report=order.text)
    work.tell(
        work.rules.people.general_managers or work.rules.people.overseers, "staff/cause-report", body=order.text, author=work.given.member
    )
    work.keep_inside()
    work.did(order)


def _responsibility(work: Work, order: GivenOrder) -> None:
    """Whose fault it is; what is not the company's goes back to those who speak with the customer, the responsible unit is told."""
    work.know(responsibility=order.choice, responsible=order.text)
    work.note("responsibility", responsibility=order.choice, responsible=order.text)
    unit = _unit(work, order.text)
    if order.choice == "own" and unit:
        work.tell(work.rules.people.desk(unit), "staff/responsible", author=work.given.member, responsible=order.text)
    work.did(order, choice=Label("responsibility", order.choice), responsible=order.text)


def _unit(work: Work, text: str) -> str | None:
    """The department that `text` names, by id or label."""
    labels = work.rules.procedure.departments
    return next((key for key, names in labels.items() if text and text.casefold() in {key, *(n.casefold() for n in names.all)}), None)


def _validity(work: Work, order: GivenOrder) -> None:
    """Each finding has an answer of its own to the customer (S3f.1)."""
    work.take()
    work.know(validity=order.choice)
    work.note("validity", validity=order.choice)
    work.to_customer = "complainant/validity"
    work.facts = {"validity": order.choice, "reason": order.text}
    work.did(order, choice=Label("validity", order.choice))


def _amount(work: Work, order: GivenOrder) -> None:
    before = work.ticket.facts.amount
    work.know(amount=order.amount)
    work.note("amount", amount=str(order.amount), was=str(before))
    work.did(order, amount=f"{order.amount:,}", before=f"{before:,}")


def _record(work: Work, order: GivenOrder) -> None:
    """Product, batch, place or time: the order is named after the fact."""
    work.know(**{order.name: order.text})
    work.note("recorded", what=order.name, value=order.text)
    work.did(order, value=order.text)


def _done(work: Work, order: GivenOrder) -> None:
    work.reach(order.choice)
    work.note("milestone", name=order.choice, text=order.text)
    work.did(order, what=Label("clock", order.choice))


def _verify(work: Work, order: GivenOrder) -> None:
    """What did not work is done again in a new round, with clocks of its own; nothing did before it was done (S3d.1, S3b.6)."""
    effective = order.choice == "effective"
    if not effective and "resolved" not in work.ticket.milestones:
        work.refuse(order, "not-yet", "resolved")
        return
    work.note("verified", effective=effective, text=order.text)
    if effective:
        work.reach("verified")
    else:
        work.ticket = reopen(work.ticket, work.now, work.by, work.rules.procedure)
        work.note("reopened", round=work.ticket.round)
        work.tell(work.rules.people.caretakers(work.ticket), "staff/redo", body=order.text, author=work.given.member)
    work.did(replace(order, name="verify" if effective else "verify-redo"))


def _co(work: Work, order: GivenOrder) -> None:
    """A department that helps: its desk gets the case too, as a task where the procedure has that kind; the lead stays (S4.5)."""
    department = order.department
    if department is None:
        work.refuse(order, "not-a-department", *work.rules.procedure.departments)
        return
    helping = {task.owner for task in open_tasks(work, CO_HANDLING)}
    if department in (work.ticket.department, *helping):
        work.refuse(order, "has-it-already")
        return
    helpers = tuple(dict.fromkeys((*work.ticket.facts.helpers, department)))
    work.know(helpers=helpers)
    work.note("co-handling", department=department)
    kind = work.rules.procedure.tasks.get(CO_HANDLING)
    if kind:
        open_task(work, CO_HANDLING, kind.label.text(work.rules.people.language), department, show=True)
    else:
        told = announce(replace(work.ticket, assignee=None, department=department), None, work.rules)
        work.letters += [owed for owed in told if owed.to.person != f"staff:{work.by}"]
    work.did(order, department=Label("department", department))


HANDLERS: dict[str, Handler] = {
    **agreement.HANDLERS,
    **approvals.HANDLERS,
    "cause": _cause,
    "report": _report,
    "responsibility": _responsibility,
    "validity": _validity,
    "amount": _amount,
    "product": _record,
    "batch": _record,
    "place": _record,
    "happened": _record,
    "done": _done,
    "verify": _verify,
    "co": _co,
}
FITS: dict[str, frozenset[Status]] = {
    **agreement.FITS,
    **dict.fromkeys(("cause", "report", "responsibility", "validity", "done", "verify", "co"), UNFINISHED),
}
