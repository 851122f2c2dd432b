"""Gates: an order that waits until milestones are reached and tasks are done (S3d.1: only what was verified may be closed). Pure."""

from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.work import Work


def missing(work: Work, order: GivenOrder) -> tuple[str, ...]:
    """What `order` still waits for: milestones by name, then kinds of task with one undone or none at all."""
    ticket = work.ticket
    gates = [g for g in work.rules.procedure.gates if g.order == order.name and g.when.holds(ticket.circumstances)]
    milestones = [name for gate in gates for name in gate.needs if name not in ticket.milestones]
    kinds = [kind for gate in gates for kind in gate.tasks]
    return tuple(dict.fromkeys((*milestones, *(kind for kind in kinds if not _is_done(work, kind)))))


def _is_done(work: Work, name: str) -> bool:
    """Whether tasks of this kind are done, and where somebody judges them, each has its verdict and the last one works."""
    own = [task for task in work.ticket.tasks if task.kind == name]
    kind = work.rules.procedure.tasks.get(name)
    judged = bool(kind and kind.verify_by)
    if not own or any(task.done_at is None or (judged and task.verdict is None) for task in own):
        return False
    return not judged or own[-1].verdict == "effective"
