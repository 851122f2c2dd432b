"""What is wrong with a procedure: clauses that contradict each other, and duties nobody can be told of.

Takes a `Procedure` (and the staff), gives flaws: key, reason, cure. Errors make `procedure.load` refuse the
file; warnings are for `mailbot check`. Pure, never raises. Rules beside deadlines are looked through in `check_rules`,
what could never happen in `check_reach`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from mailbot.procedures import check_reach, check_rules
from mailbot.procedures.clauses import (
    CATEGORIES,
    CUSTOMER_SERVICE,
    LEAD,
    MAILBOT,
    SEVERITIES,
    SIGNALS,
    Deadline,
    Procedure,
)
from mailbot.procedures.flaw import Flaw, unknown
from mailbot.procedures.rules import ALWAYS, ROLES
from mailbot.settings import Member

WARNED_BEFORE = timedelta(days=60)


def check(procedure: Procedure, staff: Sequence[Member]) -> list[Flaw]:
    """Every flaw of the procedure, then every duty that reaches nobody among `staff` (warnings)."""
    return [*errors(procedure), *_strangers(procedure, staff), *_without_address(procedure, staff)]


def errors(procedure: Procedure) -> list[Flaw]:
    """Why the procedure can't be used; empty for a sound one."""
    found = [*_names(procedure), *_assessments(procedure), *_departments(procedure), *_ladder(procedure), *_disorder(procedure)]
    for deadline in procedure.deadlines.values():
        found += _deadline(deadline, procedure)
    return found + list(check_rules.flaws(procedure)) + list(check_reach.flaws(procedure))


def coverage(procedure: Procedure, today: date) -> Flaw | None:
    """A warning from 60 days before the make-up days that are known end."""
    known = procedure.calendar.known_until
    if today + WARNED_BEFORE < date(known, 12, 31):
        return None
    reason = f"the make-up working days (调休) after {known} are not known; until then plain weekends and statutory holidays count"
    return Flaw("calendar", reason, 'update the "holidays" package, or list the days in extra-workdays and days-off', "warning")


def _names(procedure: Procedure) -> Iterator[Flaw]:
    for name in procedure.categories:
        if name not in CATEGORIES:
            yield unknown(f"category.{name}", "category", name, CATEGORIES)
    if "other" not in procedure.categories:
        yield Flaw("category.other", "is missing, so a complaint that fits no other category has no department", "add [category.other]")
    for name in procedure.severities:
        if name not in SEVERITIES:
            yield unknown(f"severity.{name}", "severity", name, SEVERITIES)
    for name in SEVERITIES:
        if name not in procedure.severities:
            yield Flaw(f"severity.{name}", "has no name", f'add {name} = {{ zh-CN = "…", zh-TW = "…", en = "…" }} under [severity]')


def _assessments(procedure: Procedure) -> Iterator[Flaw]:
    for number, rule in enumerate(procedure.assessments, 1):
        if not rule.when and rule.case == ALWAYS:
            yield Flaw(f"assessment[{number}].when", "names no sign, so it never holds", f"use one or more of {', '.join(SIGNALS)}")


def _departments(procedure: Procedure) -> Iterator[Flaw]:
    known = tuple(procedure.departments)
    if CUSTOMER_SERVICE not in known:
        yield Flaw(f"department.{CUSTOMER_SERVICE}", "is missing, so what nobody else owns has no owner", "add it under [department]")
    for name, rule in procedure.categories.items():
        for key, department in [("lead", rule.lead), *(("co", helper) for helper in rule.co)]:
            if department not in known:
                yield unknown(f"category.{name}.{key}", "department", department, known)
        if rule.lead in rule.co:
            yield Flaw(f"category.{name}.co", f"{rule.lead} leads and helps itself", "take it out of co")


def _ladder(procedure: Procedure) -> Iterator[Flaw]:
    steps = [rung.step for rung in procedure.escalations]
    for number, rung in enumerate(procedure.escalations, 1):
        key = f"escalation[{number}]"
        if rung.step in steps[: number - 1]:
            yield Flaw(f"{key}.at", f'"{rung.step}" stands there twice', "write one [[escalation]] with everyone in to")
        if not rung.to:
            yield Flaw(f"{key}.to", "names nobody", f"use one or more of {', '.join(ROLES)}")
        known = check_rules.owners(procedure)
        for name in rung.to:
            if name not in known:
                yield unknown(f"{key}.to", "role or department", name, known)
        if rung.percent is not None and not -100 <= rung.percent < 0:
            yield Flaw(
                f"{key}.at", f'"{rung.step}" is not before the due moment', "write a share from -1% to -100%, or a span such as +1wd"
            )


def _disorder(procedure: Procedure) -> Iterator[Flaw]:
    """The last rung that has come is the one that is sent, so the ladder must be written from early to late."""
    for number, (first, second) in enumerate(pairwise(procedure.escalations), 2):
        if first.span and second.span:
            wrong = second.span.length < first.span.length
        elif first.percent is not None and second.percent is not None:
            wrong = second.percent < first.percent
        else:  # a share lies before the due moment
            wrong = first.span is not None and first.span.amount >= 0
        if wrong:
            yield Flaw(f"escalation[{number}].at", f'"{second.step}" comes before "{first.step}"', "write the steps from early to late")


