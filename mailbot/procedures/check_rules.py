"""What is wrong with a procedure's rules beside its deadlines: names nobody knows, conditions that never hold, gates that never open.

Takes a `Procedure`, gives flaws. Pure, never raises. Every table that names an owner, a milestone, a kind of task or a
condition is looked through here; deadlines and the ladder in `check`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from mailbot.procedures.clauses import CATEGORIES, LEAD, MAILBOT, MILESTONES, SEVERITIES, SIGNALS, Procedure
from mailbot.procedures.flaw import Flaw, unknown
from mailbot.procedures.rules import ALWAYS, GATED, ROLES, Question, Responsibility, TaskKind, Validity, When
from mailbot.procedures.span import Span

FINDING = "finding"  # the kind of task that a spot check's findings become
ROOM = {"milestone": 30, "department": 80, "task": 40, "duty": 80, "poll": 80, "grade": 80, "question": 40}  # characters on record
APPROVAL = "approval"  # the kind of task that what waits for approval is
RECALL, NOTES = "recall", ("allowance", "return")
GOODS = (*NOTES, RECALL)  # matters that are tasks of the procedure once they are approved
COUNT = "actual-quantity"  # the field of kinds that are done by counting what came back
CHANNELS = ("mail", "phone", "shop", "web", "letter", "visit")
SCORES = 5
DAYS_IN = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def flaws(procedure: Procedure) -> Iterator[Flaw]:
    """Everything wrong beside deadlines, in the order of the file's tables."""
    yield from _own_words(procedure)
    yield from _names_too_long(procedure)
    yield from _conditions(procedure)
    yield from _owners(procedure)
    yield from _handovers(procedure)
    yield from _approvals_and_gates(procedure)
    yield from _tasks(procedure)
    yield from _periods(procedure)
    yield from _survey(procedure)
    yield from _spans(procedure)


def milestones(procedure: Procedure) -> tuple[str, ...]:
    """Every milestone the procedure may speak of: mailbot's and the company's own."""
    return (*MILESTONES, *procedure.milestones)


def owners(procedure: Procedure) -> tuple[str, ...]:
    """Everybody who may be named as an owner or be told something."""
    return (LEAD, *ROLES, *procedure.departments, *procedure.roles)


def _own_words(procedure: Procedure) -> Iterator[Flaw]:
    """Names of the company's own that would be taken for something else."""
    for table, own, taken in (("milestone", procedure.milestones, MILESTONES), ("signal", procedure.signals, SIGNALS)):
        for name in own:
            if name in taken:
                yield Flaw(f"{table}.{name}", f"mailbot has a {table} of this name", "choose another name")
    for name in procedure.milestones:
        if name.startswith("task-"):
            yield Flaw(f"milestone.{name}", "names that begin with task- are those of tasks' clocks", "choose another name")
    for name in procedure.roles:
        if name in (*procedure.departments, *ROLES, LEAD, MAILBOT):
            yield Flaw(f"role.{name}", "a department or a built-in role has this name", "choose another name")
    for name, signal in procedure.signals.items():
        if not any(term.strip() for term in signal.terms):
            yield Flaw(f"signal.{name}.terms", "names no words, so no letter bears the sign", "list the words that say so")


def _names_too_long(procedure: Procedure) -> Iterator[Flaw]:
    """Names that the record has no room for."""
    tables: dict[str, tuple[str, Iterable[str]]] = {
        "milestone": ("milestone", procedure.milestones), "department": ("department", procedure.departments),
        "task": ("task", procedure.tasks), "duty": ("duty", procedure.duties), "poll": ("poll", procedure.polls),
        "grade": ("grade", procedure.grades), "survey.question": ("question", procedure.survey.question),
        **{f"poll.{name}.question": ("question", poll.question) for name, poll in procedure.polls.items()},
    }  # fmt: skip
    for key, (kind, names) in tables.items():
        for name in names:
            if len(name) > ROOM[kind]:
                cure = f"choose one of at most {ROOM[kind]} characters, and write the rest into its label"
                yield Flaw(f"{key}.{name}", f"the name has {len(name)} characters", cure)


