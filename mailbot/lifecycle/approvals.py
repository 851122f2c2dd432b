"""Approvals: what waits for whose word, and what that word does (S0.3, S1.5, S1.6, S3b.5).

Pure. A reply that needs approval is kept as it was written, in a task of kind "approval", and nothing of it is done; the
approvers of all matching rules are asked one after the other. After the last yes the reply is carried out as if it came in
at that moment, under its author's name; a no gives it back. An approver's own reply needs no word of that approver.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from mailbot.lifecycle.letters import Decision, Label, Owed, Phrase, to_member
from mailbot.lifecycle.order_arguments import read_numbered
from mailbot.lifecycle.orders import GivenOrder, Reply
from mailbot.lifecycle.ticket import Task, Ticket
from mailbot.lifecycle.work import Handler, Work
from mailbot.procedures.rules import Approval, Matter
from mailbot.procedures.span import Span

KIND = "approval"
ANSWERS = frozenset({"complainant/answer", "complainant/resolution", "complainant/proposal", "complainant/validity"})
BY_ORDER: dict[str, Matter] = {"plan": "plan", "resolve": "resolve", "decline": "decline", "close": "close"}


def hold(work: Work, what: Matter, text: str, values: dict[str, str] | None = None, anyway: str = "") -> bool:
    """Whether `what`, shown as `text` to the approver, has to wait: then the caller does nothing more, and the whole reply waits.

    `values` are shown beside the text, by field. Where the procedure asks nobody, the owner `anyway` is asked all the same.
    Once approved, the reply is carried out anew and this says no."""
    if work.approved:
        return False
    case, procedure = work.ticket.circumstances, work.rules.procedure
    rules = [a for a in procedure.approvals if what in a.what and a.when.holds(case)]
    rules = rules or ([Approval(what=(what,), by=anyway)] if anyway else [])
    asked = [a for a in rules if not _is_by(work, a)]
    if asked:
        work.waiting.append((what, text, asked))
        work.shown |= values or {}
    return bool(asked)


def hold_reply(work: Work, *, sent: bool) -> None:
    """The matters that every reply may raise: what its orders are, and that a letter goes out."""
    for order in work.given.reply.orders:
        if order.name in BY_ORDER:
            hold(work, BY_ORDER[order.name], order.text)
    if sent and work.to_customer in ANSWERS:
        hold(work, "answer", work.given.reply.text)


def held(ticket: Ticket, work: Work) -> Decision:
    """The decision on a reply that waits: of all it says, only that it waits is done."""
    given, now = work.given, work.now
    matters = list(dict.fromkeys(what for what, _, _ in work.waiting))
    asked = [rule for _, _, rules in work.waiting for rule in rules]
    listed = work.rules.procedure.approvals
    chosen = {rule.by: rule for rule in (*(a for a in listed if a in asked), *(a for a in asked if a not in listed))}
    texts = dict.fromkeys([*(text for _, text, _ in work.waiting), given.reply.text])
    data = {
        "what": matters,
        "text": "\n\n".join(text for text in texts if text.strip()),
        "chain": _chain(chosen.values()),
        "reply": msgspec.to_builtins(given.reply),
        "message_id": given.message.message_id,
        "attached": work.attached,
        "amount": str(work.ticket.facts.amount),
        "values": work.shown,
    }
    stale = [t for t in ticket.tasks if t.kind == KIND and t.done_at is None and t.by == work.by and {*t.data["what"]} & {*matters}]
    ended = {t.serial: replace(t, done_at=now, verdict="replaced") for t in stale}
    asking = Work(replace(ticket, tasks=tuple(ended.get(t.serial, t) for t in ticket.tasks)), given, now, work.rules)
    for task in stale:
        asking.note("approval-replaced", serial=task.serial, what=task.data["what"])
    _ask_next(asking, data)
    member = to_member(given.member, work.rules.people.language)
    receipt = {"done": (Phrase("done.held", {"who": Label("owner", data["chain"][0][0])}),), "sent_to_customer": False}
    letters = (*asking.letters, Owed("staff/receipt", member, receipt, "auto-replied", given.message.message_id))
    return Decision(asking.ticket, tuple(asking.entries), letters)


def pending(work: Work, order: GivenOrder, serial: int | None) -> Task | None:
    """The approval with this number that waits for the member's word, or the only one; None where the order is refused."""
    open_ = [t for t in work.ticket.tasks if t.kind == KIND and t.done_at is None]
    own = [t for t in open_ if work.given.member in work.rules.people.owners(work.ticket, t.owner)]
    fits = [t for t in own if serial in (None, t.serial)]
    if not fits:
        work.refuse(order, "nothing-to-approve")
    elif len(fits) > 1:
        work.refuse(order, "which-approval", *(str(t.serial) for t in fits))
    return fits[0] if len(fits) == 1 else None


