"""What files really are, whatever they are called."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake.sniff import is_disguised, media_type

PROGRAM = b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0"


def archive(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name in names:
            file.writestr(name, "x" * 3_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n0000", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF0000WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"%PDF-1.7", "application/pdf"),
        (PROGRAM, "application/vnd.microsoft.portable-executable"),
        (b"#!/bin/sh\n", "application/x-sh"),
        (b"{\\rtf1", "application/rtf"),
        (b" \n<!DOCTYPE HTML>", "text/html"),
        (b"hello", ""),
        (b"", ""),
    ],
)
def test_media_type_by_first_bytes(content: bytes, kind: str) -> None:
    assert media_type(content) == kind


@pytest.mark.parametrize(
    ("names", "ending"),
    [
        (("[Content_Types].xml", "word/document.xml"), "wordprocessingml.document"),
        (("[Content_Types].xml", "_rels/.rels", "a", "b", "c", "xl/workbook.xml"), "spreadsheetml.sheet"),
        (("_rels/.rels", "ppt/presentation.xml"), "presentationml.presentation"),
        (("photo.jpg",), "zip"),
    ],
)
def test_archive_is_known_by_its_members_names(names: tuple[str, ...], ending: str) -> None:
    assert media_type(archive(*names)).endswith(ending)


@pytest.mark.parametrize(
    ("claimed", "name", "content", "disguised"),
    [
        ("application/pdf", "invoice.pdf", PROGRAM, True),
        ("application/octet-stream", "invoice.pdf", PROGRAM, True),
        ("image/png", "a.exe", PROGRAM, True),
        ("application/octet-stream", "setup.exe", PROGRAM, False),
        ("application/pdf", "invoice.pdf", b"%PDF-1.4", False),
        ("image/png", "photo.png", b"\xff\xd8\xff", False),
    ],
)
def test_program_in_disguise(claimed: str, name: str, content: bytes, disguised: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_disguised(claimed, name, content) == disguised


@given(st.binary(max_size=200))
def test_any_bytes_have_a_type_or_none(content: bytes) -> None:
    assert media_type(content) == "" or "/" in media_type(content)
