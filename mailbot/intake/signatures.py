"""Where a signature, a device's line or a disclaimer begins and ends.

Takes a letter's lines and the index of one, gives the index after what begins there, or the index itself. A signature ends the
letter or stands before the quote. Pure; never raises; looks at a bounded number of lines.
"""

from mailbot.intake import cards, signaturemarks
from mailbot.intake import quotemarks as marks

# More filled lines than this are no signature, and no card.
_SIGNATURE = 25
_CARD = 15


def after(lines: list[str], at: int) -> int:
    """The line after a signature or a device's line that begins here; `at` where none does."""
    line = lines[at]
    if line.startswith(marks.SIGNATURE_MARK) or signaturemarks.DEVICE.match(
        signaturemarks.LINKS.sub("", line) if "[" in line or "://" in line else line
    ):
        return at + 1
    if signaturemarks.SIGNATURE.match(line):
        most = _SIGNATURE
    elif signaturemarks.CARD.match(line) and any(map(signaturemarks.CARD.match, lines[at + 1 : at + 1 + _CARD])):
        most = _CARD
    elif marks.RULE.match(line) and any(map(signaturemarks.LIST_FOOTER.match, lines[at + 1 : at + 3])):
        most = _SIGNATURE
    else:
        return cards.end_of(lines, at)
    return _end_of_signature(lines, at + 1) if _is_closing(lines, at, most) else at


def _is_closing(lines: list[str], at: int, most: int) -> bool:
    """A signature ends the letter or stands before the quote; it is short."""
    filled = 0
    for near in range(at + 1, min(len(lines), at + 1 + 2 * most)):
        if filled > most or cards.quote_begins(lines, near):
            break
        filled += bool(lines[near].strip())
    return filled <= most


def _end_of_signature(lines: list[str], at: int) -> int:
    while at < len(lines) and not cards.quote_begins(lines, at):
        at += 1
    return at
