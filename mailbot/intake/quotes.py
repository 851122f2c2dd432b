"""What the sender newly wrote, told from what they quoted.

Takes a letter's plain text (quotes of HTML arrive as "> " lines, see `markup`), gives the new text and the rest.
Knows nothing of headers or tickets. Never raises; never leaves nothing when there are words: if all seems quoted,
all of it is new. Works line by line with bounded patterns (`quotemarks`), so time is linear in the text.
"""

from mailbot.intake import quotemarks as marks
from mailbot.intake.quotemarks import REPLY_LINE

__all__ = ["REPLY_LINE", "cut"]

# Longer lines are prose, never a mark.
_MAX_MARK = 300
# A reply header shows its second field within so many lines of the first.
_BLOCK = 5
_WRAPPED = 4
# More filled lines than this are no signature.
_SIGNATURE = 25


def cut(text: str) -> tuple[str, str]:
    """New text and quoted rest of a letter; together they hold every line."""
    if not marks.WORDS.search(text):
        return text.strip(), ""
    lines = text.replace("\xa0", " ").split("\n")
    above = _above_reply_line(lines)
    for stop, signed in ((above, False), (len(lines), False), (above, True)):
        kept = _fresh(lines[:stop], keep_signature=signed)
        fresh = _joined(lines, kept)
        if marks.WORDS.search(fresh):
            kept_set = set(kept)
            return fresh, _joined(lines, [at for at in range(len(lines)) if at not in kept_set])
    return text.strip(), ""


def _above_reply_line(lines: list[str]) -> int:
    """Where our own part of the conversation begins, whatever the client did to the mark."""
    for at, line in enumerate(lines):
        if "[ref:" in line and marks.REFERENCE.search(line[:_MAX_MARK]):
            return at
        if ("Reply" in line or "回" in line) and any(piece in line for piece in marks.REPLY_PIECES):
            return at
    return len(lines)


def _joined(lines: list[str], kept: list[int]) -> str:
    out: list[str] = []
    for at in kept:
        line = lines[at].rstrip()
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip("\n").strip()


def _fresh(lines: list[str], *, keep_signature: bool) -> list[int]:
    """The indexes of the lines that are neither quote, nor its introduction, nor signature."""
    kept: list[int] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line or line.isspace():
            kept.append(at)
        elif marks.QUOTED.match(line):
            pass
        elif len(line) > _MAX_MARK:
            kept.append(at)
        elif _opens_rest(lines, at):
            break
        elif (end := _attribution(lines, at)) > at:
            if not _quote_follows(lines, end):
                break
            at = end
            continue
        elif not keep_signature and marks.SIGNATURE.match(line) and _is_closing(lines, at):
            at = _after_signature(lines, at)
            continue
        elif not keep_signature and marks.DEVICE.match(line):
            pass
        else:
            kept.append(at)
        at += 1
    return kept


def _opens_rest(lines: list[str], at: int) -> bool:
    """Whether everything from here on is the earlier letter: a separator, or a block of header fields."""
    line = lines[at]
    if marks.RULE.match(line):
        following = _next_filled(lines, at + 1)
        return following is not None and _is_block(lines, following)
    return marks.SEPARATOR.match(line) is not None or marks.APPLE_FORWARD.match(line) is not None or _is_block(lines, at)


def _is_block(lines: list[str], at: int) -> bool:
    """A From field with another header field close below it, or the other way round, in any language of the tables."""
    line = lines[at][:_MAX_MARK]
    if not (":" in line or "：" in line or "|" in line):
        return False
    below = [lines[near][:_MAX_MARK] for near in range(at + 1, min(len(lines), at + 1 + _BLOCK))]
    if marks.FROM_FIELD.match(line):
        return any(marks.OTHER_FIELD.match(other) for other in below)
    return (
        bool(marks.OTHER_FIELD.match(line))
        and any(marks.FROM_FIELD.match(other) for other in below)
        and sum(bool(marks.ANY_FIELD.match(other)) for other in below) >= 2
    )


def _attribution(lines: list[str], at: int) -> int:
    """The index after an attribution ("On … wrote:") that begins here, or `at` where none does."""
    if not marks.ATTRIBUTION_START.match(lines[at]):
        return at
    wrapped = ""
    for end in range(at, min(len(lines), at + _WRAPPED)):
        line = lines[end]
        if len(line) > _MAX_MARK or (end > at and not line.strip()):
            break
        line = line.rstrip()
        wrapped = f"{wrapped} {line}"[-_MAX_MARK:]
        if line.endswith(marks.ATTRIBUTION_ENDINGS) and marks.ATTRIBUTION_END.search(wrapped):
            return end + 1
        if line.endswith(marks.SENTENCE_ENDINGS):
            break
    return at


def _quote_follows(lines: list[str], at: int) -> bool:
    following = _next_filled(lines, at)
    return following is not None and marks.QUOTED.match(lines[following]) is not None


def _next_filled(lines: list[str], at: int) -> int | None:
    return next((near for near in range(at, min(len(lines), at + 6)) if lines[near].strip()), None)


def _is_closing(lines: list[str], at: int) -> bool:
    """A signature ends the letter or stands before the quote; it is short."""
    filled = 0
    for near in range(at + 1, min(len(lines), at + 1 + 2 * _SIGNATURE)):
        if marks.QUOTED.match(lines[near]):
            break
        filled += bool(lines[near].strip())
    return filled <= _SIGNATURE


def _after_signature(lines: list[str], at: int) -> int:
    """The first line after a signature: a quote, its introduction, or the end."""
    at += 1
    while at < len(lines):
        line = lines[at]
        if line.strip() and len(line) <= _MAX_MARK and (marks.QUOTED.match(line) or _opens_rest(lines, at) or _attribution(lines, at) > at):
            break
        at += 1
    return at