def _conditions(procedure: Procedure) -> Iterator[Flaw]:
    """Every `when`: unknown names, and amounts that leave nothing between them."""
    known = {
        "category": ("category", CATEGORIES), "severity": ("severity", SEVERITIES), "department": ("department", procedure.departments),
        "grade": ("grade", procedure.grades), "signal": ("signal", (*SIGNALS, *procedure.signals)),
        "channel": ("channel", CHANNELS),
        "responsibility": ("responsibility", get_args(Responsibility)), "validity": ("validity", get_args(Validity)),
        "reached": ("milestone", milestones(procedure)),
    }  # fmt: skip
    for key, when in _whens(procedure):
        for field, (kind, names) in known.items():
            for name in getattr(when, field):
                if name not in names:
                    yield unknown(f"{key}.{field}", kind, name, names)
        if when.amount_from is not None and when.amount_below is not None and when.amount_from >= when.amount_below:
            yield Flaw(f"{key}.amount-below", "no amount lies between amount-from and it", "write more than amount-from")


def _whens(procedure: Procedure) -> Iterator[tuple[str, When]]:
    for name, deadline in procedure.deadlines.items():
        yield f"deadline.{name}.when", deadline.when
        yield from ((f"deadline.{name}.vary[{n}].when", change.when) for n, change in enumerate(deadline.vary, 1))
    for n, rule in enumerate(procedure.assessments, 1):
        yield f"assessment[{n}].case", rule.case
        yield f"assessment[{n}]", When(signal=rule.when)
    yield from ((f"approval[{n}].when", rule.when) for n, rule in enumerate(procedure.approvals, 1))
    yield from ((f"gate[{n}].when", gate.when) for n, gate in enumerate(procedure.gates, 1))
    yield from ((f"alert[{n}].when", alert.when) for n, alert in enumerate(procedure.alerts, 1))
    yield from ((f"handover[{n}].when", rule.when) for n, rule in enumerate(procedure.handovers, 1))
    yield from ((f"task.{name}.when", kind.when) for name, kind in procedure.tasks.items())


def _owners(procedure: Procedure) -> Iterator[Flaw]:
    known = owners(procedure)
    for key, names in _named_owners(procedure):
        yield from (unknown(key, "owner", name, known) for name in names if name not in known)
    for n, alert in enumerate(procedure.alerts, 1):
        if not alert.to:
            yield Flaw(f"alert[{n}].to", "names nobody", f"use one or more of {', '.join(known)}")


def _named_owners(procedure: Procedure) -> Iterator[tuple[str, Iterable[str]]]:
    yield from ((f"approval[{n}].by", [rule.by]) for n, rule in enumerate(procedure.approvals, 1))
    yield from ((f"alert[{n}].to", alert.to) for n, alert in enumerate(procedure.alerts, 1))
    for name, kind in procedure.tasks.items():
        yield f"task.{name}.owner", [kind.owner]
        yield f"task.{name}.verify-by", [kind.verify_by] if kind.verify_by else []
        yield f"task.{name}.copies", kind.copies
    yield from ((f"duty.{name}.owner", [duty.owner]) for name, duty in procedure.duties.items())
    yield "survey.tell", procedure.survey.tell
    yield "closing.copies", procedure.closing.copies


def _handovers(procedure: Procedure) -> Iterator[Flaw]:
    for n, rule in enumerate(procedure.handovers, 1):
        if rule.to not in procedure.departments:
            yield unknown(f"handover[{n}].to", "department", rule.to, procedure.departments)
        if rule.when == ALWAYS:
            yield Flaw(f"handover[{n}].when", "names no condition, so every case would change hands", "let [category] say who leads")


