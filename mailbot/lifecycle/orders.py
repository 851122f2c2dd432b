"""Orders by mail: the lines at the top of a staff reply that begin with # or ＃, and the text below them.

Takes what the member newly wrote and what the company knows; gives orders, text for the customer and problems.
Every line at the top with such a sign is an order or a problem, never text; with any problem there is no text at
all, so nothing mistyped reaches a customer. Pure, never raises, linear in the letter's length. Knows nothing of
tickets: whether an order fits the case is for `carry_out` to say.
"""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from mailbot.lifecycle.order_lines import (
    LONGEST_WORD,
    SHOWN,
    after_sign,
    blank,
    may,
    nearest_word,
    nearly_order,
    read_answer,
    read_order,
    reads_as_order,
)
from mailbot.lifecycle.order_values import AFTER_WORD, GivenOrder, OrderContext, Problem
from mailbot.lifecycle.order_words import BY_NAME, BY_WORD, CONTRADICTIONS, ORDERS, fold
from mailbot.settings import LetterLanguage

__all__ = ["GivenOrder", "OrderContext", "Problem", "Reply", "may", "parse_reply", "table", "word"]

REPEATABLE = ("note", "task", "finding", "co")
EACH_FOR_A_TASK = ("returned", "finish", "judge")  # several in one reply, each about a task of its own
MOST_PROBLEMS = 20
MOST_COMPARED = 200  # lines below the text compared with every word, 0.2 ms each


class Reply(Struct, frozen=True):
    """A staff reply, read. `text` is exactly what may go to the customer: nothing, if there is any problem."""

    text: str
    orders: tuple[GivenOrder, ...]
    problems: tuple[Problem, ...]


def parse_reply(fresh: str, context: OrderContext) -> Reply:
    """Orders, problems and the customer's text in a reply."""
    top, rest = _split(fresh)
    text = "\n".join(rest).strip()
    answer = None if top else read_answer(text, context) or _bare(text)
    if answer is not None:
        return Reply("", (answer,), ()) if isinstance(answer, GivenOrder) else Reply("", (), (answer,))
    orders: list[GivenOrder] = []
    problems: list[Problem] = []
    for line, body in top:
        read = read_order(line, body, context)
        if isinstance(read, GivenOrder):
            orders.append(read)
        else:
            problems.append(read)
        if len(problems) == MOST_PROBLEMS:
            break
    problems += _misplaced(rest[1:], context) if top else _misplaced(rest[1:], context) or _unmarked(text)
    orders, text = _share(orders, text)
    problems += _unfinished(orders, text) + _contradictions(orders)
    return Reply("", tuple(orders), tuple(problems[:MOST_PROBLEMS])) if problems else Reply(text, _distinct(orders), ())


def word(name: str, language: LetterLanguage) -> str:
    """The word for an order as we write it ourselves in letters and links."""
    return BY_NAME[name].word.text(language)


def table(language: LetterLanguage, day: date) -> tuple[dict[str, str], ...]:
    """Every order for the help letter: name, word, words (the three languages'), does, example (with `day`), who ("staff" or "head")."""
    return tuple(
        {
            "name": order.name,
            "word": order.word.text(language),
            "words": ", ".join(f"#{own}" for own in dict.fromkeys((order.word.text(language), *order.word.all))),
            "does": order.does.text(language),
            "example": order.shown(language, day),
            "who": order.who,
        }
        for order in ORDERS
    )


def _split(fresh: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The order lines at the top, each with what follows its sign, and the lines below them."""
    lines = fresh.splitlines()
    top: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        body = after_sign(line)
        if body is not None:
            top.append((line.strip()[:SHOWN], body))
        elif not blank(line):
            return top, lines[number:]
    return top, []


def _misplaced(lines: list[str], context: OrderContext) -> list[Problem]:
    """Lines further down that are orders, or nearly: they would have gone to the customer."""
    signed = [(line, body) for line in lines if (body := after_sign(line))]
    found: list[Problem] = []
    for number, (line, body) in enumerate(signed):
        if reads_as_order(line, body, context) or (number < MOST_COMPARED and nearly_order(body)):
            found.append(Problem(line.strip()[:SHOWN], "misplaced", nearest_word(body)))
            if len(found) == MOST_PROBLEMS:
                break
    return found


def _bare(text: str) -> GivenOrder | None:
    """A reply that is nothing but the word of an order that needs no sign, such as 收到 or 完成; a signature may stand below."""
    first, _, below = text.partition("\n")
    order = BY_WORD.get(fold(first.strip(AFTER_WORD))) if max(len(first), len(below.strip())) <= LONGEST_WORD else None
    if order and order.name == "done":  # without the name of a step it can only mean a task
        return GivenOrder("finish", first.strip())
    return GivenOrder(order.name, first.strip()) if order and order.bare else None


def _unmarked(text: str) -> list[Problem]:
    """A reply that is one order word without its sign is no letter to a customer."""
    bare = text.strip(AFTER_WORD) if len(text) <= LONGEST_WORD else ""
    order = BY_WORD.get(fold(bare))
    return [Problem(text, "unmarked", bare, order=order.name)] if order else []


def _share(orders: list[GivenOrder], text: str) -> tuple[list[GivenOrder], str]:
    """The text below goes to the last order that takes it in any case, or else to the last one still without an argument."""
    always = [n for n, given in enumerate(orders) if BY_NAME[given.name].takes_rest == "always"]
    empty = [n for n, given in enumerate(orders) if BY_NAME[given.name].takes_rest == "empty" and not given.text]
    takers = always or empty
    if not text or not takers or (always and _tells(orders)):
        return orders, text
    taker = orders[takers[-1]]
    filled = replace(taker, text="\n".join(part for part in (taker.text, text) if part))
    return [*orders[: takers[-1]], filled, *orders[takers[-1] + 1 :]], ""


def _tells(orders: list[GivenOrder]) -> bool:
    return any(BY_NAME[given.name].tells for given in orders)


def _unfinished(orders: list[GivenOrder], text: str) -> list[Problem]:
    """Orders whose text is missing, and internal ones above a text that another order would send to the customer."""
    found = []
    for given in orders:
        order = BY_NAME[given.name]
        if order.argument in ("text", "numbered", "case") and order.required and not given.text:
            found.append(Problem(given.line, "missing-argument", order=order.name))
        elif text and order.takes_rest == "always" and _tells(orders):
            found.append(Problem(given.line, "text-not-allowed", order=order.name))
    return found[:MOST_PROBLEMS]


def _contradictions(orders: list[GivenOrder]) -> list[Problem]:
    """Orders that undo one above them; the same order twice is one, unless its argument differs."""
    found: list[Problem] = []
    above: dict[str, GivenOrder] = {}
    tasks: dict[tuple[str, int | None], GivenOrder] = {}
    for given in orders:
        first = above.setdefault(given.name, given)
        if given.name in EACH_FOR_A_TASK and None not in (first.serial, given.serial):
            first = tasks.setdefault((given.name, given.serial), given)
        differs = given.name not in REPEATABLE and replace(given, line="") != replace(first, line="")
        if differs or any(frozenset((given.name, name)) in CONTRADICTIONS for name in above):
            found.append(Problem(given.line, "contradiction", order=given.name))
    return found[:MOST_PROBLEMS]


def _distinct(orders: list[GivenOrder]) -> tuple[GivenOrder, ...]:
    return tuple({replace(given, line=""): given for given in reversed(orders)}.values())[::-1]
