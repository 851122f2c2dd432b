"""What a customer answers to a survey: a digit, a word, or a line for each question (S4.10, S0.7, S2.5).

Takes the letter's own words and the procedure's survey, gives a `Ballot`, or None when the letter answers nothing.
Pure, never raises. A letter's digit alone is the overall score; "5 boxes arrived" is none.
"""

import re
import unicodedata
from collections.abc import Mapping

from msgspec.structs import replace

from mailbot.lifecycle.letters import Ballot
from mailbot.lifecycle.ticket import Ticket
from mailbot.procedures.procedure import Procedure
from mailbot.procedures.rules import Question, Survey

OVERALL = "overall"
MOST_LINES = 60
# The digit stands alone, ends a line or a clause, or is followed by what the survey calls it: "5 boxes arrived" is no rating.
RATING = re.compile(
    r"\s*([1-5１-５])(?!\.\d)[ \t]*(?:分|星|颗星|顆星|/[ \t]*5|points?|stars?)?[ \t]*"
    r"(?:\Z|[\r\n,，。.!！:：;；、—-]|(?=(?:非常|很|还算|還算|比较|比較)?(?:不)?(?:满意|滿意)|谢|謝|(?:very )?(?:dis)?satisfied|thank))",
    re.IGNORECASE,
)
TOLD = re.compile(r"\s*([1-5１-５])(?![\d.])(?:分|星|points?|stars?)?\s*")
WORDS: dict[int, tuple[str, ...]] = {
    5: ("非常满意", "非常滿意", "很满意", "很滿意", "very satisfied"),
    4: ("满意", "滿意", "satisfied"),
    3: ("一般", "普通", "neutral", "neither"),
    2: ("不满意", "不滿意", "dissatisfied", "not satisfied", "unsatisfied"),
    1: ("非常不满意", "非常不滿意", "很不满意", "很不滿意", "very dissatisfied"),
}
NUMBERED = re.compile(r"(?:q|第)?(\d{1,2})(?:题|題)?[ \t]*(?:[:：、)）=]|\.(?!\d))[ \t]*")
MARKS = " \t:：=—-"
END = re.compile(r"(?:分|星|points?|stars?)?[ \t]*(?:\Z|[,，。.!！;；、(（])", re.IGNORECASE)


def of(ticket: Ticket, procedure: Procedure) -> Survey:
    """What the customer of a case is asked: the procedure's survey, with the questions of the poll where the case is one."""
    poll = procedure.polls.get(ticket.facts.poll)
    return replace(procedure.survey, question=poll.question) if poll else procedure.survey


def read(text: str, survey: Survey) -> Ballot | None:
    """The scores of a letter, 1 to 5, and the words beside them; None when it gives no score."""
    if survey.question:
        ballot = _by_line(text, survey.question)
        if ballot:
            return ballot
    match = RATING.match(text)
    if match and not (survey.question and NUMBERED.match(text.strip())):
        return Ballot({OVERALL: int(match[1])}, RATING.sub("", text, count=1).strip())
    first, _, below = text.strip().partition("\n")
    said = _score(first, {})
    return Ballot({OVERALL: said[0]}, f"{said[1]}\n{below}".strip()) if said else None


def told(text: str, survey: Survey) -> Ballot | None:
    """What a member of staff writes down of a call: as in `read`, or a score with the customer's words right after it."""
    match = TOLD.match(text)
    return read(text, survey) or (Ballot({OVERALL: int(match[1])}, text[match.end() :].strip()) if match else None)


def overall(ballot: Ballot) -> int:
    """The score that decides: as given, or else the mean of the answers, rounded half up."""
    given = ballot.scores.get(OVERALL)
    answers = ballot.scores.values()
    return given if given is not None else (2 * sum(answers) + len(answers)) // (2 * len(answers))


def is_dissatisfied(ballot: Ballot, survey: Survey) -> bool:
    """Whether any answer is so low that the case opens again."""
    return min(ballot.scores.values()) <= survey.dissatisfied


def scale(question: Question) -> dict[int, tuple[str, ...]]:
    """The words of a question by their score: the best is 5, the worst 1, the others between."""
    last = max(len(question.scale) - 1, 1)
    return {5 - round(4 * place / last): label.all for place, label in enumerate(question.scale)}


def _by_line(text: str, questions: Mapping[str, Question]) -> Ballot | None:
    scores: dict[str, int] = {}
    remarks: list[str] = []
    for line in text.splitlines()[:MOST_LINES]:
        answer = _answer(line.strip(), questions)
        if answer is None:
            remarks.append(line.strip())
            continue
        name, rest = answer
        said = _score(rest, scale(questions[name]))
        if said and name not in scores:
            scores[name] = said[0]
        remarks.append(said[1] if said else rest)
    if not scores:
        return None
    first = RATING.fullmatch(remarks[0]) if remarks else None
    if first:
        scores[OVERALL] = int(first[1])
        del remarks[0]
    return Ballot(scores, "\n".join(filter(None, remarks)))


def _answer(line: str, questions: Mapping[str, Question]) -> tuple[str, str] | None:
    """Which question a line answers, and what it says; a number, the question's name or both stand before."""
    named = NUMBERED.match(line.casefold())
    names = list(questions)
    number = int(named[1]) if named else 0
    rest = line[named.end() :] if named else line
    chosen = names[number - 1] if 0 < number <= len(names) else None
    for name in [chosen] if chosen else names:
        label = next((own for own in questions[name].label.all if rest.casefold().startswith(own.casefold())), None)
        if label:
            return name, rest[len(label) :].lstrip(MARKS)
    return (chosen, rest.lstrip(MARKS)) if chosen else None


def _score(text: str, words: Mapping[int, tuple[str, ...]]) -> tuple[int, str] | None:
    """The score a text begins with, and what follows it."""
    folded = unicodedata.normalize("NFKC", text)
    digit = re.match(r"[1-5](?!\.?\d)", folded)
    known = [(word, score) for source in (words, WORDS) for score, several in source.items() for word in several]
    word = next((p for p in sorted(known, key=lambda p: -len(p[0])) if folded.casefold().startswith(p[0].casefold())), None)
    length, score = (1, int(digit[0])) if digit else (len(word[0]), word[1]) if word else (0, 0)
    rest = END.match(folded, length)
    return (score, folded[rest.end() :].strip()) if length and rest else None
