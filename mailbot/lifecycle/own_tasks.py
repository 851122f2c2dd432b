"""Tasks that come of themselves: when a case reaches a milestone or a condition begins to hold, and when a department was slow.

Pure; asked by `consequences` about every change that is written down (S0.4, S1.13, S2.3, S2.6).
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from mailbot.lifecycle.decide import MACHINE, Rules, announce
from mailbot.lifecycle.letters import Decision, Entry
from mailbot.lifecycle.milestones import FINAL
from mailbot.lifecycle.tasks import CO_HANDLING, COUNT, announce_task, give
from mailbot.lifecycle.ticket import Stay, Task, Ticket
from mailbot.procedures.rules import ALWAYS, TaskKind


def own_tasks(decision: Decision, now: datetime, rules: Rules) -> Decision:
    """`decision` with the tasks that the case, as it is now, asks for; one of a kind a round, none while one is open."""
    for name, kind in rules.procedure.tasks.items():
        if _is_asked(name, kind, decision.ticket):
            decision = raise_task(decision, name, "", now, rules, show=True)
    return decision


def followed(before: Ticket | None, decision: Decision, now: datetime, rules: Rules) -> Decision:
    """`decision` with the tasks that begin once one of another kind is done (S1.10); one that followed it and is open goes on."""
    done = {task.serial for task in before.tasks if task.done_at} if before else set()
    for task in decision.ticket.tasks:
        if task.done_at is None or task.serial in done:
            continue
        origin = _origin(decision.ticket, task)
        open_ = {other.kind: other for other in decision.ticket.tasks if other.done_at is None and other.data.get("follows") == origin}
        for name, kind in rules.procedure.tasks.items():
            if kind.follows == task.kind and name not in open_:
                decision = raise_task(decision, name, "", now, rules, follows=origin, **_counted(task))
            elif kind.follows == task.kind:
                decision = _recounted(decision, open_[name], task, rules)
    return decision


def _recounted(decision: Decision, task: Task, counted: Task, rules: Rules) -> Decision:
    """An open task told anew how much came back, where that was counted again."""
    if _counted(counted).items() <= task.data.items():
        return decision
    task = replace(task, data=task.data | _counted(counted))
    kept = tuple(task if one.serial == task.serial else one for one in decision.ticket.tasks)
    entry = Entry("task-changed", MACHINE, {"serial": task.serial, "task": task.kind, "values": _counted(counted)})
    ticket = replace(decision.ticket, tasks=kept)
    letters = (*decision.letters, *announce_task(ticket, task, rules))
    return replace(decision, ticket=ticket, entries=(*decision.entries, entry), letters=letters)


def _origin(ticket: Ticket, task: Task) -> int:
    """The number of the first attempt at a task."""
    while "again_of" in task.data:
        task = next(earlier for earlier in ticket.tasks if earlier.serial == task.data["again_of"])
    return task.serial


def _counted(task: Task) -> dict[str, str]:
    """How much came back, if that is what the task was about."""
    return {COUNT: str(task.data[COUNT])} if COUNT in task.data else {}


def raise_task(decision: Decision, kind: str, owner: str, now: datetime, rules: Rules, **data: object) -> Decision:
    """`decision` with one more task that nobody gave: its owner is told; `owner` "" is the kind's own."""
    title = rules.procedure.tasks[kind].label.text(rules.people.language)
    ticket = give(decision.ticket, kind, title, owner, MACHINE, now, rules, None, **data)
    task = ticket.tasks[-1]
    entry = Entry("task-given", MACHINE, {"serial": task.serial, "task": kind, "title": title, "owner": task.owner})
    return replace(
        decision,
        ticket=ticket,
        entries=(*decision.entries, entry),
        letters=(*decision.letters, *announce_task(ticket, task, rules)),
    )


def helpers(before: Ticket | None, decision: Decision, now: datetime, rules: Rules) -> Decision:
    """The departments that help with a category get the case as soon as it has that category (S4.5), as `#co` would give it."""
    ticket = decision.ticket
    if ticket.category is None or (before and before.category == ticket.category):
        return decision
    for name in rules.procedure.rule(ticket.category).co:
        if name not in (*decision.ticket.facts.helpers, ticket.department):
            decision = _with_helper(decision, name, now, rules)
    return decision


def _with_helper(decision: Decision, department: str, now: datetime, rules: Rules) -> Decision:
    ticket = decision.ticket
    ticket = replace(ticket, facts=replace(ticket.facts, helpers=(*ticket.facts.helpers, department)))
    entry = Entry("co-handling", MACHINE, {"department": department})
    decision = replace(decision, ticket=ticket, entries=(*decision.entries, entry))
    if CO_HANDLING in rules.procedure.tasks:
        return raise_task(decision, CO_HANDLING, department, now, rules, show=True)
    told = announce(replace(ticket, assignee=None, department=department), None, rules)
    return replace(decision, letters=(*decision.letters, *told))


def stays(before: Ticket | None, decision: Decision, now: datetime) -> Decision:
    """Which department has had the case since when, in this round: so that each one's handling time is known (S1.13)."""
    ticket = decision.ticket
    same = before is not None and before.round == ticket.round
    kept = ticket.facts.stays if same else ()
    running = kept[-1] if kept and kept[-1].until is None else None
    over = bool(ticket.milestones.keys() & (FINAL | {"resolved"}))
    if running and (over or running.department != ticket.department):
        kept = (*kept[:-1], replace(running, until=now))
        running = None
    if running is None and ticket.department and not over:
        kept = (*kept, Stay(ticket.department, now))
    if kept == ticket.facts.stays:
        return decision
    return replace(decision, ticket=replace(ticket, facts=replace(ticket.facts, stays=kept)))


def inquiries(before: Ticket | None, decision: Decision, now: datetime, rules: Rules) -> Decision:
    """At closing, a department that took longer than the procedure allows owes its explanation (S1.13)."""
    closing, ticket = rules.procedure.closing, decision.ticket
    just_closed = "closed" in ticket.milestones and not (before and before.round == ticket.round and "closed" in before.milestones)
    if not closing.slow or closing.slow_after is None or not just_closed:
        return decision
    for department in dict.fromkeys(stay.department for stay in ticket.facts.stays):
        calendar = rules.procedure.calendar_of(department, department)
        own = [stay for stay in ticket.facts.stays if stay.department == department]
        took = sum((calendar.worked(stay.since, stay.until or now) for stay in own), timedelta(0))
        allowed = calendar.worked(own[0].since, calendar.add(own[0].since, closing.slow_after))
        if took > allowed:
            head = next((f"staff:{member.key}" for member in rules.people.heads(department)), "")
            told = {"department": department, "took": took.total_seconds(), "allowed": allowed.total_seconds()}
            decision = raise_task(decision, closing.slow, head, now, rules, **told)
    return decision


def _is_asked(name: str, kind: TaskKind, ticket: Ticket) -> bool:
    """Whether a case asks for a task of this kind, and has not had it in this round."""
    if not kind.after and kind.when == ALWAYS:
        return False
    reached = ticket.milestones.get(kind.after) if kind.after else None
    if (kind.after and reached is None) or not kind.when.holds(ticket.circumstances):
        return False
    if ticket.milestones.keys() & FINAL and kind.after not in FINAL:
        return False
    began = ticket.milestones["received"].at if "received" in ticket.milestones else ticket.opened_at
    own = [task for task in ticket.tasks if task.kind == name and task.by == MACHINE]
    return not any(task.done_at is None or task.since >= began for task in own)
