"""What the argument of an order says: the value that its kind of argument asks for, looked up in what the company knows.

Takes an order, its line and the raw argument; gives a `GivenOrder`, or the `Problem` with it. Which order a line names
is for `order_lines` to say. Pure, never raises.
"""

from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from mailbot.lifecycle.order_arguments import (
    CJK,
    Reason,
    Wrong,
    read_amount,
    read_choice,
    read_colleague,
    read_dated,
    read_day,
    read_front,
    read_numbered,
)
from mailbot.lifecycle.order_quantities import Quantity, read_counted, read_quantity, read_shares
from mailbot.lifecycle.order_row import Order
from mailbot.lifecycle.order_tasks import Wanted, read_case, read_task
from mailbot.lifecycle.order_words import CATEGORY_WORDS, RESPONSIBILITY_WORDS, SEVERITY_WORDS, VALIDITY_WORDS, VERDICT_WORDS
from mailbot.lifecycle.ticket import Category, Severity, Share
from mailbot.procedures.clauses import Labels
from mailbot.procedures.procedure import Procedure
from mailbot.settings import LetterLanguage, Member, letter_language

AFTER_WORD = " \t\u3000\u00a0:：︰﹕=＝,，;；、.。!！*_`\"'“”()（）[]【】「」『』"
CHOICES: dict[str, tuple[dict[str, tuple[str, ...]], Reason]] = {
    "responsibility": (RESPONSIBILITY_WORDS, "unknown-responsibility"),
    "validity": (VALIDITY_WORDS, "unknown-validity"),
    "verdict": (VERDICT_WORDS, "unknown-verdict"),
}
GOODS = frozenset({"quantity", "counted", "shares"})
LEADING = frozenset({"dated", "amount", "milestone", "task", "case", "numbered", "judgement", *GOODS, *CHOICES})  # with words behind them


class Problem(Struct, frozen=True):
    """A line that can't be carried out: why, the nearest valid word, and what would be valid."""

    line: str
    reason: Reason
    nearest: str | None = None
    choices: tuple[str, ...] = ()
    order: str | None = None


class GivenOrder(Struct, frozen=True):
    """An order as given; which of the values is set follows from its kind of argument. `department` is an id, and `choice` that of a
    responsibility, a validity, a verdict, a milestone or a kind of task, or another case's number. `serial` is a task's number."""

    name: str
    line: str
    text: str = ""
    member: Member | None = None
    department: str | None = None
    category: Category | None = None
    severity: Severity | None = None
    day: date | None = None
    amount: Decimal | None = None
    choice: str = ""
    serial: int | None = None
    quantity: Quantity | None = None
    shares: tuple[Share, ...] = ()


class OrderContext(Struct, frozen=True):
    """What arguments are looked up in. `author`, where given, settles who may and which language choices are in.

    `choices` are the categories that people are being asked to choose from, in the order the letter numbers them."""

    members: tuple[Member, ...]
    procedure: Procedure
    today: date
    author: Member | None = None
    choices: tuple[Category, ...] = ()


def read_value(order: Order, line: str, argument: str, context: OrderContext) -> GivenOrder | Problem:
    """The order on `line` with the value of its raw argument."""
    given, language = GivenOrder(order.name, line), language_of(line, context)
    if order.argument == "none":
        bare = not argument.strip(AFTER_WORD)
        return given if bare else Problem(line, "unexpected-argument", order.word.text(language), order=order.name)
    if order.argument == "text":
        return replace(given, text=argument)
    if not order.required and not argument.strip(AFTER_WORD):
        return given
    value = _led(order, argument, context, language) if order.argument in LEADING else _value(order, argument, context, language)
    if isinstance(value, Wrong):
        missing = not argument.strip(AFTER_WORD)
        return Problem(line, "missing-argument" if missing else value.reason, None if missing else value.nearest, value.choices, order.name)
    if isinstance(value, GivenOrder):
        return replace(value, name=order.name, line=line)
    names = {"colleague": "member" if isinstance(value, Member) else "department", "number": "serial"}
    named = names.get(order.argument, order.argument)
    return replace(given, **{named: value})


