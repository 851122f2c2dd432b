"""What the sender newly wrote, told from what they quoted.

Takes a letter's plain text (quotes of HTML arrive as "> " lines or marked, see `markup`), gives the new text and the rest.
Knows nothing of headers or tickets. Never raises; never leaves nothing when there are words: if all seems quoted,
all of it is new. Works line by line with bounded patterns (`quotemarks`), so time is linear; reads 256 K characters.
"""

from mailbot.intake import markup, signaturemarks
from mailbot.intake import quotemarks as marks
from mailbot.intake.quotemarks import REPLY_LINE
from mailbot.limits import DEFAULT, Limits

__all__ = ["REPLY_LINE", "cut", "cut_either", "signs"]

# Longer lines are prose, never a mark.
_MAX_MARK = 300
# A reply header shows its other fields within so many lines of the first.
_BLOCK = 8
_WRAPPED = 5
# Programs that break quoted lines do so about here.
_WIDTH = 72
# Marks of writing direction and blanks around a line.
_UNSEEN = "\u202a\u202b\u202c\u200e\u200f\u2066\u2067\u2068\u2069 \t\r"
_ENTITIES = (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
# A verb of writing stands within so many characters of the end.
_TAIL = 160
# More filled lines than this are no signature, and no card.
_SIGNATURE = 25
_CARD = 15


def cut(text: str, most: int = DEFAULT.text_chars) -> tuple[str, str]:
    """New text and quoted rest of a letter; together they hold every line."""
    if not marks.WORDS.search(text):
        return markup.unmarked(text).strip(), ""
    lines = _unglued(text.replace("\xa0", " ").split("\n"))
    seen = [_without_entities(line) for line in lines] if "&nbsp;" in text else lines
    read = text.count("\n", 0, most) + 1
    above = _above_reply_line(seen[:read])
    for stop, signed in ((above, False), (read, False), (above, above < len(lines))):
        kept = [at for at in _fresh(seen[:stop], keep_signature=signed) if seen is lines or not lines[at] or seen[at].strip()]
        fresh = _joined(lines, kept)
        if marks.WORDS.search(fresh):
            kept_set = set(kept)
            return fresh, _joined(lines, [at for at in range(len(lines)) if at not in kept_set])
    return markup.unmarked("\n".join(lines)).strip(), ""


def cut_either(text: str, html: str | None, limits: Limits = DEFAULT) -> tuple[str, str]:
    """As `cut`; where a plain text shows no quote but its HTML does, what the HTML tells, if no word of it is new to the text."""
    fresh, quoted = cut(text, limits.text_chars)
    if quoted or not html or len(html) > limits.text_chars or not markup.quotes(html):
        return fresh, quoted
    shown, hidden = cut(markup.text(html))
    said, read, left = (set(marks.WORD.findall(some)) for some in (fresh, f"{shown} {hidden}", shown))
    told = said - read <= set(marks.WORD.findall(html))  # a link's target, an image's name
    return (shown, hidden) if hidden and told and left < said else (fresh, quoted)


def _without_entities(line: str) -> str:
    """A line as QQ Mail meant it, whose plain text holds what belongs in HTML."""
    for entity, meant in _ENTITIES:
        line = line.replace(entity, meant)
    return line


def _unglued(lines: list[str]) -> list[str]:
    """Lines with "reply On Monday … wrote:" made two, where that introduces a quote."""
    out: list[str] = []
    for at, line in enumerate(lines):
        out.append(line)
        if len(line) > _MAX_MARK or not line.rstrip().endswith(marks.ATTRIBUTION_ENDINGS) or marks.QUOTED.match(line):
            continue
        glue = marks.GLUED.search(line)
        if (
            glue is not None
            and "@" not in line[: glue.start()]
            and marks.VERB_COLON.search(line)
            and _after_attribution([line[glue.end() :], *lines[at + 1 : at + 9]], 0, 1)
        ):
            out[-1:] = [line[: glue.start()], line[glue.end() :]]
    return out


def _above_reply_line(lines: list[str]) -> int:
    """Where our own part of the conversation begins, whatever the client did to the mark."""
    for at, line in enumerate(lines):
        if "[ref:" in line and marks.REFERENCE.search(line[:_MAX_MARK]):
            return at
        if ("回" in line or "this line" in line or "THIS LINE" in line) and any(piece in line for piece in marks.REPLY_PIECES):
            return at
    return len(lines)


def _joined(lines: list[str], kept: list[int]) -> str:
    out: list[str] = []
    for at in kept:
        line = lines[at].rstrip()
        if line or (out and out[-1]):
            out.append(line)
    return markup.unmarked("\n".join(out)).strip("\n").strip()


def signs(text: str, most: int = DEFAULT.text_chars) -> list[tuple[int, str, str]]:
    """By which signs `cut` leaves lines out: number of the line from 1, sign, how the line begins; a run of one sign is told once."""
    lines = [_without_entities(line) for line in _unglued(text.replace("\xa0", " ").split("\n"))]
    above = _above_reply_line(lines[: text.count("\n", 0, most) + 1])
    found: list[tuple[int, str, str]] = []
    at, last = 0, ""
    while at < above:
        end, sign = _skipped(lines[:above], at, keep_signature=False)
        if end > at and sign != last:
            found.append((at + 1, sign, lines[at].strip()[:60]))
        at, last = max(end, at + 1), sign if end > at or not lines[at].strip() else ""
    return [*found, *([(above + 1, "our line or reference", lines[above].strip()[:60])] if above < len(lines) else [])]


def _fresh(lines: list[str], *, keep_signature: bool) -> list[int]:
    """The indexes of the lines that are neither quote, nor its introduction, nor signature."""
    kept: list[int] = []
    at = 0
    while at < len(lines):
        end, _ = _skipped(lines, at, keep_signature=keep_signature)
        if end == at:
            kept.append(at)
        at = max(end, at + 1)
    return kept if len(kept) == len(lines) else _without_rules(lines, kept)


def _without_rules(lines: list[str], kept: list[int]) -> list[int]:
    """A rule that stood between the new text and the quote belongs to neither."""
    end = len(kept)
    while end and (not lines[kept[end - 1]].strip() or marks.RULE.match(lines[kept[end - 1]][: _MAX_MARK + 1])):
        end -= 1
    return kept[:end]


def _skipped(lines: list[str], at: int, *, keep_signature: bool) -> tuple[int, str]:
    """The line after a mark that begins here and all it covers, and the mark; `at` itself where the line is the sender's."""
    line = lines[at]
    if marks.QUOTED.match(line) or _is_rest_of_quote(lines, at):
        return at + 1, "quoted line"
    if marks.RUN_ON.match(line[:_MAX_MARK]):
        return len(lines), "quote begun in its introduction"
    if not line.strip() or len(line) > _MAX_MARK:
        return at, ""
    if _opens_rest(lines, at):
        return at + 1 if _quote_follows(lines, at) else len(lines), "separator or header block"
    if (end := _attribution(lines, at)) > at and (after := _after_attribution(lines, at, end)) > at:
        return after, "introduction of a quote"
    return at if keep_signature else _after_signature(lines, at), "signature"


def _is_rest_of_quote(lines: list[str], at: int) -> bool:
    """A single line between quoted ones whose first word no longer fitted the one above."""
    if not 0 < at < len(lines) - 1 or not marks.BROKEN.match(lines[at - 1]) or not marks.QUOTED.match(lines[at + 1]):
        return False
    return bool(marks.REST_OF_BROKEN.match(lines[at])) and len(lines[at - 1]) + len(lines[at].split()[0]) >= _WIDTH


# Blocks of header fields and the separators above them


def _opens_rest(lines: list[str], at: int) -> bool:
    """Whether everything from here on is the earlier letter: a separator, or a block of header fields."""
    line = lines[at]
    if marks.RULE.match(line):
        following = _next_filled(lines, at + 1)
        return following is not None and (_is_block(lines, following) or _is_foreign_block(lines, at, following))
    return marks.SEPARATOR.match(line) is not None or marks.APPLE_FORWARD.match(line) is not None or _is_block(lines, at)


def _quote_follows(lines: list[str], separator: int) -> bool:
    """Whether a separator stands above a quote that shows its own end."""
    following = _next_filled(lines, separator + 1)
    if following is None:
        return False
    end = _attribution(lines, following)
    if end > following:
        following = _next_filled(lines, end)
    return following is not None and marks.QUOTED.match(lines[following]) is not None


def _is_block(lines: list[str], at: int) -> bool:
    """A From field with the fields of a letter close below it, or the other way round, in any language of the tables."""
    line = lines[at][:_MAX_MARK]
    if not (":" in line or "：" in line or "|" in line or "﹕" in line):
        return False
    if marks.ONE_LINE_BLOCK.match(line):
        return True
    starts = bool(marks.FROM_FIELD.match(line))
    if not starts and not marks.OTHER_FIELD.match(line):
        return False
    block = [lines[near][:_MAX_MARK] for near in range(at, min(len(lines), at + 1 + _BLOCK))]
    sent = any(marks.SENT_FIELD.match(field) for field in block)
    others = sum(bool(marks.OTHER_FIELD.match(field)) for field in block)
    if starts or _reaches_from(block[1:]):
        return (sent or others >= 2) and others >= 1 + (not starts) and _is_of_a_letter(block)
    return bool(marks.SENT_FIELD.match(line)) and any(marks.TO_FIELD.match(field) and "@" in field for field in block[1:3])


def _reaches_from(fields: list[str]) -> bool:
    """Whether nothing but fields stands above the From field."""
    for field in fields:
        if marks.FROM_FIELD.match(field):
            return True
        if field.strip() and not marks.OTHER_FIELD.match(field):
            return False
    return False


def _is_of_a_letter(block: list[str]) -> bool:
    """A form or a parcel's label has a sender and a date too, but neither address nor subject."""
    return any("@" in field or marks.SUBJECT_FIELD.match(field) or marks.SENT_ONLY.match(field) for field in block)


def _is_foreign_block(lines: list[str], rule: int, at: int) -> bool:
    """Outlook's rule with three fields of an unknown language below it, one with an address or a time."""
    if lines[rule].strip() != marks.OUTLOOK_RULE:
        return False
    block = [lines[near][:_MAX_MARK] for near in range(at, min(len(lines), at + 3))]
    return len(block) == 3 and all(map(marks.FOREIGN_FIELD.match, block)) and any(marks.MOMENT.match(field) for field in block)


# Attributions


def _attribution(lines: list[str], at: int) -> int:
    """The index after what may be an attribution ("On … wrote:") that begins here, or `at` where none does."""
    if not _may_begin_attribution(lines, at):
        return at
    wrapped = ""
    end = at
    while end < min(len(lines), at + _WRAPPED):
        line = lines[end].strip(_UNSEEN)
        if len(line) > _MAX_MARK or (marks.QUOTED.match(line) and wrapped.count("<") == wrapped.count(">")):
            break
        wrapped = f"{wrapped} {line}"[-_MAX_MARK:] if wrapped else line
        if line.endswith(marks.ATTRIBUTION_ENDINGS) and _introduces(wrapped):
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
        if _introduces(below) if own else (marks.OPENING.match(below) is not None and _is_exact(below)):
            return True
    return False


def _may_begin_attribution(lines: list[str], at: int) -> bool:
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


def _introduces(line: str) -> bool:
    """Whether a line could introduce a quote: a verb of writing, or address and moment before a colon."""
    if marks.DASHED.match(line):
        return True
    if _says_wrote(line):
        return bool(marks.TIME.search(line) or "@" in line or marks.VERB_COLON.search(line))
    bracketed = marks.BRACKETED.search(line)
    if not marks.COLON_END.search(line):
        return bracketed is not None and bracketed.end() == len(line) and bool(marks.TIME.match(line))
    return bool(marks.MOMENT.match(line)) and (bracketed is not None or not marks.PROSE.search(line))


def _says_wrote(line: str) -> bool:
    return marks.VERB_END.search(line, max(0, len(line) - _TAIL)) is not None


def _after_attribution(lines: list[str], at: int, end: int) -> int:
    """Where reading goes on after an attribution: at its quote, at the end where it introduces all the rest; `at` where it is prose."""
    wrapped = " ".join(line.strip(_UNSEEN) for line in lines[at:end])[-_MAX_MARK:]
    following = _next_filled(lines, end)
    if following is None or marks.QUOTED.match(lines[following]):
        return end if _names_writer(wrapped) else at
    return len(lines) if _is_exact(wrapped) else at


def _names_writer(line: str) -> bool:
    """Before a quote even "Bob wrote:" introduces it; a whole sentence does not."""
    return bool(marks.TIME.search(line) or "@" in line or marks.DASHED.match(line)) or (
        len(line.split()) <= 5 and not marks.PROSE.search(line)
    )


def _is_exact(line: str) -> bool:
    """Without "> " lines below it, only a line as exact as a program's own introduces a quote: people write "客服写道：" too."""
    found = (
        _says_wrote(line) or marks.DASHED.match(line) is not None,
        marks.MOMENT.match(line) is not None,
        marks.PROSE.search(line) is None,
    )
    return sum(found) >= 2 if marks.BRACKETED.search(line) else all((*found[:2], found[2] or marks.ADDRESS.search(line)))


def _next_filled(lines: list[str], at: int) -> int | None:
    return next((near for near in range(at, min(len(lines), at + 12)) if lines[near].strip()), None)


# Signatures


def _after_signature(lines: list[str], at: int) -> int:
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
        return at
    return _end_of_signature(lines, at + 1) if _is_closing(lines, at, most) else at


def _is_closing(lines: list[str], at: int, most: int) -> bool:
    """A signature ends the letter or stands before the quote; it is short."""
    filled = 0
    for near in range(at + 1, min(len(lines), at + 1 + 2 * most)):
        if filled > most or _ends_signature(lines, near):
            break
        filled += bool(lines[near].strip())
    return filled <= most


def _end_of_signature(lines: list[str], at: int) -> int:
    while at < len(lines) and not _ends_signature(lines, at):
        at += 1
    return at


def _ends_signature(lines: list[str], at: int) -> bool:
    line = lines[at]
    if len(line) > _MAX_MARK or not signaturemarks.MAY_END.search(line):
        return False
    if marks.QUOTED.match(line) or _opens_rest(lines, at):
        return True
    return (end := _attribution(lines, at)) > at and _after_attribution(lines, at, end) > at
