"""Files that came with letters, known by their content.

The bytes stay in the letter; a row says which letter held them, under what name and as what. A small picture that has
come with several letters is part of somebody's signature.
"""

from collections.abc import Sequence

from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, func, select

from mailbot.intake.message import Attachment
from mailbot.store.letters import insert_new
from models.base import core
from models.letters import AttachmentRow

# The third letter with the same picture makes it a logo; photographs are larger, and sent again once at most.
LETTERS = 2
LARGEST_LOGO = 100_000
FILES = core(AttachmentRow)
COMMON = (
    select(FILES.c.sha256)
    .where(FILES.c.sha256.in_(bindparam("digests", expanding=True)))
    .group_by(FILES.c.sha256)
    .having(func.count(FILES.c.letter_id.distinct()) >= LETTERS)
)


def told_apart(connection: Connection, parts: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """The attachments of a letter, pictures of signatures marked `repeated`."""
    digests = [part.sha256 for part in parts if _may_be_logo(part)]
    known = set(connection.execute(COMMON, {"digests": digests}).scalars()) if digests else set()
    return tuple(replace(part, repeated=True) if _may_be_logo(part) and part.sha256 in known else part for part in parts)


def remember(tx: Connection, letter_id: int, parts: Sequence[Attachment]) -> None:
    """Write down what came with a letter; a letter read again changes nothing."""
    rows = [
        {
            "letter_id": letter_id,
            "place": place,
            "sha256": part.sha256,
            "name": part.name,
            "claimed_type": part.type,
            "true_type": part.sniffed,
            "size": part.size,
            "inline": part.inline,
        }
        for place, part in enumerate(parts)
    ]
    if rows:
        tx.execute(insert_new(tx, FILES), rows)


def _may_be_logo(part: Attachment) -> bool:
    return part.type.startswith("image/") and part.size <= LARGEST_LOGO
