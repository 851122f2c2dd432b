"""What the sender newly wrote, told from what they quoted.

Takes a letter's plain text (quotes of HTML arrive as "> " lines or marked, see `markup`), gives the new text and the rest.
Knows nothing of headers or tickets. Never raises; never leaves nothing when there are words: if all seems quoted,
all of it is new. Works line by line with bounded patterns (`quotemarks`), so time is linear; reads 256 K characters.
"""

from mailbot.intake import attributions, cards, headblocks, interleaved, markup, signatures, tints
from mailbot.intake import quotemarks as marks
from mailbot.intake.headblocks import next_filled
from mailbot.intake.quotemarks import MAX_MARK, REPLY_LINE, REPLY_LINE_TRADITIONAL
from mailbot.limits import DEFAULT, Limits

__all__ = ["REPLY_LINE", "REPLY_LINE_TRADITIONAL", "cut", "cut_either", "signs"]

# Programs that break quoted lines do so about here.
_WIDTH = 72
# What Markdown sets around code, and as many lines as people paste.
_FENCE = "```"
_CODE = 200
_ENTITIES = (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))


def cut(text: str, most: int = DEFAULT.text_chars, author: str = "", address: str = "") -> tuple[str, str]:
    """New text and quoted rest of a letter; together they hold every line.

    The author's name may sign answers between another's lines, the address the new text.
    """
    if not marks.WORDS.search(text):
        return markup.unmarked(text).strip(), ""
    lines = _unglued(text.replace("\xa0", " ").split("\n"))
    read = text.count("\n", 0, most) + 1
    seen = _as_meant(lines[:read])
    above = _above_reply_line(seen)
    for stop, signed in ((above, False), (read, False), (above, above < len(lines))):
        kept = [at for at in _fresh(seen[:stop], keep_signature=signed) if seen[at] == lines[at] or seen[at].strip()]
        kept = _without_address(lines, kept, stop, address)
        fresh = _joined(lines, kept)
        if marks.WORDS.search(fresh):
            kept_set = {*kept, *interleaved.answers(seen[:stop], kept, author)}
            return _joined(lines, sorted(kept_set)), _joined(lines, [at for at in range(len(lines)) if at not in kept_set])
    return markup.unmarked("\n".join(lines)).strip(), ""


def cut_either(text: str, html: str | None, limits: Limits = DEFAULT, author: str = "", address: str = "") -> tuple[str, str]:
    """As `cut`; where a plain text shows no quote but its HTML does, what the HTML tells, if no word of it is new to the text.

    Answers in a colour that the new text names are found in the HTML.
    """
    fresh, quoted = cut(text, limits.text_chars, author, address)
    if quoted and html and len(html) <= limits.text_chars and (hue := interleaved.hue(fresh)):
        tinted = tints.text(html, hue, limits.html_chars)
        return cut(tinted, limits.text_chars, author, address) if marks.ANSWER_MARK in tinted else (fresh, quoted)
    if quoted or not html or len(html) > limits.text_chars or not markup.quotes(html):
        return fresh, quoted
    shown, hidden = cut(markup.text(html))
    said, read, left = (set(marks.WORD.findall(some)) for some in (fresh, f"{shown} {hidden}", shown))
    told = said - read <= set(marks.WORD.findall(html))  # a link's target, an image's name
    return (shown, hidden) if hidden and told and left < said else (fresh, quoted)


def _as_meant(lines: list[str]) -> list[str]:
    """The lines as their signs are looked for: QQ Mail's plain text holds what belongs in HTML, and some quotes have signs of their own."""
    if any("&nbsp;" in line for line in lines):
        lines = [_without_entities(line) for line in lines]
    if any(line.startswith(_FENCE) for line in lines):
        lines = _unfenced(lines)
    sign = _sign_of_quote(lines)
    return [f"> {line}" if line.lstrip(" \t").startswith(sign) else line for line in lines] if sign else lines


def _unfenced(lines: list[str]) -> list[str]:
    """The lines without what looks like a quote's sign between two fences of code."""
    out = list(lines)
    opened = -1
    for at, line in enumerate(lines):
        if not line.startswith(_FENCE):
            continue
        if opened >= 0 and at - opened <= _CODE and not line.rstrip().strip(_FENCE[0]):
            out[opened + 1 : at] = [f".{inside}" if marks.QUOTED.match(inside) else inside for inside in lines[opened + 1 : at]]
            opened = -1
        else:
            opened = at
    return out


def _sign_of_quote(lines: list[str]) -> str:
    """Which sign other than ">" begins quoted lines here ("BL>", "|"); empty where none does."""
    for above, line in enumerate(lines[:-1]):
        if not line.rstrip().endswith(marks.COLONS):
            continue
        below = above + 1 if lines[above + 1].strip() else above + 2
        found = marks.OTHER_MARK.match(lines[below]) if below < len(lines) else None
        if found is not None and attributions.opens_marked_quote(lines, above):
            return found[1]
    return ""


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
        if len(line) > MAX_MARK or not line.rstrip().endswith(marks.ATTRIBUTION_ENDINGS) or marks.QUOTED.match(line):
            continue
        glue = marks.GLUED.search(line)
        if (
            glue is not None
            and "@" not in line[: glue.start()]
            and marks.VERB_COLON.search(line)
            and attributions.past([line[glue.end() :], *lines[at + 1 : at + 9]], 0, 1)
        ):
            out[-1:] = [line[: glue.start()], line[glue.end() :]]
    return out


