"""Tasks on a case: given to an owner, each with a clock of its own, done, and where the kind says so judged (S1.10-12, S2.3, S4.13).

Pure. What a kind of task is stands in the procedure; nothing here knows one by name, but for that which `#co` gives.
"""

from datetime import datetime, time
from typing import Any

from msgspec.structs import replace

from mailbot.lifecycle.approvals import KIND as APPROVAL
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.letters import Label, Owed, Phrase, to_member
from mailbot.lifecycle.milestones import settle
from mailbot.lifecycle.order_arguments import Wrong, read_amount
from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.task_values import values
from mailbot.lifecycle.ticket import Task, Ticket
from mailbot.lifecycle.work import Handler, Work
from mailbot.procedures.rules import MATTERS, TaskKind
from mailbot.settings import Member

CO_HANDLING = "co-handling"  # the kind of task that a helping department gets
COUNT = "actual-quantity"  # the field of kinds that are done by counting what came back


def give(  # noqa: PLR0913, PLR0917 - a task is all of this, and each part is said by whoever gives it
    ticket: Ticket, kind: str, title: str, owner: str, by: str, now: datetime, rules: Rules, due: datetime | None = None, **data: object
) -> Ticket:
    """The ticket with one more task of `kind`, the last of its tasks, its clock running.

    `owner` as in a procedure, or "staff:KEY"; "" is the kind's own. `due` (aware UTC) goes before the kind's `within`, which counts
    from `now` in the owner's working hours; with neither the task has no clock. Raises KeyError for a kind the procedure lacks.
    """
    rule = rules.procedure.tasks[kind]
    owner = owner or rule.owner
    if due is None and rule.within:
        due = rules.procedure.calendar_of(owner, ticket.department).add(now, rule.within)
    serial = max((task.serial for task in ticket.tasks), default=0) + 1
    task = Task(serial=serial, kind=kind, title=title, owner=owner, by=by, since=now, due_at=due, data=data)
    return settle(replace(ticket, tasks=(*ticket.tasks, task)), rules.procedure)


def announce_task(ticket: Ticket, task: Task, rules: Rules, author: Member | None = None, letter: str = "staff/task") -> tuple[Owed, ...]:
    """The task to whoever has to do it; without `author` the procedure asks for it. `letter` may be one that says more.

    With `data["show"]` the customer's own letter is in it."""
    facts: dict[str, Any] = {"task": task, "author": author, "attach": author is not None}
    if task.data.get("show"):
        facts["written"] = None
    people = [m for m in rules.people.owners(ticket, task.owner) if author is None or m.key != author.key]
    return tuple(Owed(letter, to_member(m, rules.people.language), facts) for m in people)


def open_task(work: Work, kind: str, title: str, owner: str = "", due: datetime | None = None, **data: object) -> Task:
    """A task that a member gives, told to its owner."""
    work.ticket = give(work.ticket, kind, title, owner, work.by, work.now, work.rules, due, **data)
    task = work.ticket.tasks[-1]
    work.note("task-given", serial=task.serial, task=kind, title=title, owner=task.owner, due=task.due_at and task.due_at.isoformat())
    work.letters += announce_task(work.ticket, task, work.rules, work.given.member)
    return task


def finish(work: Work, task: Task, result: str, **data: object) -> Task:
    """The task as done; whoever judges its result is told, or else whoever gave it, or who cares for the case."""
    people, kind = work.rules.people, work.rules.procedure.tasks.get(task.kind)
    done = replace(task, done_at=work.now, result=result, data=task.data | data | ({"reported": sorted(data)} if data else {}))
    work.set_task(done)
    work.note("task-done", serial=task.serial, task=task.kind, result=result, **({"values": data} if data else {}))
    giver = people.member(task.by)
    told = people.owners(work.ticket, kind.verify_by) if kind and kind.verify_by else (giver,) if giver else people.caretakers(work.ticket)
    work.tell(told, "staff/task-done", task=done, author=work.given.member, attach=True)
    return done


def judge(work: Work, task: Task, text: str, *, effective: bool) -> Task | None:
    """The verdict on a result; what did not work is done again, where the kind says so: gives the next attempt."""
    verdict = "effective" if effective else "ineffective"
    work.set_task(replace(task, verdict=verdict, verdict_by=work.by, verdict_at=work.now))
    work.note("task-judged", serial=task.serial, task=task.kind, verdict=verdict, text=text)
    kind = work.rules.procedure.tasks.get(task.kind)
    if effective or not (kind and kind.redo):
        told = work.rules.people.owners(work.ticket, task.owner)
        work.tell(told, "staff/task-judged", task=task, author=work.given.member, text=text, verdict=verdict)
        return None
    over = {"reported", *task.data.get("reported", ())}  # the next attempt has the task as it was given, not the report on it
    again = {**{key: value for key, value in task.data.items() if key not in over}, "again_of": task.serial, "why": text}
    work.ticket = give(work.ticket, task.kind, task.title, task.owner, task.by, work.now, work.rules, _as_long(work, task, kind), **again)
    next_one = work.ticket.tasks[-1]
    work.note("task-given", serial=next_one.serial, task=task.kind, title=task.title, owner=task.owner, again_of=task.serial)
    work.letters += announce_task(work.ticket, next_one, work.rules, work.given.member)
    return next_one


