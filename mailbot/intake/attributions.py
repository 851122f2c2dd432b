"""Lines by which a reply introduces what it quotes: "On … wrote:", in one line or wrapped over several.

Takes a letter's lines and the index of one, gives the index after the introduction, or after all it introduces. Told by moment,
address and colon before any word list is asked; a story of who wrote what is none. Pure; never raises; looks at a few lines only.
"""

from mailbot.intake import headblocks
from mailbot.intake import quotemarks as marks
from mailbot.intake.headblocks import next_filled
from mailbot.intake.quotemarks import MAX_MARK

_WRAPPED = 5
# Marks of writing direction and blanks around a line.
_UNSEEN = "\u202a\u202b\u202c\u200e\u200f\u2066\u2067\u2068\u2069 \t\r"
# A verb of writing stands within so many characters of the end.
_TAIL = 160


def end_of(lines: list[str], at: int) -> int:
    """The index after what may be an attribution ("On … wrote:") that begins here, or `at` where none does."""
    if not _may_begin(lines, at):
        return at
    wrapped = ""
    end = at
    while end < min(len(lines), at + _WRAPPED):
        line = lines[end].strip(_UNSEEN)
        if len(line) > MAX_MARK or (marks.QUOTED.match(line) and wrapped.count("<") == wrapped.count(">")):
            break
        wrapped = f"{wrapped} {line}"[-MAX_MARK:] if wrapped else line
        if (line.endswith(marks.ATTRIBUTION_ENDINGS) or line[-1:].isdigit()) and _introduces(wrapped):
            return at if _begins_later(lines, at, end) else end + 1
        end += 1
        if not _goes_on(line, lines, end):
            break
    return at


def _begins_later(lines: list[str], at: int, end: int) -> bool:
    """Whether the first of several lines is the sender's own, and what introduces the quote begins below it."""
    if end == at:
        return False
    first = lines[at].strip()
    if marks.BRACKETED.search(first) or first.endswith("<") or lines[at + 1].lstrip()[:1] == "<":
        own = False
    else:
        own = marks.OPENING.match(first) is None or marks.PROSE.search(first) is not None
    for start in range(at + 1, end + 1):
        below = " ".join(line.strip(_UNSEEN) for line in lines[start : end + 1])
        if _introduces(below) if own else (marks.OPENING.match(below) is not None and _is_exact(below) and not marks.NAMELESS.match(below)):
            return True
    return False


def _may_begin(lines: list[str], at: int) -> bool:
    line = lines[at]
    if marks.DIGIT.search(line) or "@" in line:
        return True
    if line.rstrip().endswith(marks.ATTRIBUTION_ENDINGS):
        return _says_wrote(line) or marks.DASHED.match(line) is not None
    return at + 1 < len(lines) and lines[at + 1].lstrip()[:1] in ("<", "＜") and "@" in lines[at + 1]


def _goes_on(line: str, lines: list[str], after: int) -> bool:
    """Whether a wrapped attribution may continue: no sentence ended, and no blank line but before an address."""
    if line.endswith(marks.SENTENCE_ENDINGS) or (line.endswith(".") and marks.FULL_STOP.search(line, max(0, len(line) - 12))):
        return False
    if after < len(lines) and lines[after].strip():
        return True
    return after + 1 < len(lines) and lines[after + 1].lstrip().startswith("<")


def opens_marked_quote(lines: list[str], at: int) -> bool:
    """Whether the line ends an introduction, so that whatever sign begins the line below marks a quote."""
    if marks.SUPERCITED.match(lines[at]):
        return True
    if not marks.COLON_END.search(lines[at][-4:]):
        return False
    return any(end_of(lines, start) == at + 1 for start in range(max(0, at - 2), at + 1))


def _introduces(line: str) -> bool:
    """Whether a line could introduce a quote: a verb of writing, or address and moment before a colon."""
    if marks.DASHED.match(line) or marks.CITING.match(line):
        return True
    if _says_wrote(line):
        return bool(marks.TIME.search(line) or "@" in line or marks.VERB_COLON.search(line))
    bracketed = marks.BRACKETED.search(line)
    if marks.HOUR_END.search(line, max(0, len(line) - _TAIL)):
        return bool(marks.ADDRESS.search(line) and marks.MOMENT.match(line)) and not marks.PROSE.search(line)
    if not marks.COLON_END.search(line):
        return bracketed is not None and bracketed.end() == len(line) and bool(marks.TIME.match(line))
    return bool(marks.MOMENT.match(line)) and (bracketed is not None or not marks.PROSE.search(line))


def _says_wrote(line: str) -> bool:
    return marks.VERB_END.search(line, max(0, len(line) - _TAIL)) is not None


def past(lines: list[str], at: int, end: int) -> int:
    """Where reading goes on after an attribution: at its quote, at the end where it introduces all the rest; `at` where it is prose."""
    wrapped = " ".join(line.strip(_UNSEEN) for line in lines[at:end])[-MAX_MARK:]
    following = next_filled(lines, end)
    if following is None or marks.QUOTED.match(lines[following]):
        return end if _names_writer(wrapped) else at
    if marks.DASHED.match(wrapped) and headblocks.is_block(lines, following):
        return len(lines)
    return len(lines) if _is_exact(wrapped) else at


def _names_writer(line: str) -> bool:
    """Before a quote even "Bob wrote:" introduces it, or "On Nov 16, Bob Jones wrote:"; a whole sentence does not."""
    return bool(marks.TIME.search(line) or "@" in line or marks.DASHED.match(line)) or (
        (len(line.split()) <= 5 or marks.OPENING.match(line) is not None) and not marks.PROSE.search(line)
    )


def _is_exact(line: str) -> bool:
    """Without "> " lines below it, only a line as exact as a program's own introduces a quote: people write "客服写道：" too."""
    found = (
        _says_wrote(line) or marks.DASHED.match(line) is not None,
        marks.MOMENT.match(line) is not None,
        marks.PROSE.search(line) is None,
    )
    return sum(found) >= 2 if marks.BRACKETED.search(line) else all((*found[:2], found[2] or marks.ADDRESS.search(line)))