def _approvals_and_gates(procedure: Procedure) -> Iterator[Flaw]:
    for n, rule in enumerate(procedure.approvals, 1):
        if not rule.what:
            yield Flaw(f"approval[{n}].what", "names nothing that needs approval", 'write such as what = ["answer"]')
        for matter in rule.what:
            if matter in GOODS and matter not in procedure.tasks:
                yield Flaw(
                    f"approval[{n}].what", f"#{matter} is refused, for there is no such task", f"add [task.{matter}], or take it out"
                )
            if matter == "quantity" and not any(COUNT in kind.fields for kind in procedure.tasks.values()):
                yield Flaw(
                    f"approval[{n}].what", "no task reports a quantity that came back", f'add "{COUNT}" to the fields of [task.return]'
                )
    known = milestones(procedure)
    for n, gate in enumerate(procedure.gates, 1):
        key = f"gate[{n}]"
        if gate.order not in GATED:
            yield unknown(f"{key}.order", "order that a gate can hold", gate.order, GATED)
        yield from (unknown(f"{key}.needs", "milestone", name, known) for name in gate.needs if name not in known)
        yield from (unknown(f"{key}.tasks", "task", name, procedure.tasks) for name in gate.tasks if name not in procedure.tasks)
        if not gate.needs and not gate.tasks:
            yield Flaw(key, "asks for nothing", "name milestones in needs, or kinds of tasks in tasks")


def _tasks(procedure: Procedure) -> Iterator[Flaw]:
    known = milestones(procedure)
    for name, kind in procedure.tasks.items():
        if kind.after and kind.after not in known:
            yield unknown(f"task.{name}.after", "milestone", kind.after, known)
        if kind.follows and kind.follows not in procedure.tasks:
            yield unknown(f"task.{name}.follows", "task", kind.follows, procedure.tasks)
        if kind.follows == name:
            yield Flaw(f"task.{name}.follows", "it would follow itself for ever", "name the kind of task it comes after")
        if kind.verify_within and not kind.verify_by:
            yield Flaw(f"task.{name}.verify-within", "nobody judges the result", "name who does in verify-by")
        yield from _idle(name, kind, procedure)
        if kind.follows not in ("", name) and name in _followed(name, procedure):
            yield Flaw(f"task.{name}.follows", "kinds that follow each other in a circle never end", "let the first of them follow none")
    if APPROVAL in procedure.tasks:
        yield Flaw(f"task.{APPROVAL}", "mailbot has tasks of this name, for what waits for approval", "choose another name")
    yield from _same_names("task", {name: kind.words for name, kind in procedure.tasks.items()})
    yield from _same_names("milestone", {name: own.words for name, own in procedure.milestones.items()})
    if procedure.closing.slow and procedure.closing.slow not in procedure.tasks:
        yield unknown("closing.slow", "task", procedure.closing.slow, procedure.tasks)
    if bool(procedure.closing.slow) != (procedure.closing.slow_after is not None):
        yield Flaw("closing.slow-after", "slow and slow-after belong together", "write both or neither")


def _idle(name: str, kind: TaskKind, procedure: Procedure) -> Iterator[Flaw]:
    """What a kind of task says and nothing heeds."""
    if kind.copies and name not in NOTES and not kind.follows:
        yield Flaw(f"task.{name}.copies", "only notes of allowance and return, and what follows, have copies", "take copies out")
    if kind.tolerance != TaskKind(label=kind.label).tolerance and COUNT not in kind.fields:
        yield Flaw(f"task.{name}.tolerance", "no quantity is reported that it could be held against", f'add "{COUNT}" to fields')
    if name == RECALL and (kind.after or kind.follows or kind.when != ALWAYS):
        yield Flaw(f"task.{name}", "a recall is ordered, with its dealers; it can't come of itself", "take after, when and follows out")
    given = next((duty for duty, rule in procedure.duties.items() if rule.task == name), None)
    if name == RECALL and given:
        yield Flaw(f"duty.{given}.task", "a recall is ordered on a case; it is no duty", "name another kind of task")


def _followed(name: str, procedure: Procedure) -> set[str]:
    """Every kind that `name` comes after, at whatever distance."""
    found: set[str] = set()
    kind = procedure.tasks.get(procedure.tasks[name].follows)
    following = procedure.tasks[name].follows
    while kind and following not in found:
        found.add(following)
        following = kind.follows
        kind = procedure.tasks.get(following)
    return found


def _same_names(table: str, names: Mapping[str, Iterable[str]]) -> Iterator[Flaw]:
    """Words that mean two things: an order that names one could mean the other."""
    meant: dict[str, str] = {}
    for key, words in names.items():
        for word in dict.fromkeys(" ".join(said.casefold().split()) for said in (key, *words)):
            if meant.setdefault(word, key) != key:
                yield Flaw(f"{table}.{key}", f'"{word}" means {table}.{meant[word]} too', "give each words of its own")


