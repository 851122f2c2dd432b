"""A procedure as a page that a manager can read and sign: who leads, what is due when, who is told.

Takes a checked `Procedure` and a language, gives a rich renderable of tables and a timeline. Pure: moments on
the timeline are spans from the first milestone, not dates. Knows no staff; `check` says who is missing.
"""

from itertools import pairwise

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from mailbot.procedures.clauses import LEAD, MAILBOT, Deadline, Escalation, Procedure
from mailbot.procedures.show_words import WORDS
from mailbot.procedures.span import Span
from mailbot.procedures.worktime import ALWAYS, WEEKDAYS, Calendar, hours_text
from mailbot.settings import LetterLanguage

Words = dict[str, str]


def as_table(procedure: Procedure, language: LetterLanguage) -> RenderableType:
    """The whole procedure in `language`."""
    words = WORDS[language]
    parts: list[RenderableType] = [
        Text(f"{procedure.title.text(language)}  ({procedure.id}{', ' + procedure.source if procedure.source else ''})", "bold"),
        Text(_calendar(procedure.calendar, words)),
        _categories(procedure, language),
        _deadlines(procedure, language),
        _ladder(procedure, language),
        Text(words["timeline"], "bold"),
        _timeline(procedure, language),
        Text(words["signature"]),
    ]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _calendar(calendar: Calendar, words: Words) -> str:
    days = _weekdays(calendar.workdays, words)
    country = words[f"calendar-{calendar.country}"]
    known = "" if calendar.known_until == ALWAYS else words["known"].format(year=calendar.known_until)
    return f"{words['hours']}: {days} {hours_text(calendar.hours)} ({calendar.zone.key}); {country}{known}"


def _weekdays(workdays: frozenset[int], words: Words) -> str:
    days = sorted(workdays)
    unbroken = len(days) > 1 and all(after == before + 1 for before, after in pairwise(days))
    names = [words[WEEKDAYS[day]] for day in days]
    return f"{names[0]}{words['between']}{names[-1]}" if unbroken else ", ".join(names)


def _categories(procedure: Procedure, language: LetterLanguage) -> Table:
    words = WORDS[language]
    table = Table(title=words["responsible"], title_justify="left")
    for column in ("category", "department", "helps"):
        table.add_column(words[column])
    for rule in procedure.categories.values():
        helpers = ", ".join(procedure.departments[name].text(language) for name in rule.co)
        _row(table, rule.label.text(language), procedure.departments[rule.lead].text(language), helpers)
    return table


def _deadlines(procedure: Procedure, language: LetterLanguage) -> Table:
    words = WORDS[language]
    table = Table(title=words["deadlines"], title_justify="left")
    for column in ("clause", "what", "within", "after", "owner", "remark"):
        table.add_column(words[column])
    for deadline in procedure.deadlines.values():
        _row(
            table,
            deadline.clause,
            deadline.label.text(language),
            span_text(deadline.within, language),
            milestone(deadline.after, language),
            _owner(procedure, deadline, language),
            _remark(deadline, language),
        )
    return table


def _ladder(procedure: Procedure, language: LetterLanguage) -> Table:
    words = WORDS[language]
    table = Table(title=words["ladder"], title_justify="left")
    for column in ("when", "told", "letter"):
        table.add_column(words[column])
    for rung in procedure.escalations:
        _row(table, _when(rung, language), ", ".join(words[role] for role in rung.to), words[rung.letter])
    return table


def _row(table: Table, *cells: str) -> None:
    """Cells as they are: brackets in a company's labels are no markup."""
    table.add_row(*map(Text, cells))


def _timeline(procedure: Procedure, language: LetterLanguage) -> Tree:
    """Each deadline hangs on the milestone it counts from."""
    top = Tree(milestone("received", language))
    places = {"received": top}
    waiting = dict(procedure.deadlines)
    while waiting:
        ready = [name for name, deadline in waiting.items() if deadline.after in places]
        if not ready:  # begins with something people do, such as an assignment
            first = next(d.after for d in waiting.values() if d.after not in waiting)
            places[first] = top.add(milestone(first, language))
            continue
        for name in ready:
            deadline = waiting.pop(name)
            entry = f"{span_text(deadline.within, language)} → {deadline.label.text(language)} ({_owner(procedure, deadline, language)})"
            places[name] = places[deadline.after].add(Text(entry))
    return top


def span_text(span: Span, language: LetterLanguage) -> str:
    """A span in words, sign left out: "2 working hours", "1 working day (24 h)"."""
    words, days = WORDS[language], span.working_days
    if days is not None:
        meant = f" ({abs(span.amount)} h)" if span.unit == "h" else ""
        return _counted(words, "wd", abs(days)) + meant
    return _counted(words, span.unit, abs(span.amount))


def milestone(name: str, language: LetterLanguage) -> str:
    """A milestone in words."""
    return WORDS[language][f"milestone-{name}"]


def _counted(words: Words, unit: str, amount: int) -> str:
    return words[f"{'one' if amount == 1 else 'many'}-{unit}"].format(n=amount)


def _owner(procedure: Procedure, deadline: Deadline, language: LetterLanguage) -> str:
    if deadline.owner in (LEAD, MAILBOT):
        return WORDS[language][deadline.owner]
    return procedure.departments[deadline.owner].text(language)


def _remark(deadline: Deadline, language: LetterLanguage) -> str:
    words = WORDS[language]
    remarks = [words["promise"]] if deadline.promise else []
    if deadline.unless:
        remarks.append(words["unless"].format(what=", ".join(milestone(name, language).lower() for name in deadline.unless)))
    if deadline.letter:
        early = words["before-due"].format(span=span_text(deadline.send, language)) if deadline.send.amount else words["at-due"]
        remarks.append(words["sends"].format(when=early))
    return words["and"].join(remarks)


def _when(rung: Escalation, language: LetterLanguage) -> str:
    words = WORDS[language]
    if rung.percent is not None:
        return words["share-before"].format(percent=-rung.percent)
    if rung.span is None or not rung.span.amount:
        return words["at-due"]
    return words["before-due" if rung.span.amount < 0 else "after-due"].format(span=span_text(rung.span, language))
