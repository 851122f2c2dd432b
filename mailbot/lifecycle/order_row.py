"""What a row of the table of orders says."""

from typing import Literal

from msgspec import Struct

from mailbot.procedures.rules import Labels

Argument = Literal[
    "none", "text", "colleague", "category", "severity", "day", "dated", "amount", "responsibility", "validity", "verdict", "milestone",
    "task", "numbered", "judgement", "case", "quantity", "counted", "shares",
]  # fmt: skip
Who = Literal["staff", "head"]


class Order(Struct, frozen=True, kw_only=True):
    """One order.

    `argument` "dated" is a day and words after it; so it is with an amount, a responsibility, a validity and a verdict. "task" is a
    kind of task, whose it is, by when and what; "numbered" a task's number and words, "judgement" its number, a verdict and words;
    "case" the number of another case, and then as with a task whose it is, by when and what.
    "quantity" is one with words behind it, "counted" has a task's number before it, "shares" are parts of a loss.

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

    @property
    def words(self) -> tuple[str, ...]:
        """Every word of the order, our own first."""
        return tuple(dict.fromkeys((*self.word.all, *self.also)))
