"""Bytes to text, whatever the label says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake import charset, dates, headers, labels

ZH = "上周收到的打印机有质量问题，请退货。"
HANT = "上週收到的印表機有品質問題，請退貨。"


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (ZH, "gbk", "gb2312"),
        ("朱镕先生", "gbk", "gb2312"),
        ("𠮷先生", "gb18030", "gbk"),
        (ZH, "gbk", "x-gbk"),
        (ZH, "gbk", '"GB_2312-80"'),
        (ZH, "gbk", "utf-8"),
        (ZH, "gbk", None),
        (ZH, "gbk", "us-ascii"),
        (ZH, "gbk", "iso-8859-1"),
        (ZH, "gbk", "no such charset"),
        (ZH, "hz", "hz-gb-2312"),
        (ZH, "utf-8", "gb2312"),
        (ZH, "utf-16", None),
        (ZH, "utf-8-sig", "utf-8"),
        (HANT, "big5", "big5"),
        (HANT, "big5", None),
        ("啲嘢", "big5hkscs", "big5-hkscs"),
        ("①返品", "cp932", "shift_jis"),
        ("返品のお願い", "iso-2022-jp", "iso-2022-jp"),
        ("返品のお願い", "iso-2022-jp", None),
        ("똠방각하", "cp949", "euc-kr"),
        ("80 €", "cp1252", "iso-8859-1"),
        ("Beschwerde über das Gerät", "latin-1", "iso-8859-1"),
        ("Жалоба на принтер", "koi8-r", "koi8-r"),
        ("退货 please", "utf-7", "utf-7"),
        ("通讯", "gb2312", "gb2312"),
        ("Привет", "utf-8", "gb2312"),
        ("é", "utf-8", "iso-8859-1"),
    ],
)
def test_text_survives_its_label(text: str, codec: str, label: str | None) -> None:
    assert charset.decode(text.encode(codec), label) == text


def test_one_broken_byte_costs_one_character() -> None:
    assert charset.decode("质量问题很严重".encode() + b"\xe4", "utf-8") == "质量问题很严重\ufffd"


@given(
    st.binary(max_size=300),
    st.one_of(st.none(), st.sampled_from([*labels.SUPERSETS, "utf-7", "utf-16", "idna", "rot13", "x" * 100]), st.text(max_size=10)),
)
def test_any_bytes_with_any_label_give_real_unicode(data: bytes, label: str | None) -> None:
    text = charset.decode(data, label)
    text.encode("utf-8")
    assert "\x00" not in text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff"), max_size=200))
def test_utf8_is_read_exactly(text: str) -> None:
    data = text.encode()
    if b"\x1b$" not in data and b"~{" not in data and not any(data.startswith(mark) for mark, _ in charset.BOMS):
        assert charset.decode(data, "utf-8") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"=?utf-8?B?5oqV?= =?utf-8?B?6K+J?=", "投诉"),
        (b"=?utf-8?B?5oqV6A==?=\n =?utf-8?B?r4k=?=", "投诉"),
        (b"=?UTF-8?Q?=E6=8A=95?= =?utf-8?Q?=E8=AF=89?=", "投诉"),
        (b"=?gb2312?B?zba?=", "投"),
        (b"Re: =?utf-8?Q?a_b?=c", "Re: a bc"),
        (b"=?utf-8?Q?what??=", "what?"),
        (b"=?no-such?Q?a?=", "a"),
        (b"=?utf-8*en?Q?a?=", "a"),
        (b"=?utf-8?X?a?=", "=?utf-8?X?a?="),
        (b" folded\r\n\tsubject ", "folded subject"),
        ("投诉".encode("gbk"), "投诉"),
        ("投诉".encode(), "投诉"),
        (b"=?utf-8?Q?a=0D=0Ab?=", "a b"),
    ],
)
def test_header_words(value: bytes, text: str) -> None:
    assert headers.text(value) == text


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("attachment; filename=a.pdf", "a.pdf"),
        ('attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ("attachment; filename*=UTF-8''%E6%8A%95%E8%AF%89.pdf", "投诉.pdf"),
        ("attachment; filename*=gb2312'zh'%CD%B6%CB%DF.pdf; filename=x.pdf", "投诉.pdf"),
        ("attachment; filename*0=long; filename*1=er.pdf", "longer.pdf"),
        ("attachment; filename*1*=%89.pdf; filename*0*=utf-8''%E6%8A%95%E8%AF", "投诉.pdf"),
        ('attachment; filename="=?gb2312?B?zba=?= =?gb2312?B?y98=?=.pdf"', "投诉.pdf"),
        ("attachment; filename=UTF-8''%E6%8A%95%E8%AF%89.pdf", "投诉.pdf"),
        ("attachment; filename=\"Bob's 'new' bill.pdf\"", "Bob's 'new' bill.pdf"),
        ("attachment; filename=", ""),
        ("attachment; =; *=; filename*x=1", ""),
    ],
)
def test_file_name_parameter(value: str, name: str) -> None:
    assert headers.parameters(value).get("filename", "") == name


@given(st.text(max_size=200))
def test_any_parameters_give_values(value: str) -> None:
    for content in headers.parameters(";" + value).values():
        assert isinstance(content, str)


@pytest.mark.parametrize("value", ["", "0", "Mon, 99 Foo 2026", "Mon, 16 Nov 2026 09:12:33 +9999", "16 Nov 99999 00:00 +0800"])
def test_impossible_date_is_none(value: str) -> None:
    assert dates.read(value) is None


@pytest.mark.parametrize(
    "value", ["Mon, 16 Nov 2026 09:12:33 +0800 (CST)", "16 Nov 2026 01:12:33 -0000", "2026-11-16T01:12:33Z", "Mon, 16 Nov 2026 01:12:33"]
)
def test_date_is_aware(value: str) -> None:
    moment = dates.read(value)
    assert moment is not None
    assert moment.timestamp() == 1794791553
