"""One order line: is it an order, which one, and is its argument valid?

Takes a line and what the company knows, gives a `GivenOrder` or the `Problem` with it. Tolerant of full-width
signs, list bullets, missing blanks after Chinese words and `#状态：已解决`; strict about everything that could
make a wrong thing happen: "#解决不了" is no order. Pure, never raises, linear in the line's length.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher, get_close_matches

from msgspec import Struct
from msgspec.structs import replace

from mailbot.lifecycle.order_arguments import (
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
from mailbot.lifecycle.order_words import (
    BY_NAME,
    BY_WORD,
    CATEGORY_WORDS,
    ORDERS,
    RESPONSIBILITY_WORDS,
    SEVERITY_WORDS,
    STATUS_WORDS,
    VALIDITY_WORDS,
    VERDICT_WORDS,
    fold,
)
from mailbot.lifecycle.ticket import CATEGORIES, Category, Severity, Share
from mailbot.procedures.clauses import Labels
from mailbot.procedures.procedure import Procedure
from mailbot.settings import LetterLanguage, Member, letter_language

SIGNS = "#＃﹟♯"
BEFORE_SIGN = "-*+•·●○▪■◦‣–—[(（【「『“\"'`_\u2800\u3164\u115f\u1160\uffa0"
NUMBERING = re.compile(r"\d{1,2}[.)、．）]\s{0,3}")
AFTER_WORD = " \t\u3000\u00a0:：︰﹕=＝,，;；、.。!！*_`\"'“”()（）[]【】「」『』"
BEFORE_ARGUMENT = " \t\u3000\u00a0:：︰﹕=＝,，-–—"
WORD = re.compile(f"[^{re.escape(AFTER_WORD)}]+")
CJK = re.compile(r"[\u3400-\u9fff]")
# Orders whose Chinese word may stand right before its argument ("#转质量部"): what follows is checked, or stays inside.
MAY_BE_GLUED = ("assign", "category", "severity", "promise", "note", "return", "returned", "allowance")
GLUED = sorted(((w, BY_NAME[name]) for name in MAY_BE_GLUED for w in BY_NAME[name].words if CJK.search(w)), key=lambda pair: -len(pair[0]))
CHOICES: dict[str, tuple[dict[str, tuple[str, ...]], Reason]] = {
    "responsibility": (RESPONSIBILITY_WORDS, "unknown-responsibility"),
    "validity": (VALIDITY_WORDS, "unknown-validity"),
    "verdict": (VERDICT_WORDS, "unknown-verdict"),
}
GOODS = frozenset({"quantity", "counted", "shares"})
LEADING = frozenset({"dated", "amount", "milestone", "task", "case", "numbered", "judgement", *GOODS, *CHOICES})  # with words behind them
SHOWN = 200  # characters of a line kept for the record and for the answer
LONGEST_WORD = 40  # what is longer is no order; cutting it also keeps Unicode normalisation, which is not linear, short
SHORTEST_NEAR = 5
INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me"})


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


def may(order: str, member: Member) -> bool:
    """Whether `member` may give the order called `order`."""
    return BY_NAME[order].who == "staff" or member.role in ("head", "manager")


def read_answer(text: str, context: OrderContext) -> GivenOrder | Problem | None:
    """A reply that is nothing but a category, or its number: the answer to the question which category it is.

    It is never a letter to the customer, also when the question is no longer open. A signature may stand below."""
    first, _, below = text.partition("\n")
    bare = fold(first.strip(AFTER_WORD)) if len(first) <= LONGEST_WORD else ""
    number = int(bare) if bare.isascii() and bare.isdigit() and len(bare) == 1 else 0
    word = read_choice(bare, _category_words(context.procedure), (), "unknown-category") if bare and not number else None
    category = context.choices[number - 1] if 0 < number <= len(context.choices) else word
    known = next((choice for choice in CATEGORIES if choice == category), None)
    if known is None and not (number and not below.strip()):
        return None
    line = first.strip()
    if not context.choices:
        return None if below.strip() else Problem(line, "no-question", order="category")
    if known is None:
        return Problem(line, "unknown-category", None, _category_names(context.procedure, _language(line, context)), "category")
    if len(below.strip()) > LONGEST_WORD:
        return Problem(line, "text-below-answer", order="category")
    return GivenOrder("category", line, category=known)


def after_sign(line: str) -> str | None:
    """What follows the order sign; None for a line without one. Mail programs and lists put their own marks before it."""
    start = _skip(line, 0, BEFORE_SIGN)
    numbering = NUMBERING.match(line, start)
    start = _skip(line, numbering.end(), BEFORE_SIGN) if numbering else start
    if line[start : start + 1] not in SIGNS or start == len(line):
        return None
    return line[_skip(line, start, SIGNS) :].rstrip()


def _skip(line: str, start: int, marks: str) -> int:
    """The first position from `start` that is neither one of `marks` nor blank, invisible or combining."""
    while start < len(line) and (line[start] in marks or unicodedata.category(line[start]) in INVISIBLE):
        start += 1
    return start


def blank(line: str) -> bool:
    """Nothing in it that shows."""
    return _skip(line, 0, "") == len(line)


def read_order(line: str, body: str, context: OrderContext) -> GivenOrder | Problem:
    """A line of the top; `body` is what follows its sign."""
    found = _find(body)
    if found is None:
        near = nearest_word(body)
        return Problem(line, "unknown-order", near, () if near else tuple(order.word.text(_language(body, context)) for order in ORDERS))
    order, argument = found
    if context.author and not may(order.name, context.author):
        return Problem(line, "not-allowed", order=order.name)
    return _with_argument(order, line, argument, context)


def _find(body: str) -> tuple[Order, str] | None:
    """The order a line names and the raw argument behind it."""
    name, argument = _word_and_argument(body)
    order = BY_WORD.get(fold(name[:LONGEST_WORD]))
    return (order, argument) if order else _find_state(body, name) or _find_glued(body, name)


def _find_state(body: str, name: str) -> tuple[Order, str] | None:
    """`#状态：已解决` names the order by the state it leads to."""
    for status in STATUS_WORDS:
        if fold(name[:LONGEST_WORD]) == status or (CJK.search(status) and name.startswith(status)):
            state, argument = _word_and_argument(body[body.index(name) + len(status) :])
            order = BY_WORD.get(fold(state[:LONGEST_WORD]))
            return (order, argument) if order and order.state else None
    return None


def _find_glued(body: str, name: str) -> tuple[Order, str] | None:
    for chinese, order in GLUED:
        if name.startswith(chinese):
            return order, body[body.index(name) + len(chinese) :].strip(BEFORE_ARGUMENT)
    return None


def _word_and_argument(body: str) -> tuple[str, str]:
    match = WORD.search(body)
    return (match[0], body[match.end() :].lstrip(BEFORE_ARGUMENT).rstrip()) if match else ("", "")


def _with_argument(order: Order, line: str, argument: str, context: OrderContext) -> GivenOrder | Problem:
    given, language = GivenOrder(order.name, line), _language(line, context)
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
        return read_choice(argument, _category_words(procedure), _category_names(procedure, language), "unknown-category")
    if order.argument == "severity":
        grades: dict[str, tuple[str, ...]] = {key: (*own, *procedure.severities[key].all) for key, own in SEVERITY_WORDS.items()}
        return read_choice(argument, grades, _shown(procedure.severities, language), "unknown-severity")
    return read_day(argument, context.today)


def _category_words(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Every word for each category: ours, and what the procedure calls it."""
    rules = procedure.categories
    return {key: (*own, *(rules[key].label.all if key in rules else ())) for key, own in CATEGORY_WORDS.items()}


