"""Gates: an order that waits until milestones are reached and tasks are done (S3d.1: only what was verified may be closed). Pure."""

from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.work import Work


def missing(work: Work, order: GivenOrder) -> tuple[str, ...]:
    """What `order` still waits for: milestones by name, then kinds of task with one undone or none at all."""
    ticket = work.ticket
    gates = [g for g in work.rules.procedure.gates if g.order == order.name and g.when.holds(ticket.circumstances)]
    milestones = [name for gate in gates for name in gate.needs if name not in ticket.milestones]
    kinds = [kind for gate in gates for kind in gate.tasks]
    undone = [kind for kind in kinds if not (own := [t for t in ticket.tasks if t.kind == kind]) or any(t.done_at is None for t in own)]
    return tuple(dict.fromkeys((*milestones, *undone)))
