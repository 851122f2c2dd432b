"""What a staff member's reply does: orders are carried out, the text goes to the customer, a receipt goes back.

Pure: (ticket facts, reply, now, rules) -> (new facts, story, letters owed). One wrong order and nothing is done and
nothing sent: the member gets the text back with what was wrong. Rights were settled before (reply token); who the
member is now, not when the letter was written, is what the settings say.
"""

from datetime import datetime, time

from msgspec.structs import replace

from mailbot.intake.message import InboundMessage
from mailbot.lifecycle import approvals, decisions, duties, gates, goods, inside, ladder, recall, registration, tasks
from mailbot.lifecycle.consent import heard
from mailbot.lifecycle.decide import MACHINE, Rules, announce, classify
from mailbot.lifecycle.letters import Decision, Entry, Label, Owed, Phrase, to_customer, to_member
from mailbot.lifecycle.milestones import promise, reopen
from mailbot.lifecycle.orders import GivenOrder, Problem
from mailbot.lifecycle.people import CUSTOMER_SERVICE
from mailbot.lifecycle.ticket import Status, Task, Ticket
from mailbot.lifecycle.work import Given, Handler, Work
from mailbot.settings import Member, letter_language

RUNNING: frozenset[Status] = frozenset({"new", "open", "waiting"})
UNFINISHED: frozenset[Status] = RUNNING | {"resolved"}
FINISHED: frozenset[Status] = frozenset({"resolved", "closed", "declined"})
FITS: dict[str, frozenset[Status]] = {
    **decisions.FITS,
    **goods.FITS,
    **recall.FITS,
    **registration.FITS,
    **dict.fromkeys(("accept", "decline", "promise", "resolve"), RUNNING),
    **dict.fromkeys(("assign", "category", "severity", "plan", "urge"), UNFINISHED),
    "close": UNFINISHED | {"declined"},
    "reopen": FINISHED,
}


def carry_out(ticket: Ticket, given: Given, now: datetime, rules: Rules) -> Decision:
    """Orders in their order, then the text; all of it or nothing."""
    problems = given.reply.problems or inside.problems(given) or _misfits(ticket, given.reply.orders)
    if problems:
        return _refuse(ticket, given, problems, rules)
    work = Work(ticket, given, now, rules)
    sent = _run(work)
    if work.released:
        _release(work, work.released)
    if work.problems:
        return _refuse(ticket, given, tuple(work.problems), rules)
    if work.waiting:
        return approvals.held(ticket, work)
    if work.done:
        facts = {"done": tuple(work.done), "sent_to_customer": sent}
        work.letters.append(
            Owed("staff/receipt", to_member(given.member, rules.people.language), facts, "auto-replied", given.message.message_id)
        )
    joined, others = tuple(work.joined), tuple(work.others.values())
    return Decision(work.ticket, tuple(work.entries), tuple(work.letters), work.judged, work.spoken, work.ballot, joined, others)


def _run(work: Work) -> bool:
    """The orders in turn, then the text; True when a letter goes to the customer. What needs approval first is marked so."""
    for order in work.given.reply.orders:
        missing = gates.missing(work, order)
        if missing:
            work.refuse(order, "not-yet", *missing)
        else:
            HANDLERS[order.name](work, order)
    sent = _send_text(work)
    approvals.hold_reply(work, sent=sent)
    return sent


def _release(work: Work, task: Task) -> None:
    """The reply that was approved takes effect, as its author wrote it; if the case no longer allows it, the approval is refused.

    Where the case has become one that others decide, because the sum has risen for instance, they are asked first (S1.5)."""
    author = work.rules.people.member(task.by) or work.given.member
    message = replace(work.given.message, attachments=(), message_id=task.data["message_id"])
    given = replace(work.given, member=author, reply=approvals.reply_of(task), message=message, at=work.now)
    now_asked, inner = (Work(work.ticket, given, work.now, work.rules) for _ in range(2))
    for again in (now_asked, inner):
        again.attached = task.data["attached"]
        again.reach("approved")
    _run(now_asked)
    if approvals.ask_further(work, task, now_asked):
        return
    inner.approved = task
    misfits = _misfits(inner.ticket, inner.given.reply.orders)
    sent = not misfits and _run(inner)
    work.problems += [*misfits, *inner.problems]
    work.ticket = inner.ticket
    work.entries += inner.entries
    work.letters += inner.letters
    work.joined += inner.joined
    work.ballot = inner.ballot
    if inner.judged:
        work.judged, work.spoken = inner.judged, inner.spoken
    facts = {"done": (Phrase("done.approved"), *inner.done), "sent_to_customer": sent}
    work.letters.append(Owed("staff/receipt", to_member(author, work.rules.people.language), facts, "auto-replied", message.message_id))