def approvers(work: Work) -> tuple[str, ...]:
    """Who said yes to the reply that is being carried out, by staff key, in the order they were asked."""
    own = _said_yes(work.ticket, work.given.message.message_id) if work.approved else []
    return tuple(t.verdict_by for t in own if t.verdict_by)


def reply_of(task: Task) -> Reply:
    """The reply that waited, as it was read."""
    return msgspec.convert(task.data["reply"], Reply)


def _is_by(work: Work, rule: Approval) -> bool:
    return work.given.member in work.rules.people.owners(work.ticket, rule.by)


def _ask_next(work: Work, data: dict[str, Any]) -> None:
    """A task for the first of the chain, and a letter to whoever may say yes, with the files that came with the reply."""
    owner, within = data["chain"][0]
    serial = max((t.serial for t in work.ticket.tasks), default=0) + 1
    author = data.get("author", work.by)
    task = Task(
        serial=serial,
        kind=KIND,
        title=(data["text"] or next(iter(data["values"].values()), ""))[:80],
        owner=owner,
        by=author,
        since=work.now,
        due_at=_due(work, owner, within),
        data=data | {"author": author},
    )
    work.set_task(task)
    work.note("approval-asked", owner=owner, what=data["what"])
    people = work.rules.people
    facts = {"task": task, "author": people.member(author) or work.given.member, "attach": True, "pasted": "recall" in data["what"]}
    if "author" in data:  # asked after another approver, whose own letter this is not about
        facts["written_as"] = data["message_id"]
    work.letters += [
        Owed("staff/approval", to_member(m, people.language), facts) for m in people.owners(work.ticket, owner) if m.key != author
    ]


def _due(work: Work, owner: str, within: dict[str, Any] | None) -> datetime | None:
    if within is None:
        return None
    return work.rules.procedure.calendar_of(owner, work.ticket.department).add(work.now, msgspec.convert(within, Span))


def _judged(work: Work, task: Task, verdict: str, reason: str = "") -> None:
    judged = replace(task, done_at=work.now, result=reason, verdict=verdict, verdict_by=work.by, verdict_at=work.now)
    work.set_task(judged)
    work.to_customer = None


def _approve(work: Work, order: GivenOrder) -> None:
    """The last yes of the chain lets the reply take effect; one before it asks the next approver."""
    task = pending(work, order, order.serial)
    if task is None:
        return
    _judged(work, task, "approved")
    work.note("approved", what=task.data["what"], author=task.by)
    rest = task.data["chain"][1:]
    if rest:
        _ask_next(work, {**task.data, "chain": rest})
    else:
        work.released = task
    work.did(order)


def ask_further(work: Work, task: Task, now_asked: Work) -> bool:
    """Whether somebody has to be asked who was not: `now_asked` is the approved reply as if it came in now."""
    asked = {rule.by: rule for _, _, rules in now_asked.waiting for rule in rules}
    further = [rule for by, rule in asked.items() if by not in {one.owner for one in _said_yes(work.ticket, task.data["message_id"])}]
    if further:
        _ask_next(work, {**task.data, "chain": _chain(further), "amount": str(now_asked.ticket.facts.amount)})
    return bool(further)


def _chain(rules: Iterable[Approval]) -> list[Any]:
    return [[rule.by, msgspec.to_builtins(rule.within)] for rule in rules]


def _said_yes(ticket: Ticket, message_id: str | None) -> list[Task]:
    """The approvals of the reply with this Message-ID."""
    return [t for t in ticket.tasks if t.kind == KIND and t.verdict == "approved" and t.data["message_id"] == message_id]


def _refuse(work: Work, order: GivenOrder) -> None:
    serial, reason = read_numbered(order.text)
    if not any(t.serial == serial and t.kind == KIND for t in work.ticket.tasks):
        serial, reason = None, order.text  # a number that the reason begins with
    task = pending(work, order, serial)
    if task is None:
        return
    _judged(work, task, "refused", reason)
    work.note("approval-refused", what=task.data["what"], author=task.by, reason=reason)
    author = work.rules.people.member(task.by)
    told = (author,) if author else work.rules.people.caretakers(work.ticket)
    work.tell(told, "staff/approval-refused", task=task, reason=reason, author=work.given.member)
    work.did(order)


HANDLERS: dict[str, Handler] = {"approve": _approve, "refuse": _refuse}