def _deadline(deadline: Deadline, procedure: Procedure) -> Iterator[Flaw]:
    key = f"deadline.{deadline.name}"
    for field, name in [("", deadline.name), (".after", deadline.after), *((".unless", other) for other in deadline.unless)]:
        if name not in check_rules.milestones(procedure):
            yield unknown(key + field, "milestone", name, check_rules.milestones(procedure))
    owners = (LEAD, MAILBOT, *procedure.departments, *procedure.roles, *(role for role in ROLES if role != "owner"))
    if deadline.owner not in owners:
        yield unknown(f"{key}.owner", "owner", deadline.owner, owners)
    yield from _variations(deadline, tuple(name for name in owners if name != MAILBOT))
    yield from _letter(deadline)


def _variations(deadline: Deadline, owners: tuple[str, ...]) -> Iterator[Flaw]:
    for number, change in enumerate(deadline.vary, 1):
        key = f"deadline.{deadline.name}.vary[{number}]"
        if change.owner and change.owner not in owners:
            yield unknown(f"{key}.owner", "owner", change.owner, owners)
        elif deadline.letter and change.owner:
            yield Flaw(f"{key}.owner", "mailbot sends this letter itself", "take owner out")
        if change.none == bool(change.within or change.owner):
            yield Flaw(key, "changes nothing, or both changes the deadline and makes it void", "write within or owner, or none = true")


def _letter(deadline: Deadline) -> Iterator[Flaw]:
    """A letter that mailbot sends itself, or its absence."""
    key = f"deadline.{deadline.name}"
    if (deadline.owner == MAILBOT) != (deadline.letter is not None):
        yield Flaw(
            f"{key}.letter", "mailbot owns a deadline exactly if it sends its letter", 'write both owner = "mailbot" and letter, or neither'
        )
    if deadline.letter is None and deadline.send.amount:
        yield Flaw(f"{key}.send", "there is no letter to send", "name the letter, or take send out")
    if deadline.send.amount > 0:
        yield Flaw(
            f"{key}.send", f'"{deadline.send}" sends the letter when it is already late', "write 0 or a span before it is due, such as -4d"
        )
    if deadline.promise and deadline.letter:
        yield Flaw(f"{key}.promise", "a date told to the customer can't move mailbot's own letter", "take promise out")


def _strangers(procedure: Procedure, staff: Sequence[Member]) -> Iterator[Flaw]:
    for member in staff:
        if member.department not in procedure.departments:
            flaw = unknown(f"staff {member.name}: department", "department", member.department, procedure.departments)
            yield Flaw(flaw.key, flaw.reason, flaw.cure, "warning")
        for role in member.roles:
            if role not in procedure.roles:
                flaw = unknown(f"staff {member.name}: roles", "role", role, procedure.roles)
                yield Flaw(flaw.key, flaw.reason, flaw.cure, "warning")


def _without_address(procedure: Procedure, staff: Sequence[Member]) -> Iterator[Flaw]:
    """Departments and rungs of the ladder that no letter of theirs would reach."""
    people = {member.department for member in staff if member.role != "manager"}
    heads = {member.department for member in staff if member.role == "head"}
    told = {role for rung in procedure.escalations for role in rung.to}
    asked = {rule.by for rule in procedure.approvals}
    for department in sorted(_owners(procedure)):
        if department not in people:
            yield _nobody(f"department.{department}", "nobody works there, so others get its complaints", department)
        elif "department-head" in told and department not in heads:
            yield _nobody(f"department.{department}", "it has no head to be told of late work", department, "head")
    for role in procedure.roles:
        if not any(role in member.roles for member in staff):
            yield Flaw(
                f"role.{role}",
                "nobody has this role, so others get what is meant for it",
                f'add "{role}" to roles of a [[staff]] in the settings',
                "warning",
            )
    if "customer-service-head" in told | asked and "department-head" not in told and CUSTOMER_SERVICE not in heads:
        key = "escalation.to" if "customer-service-head" in told else "approval.by"
        yield _nobody(key, "there is no customer-service-head, so others are told or asked", CUSTOMER_SERVICE, "head")
    if "general-manager" in told | asked and not any(member.role == "manager" for member in staff):
        key = "escalation.to" if "general-manager" in told else "approval.by"
        yield _nobody(key, "there is no general-manager, so others are told or asked", CUSTOMER_SERVICE, "manager")


def _owners(procedure: Procedure) -> set[str]:
    """Every department that some deadline or category makes responsible."""
    leads = {rule.lead for rule in procedure.categories.values()}
    owners = {deadline.owner for deadline in procedure.deadlines.values()}
    return leads | (owners & procedure.departments.keys()) | {CUSTOMER_SERVICE}


def _nobody(key: str, reason: str, department: str, role: str = "handler") -> Flaw:
    return Flaw(key, reason, f'add [[staff]] with department = "{department}" and role = "{role}" to the settings', "warning")
