"""What a duty's letter tells of the period before: the cases drawn for a spot check, and plain counts (S4.11, S4.14, S4.15, S1.9, S2.7).

Pure values and the counting; rows come from `store.casebook`. A deadline counts for whoever owns it in the procedure, those that
mailbot keeps itself for nobody. Where a variation names another owner, the case as it stands now says which one held.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from mailbot.procedures.clauses import CUSTOMER_SERVICE, MAILBOT, Procedure
from mailbot.procedures.rules import LEAD, Circumstances

REGISTRATION = "classified"  # the deadline that says whether a complaint was taken in on time (S4.15)


class Kept(Struct, frozen=True):
    """Of `all` deadlines that were kept or passed, how many were kept."""

    kept: int = 0
    all: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.kept + other.kept, self.all + other.all)


class Late(Struct, frozen=True):
    """A deadline that was not kept: its name, when it was due, and when what it asked for was done, if ever (aware UTC)."""

    name: str
    due_at: datetime
    ended_at: datetime | None


class Checked(Struct, frozen=True):
    """A closed case as a spot check looks at it.

    `timely` and `late` are its deadlines of all rounds (timeliness), `missing` what the record does not tell, among "cause",
    "responsibility", "outcome" and "rated" (completeness), `score` the customer's worst vote from 5 to 1 (effectiveness)."""

    number: str
    subject: str
    category: str | None
    department: str | None
    closed_at: datetime
    rounds: int
    timely: Kept
    late: tuple[Late, ...]
    missing: tuple[str, ...]
    score: int | None


class Voted(Struct, frozen=True):
    """One answer of a customer: the case (row id) and round, the question, 5 (best) to 1."""

    ticket_id: int
    round: int
    question: str
    score: int


class Counted(Struct, frozen=True):
    """Deadlines of one name, in cases led by one department; or one, with its `case`, where that may change whose it is."""

    department: str | None
    name: str
    kept: Kept
    case: Circumstances | None = None


class Figures(Struct, frozen=True, kw_only=True):
    """What happened from one day to another: cases closed, by category ("" none) and responsibility ("" not said); deadlines kept
    by owner, at registration and after it; how many customers answered, how many of them content, and the mean score by question."""

    closed: int
    by_category: dict[str, int]
    by_responsibility: dict[str, int]
    registered: dict[str, Kept]
    handled: dict[str, Kept]
    answered: int
    content: int
    scores: dict[str, float]


def varied(procedure: Procedure) -> frozenset[str]:
    """Deadlines that some cases give to another owner."""
    return frozenset(name for name, deadline in procedure.deadlines.items() if any(change.owner for change in deadline.vary))


def timeliness(rows: Iterable[Counted], procedure: Procedure, *, registration: bool) -> dict[str, Kept]:
    """Deadlines kept, by owner; those about taking a complaint in, or all the others."""
    found: dict[str, Kept] = defaultdict(Kept)
    for row in rows:
        deadline = procedure.deadlines.get(row.name)
        if deadline and row.case:
            deadline = procedure.in_force(row.name, row.case) or deadline
        if deadline is None or deadline.owner == MAILBOT or (row.name == REGISTRATION) != registration:
            continue
        found[(row.department or CUSTOMER_SERVICE) if deadline.owner == LEAD else deadline.owner] += row.kept
    return dict(found)


def content(votes: Iterable[Voted], dissatisfied: int) -> Kept:
    """How many customers answered (`all`), and how many of them gave no score of `dissatisfied` or less (`kept`)."""
    worst: dict[tuple[int, int], int] = {}
    for vote in votes:
        key = vote.ticket_id, vote.round
        worst[key] = min(vote.score, worst.get(key, vote.score))
    return Kept(sum(score > dissatisfied for score in worst.values()), len(worst))


def means(votes: Iterable[Voted]) -> dict[str, float]:
    """The mean score of each question, in the order they were first answered."""
    scores: dict[str, list[int]] = defaultdict(list)
    for vote in votes:
        scores[vote.question].append(vote.score)
    return {question: sum(given) / len(given) for question, given in scores.items()}
