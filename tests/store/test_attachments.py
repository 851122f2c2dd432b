"""Files by content: a picture that comes with letter after letter is a signature's."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from mailbot.intake.message import Attachment
from mailbot.store import attachments, letters
from mailbot.store.engine import Store
from mailbot.store.letters import Arrived, Place

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
PLACE = Place("complaints@company.example", "INBOX", 7)
LOGO = Attachment("logo.png", "image/png", 3, inline=True, content=b"\x89PN")
PHOTO = Attachment("leak.jpg", "image/jpeg", 200_000, inline=False, content=b"\xff" * 200_000)
PAPER = Attachment("invoice.pdf", "application/pdf", 4, inline=False, content=b"%PDF")


def letter(store: Store, uid: int, *parts: Attachment) -> tuple[Attachment, ...]:
    """A letter with these files arrives; gives them as the pipeline sees them."""
    with store.transaction() as tx:
        letters.keep(tx, PLACE, [Arrived(uid, NOW, str(uid).encode())], NOW)
        (waiting,) = letters.claim(tx)
        told = attachments.told_apart(tx, parts)
        attachments.remember(tx, waiting.id, told)
        letters.give_fate(tx, waiting.id, "appended", "test", NOW)
    return told


def test_picture_of_two_earlier_letters_is_a_logo(store: Store) -> None:
    assert [letter(store, uid, LOGO)[0].repeated for uid in (1, 2, 3, 4)] == [False, False, True, True]


def test_picture_twice_in_one_letter_is_none_yet(store: Store) -> None:
    letter(store, 1, LOGO, LOGO)
    assert not letter(store, 2, LOGO)[0].repeated


@pytest.mark.parametrize("part", [PHOTO, PAPER], ids=["large", "no picture"])
def test_only_small_pictures_are_logos(store: Store, part: Attachment) -> None:
    assert [letter(store, uid, part)[0].repeated for uid in (1, 2, 3)] == [False, False, False]


def test_letter_read_again_is_written_down_once(store: Store) -> None:
    letter(store, 1, LOGO, PAPER)
    with store.transaction() as tx:
        that = tx.execute(select(attachments.FILES.c.letter_id)).scalars().first()
        assert that is not None
        attachments.remember(tx, that, (LOGO, PAPER))
        assert tx.execute(select(func.count()).select_from(attachments.FILES)).scalar() == 2
