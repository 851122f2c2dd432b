"""Wrappers and files in odd forms: opened where they can be, kept where they can't."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake import body, charset, embedded, invitation, rtf, signed, sniff, tnef
from mailbot.intake.message import Attachment
from mailbot.intake.mime import Letter

LETTERS = Path(__file__).parents[1] / "letters"
COMPRESSED = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0")


def content(name: str, number: int = 0) -> bytes:
    return list(Letter((LETTERS / f"{name}.eml").read_bytes()).root.leaves())[number].content()


@pytest.mark.parametrize(
    ("name", "sealed"),
    [
        ("smime-encrypted", "encrypted with S/MIME"),
        ("pgp-mime-encrypted", "encrypted with OpenPGP"),
        ("pgp-inline-encrypted", "encrypted with OpenPGP"),
        ("smime-opaque", ""),
        ("smime-signed", ""),
        ("alternative", ""),
    ],
)
def test_encrypted_letter_says_so(name: str, sealed: str) -> None:
    assert body.read(Letter((LETTERS / f"{name}.eml").read_bytes()).root).sealed == sealed


def test_compressed_rtf_is_read() -> None:
    assert rtf.text(rtf.decompressed(COMPRESSED)) == "hello world"


@pytest.mark.parametrize("name", ["tnef-alone", "tnef-rtf"])
def test_winmail_cut_anywhere_gives_no_more_than_the_whole(name: str) -> None:
    whole = content(name)
    files = len((tnef.opened(whole) or tnef.Opened("", "", ())).files)
    for end in range(len(whole)):
        some = tnef.opened(whole[:end])
        assert some is None or len(some.files) <= files


@given(st.binary(max_size=300))
def test_any_bytes_in_a_wrapper_are_safe(data: bytes) -> None:
    tnef.opened(b"\x78\x9f\x3e\x22\x01\x00" + data)
    signed.content(b"\x30\x80" + data)
    rtf.text(rtf.decompressed(b"\0\0\0\0\xff\xff\0\0LZFu\0\0\0\0" + data))
    rtf.text(b"{\\rtf1 " + data).encode("utf-8")
    embedded.files(b"begin 644 a\n" + data + b"\nend\n")
    invitation.summary("BEGIN:VEVENT\n" + data.decode("latin-1")).encode("utf-8")
    sniff.media_type(data)


@pytest.mark.parametrize("name", ["smime-opaque", "smime-opaque-ber"])
def test_signed_content_cut_anywhere_is_safe(name: str) -> None:
    whole = content(name)
    assert signed.content(whole)
    for end in range(len(whole)):
        signed.content(whole[:end])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"PK\x03\x04 [Content_Types].xml word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04 readme.txt", "application/zip"),
        (b"MZ" + b"\0" * 58 + b"\x40\0\0\0PE\0\0", "application/vnd.microsoft.portable-executable"),
        (b"MZ and other words that are no program at all, only a text that is long enough", ""),
        (b"\n<!DOCTYPE html><p>", "text/html"),
        (b"From: a@b.example\n", "message/rfc822"),
        (b"words", ""),
        (b"", ""),
    ],
)
def test_true_type_of_a_file(data: bytes, kind: str) -> None:
    assert sniff.media_type(data) == kind


def test_same_content_has_the_same_address() -> None:
    one, other = (Attachment(name, "image/png", 1, inline=False, content=b"x") for name in ("a.png", "b.png"))
    assert one.sha256 == other.sha256
    assert len(one.sha256) == 64


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("返品をお願いします", "cp932"),
        ("商品が壊れていました", "euc-jp"),
        ("제품이 고장났습니다", "cp949"),
        ("Жалоба на качество", "cp1251"),
        ("Жалоба на качество", "koi8-r"),
        ("Größe falsch", "latin-1"),
        ("退货", "gbk"),
        ("屏幕有划痕", "gbk"),
        ("印表機壞了", "big5"),
    ],
)
def test_short_unlabelled_text_is_read(text: str, codec: str) -> None:
    assert charset.decode(text.encode(codec), None) == text