def _as_long(work: Work, task: Task, kind: TaskKind) -> datetime | None:
    """When the next attempt is due where the kind does not say: it has as long as the first one had."""
    if kind.within or task.due_at is None:
        return None
    calendar = work.rules.procedure.calendar_of(task.owner, work.ticket.department)
    return calendar.next_working(work.now + (task.due_at - task.since))


def open_tasks(work: Work, kind: str | None = None) -> list[Task]:
    """The tasks that are not done, the author's own first; approvals have orders of their own."""
    running = [t for t in work.ticket.tasks if t.done_at is None and t.kind != APPROVAL and kind in (None, t.kind)]
    return sorted(running, key=lambda task: not _has(work, task.owner))


def holds(task: Task) -> bool:
    """Whether nobody said that a task has to be done again."""
    return task.verdict != "ineffective"


def is_counted(task: Task, rules: Rules) -> bool:
    """Whether a task is done by saying how much came back."""
    kind = rules.procedure.tasks.get(task.kind)
    return kind is not None and COUNT in kind.fields


def chosen(work: Work, order: GivenOrder, among: list[Task], owner_of: dict[int, str], *, by_giver: bool = True) -> Task | None:
    """The task that the order names by its number, or the only one it can mean; None where the order is refused.

    `owner_of` says by serial whose word counts; a manager's does always, and with `by_giver` that of whoever gave the task."""
    own = [task for task in among if _has(work, owner_of[task.serial])]
    boss = work.given.member.role in ("head", "manager")
    fits = [task for task in among if task.serial == order.serial] or own or (among if boss else [])
    if not fits:
        work.refuse(order, "not-your-task" if among else "no-open-task")
    elif len(fits) > 1:
        work.refuse(order, "which-task", *(f"{task.serial} {task.title}" for task in fits))
    elif fits[0] not in own and not boss and not (by_giver and fits[0].by == work.by):
        work.refuse(order, "not-your-task")
    else:
        return fits[0]
    return None


def _has(work: Work, owner: str) -> bool:
    return work.given.member in work.rules.people.owners(work.ticket, owner)


def _task(work: Work, order: GivenOrder) -> None:
    if order.choice in MATTERS:
        work.refuse(order, "own-order")
        return
    title, _, text = order.text.partition("\n")
    label = work.rules.procedure.tasks[order.choice].label.text(work.rules.people.language)
    owner = f"staff:{order.member.key}" if order.member else order.department or ""
    due = datetime.combine(order.day, time(23, 59), work.rules.procedure.calendar.zone) if order.day else None
    task = open_task(work, order.choice, title or label, owner, due, **({"text": text} if text else {}))
    work.to_customer = None
    facts = {"serial": task.serial, "kind": Label("step", task.kind), "owner": Label("owner", task.owner)}
    if task.due_at:
        work.did(order, due=Label("moment", task.due_at), **facts)
    else:
        work.done.append(Phrase("done.task-undated", facts))


def _finish(work: Work, order: GivenOrder) -> None:
    """The owner, who gave it, or a head says that a task is done; named values of its kind are kept."""
    running = open_tasks(work)
    if order.serial in {task.serial for task in work.ticket.tasks} - {task.serial for task in running}:  # done before: not another one
        work.refuse(order, "no-open-task")
        return
    task = chosen(work, order, running, {task.serial: task.owner for task in running})
    if task is None:
        return
    if is_counted(task, work.rules):
        work.refuse(order, "count-it")
        return
    said = order.text if order.serial in (None, task.serial) else f"{order.serial} {order.text}"
    kind = work.rules.procedure.tasks.get(task.kind)
    known, result = values(said, kind.fields if kind else ())
    if "loss" in known and isinstance(read_amount(known["loss"]), Wrong):
        work.refuse(order, "bad-amount")
        return
    finish(work, task, result, **known)
    work.keep_inside()
    work.did(order, serial=task.serial, what=Label("clock", task.clock))


def _judge(work: Work, order: GivenOrder) -> None:
    kinds = work.rules.procedure.tasks
    waiting = [t for t in work.ticket.tasks if t.done_at and t.verdict is None and t.kind in kinds and kinds[t.kind].verify_by]
    if not waiting or order.serial not in (None, *(task.serial for task in waiting)):
        work.refuse(order, "nothing-to-judge")
        return
    task = chosen(work, order, waiting, {task.serial: kinds[task.kind].verify_by for task in waiting}, by_giver=False)
    if task is None:
        return
    again = judge(work, task, order.text, effective=order.choice == "effective")
    work.to_customer = None
    if again:
        work.done.append(Phrase("done.judge-redo", {"serial": task.serial, "next": again.serial, "what": Label("clock", task.clock)}))
    else:
        work.did(order, serial=task.serial, what=Label("clock", task.clock), verdict=Label("verdict", order.choice))


HANDLERS: dict[str, Handler] = {"task": _task, "finish": _finish, "judge": _judge}