def not_done(member: Member, message: InboundMessage, problems: tuple[Problem, ...], rules: Rules) -> Owed:
    """The answer to a member's letter that belongs to no ticket and can't be carried out: nothing was done, here is the text."""
    facts = {"problems": problems, "returned": message.text}
    return Owed("staff/refusal", to_member(member, rules.people.language), facts, "auto-replied", message.message_id)


def _refuse(ticket: Ticket, given: Given, problems: tuple[Problem, ...], rules: Rules) -> Decision:
    entry = Entry("order-refused", given.member.key, {"lines": [p.line for p in problems], "reasons": [p.reason for p in problems]})
    facts = {"problems": problems, "returned": given.message.fresh}
    letter = Owed("staff/refusal", to_member(given.member, rules.people.language), facts, "auto-replied", given.message.message_id)
    return Decision(ticket, (entry,), (letter,))


def _misfits(ticket: Ticket, orders: tuple[GivenOrder, ...]) -> tuple[Problem, ...]:
    """Orders that don't fit the ticket as it stands; a reopening makes room for those after it."""
    if ticket.inside:
        return tuple(Problem(order.line, "not-for-a-duty") for order in orders if order.name not in duties.FIT)
    status: Status = ticket.status
    misfits = []
    for order in orders:
        if status not in FITS.get(order.name, frozenset({status})):
            misfits.append(Problem(line=order.line, reason="not-now"))
        elif order.name == "reopen":
            status = "open"
    return tuple(misfits)


def _send_text(work: Work) -> bool:
    """The text for the customer, as the letter that fits the orders; True when a letter goes out."""
    text = work.given.reply.text.strip()
    if work.to_customer is None or not (text or work.attached or work.facts):
        if text:
            work.note("note", text=text)
            if work.ticket.inside and not work.given.reply.orders:
                work.done.append(Phrase("done.kept-inside"))
        return False
    to = to_customer(work.ticket.requester, letter_language(work.ticket.language))
    facts = {"body": text, "author": work.given.member, "attach": True, **work.facts}
    if work.approved:
        facts["written_as"] = work.given.message.message_id
    work.letters.append(Owed(work.to_customer, to, facts, None))
    work.note("answered-customer", letter=work.to_customer, text=text)
    work.ticket = replace(work.ticket, by_staff_at=work.now)
    work.take()
    work.reach("first-answered")
    if "resolved" in work.ticket.milestones:
        work.reach("answered")
    return True


def _accept(work: Work, order: GivenOrder) -> None:
    work.take()
    work.reach("accepted")
    work.note("accepted")
    if work.ticket.assignee == work.by:
        work.did(order)
    else:
        work.done.append(Phrase("done.accept-left", {"department": Label("department", work.ticket.department)}))


def _decline(work: Work, order: GivenOrder) -> None:
    work.take()
    work.reach("declined")
    work.note("declined", reason=order.text)
    work.to_customer = "complainant/declined"
    work.facts = {"reason": order.text}
    work.did(order)


def _assign(work: Work, order: GivenOrder) -> None:
    member, department = order.member, order.department or (order.member.department if order.member else None)
    work.ticket = replace(work.ticket, assignee=member.key if member else None, department=department or work.ticket.department)
    work.reach("assigned")
    work.note("assigned", department=department, assignee=member.key if member else None)
    if work.ticket.inside:
        duties.hand_on(work, f"staff:{member.key}" if member else department or "")
    else:
        work.letters += [o for o in announce(work.ticket, None, work.rules) if o.to.person != f"staff:{work.by}"]
    work.did(order, name=member.name if member else Label("department", department))


