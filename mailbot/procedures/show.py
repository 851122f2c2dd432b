"""A procedure as a page that a manager can read and sign: who leads, what is due when, who is told, who approves.

Takes a checked `Procedure` and a language, gives a rich renderable of tables and a timeline. Pure: moments on
the timeline are spans from the first milestone, not dates. Knows no staff; `check` says who is missing.
"""

from itertools import pairwise

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailbot.procedures.clauses import MAILBOT, Deadline, Escalation, Procedure
from mailbot.procedures.naming import Names, span_text
from mailbot.procedures.show_rules import duties, rules, tasks
from mailbot.procedures.show_table import add_row, table_of
from mailbot.procedures.show_timeline import timeline
from mailbot.procedures.worktime import ALWAYS, WEEKDAYS, Calendar, hours_text
from mailbot.settings import LetterLanguage


def as_table(procedure: Procedure, language: LetterLanguage) -> RenderableType:
    """The whole procedure in `language`."""
    names = Names(procedure, language)
    tables = [_categories(names), _deadlines(names), _ladder(names), rules(names), tasks(names), duties(names)]
    parts: list[RenderableType] = [
        Text(f"{procedure.title.text(language)}  ({procedure.id}{', ' + procedure.source if procedure.source else ''})", "bold"),
        Text("\n".join(_hours(names))),
        *(table for table in tables if table.row_count),
        Text(names.words["timeline"], "bold"),
        timeline(names),
        Text(names.words["signature"]),
    ]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _hours(names: Names) -> list[str]:
    """The company's hours, then those of departments that have their own."""
    calendar, words = names.procedure.calendar, names.words
    country = words.get(f"calendar-{calendar.country}") or words["calendar-other"].format(country=calendar.country.upper())
    known = "" if calendar.known_until == ALWAYS else words["known"].format(year=calendar.known_until)
    own = [f"{names.owner(name)}: {_open(names, hours)}" for name, hours in names.procedure.calendars.items()]
    return [f"{words['hours']}: {_open(names, calendar)}; {country}{known}", *own]


def _open(names: Names, calendar: Calendar) -> str:
    return f"{_weekdays(calendar.workdays, names.words)} {hours_text(calendar.hours)} ({calendar.zone.key})"


def _weekdays(workdays: frozenset[int], words: dict[str, str]) -> str:
    days = sorted(workdays)
    unbroken = len(days) > 1 and all(after == before + 1 for before, after in pairwise(days))
    names = [words[WEEKDAYS[day]] for day in days]
    return f"{names[0]}{words['between']}{names[-1]}" if unbroken else ", ".join(names)


def _categories(names: Names) -> Table:
    table = table_of(names, "responsible", ("category", "department", "helps"))
    for rule in names.procedure.categories.values():
        add_row(table, rule.label.text(names.language), names.owner(rule.lead), names.owners(rule.co))
    return table


def _deadlines(names: Names) -> Table:
    table = table_of(names, "deadlines", ("clause", "what", "within", "after", "owner", "remark"))
    for deadline in names.procedure.deadlines.values():
        within = span_text(deadline.within, names.language, always=deadline.always)
        what, after = deadline.label.text(names.language), names.milestone(deadline.after)
        add_row(table, deadline.clause, what, within, after, names.owner(deadline.owner), _remark(deadline, names))
    return table


def _ladder(names: Names) -> Table:
    table = table_of(names, "ladder", ("when", "told", "letter"))
    for rung in names.procedure.escalations:
        add_row(table, _when(rung, names), names.owners(rung.to), names.words[rung.letter])
    return table


def _remark(deadline: Deadline, names: Names) -> str:
    words = names.words
    remarks = [words["only"].format(when=names.when(deadline.when))] if names.when(deadline.when) else []
    for change in deadline.vary:
        within = span_text(change.within, names.language, always=deadline.always) if change.within else ""
        told = [words["void"]] if change.none else [part for part in (within, names.owner(change.owner) if change.owner else "") if part]
        remarks.append(words["instead"].format(when=names.when(change.when) or words["all-cases"], what=words["list"].join(told)))
    if deadline.always:
        remarks.append(words["always"])
    if deadline.promise:
        remarks.append(words["promise"])
    if not deadline.pause and deadline.owner != MAILBOT:
        remarks.append(words["no-pause"])
    if deadline.unless:
        remarks.append(words["unless"].format(what=", ".join(names.milestone(name).lower() for name in deadline.unless)))
    if deadline.letter:
        early = words["before-due"].format(span=names.span(deadline.send)) if deadline.send.amount else words["at-due"]
        remarks.append(words["sends"].format(when=early))
    return words["and"].join(remarks)


def _when(rung: Escalation, names: Names) -> str:
    words = names.words
    if rung.percent is not None:
        return words["share-before"].format(percent=-rung.percent)
    if rung.span is None or not rung.span.amount:
        return words["at-due"]
    return words["before-due" if rung.span.amount < 0 else "after-due"].format(span=names.span(rung.span))