def _above_reply_line(lines: list[str]) -> int:
    """Where our own part of the conversation begins, whatever the client did to the mark."""
    for at, line in enumerate(lines):
        if "[ref:" in line and marks.REFERENCE.search(line[:MAX_MARK]):
            return at
        if ("回" in line or "this line" in line or "THIS LINE" in line) and any(piece in line for piece in marks.REPLY_PIECES):
            return at
    return len(lines)


def _joined(lines: list[str], kept: list[int]) -> str:
    """The kept lines as written; where lines were left out between them, one empty line at most parts them."""
    out: list[str] = []
    last, gap = -1, False
    for at in kept:
        line = lines[at].rstrip()
        gap = gap or at != last + 1
        while gap and len(out) > 1 and not out[-1] and not out[-2]:
            out.pop()
        if line or (out and (out[-1] or not gap)):
            out.append(line)
        last, gap = at, gap and not line
    return markup.unmarked("\n".join(out)).strip("\n").strip()


def signs(text: str, most: int = DEFAULT.text_chars) -> list[tuple[int, str, str]]:
    """By which signs `cut` leaves lines out: number of the line from 1, sign, how the line begins; a run of one sign is told once."""
    lines = _as_meant(_unglued(text.replace("\xa0", " ").split("\n")))
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
        end = _skipped(lines, at, keep_signature=keep_signature)[0] if lines[at].strip() else at
        if end == at:
            kept.append(at)
        at = max(end, at + 1)
    return kept if len(kept) == len(lines) else _without_rules(lines, kept)


def _without_rules(lines: list[str], kept: list[int]) -> list[int]:
    """A rule that stood between the new text and the quote belongs to neither."""
    out: list[int] = []
    below = len(lines)
    for at in reversed(kept):
        filled = bool(lines[at].strip())
        if filled and marks.RULE.match(lines[at][: MAX_MARK + 1]) and next_filled(lines, at + 1) != below:
            continue
        out.append(at)
        below = at if filled else below
    return out[::-1]


def _without_address(lines: list[str], kept: list[int], stop: int, address: str) -> list[int]:
    """Foxmail sets the sender's own address, or their other one, alone between the new text and the quote: that signs it."""
    last = next((place for place in range(len(kept) - 1, -1, -1) if lines[kept[place]].strip()), 0)
    if not address or not last or kept[-1] >= stop - 1 or lines[kept[last] - 1].strip():
        return kept
    name = marks.BARE_ADDRESS.match(lines[kept[last]])
    signs_it = name is not None and name[1].lower() == address.partition("@")[0].lower()
    return kept[:last] + kept[last + 1 :] if signs_it else kept


def _skipped(lines: list[str], at: int, *, keep_signature: bool) -> tuple[int, str]:
    """The line after a mark that begins here and all it covers, and the mark; `at` itself where the line is the sender's."""
    line = lines[at]
    if marks.QUOTED.match(line) or _is_rest_of_quote(lines, at):
        unmarked = marks.GROUPWISE.match(line[:MAX_MARK]) and not _quote_follows(lines, at)
        return (len(lines), "separator or header block") if unmarked else (at + 1, "quoted line")
    if marks.RUN_ON.match(line[:MAX_MARK]):
        return len(lines), "quote begun in its introduction"
    if not line.strip() or len(line) > MAX_MARK:
        return at if keep_signature else cards.notice(lines, at), "notice"
    if headblocks.opens_rest(lines, at):
        return at + 1 if _quote_follows(lines, at) else len(lines), "separator or header block"
    if (end := attributions.end_of(lines, at)) > at and (after := attributions.past(lines, at, end)) > at:
        return after, "introduction of a quote"
    return at if keep_signature else signatures.after(lines, at), "signature"


def _is_rest_of_quote(lines: list[str], at: int) -> bool:
    """A single line between quoted ones whose first word no longer fitted the one above."""
    if not 0 < at < len(lines) - 1 or not marks.BROKEN.match(lines[at - 1]) or not marks.QUOTED.match(lines[at + 1]):
        return False
    return bool(marks.REST_OF_BROKEN.match(lines[at])) and len(lines[at - 1]) + len(lines[at].split()[0]) >= _WIDTH


def _quote_follows(lines: list[str], separator: int) -> bool:
    """Whether a separator stands above a quote that shows its own end."""
    following = next_filled(lines, separator + 1)
    if following is None:
        return False
    end = attributions.end_of(lines, following)
    if end > following:
        following = next_filled(lines, end)
    return following is not None and marks.QUOTED.match(lines[following]) is not None
