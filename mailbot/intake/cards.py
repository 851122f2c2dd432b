"""Signatures without a delimiter, and what companies and virus scanners add below letters.

Takes a letter's lines and the index of a paragraph's first, gives the index after what begins there, or the index itself. A card is a
closing or a name with lines that tell what a card tells (telephone, address, office), at the letter's end or before the quote; a
bare name stays, and so does an address the sender hands over. Pure; never raises; looks at a bounded number of lines.
"""

from mailbot.intake import attributions, cardmarks, headblocks, signaturemarks
from mailbot.intake import quotemarks as marks
from mailbot.intake.quotemarks import MAX_MARK

# More filled lines than this are no card, and more than that no notice.
_CARD = 15
_NOTICE = 40
_READ = 1_500
# A line of a card is short, what lawyers add is long.
_SHORT = 120
_LONG = 40
# Thanks and closings of one line are no longer.
_THANKS = _CLOSING = 60
# Within so many lines below the sender's own name the card has it again.
_AGAIN = 6
_KINDS = (cardmarks.PHONE, cardmarks.MAIL, cardmarks.SITE, cardmarks.OFFICE)


def end_of(lines: list[str], at: int) -> int:
    """The line after a card, a notice or a signing name that begins here; `at` where none does."""
    if not _begins_paragraph(lines, at):
        return at
    if (end := notice(lines, at)) > at:
        return end
    line = lines[at]
    if cardmarks.RULE.match(line):
        return _below_rule(lines, at)
    if len(line) <= _CLOSING and cardmarks.REGARDS.match(line):
        return _card(lines, at, at + 1, enough=1)
    if _may_name(lines, at):
        return _card(lines, at, at, enough=2)
    return _dashed_name(lines, at)


def _may_name(lines: list[str], at: int) -> bool:
    """Whether a line is a name above a card, not an answer of one word ("可以", "Confirmed") that looks like one."""
    if not cardmarks.NAME.match(lines[at].strip("* ")) or cardmarks.THANKS.match(lines[at]):
        return False
    return not (_is_handed_over(lines, at) or _is_named_again(lines, at) or _is_first(lines, at) or _is_above_name(lines, at))


def _is_first(lines: list[str], at: int) -> bool:
    """Nothing is said above: a letter does not begin with its signature."""
    return not any(line.strip() for line in lines[:at][-MAX_MARK:])


def _is_above_name(lines: list[str], at: int) -> bool:
    """Alone on its line, and a name, a closing or a rule begins the paragraph below."""
    below = headblocks.next_filled(lines, at + 1)
    if below is None or below == at + 1:
        return False
    line = lines[below].strip("* ")
    office = any(sign.match(line) for sign in (cardmarks.OFFICE, cardmarks.COMPANY))
    return not office and any(sign.match(line) for sign in (cardmarks.NAME, cardmarks.REGARDS, cardmarks.THANKS, cardmarks.RULE))


def notice(lines: list[str], at: int) -> int:
    """The line after a paragraph about secrecy, viruses or printing that begins here; `at` where none does."""
    if not lines[at].strip():
        return at
    end = at
    most = min(len(lines), at + _NOTICE)
    while end < most and not marks.EMPTY_OR_QUOTED.match(lines[end]):
        end += 1
    said = " ".join(map(str.strip, lines[at:end]))[:_READ]
    bare = cardmarks.LINK.sub("", said, count=1) if said.startswith("<") else said.lstrip("* ")
    return end if cardmarks.NOTICE.match(bare) or _is_about_secrecy(said) else at


def _is_about_secrecy(said: str) -> bool:
    low = said.lower() if len(said) >= _LONG else ""
    words = cardmarks.SECRET_LATIN if low.isascii() else cardmarks.SECRET
    return any(map(low.__contains__, words)) and bool(cardmarks.ABOUT.search(said) and cardmarks.STRAY.search(said))


def quote_begins(lines: list[str], at: int) -> bool:
    """Whether the earlier letter begins at a line: what stands above it ends the sender's own."""
    line = lines[at]
    if len(line) > MAX_MARK or not signaturemarks.MAY_END.search(line):
        return False
    if marks.QUOTED.match(line) or headblocks.opens_rest(lines, at):
        return True
    return (end := attributions.end_of(lines, at)) > at and attributions.past(lines, at, end) > at


def _begins_paragraph(lines: list[str], at: int) -> bool:
    above = lines[at - 1].strip() if at else ""
    if not above:
        return True
    return (above[0] in cardmarks.RULES and cardmarks.RULE.match(above) is not None) or (
        len(above) <= _THANKS and cardmarks.THANKS.match(above) is not None
    )


def _below_rule(lines: list[str], at: int) -> int:
    """A rule belongs to the notice or the card below it."""
    first = headblocks.next_filled(lines, at + 1)
    if first is None or quote_begins(lines, at):
        return at
    if (end := notice(lines, first)) > first:
        return end + 1 if end < len(lines) and cardmarks.RULE.match(lines[end]) else end
    begins = any(sign.match(lines[first]) for sign in (cardmarks.NAME, cardmarks.REGARDS, *_KINDS))
    return _card(lines, at, first, enough=1) if begins else at


def _card(lines: list[str], at: int, first: int, *, enough: int) -> int:
    """Where a card that begins at `first` ends, if nothing but it stands from there to the end or the quote."""
    told: set[int] = set()
    filled, near = 0, first
    while near < len(lines) and filled <= _CARD and not quote_begins(lines, near):
        line = lines[near]
        if line.strip():
            if not lines[near - 1].strip() and (end := notice(lines, near)) > near:
                near = end
                continue
            if not (legal := cardmarks.COMPANY.match(line[:MAX_MARK])) and _is_prose(line):
                return at
            filled += 1
            told.update([len(_KINDS)] if legal else [])
            told.update(kind for kind, sign in enumerate(_KINDS) if sign.match(line))
        near += 1
    return near if 0 < filled <= _CARD and len(told) >= enough else at


def _is_prose(line: str) -> bool:
    return len(line) > _SHORT or cardmarks.SENTENCE.search(line) is not None


def _is_named_again(lines: list[str], at: int) -> bool:
    """The sender's own "Maria" above a card that begins with "Maria Gomez" is no part of it."""
    name = lines[at].strip("* ")
    below = [line.strip("* ") for line in lines[at + 1 : at + 1 + _AGAIN] if line.strip()]
    return at + 1 < len(lines) and not lines[at + 1].strip() and any(line.startswith(name) for line in below)


def _is_handed_over(lines: list[str], at: int) -> bool:
    above = next((lines[near] for near in range(at - 1, max(-1, at - 4), -1) if lines[near].strip()), "")
    return not cardmarks.THANKS.match(above) and cardmarks.HANDS_OVER.search(above[-MAX_MARK:]) is not None


def _dashed_name(lines: list[str], at: int) -> int:
    """Below the letter "-Alice" signs it; in a list of such lines it is an item."""
    if not cardmarks.DASHED_NAME.match(lines[at]) or _is_handed_over(lines, at):
        return at
    if any(cardmarks.DASH.match(line) for line in lines[max(0, at - 3) : at]):
        return at
    following = headblocks.next_filled(lines, at + 1)
    return at + 1 if following is None or quote_begins(lines, following) else at
