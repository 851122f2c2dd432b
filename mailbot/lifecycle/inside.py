"""Letters of the company's own: what a member answers to one without an order is meant for colleagues, so no customer gets it.

They ask for a task, a note's goods, an approval or a judgement, or tell what happened; none of them says that an answer goes
to the customer, as the notices of a complaint and of its deadlines do. Pure.
"""

from mailbot.lifecycle.order_lines import SHOWN
from mailbot.lifecycle.order_values import Problem
from mailbot.lifecycle.work import Given

INSIDE = frozenset(
    f"staff/{name}"
    for name in (
        "alert", "approval", "approval-refused", "cause-report", "closing-copy", "dealer-wrote", "goods-note", "recall-complete",
        "recall-told", "redo", "responsible", "shares", "task", "task-done", "task-judged",
    )
)  # fmt: skip


def problems(given: Given) -> tuple[Problem, ...]:
    """The text of an answer that would reach the customer by mistake."""
    text = given.reply.text.strip()
    if not text or given.reply.orders or given.answers not in INSIDE:
        return ()
    return (Problem(text.splitlines()[0][:SHOWN], "inside"),)
