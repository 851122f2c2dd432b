"""What a row of the table of orders says."""

from datetime import date
from typing import Literal

from msgspec import Struct

from mailbot.procedures.rules import Labels
from mailbot.settings import LetterLanguage

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Argument = Literal[
    "none", "text", "colleague", "category", "severity", "day", "dated", "amount", "responsibility", "validity", "verdict", "milestone",
    "task", "numbered", "judgement", "case", "quantity", "counted", "shares", "number",
]  # fmt: skip
Who = Literal["staff", "head"]


class Order(Struct, frozen=True, kw_only=True):
    """One order.

    `argument` "dated" is a day and words after it; so it is with an amount, a responsibility, a validity and a verdict. "task" is a
    kind of task, whose it is, by when and what; "numbered" a task's number and words, "judgement" its number, a verdict and words;
    "case" the number of another case, and then as with a task whose it is, by when and what.
    "quantity" is one with words behind it, "counted" has a task's number before it, "shares" are parts of a loss.
    "number" is a task's alone. `example` has `{day}` where a day is to be named, for one that has passed would be refused.

    `required`: the argument can't be left out. `takes_rest`: when "empty", the rest of the letter is the argument if the
    line has none; when "always", the rest belongs to the argument in any case and so never reaches the customer.
    `tells`: a text below the order is a letter to the customer that must not get lost. `state`: may follow `#status`.
    `who` "head" means heads of departments and managers. `bare`: a reply that is its word alone, without a sign, gives it too.
    """

    name: str
    word: Labels
    also: tuple[str, ...]
    does: Labels
    example: Labels
    argument: Argument = "none"
    required: bool = True
    takes_rest: Literal["never", "empty", "always"] = "never"
    tells: bool = False
    state: bool = False
    who: Who = "staff"
    bare: bool = False

    def shown(self, language: LetterLanguage, day: date) -> str:
        """The example, in which `day` stands where one is to be named."""
        name = f"{day.day} {MONTHS[day.month - 1]}" if language == "en" else f"{day.month}月{day.day}日"
        return self.example.text(language).replace("{day}", name)

    @property
    def words(self) -> tuple[str, ...]:
        """Every word of the order, our own first."""
        return tuple(dict.fromkeys((*self.word.all, *self.also)))