def _category_names(procedure: Procedure, language: LetterLanguage) -> tuple[str, ...]:
    return _shown({key: rule.label for key, rule in procedure.categories.items()}, language)


def _shown(labels: dict[str, Labels], language: LetterLanguage) -> tuple[str, ...]:
    return tuple(label.text(language) for label in labels.values())


def _language(line: str, context: OrderContext) -> LetterLanguage:
    """The language choices are offered in: the author's, or else that of the line."""
    if context.author and context.author.language:
        return letter_language(context.author.language)
    return "zh-CN" if CJK.search(line) else "en"


def nearest_word(body: str, cutoff: float = 0.5) -> str | None:
    """The valid word most like a line's first one."""
    typed = fold(_word_and_argument(body)[0][:LONGEST_WORD])
    near = get_close_matches(typed, BY_WORD, n=5, cutoff=cutoff)
    return max(near, key=lambda known: (SequenceMatcher(None, known, typed).ratio(), known[0] == typed[0]), default=None)


def reads_as_order(line: str, body: str, context: OrderContext) -> bool:
    """Whether a line below the text names an order; a Chinese word before a sentence counts only with a valid argument."""
    found = _find(body)
    if not found:
        return False
    order, argument = found
    glued = fold(_word_and_argument(body)[0][:LONGEST_WORD]) not in BY_WORD and order.name in MAY_BE_GLUED
    return not glued or isinstance(_with_argument(order, line, argument, context), GivenOrder)


def nearly_order(body: str) -> bool:
    """Whether a line below the text looks like a mistyped order; short words are too like each other to tell."""
    return len(_word_and_argument(body)[0]) >= SHORTEST_NEAR and nearest_word(body, cutoff=0.8) is not None
