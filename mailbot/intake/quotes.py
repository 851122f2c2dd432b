"""What the sender newly wrote, told from what they quoted.

Takes a letter's plain text (quotes of HTML arrive as "> " lines, see `markup`), gives the new text and the rest.
Knows nothing of headers or tickets. Never raises; never leaves nothing when there are words: if all seems quoted,
all of it is new. Works line by line with bounded patterns (`quotemarks`), so time is linear; reads 256 K characters.
"""

from mailbot.intake import quotemarks as marks
from mailbot.intake.quotemarks import REPLY_LINE
from mailbot.limits import DEFAULT

__all__ = ["REPLY_LINE", "cut"]

# Longer lines are prose, never a mark.
_MAX_MARK = 300
# A reply header shows its second field within so many lines of the first.
_BLOCK = 5
_WRAPPED = 4
# More filled lines than this are no signature.
_SIGNATURE = 25


def cut(text: str, most: int = DEFAULT.text_chars) -> tuple[str, str]:
    """New text and quoted rest of a letter; together they hold every line."""
    if not marks.WORDS.search(text):
        return text.strip(), ""
    lines = text.replace("\xa0", " ").split("\n")
    read = text.count("\n", 0, most) + 1
    above = _above_reply_line(lines[:read])
    for stop, signed in ((above, False), (read, False), (above, True)):
        kept = _fresh(lines[:stop], keep_signature=signed)
        fresh = _joined(lines, kept)
        if marks.WORDS.search(fresh):
            kept_set = set(kept)
            return fresh, _joined(lines, [at for at in range(len(lines)) if at not in kept_set])
    return "\n".join(lines).strip(), ""


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
        end = _skipped(lines, at, keep_signature=keep_signature)
        if end == at:
            kept.append(at)
        at = max(end, at + 1)
    return kept


def _skipped(lines: list[str], at: int, *, keep_signature: bool) -> int:
    """The line after a mark that begins here and all it covers; `at` itself where the line is the sender's."""
    line = lines[at]
    if marks.QUOTED.match(line):
        return at + 1
    if not line.strip() or len(line) > _MAX_MARK:
        return at
    if _opens_rest(lines, at):
        return len(lines)
    if (end := _attribution(lines, at)) > at:
        return _after_attribution(lines, at, end)
    return at if keep_signature else _after_signature(lines, at)


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


def _after_attribution(lines: list[str], at: int, end: int) -> int:
    """Where reading goes on after an attribution: at its quote, at the end where it introduces all the rest."""
    following = _next_filled(lines, end)
    if following is None or marks.QUOTED.match(lines[following]):
        return end
    exact = any(marks.EXACT.search(line[:_MAX_MARK]) for line in lines[at:end])
    return len(lines) if exact else at


def _next_filled(lines: list[str], at: int) -> int | None:
    return next((near for near in range(at, min(len(lines), at + 6)) if lines[near].strip()), None)


def _after_signature(lines: list[str], at: int) -> int:
    """The line after a signature or a device's line that begins here; `at` where none does."""
    if marks.DEVICE.match(lines[at]):
        return at + 1
    if not marks.SIGNATURE.match(lines[at]) or not _is_closing(lines, at):
        return at
    at += 1
    while at < len(lines) and not _ends_signature(lines, at):
        at += 1
    return at


def _is_closing(lines: list[str], at: int) -> bool:
    """A signature ends the letter or stands before the quote; it is short."""
    filled = 0
    for near in range(at + 1, min(len(lines), at + 1 + 2 * _SIGNATURE)):
        if marks.QUOTED.match(lines[near]):
            break
        filled += bool(lines[near].strip())
    return filled <= _SIGNATURE


def _ends_signature(lines: list[str], at: int) -> bool:
    line = lines[at]
    if not line.strip() or len(line) > _MAX_MARK:
        return False
    return marks.QUOTED.match(line) is not None or _opens_rest(lines, at) or _attribution(lines, at) > at
