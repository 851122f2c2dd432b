"""Where the earlier letter begins without a mark on each line: separators and blocks of header fields.

Takes a letter's lines and the index of one, gives whether all from there on is an earlier letter. Knows the fields' names in the
languages of `quotemarks`, and Outlook's rule above fields of any language. Pure; never raises; looks at a few lines only.
"""

from mailbot.intake import quotemarks as marks
from mailbot.intake.quotemarks import MAX_MARK

# A reply header shows its other fields within so many lines of the first.
_BLOCK = 8


def opens_rest(lines: list[str], at: int) -> bool:
    """Whether everything from here on is the earlier letter: a separator, or a block of header fields."""
    line = lines[at]
    if marks.RULE.match(line):
        following = next_filled(lines, at + 1)
        return following is not None and (is_block(lines, following) or _is_foreign_block(lines, at, following))
    return (
        marks.SEPARATOR.match(line) is not None
        or marks.APPLE_FORWARD.match(line) is not None
        or is_block(lines, at)
        or _is_notes_block(lines, at)
    )


def is_block(lines: list[str], at: int) -> bool:
    """A From field with the fields of a letter close below it, or the other way round, in any language of the tables."""
    line = lines[at][:MAX_MARK]
    if not (":" in line or "：" in line or "|" in line or "﹕" in line):
        return False
    if marks.ONE_LINE_BLOCK.match(line):
        return True
    starts = bool(marks.FROM_FIELD.match(line))
    if not starts and not marks.OTHER_FIELD.match(line):
        return False
    block = [lines[near][:MAX_MARK] for near in range(at, min(len(lines), at + 1 + _BLOCK))]
    sent = any(marks.SENT_FIELD.match(field) for field in block)
    others = sum(bool(marks.OTHER_FIELD.match(field)) for field in block)
    if starts or _reaches_from(block[1:]):
        return (sent or others >= 2) and others >= 1 + (not starts) and _is_of_a_letter(block)
    return bool(marks.SENT_FIELD.match(line)) and any(marks.TO_FIELD.match(field) and "@" in field for field in block[1:3])


def _is_notes_block(lines: list[str], at: int) -> bool:
    """Notes' old form: who, when, then the names of the fields alone on their lines."""
    if "@" not in lines[at] and "/" not in lines[at]:
        return False
    following = next_filled(lines, at + 1)
    if following is None or not marks.MOMENT.match(lines[following][:MAX_MARK]):
        return False
    block = lines[following : following + 2 * _BLOCK]
    return any(map(marks.NOTES_TO.match, block[:_BLOCK])) and any(map(marks.NOTES_SUBJECT.match, block))


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
    block = [lines[near][:MAX_MARK] for near in range(at, min(len(lines), at + 3))]
    return len(block) == 3 and all(map(marks.FOREIGN_FIELD.match, block)) and any(marks.MOMENT.match(field) for field in block)


def next_filled(lines: list[str], at: int) -> int | None:
    """The next line with words on it, near enough to belong together."""
    return next((near for near in range(at, min(len(lines), at + 12)) if lines[near].strip()), None)