def _periods(procedure: Procedure) -> Iterator[Flaw]:
    for name, duty in procedure.duties.items():
        if duty.task not in procedure.tasks:
            yield unknown(f"duty.{name}.task", "task", duty.task, procedure.tasks)
        yield from _period(f"duty.{name}", duty.every, duty.on)
        yield from _grades(f"duty.{name}", duty.grade, procedure)
        if duty.draw < 0:
            yield Flaw(f"duty.{name}.draw", f"{duty.draw} cases can't be drawn", "write how many, or take draw out")
        if duty.draw and duty.grade:
            yield Flaw(
                f"duty.{name}.draw", "a duty about customers of a grade draws no cases", "take draw or grade out, or make two duties"
            )
        if duty.draw and FINDING not in procedure.tasks:
            yield Flaw(f"duty.{name}.draw", "what a spot check finds would be nobody's task", f"add [task.{FINDING}], or take draw out")
    for name, poll in procedure.polls.items():
        yield from _period(f"poll.{name}", poll.every, poll.on)
        yield from _grades(f"poll.{name}", poll.grade, procedure)
        if not poll.question:
            yield Flaw(f"poll.{name}.question", "asks nothing", "add a question")
        if not poll.grade:
            yield Flaw(f"poll.{name}.grade", "names no grade, so nobody is asked", f"use one or more of {', '.join(procedure.grades)}")
        yield from _scales(f"poll.{name}", poll.question)


def _period(key: str, every: str, on: int) -> Iterator[Flaw]:
    if on == 0 or abs(on) > DAYS_IN[every]:
        yield Flaw(f"{key}.on", f"{on} is no day of a {every}", f"write 1 to {DAYS_IN[every]}, or -1 for the last day")


def _grades(key: str, names: Iterable[str], procedure: Procedure) -> Iterator[Flaw]:
    yield from (unknown(f"{key}.grade", "grade", name, procedure.grades) for name in names if name not in procedure.grades)


def _survey(procedure: Procedure) -> Iterator[Flaw]:
    survey = procedure.survey
    if not 1 <= survey.dissatisfied <= 4:
        yield Flaw("survey.dissatisfied", f"{survey.dissatisfied} is not a vote that some are above", "write 1 to 4 (5 is best)")
    yield from _scales("survey", survey.question)
    if survey.silent and not survey.remind:
        yield Flaw("survey.silent", "counts from a reminder that is never sent", "say in remind when it goes out")


def _scales(key: str, questions: Mapping[str, Question]) -> Iterator[Flaw]:
    for name, question in questions.items():
        if len(question.scale) == 1 or len(question.scale) > SCORES:
            told = f"{len(question.scale)} words are no scale from 5 to 1"
            yield Flaw(f"{key}.question.{name}.scale", told, "write two to five words from best to worst, or none")


def _spans(procedure: Procedure) -> Iterator[Flaw]:
    for key, span in _lengths(procedure):
        if span is not None and span.amount <= 0:
            yield Flaw(key, f'"{span}" leaves no time', "write a span of more than nothing, such as 2h")


def _lengths(procedure: Procedure) -> Iterator[tuple[str, Span | None]]:
    for name, deadline in procedure.deadlines.items():
        yield f"deadline.{name}.within", deadline.within
        yield from ((f"deadline.{name}.vary[{n}].within", change.within) for n, change in enumerate(deadline.vary, 1))
    yield from ((f"approval[{n}].within", rule.within) for n, rule in enumerate(procedure.approvals, 1))
    yield from ((f"alert[{n}].meeting", alert.meeting) for n, alert in enumerate(procedure.alerts, 1))
    for name, kind in procedure.tasks.items():
        yield from ((f"task.{name}.within", kind.within), (f"task.{name}.verify-within", kind.verify_within))
    yield from ((f"duty.{name}.within", duty.within) for name, duty in procedure.duties.items())
    yield from (("survey.remind", procedure.survey.remind), ("survey.silent", procedure.survey.silent))
    yield "closing.slow-after", procedure.closing.slow_after
