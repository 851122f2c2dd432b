"""What follows by itself once a case has changed: a higher severity, alerts to leaders, another department, tasks, copies on closing.

Pure: (ticket before, decision, now, rules) -> the decision with what follows from it. Asked about every change that is
written down, whoever made it, so no path can forget a leader (S3f.3) or a department (S1.7).
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from mailbot.lifecycle import duties, meeting, own_tasks
from mailbot.lifecycle.decide import MACHINE, Rules, announce
from mailbot.lifecycle.letters import Decision, Entry, Owed, to_member
from mailbot.lifecycle.ticket import SEVERITIES, Severity, Ticket
from mailbot.settings import Member


def consequences(before: Ticket | None, decision: Decision, now: datetime, rules: Rules) -> Decision:
    """`decision` on the ticket that was `before` (None: a new one), and what follows from it."""
    if decision.ticket.inside:
        return duties.ended(decision, now, rules)
    if decision.ticket.kind != "complaint":
        return decision
    decision = _handed_over(before, _alerts(_severity(before, decision, rules), now, rules), rules)
    decision = own_tasks.helpers(before, own_tasks.stays(before, decision, now), now, rules)
    decision = own_tasks.followed(before, own_tasks.own_tasks(decision, now, rules), now, rules)
    decision = own_tasks.inquiries(before, decision, now, rules)
    return _copies(before, decision, rules)


def _severity(before: Ticket | None, decision: Decision, rules: Rules) -> Decision:
    """New facts (amount, batch, repeats, grade) may make the case more severe; what staff chose stays until they do (S4.4)."""
    ticket = decision.ticket
    severity = _assessed(ticket, rules)
    risen = before is None or SEVERITIES.index(severity) > SEVERITIES.index(_assessed(before, rules))
    chosen = any(entry.kind == "severity" and entry.by != MACHINE for entry in decision.entries)
    if chosen or not risen or SEVERITIES.index(severity) <= SEVERITIES.index(ticket.severity):
        return decision
    entry = Entry("severity", MACHINE, {"severity": severity, "was": ticket.severity, "because": []})
    return replace(decision, ticket=replace(ticket, severity=severity), entries=(*decision.entries, entry))


def _assessed(ticket: Ticket, rules: Rules) -> Severity:
    return rules.procedure.assess(ticket.signals, "minor", ticket.circumstances)


def _alerts(decision: Decision, now: datetime, rules: Rules) -> Decision:
    """Each alert once a case, the first time it fits; who is named by several gets one letter."""
    ticket = decision.ticket
    new = [n for n, a in enumerate(rules.procedure.alerts) if n not in ticket.facts.alerted and a.when.holds(ticket.circumstances)]
    if not new or ticket.status in ("closed", "declined"):
        return decision
    people = _people((owner for n in new for owner in rules.procedure.alerts[n].to), ticket, rules)
    ticket = replace(ticket, facts=replace(ticket.facts, alerted=(*ticket.facts.alerted, *new)))
    calling = [n for n in new if rules.procedure.alerts[n].meeting]
    invited = _people((owner for n in calling for owner in rules.procedure.alerts[n].to), ticket, rules)
    called = meeting.call(ticket, calling, invited, now, rules)
    told = tuple(
        Owed("staff/alert", to_member(m, rules.people.language), {"written": None, "meeting": called if m in invited else None})
        for m in people
    )
    entries = [Entry("alerted", MACHINE, {"to": [m.key for m in people]})]
    if called:
        entries.append(Entry("meeting-called", MACHINE, {"begins": called.starts.isoformat(), "to": [m.key for m in invited]}))
    return replace(decision, ticket=ticket, entries=(*decision.entries, *entries), letters=(*decision.letters, *told))


def _handed_over(before: Ticket | None, decision: Decision, rules: Rules) -> Decision:
    """A case that begins to fit: another department leads, and its people are told (S3d.1); the last rule that fits counts."""
    ticket = decision.ticket
    fits = [
        rule.to
        for rule in rules.procedure.handovers
        if rule.when.holds(ticket.circumstances) and not (before and rule.when.holds(before.circumstances))
    ]
    if not fits or fits[-1] == ticket.department or ticket.status in ("closed", "declined"):
        return decision
    ticket = replace(ticket, department=fits[-1], assignee=None)
    entry = Entry("assigned", MACHINE, {"department": fits[-1], "assignee": None})
    told = announce(ticket, None, rules)
    return replace(decision, ticket=ticket, entries=(*decision.entries, entry), letters=(*decision.letters, *told))


def _copies(before: Ticket | None, decision: Decision, rules: Rules) -> Decision:
    """A case that has just been closed: copies to those the procedure names (S1.7)."""
    ticket = decision.ticket
    owners = rules.procedure.closing.copies
    if not owners or "closed" not in ticket.milestones or (before and before.round == ticket.round and "closed" in before.milestones):
        return decision
    people = _people(owners, ticket, rules)
    told = tuple(Owed("staff/closing-copy", to_member(m, rules.people.language)) for m in people)
    entry = Entry("closing-copies", MACHINE, {"to": [m.key for m in people]})
    return replace(decision, entries=(*decision.entries, entry), letters=(*decision.letters, *told))


def _people(owners: Iterable[str], ticket: Ticket, rules: Rules) -> tuple[Member, ...]:
    """Everybody the owners name, each once."""
    return tuple({m.key: m for owner in owners for m in rules.people.by_role(owner, ticket, "lead")}.values())
