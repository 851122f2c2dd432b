"""What is wrong with a procedure: clauses that contradict each other, and duties nobody can be told of.

Takes a `Procedure` (and the staff), gives flaws: key, reason, cure. Errors make `procedure.load` refuse the
file; warnings are for `mailbot check`. Pure, never raises. Limit: a deadline is checked against the
milestones this version can reach (`REACHED_BY`), not against what people will really do.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from mailbot.procedures.clauses import (
    CATEGORIES,
    CUSTOMER_SERVICE,
    LEAD,
    MAILBOT,
    MILESTONES,
    SEVERITIES,
    SIGNALS,
    Deadline,
    Procedure,
)
from mailbot.procedures.rules import ALWAYS, ROLES
from mailbot.settings import Member

# What reaches a milestone without a deadline's letter; a new way to reach one is added here.
REACHED_BY = {
    "received": "the complaint's arrival",
    "classified": "the classifier, or #category",
    "accepted": "#accept",
    "declined": "#decline",
    "assigned": "the category's department, or #assign",
    "first-answered": "the first reply to the customer",
    "planned": "#plan",
    "promised": "#promise",
    "resolved": "#resolve",
    "reported-back": "mailbot, when the ticket is resolved",
    "answered": "a reply to the customer once the ticket is resolved",
    "closed": "#close",
}


class Flaw(Struct, frozen=True):
    """One thing wrong: the key in the file, why, and what to write instead."""

    key: str
    reason: str
    cure: str
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}; {self.cure}"


def check(procedure: Procedure, staff: Sequence[Member]) -> list[Flaw]:
    """Every flaw of the procedure, then every duty that reaches nobody among `staff` (warnings)."""
    return [*errors(procedure), *_strangers(procedure, staff), *_without_address(procedure, staff)]


def errors(procedure: Procedure) -> list[Flaw]:
    """Why the procedure can't be used; empty for a sound one."""
    found = [*_names(procedure), *_assessments(procedure), *_departments(procedure), *_ladder(procedure), *_disorder(procedure)]
    for deadline in procedure.deadlines.values():
        found += _deadline(deadline, procedure)
    return found + list(_cycles(procedure)) + list(_unreachable(procedure))


def coverage(procedure: Procedure, today: date) -> Flaw | None:
    """A warning when make-up days of this year, or from November on of the next, are not known."""
    wanted = today.year + 1 if today.month >= 11 else today.year
    missing = [year for year in (today.year, wanted) if not procedure.calendar.covered(year)]
    if not missing:
        return None
    reason = f"the make-up working days (调休) of {missing[0]} are not known; until then plain weekends and statutory holidays count"
    return Flaw("calendar", reason, 'update the "holidays" package, or list the days in extra-workdays and days-off', "warning")


def _names(procedure: Procedure) -> Iterator[Flaw]:
    for name in procedure.categories:
        if name not in CATEGORIES:
            yield _unknown(f"category.{name}", "category", name, CATEGORIES)
    if "other" not in procedure.categories:
        yield Flaw("category.other", "is missing, so a complaint that fits no other category has no department", "add [category.other]")
    for name in procedure.severities:
        if name not in SEVERITIES:
            yield _unknown(f"severity.{name}", "severity", name, SEVERITIES)
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
                yield _unknown(f"category.{name}.{key}", "department", department, known)
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
        known = (*ROLES, LEAD, *procedure.departments, *procedure.roles)
        for name in rung.to:
            if name not in known:
                yield _unknown(f"{key}.to", "role or department", name, known)
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
        if name not in MILESTONES:
            yield _unknown(key + field, "milestone", name, MILESTONES)
    owners = (LEAD, MAILBOT, *procedure.departments)
    if deadline.owner not in owners:
        yield _unknown(f"{key}.owner", "owner", deadline.owner, owners)
    if deadline.within.amount <= 0:
        yield Flaw(f"{key}.within", f'"{deadline.within}" leaves no time', "write a span of more than nothing, such as 2h")
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


def _cycles(procedure: Procedure) -> Iterator[Flaw]:
    """Each deadline waits for one milestone, so a circle is found by walking back until a name repeats."""
    seen: set[str] = set()
    for start in procedure.deadlines:
        path: list[str] = []
        name = start
        while name in procedure.deadlines and name not in path and name not in seen:
            path.append(name)
            name = procedure.deadlines[name].after
        if name in path:
            circle = " after ".join([*path[path.index(name) :], name])
            yield Flaw(
                f"deadline.{name}.after", f"the deadlines wait for each other in a circle ({circle})", "let one follow an earlier milestone"
            )
        seen.update(path)


def _unreachable(procedure: Procedure) -> Iterator[Flaw]:
    reached = {*REACHED_BY, *(deadline.name for deadline in procedure.deadlines.values() if deadline.letter)}
    for deadline in procedure.deadlines.values():
        key = f"deadline.{deadline.name}"
        cure = f"use one of {', '.join(sorted(reached))}"
        if deadline.name in MILESTONES and deadline.name not in reached:
            yield Flaw(key, "no order and no letter reaches this milestone, so the deadline could never be met", cure)
        if deadline.after in MILESTONES and deadline.after not in reached:
            yield Flaw(f"{key}.after", f"no order and no letter reaches {deadline.after}, so the deadline would never begin", cure)


def _strangers(procedure: Procedure, staff: Sequence[Member]) -> Iterator[Flaw]:
    for member in staff:
        if member.department not in procedure.departments:
            flaw = _unknown(f"staff {member.name}: department", "department", member.department, procedure.departments)
            yield Flaw(flaw.key, flaw.reason, flaw.cure, "warning")


def _without_address(procedure: Procedure, staff: Sequence[Member]) -> Iterator[Flaw]:
    """Departments and rungs of the ladder that no letter of theirs would reach."""
    people = {member.department for member in staff if member.role != "manager"}
    heads = {member.department for member in staff if member.role == "head"}
    told = {role for rung in procedure.escalations for role in rung.to}
    for department in sorted(_owners(procedure)):
        if department not in people:
            yield _nobody(f"department.{department}", "nobody works there, so others get its complaints", department)
        elif "department-head" in told and department not in heads:
            yield _nobody(f"department.{department}", "it has no head to be told of late work", department, "head")
    if "customer-service-head" in told and "department-head" not in told and CUSTOMER_SERVICE not in heads:
        yield _nobody("escalation.to", "there is no customer-service-head to be told", CUSTOMER_SERVICE, "head")
    if "general-manager" in told and not any(member.role == "manager" for member in staff):
        yield _nobody("escalation.to", "there is no general-manager to be told", CUSTOMER_SERVICE, "manager")


def _owners(procedure: Procedure) -> set[str]:
    """Every department that some deadline or category makes responsible."""
    leads = {rule.lead for rule in procedure.categories.values()}
    owners = {deadline.owner for deadline in procedure.deadlines.values()} - {LEAD, MAILBOT}
    return leads | owners | {CUSTOMER_SERVICE}


def _nobody(key: str, reason: str, department: str, role: str = "handler") -> Flaw:
    return Flaw(key, reason, f'add [[staff]] with department = "{department}" and role = "{role}" to the settings', "warning")


def _unknown(key: str, kind: str, name: str, known: Iterable[str]) -> Flaw:
    """A name that is not in the list, with the one that was probably meant."""
    known = tuple(known)
    near = get_close_matches(name[:60], known, n=1)
    cure = f'did you mean "{near[0]}"?' if near else f"use one of {', '.join(known)}"
    return Flaw(key, f'"{name}" is not {"an" if kind[0] in "aeiou" else "a"} {kind}', cure)