def _led(order: Order, argument: str, context: OrderContext, language: LetterLanguage) -> GivenOrder | Wrong:
    """A value at the front of the argument, and words after it."""
    if order.argument == "dated":
        dated = read_dated(argument, context.today)
        return dated if isinstance(dated, Wrong) else GivenOrder("", "", dated[1], day=dated[0])
    if order.argument in ("task", "case"):
        read = read_task if order.argument == "task" else read_case
        task = read(argument, context.procedure, context.members, context.today, language)
        return task if isinstance(task, Wrong) else _task(task)
    if order.argument in ("numbered", "judgement"):
        return _numbered(order, argument, language)
    if order.argument in GOODS:
        return _goods(order, argument, context, language)
    if order.argument == "amount":
        sum_ = read_amount(argument)
        return sum_ if isinstance(sum_, Wrong) else GivenOrder("", "", sum_[1], amount=sum_[0])
    if order.argument == "milestone":
        named = {key: (*own.label.all, *own.words) for key, own in context.procedure.milestones.items()}
        shown = tuple(own.label.text(language) for own in context.procedure.milestones.values())
        choice = read_front(argument, named, shown, "unknown-milestone")
    else:
        words, reason = CHOICES[order.argument]
        shown = tuple(key if language == "en" else own[language == "zh-TW"] for key, own in words.items())
        choice = read_front(argument, words, shown, reason)
    return choice if isinstance(choice, Wrong) else GivenOrder("", "", choice[1], choice=choice[0])


def _goods(order: Order, argument: str, context: OrderContext, language: LetterLanguage) -> GivenOrder | Wrong:
    """Goods counted, or a loss shared."""
    if order.argument == "quantity":
        read = read_quantity(argument)
        return read if isinstance(read, Wrong) else GivenOrder("", "", read[1], quantity=read[0])
    if order.argument == "counted":
        counted = read_counted(argument)
        return counted if isinstance(counted, Wrong) else GivenOrder("", "", counted[2], serial=counted[0], quantity=counted[1])
    labels = context.procedure.departments
    departments = {key: own.all for key, own in labels.items()}
    shares = read_shares(argument, context.members, departments, _shown(labels, language))
    return shares if isinstance(shares, Wrong) else GivenOrder("", "", shares=shares)


def _task(wanted: Wanted) -> GivenOrder:
    owner = wanted.owner
    member, department = (owner, None) if isinstance(owner, Member) else (None, owner)
    return GivenOrder("", "", wanted.text, member, department, day=wanted.day, choice=wanted.kind)


def _numbered(order: Order, argument: str, language: LetterLanguage) -> GivenOrder | Wrong:
    """A task's number, which may be left out; then the words, or a verdict and words."""
    serial, rest = read_numbered(argument)
    if order.argument == "numbered":
        return GivenOrder("", "", rest, serial=serial)
    shown = tuple(key if language == "en" else own[language == "zh-TW"] for key, own in VERDICT_WORDS.items())
    verdict = read_front(rest, VERDICT_WORDS, shown, "unknown-verdict")
    return verdict if isinstance(verdict, Wrong) else GivenOrder("", "", verdict[1], serial=serial, choice=verdict[0])


def _value(order: Order, argument: str, context: OrderContext, language: LetterLanguage) -> Member | str | date | int | Wrong:
    procedure = context.procedure
    if order.argument == "number":
        serial, rest = read_numbered(argument)
        return Wrong("unexpected-argument", order.word.text(language)) if serial is None or rest.strip(AFTER_WORD) else serial
    if order.argument == "colleague":
        departments = {key: labels.all for key, labels in procedure.departments.items()}
        return read_colleague(argument, context.members, departments, _shown(procedure.departments, language))
    if order.argument == "category":
        return read_choice(argument, category_words(procedure), category_names(procedure, language), "unknown-category")
    if order.argument == "severity":
        grades: dict[str, tuple[str, ...]] = {key: (*own, *procedure.severities[key].all) for key, own in SEVERITY_WORDS.items()}
        return read_choice(argument, grades, _shown(procedure.severities, language), "unknown-severity")
    return read_day(argument, context.today)


def category_words(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Every word for each category: ours, and what the procedure calls it."""
    rules = procedure.categories
    return {key: (*own, *(rules[key].label.all if key in rules else ())) for key, own in CATEGORY_WORDS.items()}


def category_names(procedure: Procedure, language: LetterLanguage) -> tuple[str, ...]:
    """What the procedure calls its categories."""
    return _shown({key: rule.label for key, rule in procedure.categories.items()}, language)


def _shown(labels: dict[str, Labels], language: LetterLanguage) -> tuple[str, ...]:
    return tuple(label.text(language) for label in labels.values())


def language_of(line: str, context: OrderContext) -> LetterLanguage:
    """The language choices are offered in: the author's, or else that of the line."""
    if context.author and context.author.language:
        return letter_language(context.author.language)
    return "zh-CN" if CJK.search(line) else "en"