def _category(work: Work, order: GivenOrder) -> None:
    assert order.category, "the parser gives this order with a category only"
    before, department = work.ticket.category, work.ticket.department
    work.judged, work.spoken = order.category, True
    work.ticket, entries = classify(replace(work.ticket, confidence=1.0), order.category, work.by, work.now, work.rules)
    work.entries += entries
    if work.ticket.department != department:
        work.letters += [o for o in announce(work.ticket, None, work.rules) if o.to.person != f"staff:{work.by}"]
    if before:
        work.did(order, category=Label("category", order.category), before=Label("category", before))
    else:
        work.done.append(Phrase("done.classified", {"category": Label("category", order.category)}))


def _severity(work: Work, order: GivenOrder) -> None:
    before = work.ticket.severity
    work.ticket = replace(work.ticket, severity=order.severity)
    work.note("severity", severity=order.severity, was=before)
    work.did(order, severity=Label("severity", order.severity), before=Label("severity", before))


def _note(work: Work, order: GivenOrder) -> None:
    work.note("note", text=order.text)
    work.to_customer = None
    work.did(order)


def _plan(work: Work, order: GivenOrder) -> None:
    work.take()
    work.know(plan=order.text)
    work.reach("planned")
    work.note("planned", plan=order.text)
    work.to_customer = None
    work.did(order)


def _promise(work: Work, order: GivenOrder) -> None:
    """A date told to the customer counts from now on (S4.7); the whole of that day counts."""
    work.take()
    day = order.day or work.now.date()
    until = datetime.combine(day, time(23, 59), work.rules.procedure.calendar.zone)
    work.reach("promised")
    work.ticket = promise(work.ticket, until, work.rules.procedure)
    work.note("promised", day=day.isoformat())
    work.to_customer = "complainant/promise"
    work.facts = {"promised_on": day}
    work.did(order, day=Label("day", day))


def _resolve(work: Work, order: GivenOrder) -> None:
    """The department's result; customer service has it at once, so reporting back needs no clock (S4.9)."""
    work.take()
    _confirm_category(work)
    work.ticket = heard(work.ticket, work.now)  # what is solved waits for no answer: clocks that stood still go on
    work.reach("resolved")
    work.reach("reported-back")
    work.note("resolved", text=order.text)
    work.to_customer = "complainant/resolution"
    result = "\n\n".join(part for part in (order.text, work.given.reply.text.strip()) if part)
    work.know(outcome=result)
    facts = {"body": result, "author": work.given.member}
    if work.given.member.department != CUSTOMER_SERVICE:
        work.tell(work.rules.people.heads(CUSTOMER_SERVICE), "staff/resolved", **facts)
    work.did(order)


def _confirm_category(work: Work) -> None:
    """Who solves a case under the machine's category, at that category's desk, confirms it, if without a word."""
    ticket, classified = work.ticket, work.ticket.milestones.get("classified")
    if work.judged or ticket.category is None or classified is None or classified.by != MACHINE:
        return
    if ticket.department == work.rules.procedure.rule(ticket.category).lead:
        work.judged, work.spoken = ticket.category, False


def _close(work: Work, order: GivenOrder) -> None:
    work.reach("closed")
    work.note("closed", text=order.text)
    work.to_customer = "complainant/closing"
    work.facts = {"closing": True}
    work.did(order)


def _reopen(work: Work, order: GivenOrder) -> None:
    work.ticket = reopen(work.ticket, work.now, work.by, work.rules.procedure)
    work.note("reopened", round=work.ticket.round)
    work.did(order)


def _help(work: Work, _order: GivenOrder) -> None:
    work.letters.append(
        Owed("staff/help", to_member(work.given.member, work.rules.people.language), {}, "auto-replied", work.given.message.message_id)
    )
    work.to_customer = None


HANDLERS: dict[str, Handler] = {
    **decisions.HANDLERS,
    **duties.HANDLERS,
    **ladder.HANDLERS,
    **registration.HANDLERS,
    **tasks.HANDLERS,
    **goods.HANDLERS,
    **recall.HANDLERS,
    "accept": _accept,
    "decline": _decline,
    "assign": _assign,
    "category": _category,
    "severity": _severity,
    "note": _note,
    "plan": _plan,
    "promise": _promise,
    "resolve": _resolve,
    "close": _close,
    "reopen": _reopen,
    "help": _help,
}
