"""The part of the page beside deadlines: approvals, gates and alerts; kinds of tasks; what comes again and again."""

from rich.table import Table

from mailbot.procedures.naming import Names
from mailbot.procedures.rules import TaskKind
from mailbot.procedures.show_table import add_row, table_of


def rules(names: Names) -> Table:
    """Who approves what, what must come first, who is told at once, who gets copies."""
    table = table_of(names, "rules", ("clause", "what", "cases", "rule"))
    words, procedure = names.words, names.procedure
    for approval in procedure.approvals:
        what = words["list"].join(words[f"matter-{matter}"] for matter in approval.what)
        rule = words["approved-by"].format(who=names.owner(approval.by)) + names.within(approval.within)
        add_row(table, approval.clause, what, names.when(approval.when), rule)
    for gate in procedure.gates:
        needs = words["list"].join([*map(names.milestone, gate.needs), *map(names.task, gate.tasks)])
        add_row(table, gate.clause, words[f"matter-{gate.order}"], names.when(gate.when), words["needs"].format(what=needs))
    for alert in procedure.alerts:
        meeting = words["meeting"].format(span=names.span(alert.meeting)) if alert.meeting else ""
        add_row(
            table, alert.clause, words["alert"], names.when(alert.when), words["told-at-once"].format(who=names.owners(alert.to)) + meeting
        )
    for change in procedure.handovers:
        add_row(table, change.clause, words["handover"], names.when(change.when), words["leads-then"].format(who=names.owner(change.to)))
    if procedure.closing.copies:
        copies = words["copies-to"].format(who=names.owners(procedure.closing.copies))
        add_row(table, procedure.closing.clause, words["matter-close"], "", copies)
    if procedure.closing.slow and procedure.closing.slow_after:
        slower = words["slower"].format(span=names.span(procedure.closing.slow_after))
        add_row(table, procedure.closing.clause, words["matter-close"], slower, names.task(procedure.closing.slow))
    return table


def tasks(names: Names) -> Table:
    """Every kind of task: who does it by when, who judges the result."""
    table = table_of(names, "tasks", ("clause", "what", "within", "owner", "given", "judged"))
    for kind in names.procedure.tasks.values():
        within = names.span(kind.within) if kind.within else ""
        add_row(
            table, kind.clause, kind.label.text(names.language), within, names.owner(kind.owner), given(kind, names), _judged(kind, names)
        )
    return table


def duties(names: Names) -> Table:
    """What comes again and again: duties, polls, and the survey after each answer."""
    table = table_of(names, "duties", ("clause", "what", "period", "owner", "remark"))
    procedure, words = names.procedure, names.words
    for duty in procedure.duties.values():
        parts = [
            words["draws"].format(n=duty.draw) if duty.draw else "",
            words["for-each"].format(grade=names.grades(duty.grade)) if duty.grade else "",
            names.within(duty.within, bare=True),
        ]
        remark = words["and"].join(part for part in parts if part)
        add_row(table, duty.clause, duty.label.text(names.language), period(duty.every, duty.on, names), names.owner(duty.owner), remark)
    for poll in procedure.polls.values():
        asked = words["list"].join(question.label.text(names.language) for question in poll.question.values())
        again = words["and"] + words["sooner"].format(period=words[f"every-{poll.dissatisfied}"]) if poll.dissatisfied else ""
        whom = words["for-each"].format(grade=names.grades(poll.grade))
        add_row(table, poll.clause, words["poll"], period(poll.every, poll.on, names), whom, asked + again)
    survey = procedure.survey
    if survey.question:
        asked = words["list"].join(question.label.text(names.language) for question in survey.question.values())
        told = words["dissatisfied"].format(n=survey.dissatisfied) + (names.owners(survey.tell) and f": {names.owners(survey.tell)}")
        add_row(table, survey.clause, words["survey"], words["after-answer"], "", words["and"].join((asked, told)))
    return table


def given(kind: TaskKind, names: Names) -> str:
    """When a task of this kind comes up by itself; empty where somebody has to give it."""
    after = names.words["once"].format(what=names.milestone(kind.after)) if kind.after else ""
    follows = names.words["follows"].format(what=names.task(kind.follows)) if kind.follows else ""
    return names.words["list"].join(part for part in (after, follows, names.when(kind.when)) if part)


def period(every: str, on: int, names: Names) -> str:
    """Such as "every month, on working day 1"."""
    words = names.words
    if every == "day":
        return words["every-day"]
    day = words["last-day"] if on == -1 else words["day-n"].format(n=on) if on > 0 else words["day-from-end"].format(n=-on)
    return f"{words[f'every-{every}']}{words['comma']}{day}"


def _judged(kind: TaskKind, names: Names) -> str:
    if not kind.verify_by:
        return ""
    return names.owner(kind.verify_by) + names.within(kind.verify_within)
