"""One order line: is it an order, which one, and is its argument valid?

Takes a line and what the company knows, gives a `GivenOrder` or the `Problem` with it. Tolerant of full-width
signs, list bullets, missing blanks after Chinese words and `#状态：已解决`; strict about everything that could
make a wrong thing happen: "#解决不了" is no order. Pure, never raises, linear in the line's length.
"""

import re
import unicodedata
from difflib import SequenceMatcher, get_close_matches

from mailbot.lifecycle.order_arguments import CJK, read_choice
from mailbot.lifecycle.order_row import Order
from mailbot.lifecycle.order_values import (
    AFTER_WORD,
    GivenOrder,
    OrderContext,
    Problem,
    category_names,
    category_words,
    language_of,
    read_value,
)
from mailbot.lifecycle.order_words import BY_NAME, BY_WORD, ORDERS, STATUS_WORDS, fold
from mailbot.lifecycle.ticket import CATEGORIES
from mailbot.settings import Member

SIGNS = "#＃﹟♯"
BEFORE_SIGN = "-*+•·●○▪■◦‣–—[(（【「『“\"'`_\u2800\u3164\u115f\u1160\uffa0"
NUMBERING = re.compile(r"\d{1,2}[.)、．）]\s{0,3}")
BEFORE_ARGUMENT = " \t\u3000\u00a0:：︰﹕=＝,，-–—"
WORD = re.compile(f"[^{re.escape(AFTER_WORD)}]+")
# Orders whose Chinese word may stand right before its argument ("#转质量部"): what follows is checked, or stays inside.
MAY_BE_GLUED = ("assign", "category", "severity", "promise", "note", "return", "returned", "allowance")
GLUED = sorted(((w, BY_NAME[name]) for name in MAY_BE_GLUED for w in BY_NAME[name].words if CJK.search(w)), key=lambda pair: -len(pair[0]))
SHOWN = 200  # characters of a line kept for the record and for the answer
LONGEST_WORD = 40  # what is longer is no order; cutting it also keeps Unicode normalisation, which is not linear, short
SHORTEST_NEAR = 5
INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me"})


def may(order: str, member: Member) -> bool:
    """Whether `member` may give the order called `order`."""
    return BY_NAME[order].who == "staff" or member.role in ("head", "manager")


def read_answer(text: str, context: OrderContext) -> GivenOrder | Problem | None:
    """A reply that is nothing but a category, or its number: the answer to the question which category it is.

    It is never a letter to the customer, also when the question is no longer open. A signature may stand below."""
    first, _, below = text.partition("\n")
    bare = fold(first.strip(AFTER_WORD)) if len(first) <= LONGEST_WORD else ""
    number = int(bare) if bare.isascii() and bare.isdigit() and len(bare) == 1 else 0
    word = read_choice(bare, category_words(context.procedure), (), "unknown-category") if bare and not number else None
    category = context.choices[number - 1] if 0 < number <= len(context.choices) else word
    known = next((choice for choice in CATEGORIES if choice == category), None)
    if known is None and not (number and not below.strip()):
        return None
    line = first.strip()
    if not context.choices:
        return None if below.strip() else Problem(line, "no-question", order="category")
    if known is None:
        return Problem(line, "unknown-category", None, category_names(context.procedure, language_of(line, context)), "category")
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
        return Problem(line, "unknown-order", near, () if near else tuple(order.word.text(language_of(body, context)) for order in ORDERS))
    order, argument = found
    if context.author and not may(order.name, context.author):
        return Problem(line, "not-allowed", order=order.name)
    return read_value(order, line, argument, context)


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
    return not glued or isinstance(read_value(order, line, argument, context), GivenOrder)


def nearly_order(body: str) -> bool:
    """Whether a line below the text looks like a mistyped order; short words are too like each other to tell."""
    return len(_word_and_argument(body)[0]) >= SHORTEST_NEAR and nearest_word(body, cutoff=0.8) is not None
