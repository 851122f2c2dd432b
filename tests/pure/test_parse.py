"""Reading letters: every letter in tests/letters, and any bytes at all."""

import email
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake import addresses, contract, filenames, headers
from mailbot.intake.message import InboundMessage
from mailbot.intake.mime import Letter
from mailbot.intake.parse import parse
from mailbot.intake.reader import Reader
from mailbot.intake.screen import Own, screen
from mailbot.limits import DEFAULT, Limits
from tests.hostile import HOSTILE, nested

LETTERS = Path(__file__).parents[1] / "letters"
EXPECTED: dict[str, dict[str, Any]] = {
    name: expected for path in sorted(LETTERS.glob("*.toml")) for name, expected in tomllib.loads(path.read_text("utf-8")).items()
}
OWN = Own(frozenset({"complaints@company.example"}), "0123-abc")
PIECES = st.sampled_from(
    [
        *(
            b"From: ",
            b"Subject: ",
            b"To: ",
            b"\n",
            b"\r\n",
            b"\n\n",
            b"--b\n",
            b"--b--",
            b"=?utf-8?B?",
            b"?=",
            b"=?gb2312?Q?=C4",
            b"<",
            b">",
            b'"',
            b"(",
            b",",
        ),
        *(
            b"Content-Type: multipart/mixed; boundary=b\n",
            b"Content-Type: text/html\n",
            b"Content-Transfer-Encoding: base64\n",
            b"alice@customer.example",
        ),
        *(
            b"\xe4\xbd",
            b"\xa0",
            b"\xc4\xe3",
            b"\x00",
            b"\xed\xa0\x80",
            b"On 2026 Bob wrote:\n",
            b"> ",
            b"-- \n",
            b"<div hidden>",
            b"<blockquote>",
        ),
        *(b"begin 644 x\n", b"\x1b$B", b"Content-Transfer-Encoding: x-uuencode\n", b"charset=", b"idna", b"utf-7"),
    ]
)
ANY_BYTES = st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=40).map(b"".join))


def letter(name: str) -> InboundMessage:
    return parse((LETTERS / f"{name}.eml").read_bytes())


def every_text(message: InboundMessage) -> str:
    people = [*message.to, *message.cc, *message.reply_to, *([message.sender] if message.sender else [])]
    texts = [message.subject, message.text, message.fresh, message.quoted, message.html or "", *message.references, *message.in_reply_to]
    texts += [part.name for part in message.attachments] + [value for values in message.headers.values() for value in values]
    return "".join(texts + [person.name + person.address for person in people])


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_letter_is_read_as_expected(name: str) -> None:
    message = letter(name)
    screening = screen(message, OWN)
    read = contract.as_json(name, message, screening)
    read["date"] = read["date"] or ""
    read |= {"answerable": screening.answerable, "bounced_ids": list(screening.bounced_ids)}
    read["status"] = screening.bounced[0].status if screening.bounced else None
    expected = {field: value for field, value in EXPECTED[name].items() if field != "shows"}
    if expected.get("to") == [] or "cc" in expected:
        read["to"], read["cc"] = ([person["address"] for person in read[field]] for field in ("to", "cc"))
    assert {field: read[field] for field in expected} == expected


def test_every_letter_says_what_it_shows_and_how_it_is_read() -> None:
    assert {path.stem for path in LETTERS.glob("*.eml")} == set(EXPECTED)
    assert [name for name, expected in EXPECTED.items() if not expected.get("shows") or len(expected) < 2] == []


@pytest.mark.parametrize("name", sorted(name for name in EXPECTED if "error" not in EXPECTED[name]))
def test_readable_letter_has_no_error(name: str) -> None:
    assert letter(name).error is None


@pytest.mark.parametrize(
    "name", sorted(name for name in EXPECTED if not name.startswith(("header-stray", "boundary-", "old-mac", "nonsense")))
)
def test_parts_agree_with_the_standard_library(name: str) -> None:
    raw = (LETTERS / f"{name}.eml").read_bytes()
    ours = [part.type for part in Letter(raw).root.leaves()]
    theirs = [part.get_content_type() for part in _outer_leaves(email.message_from_bytes(raw))]
    assert ours == theirs


def _outer_leaves(part: Any) -> list[Any]:
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        return [leaf for child in part.get_payload() for leaf in _outer_leaves(child)]
    return [part]


@given(ANY_BYTES)
def test_any_bytes_give_a_message_of_real_unicode(raw: bytes) -> None:
    message = parse(raw)
    assert message.error is None or "could not be read" not in message.error
    every_text(message).encode("utf-8")
    assert "\x00" not in every_text(message)


@given(ANY_BYTES)
def test_fresh_is_never_empty_when_the_text_has_words(raw: bytes) -> None:
    message = parse(b"Subject: x\n\n" + raw)
    assert any(map(str.isalnum, message.fresh)) == any(map(str.isalnum, message.text))


@given(ANY_BYTES)
def test_no_header_value_holds_a_line_break(raw: bytes) -> None:
    message = parse(b"Subject: " + raw)
    values = [
        message.subject,
        *(value for values in message.headers.values() for value in values),
        message.sender.name if message.sender else "",
    ]
    assert all(len(value.splitlines()) <= 1 for value in values)


@given(st.text(max_size=300))
def test_file_name_stays_in_its_folder(name: str) -> None:
    safe = filenames.safe(name, "application/pdf")
    assert safe not in ("", ".", "..")
    assert not set(safe) & set('/\\\0\n\r:*?"<>|\u202e')
    assert len(safe.encode()) <= filenames.MAX_BYTES + 1


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as process:
        yield process


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_letter_is_read_within_the_limits_of_every_letter(name: str, reader: Reader) -> None:
    error = reader.read(HOSTILE[name], OWN).message.error
    assert error is None or "reading it" not in error


@pytest.mark.parametrize("name", ["1,000 levels", "100,000 parts", "80 KB of addresses", "20,000 encoded words"])
def test_letter_over_a_limit_says_so(name: str) -> None:
    assert "limit" in (parse(HOSTILE[name]).error or "")


def test_letter_to_a_whole_company_has_no_error() -> None:
    message = parse(b"To: " + b", ".join(b"p%d@company.example" % number for number in range(900)) + b"\n\nx")
    assert message.error is None
    assert len(message.to) == 900


def test_letter_over_a_limit_is_read_as_far_as_the_limit() -> None:
    message = parse(HOSTILE["80 KB of addresses"])
    assert len(message.to) == DEFAULT.addresses
    assert message.text == "x"


def test_attached_letter_keeps_its_bytes() -> None:
    inner = b"From: Bob <bob@company.example>\r\nSubject:  odd   spaces\r\n\r\nbody\r\n"
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    assert parse(raw).attachments[0].content == inner


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("alice@customer.example", [("", "alice@customer.example")]),
        ('"Customer, Alice" <Alice@Customer.Example>', [("Customer, Alice", "alice@customer.example")]),
        ("a@b.example; c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        ("Alice <@relay.example:alice@customer.example>", [("Alice", "alice@customer.example")]),
        ("'alice@customer.example' <alice@customer.example>", [("", "alice@customer.example")]),
        ("Alice <alice@customer.example", [("Alice", "alice@customer.example")]),
        ("MAILER-DAEMON (Mail System)", [("Mail System", "mailer-daemon")]),
        ("<a@b.example> <c@d.example>", [("", "a@b.example"), ("", "c@d.example")]),
        ("Alice <Sales> <alice@customer.example>", [("Alice <Sales>", "alice@customer.example")]),
        ("Alice (alice@customer.example)", [("Alice", "alice@customer.example")]),
        ("Alice (Sales <alice@customer.example>", [("Alice (Sales", "alice@customer.example")]),
        ("Alice <smtp:alice@customer.example>", [("Alice", "alice@customer.example")]),
        ("Desk: a@b.example, c@d.example;", [("", "a@b.example"), ("", "c@d.example")]),
        ("=?utf-8?B?6ZmI57uP55CG?= <chen@company.example>", [("陈经理", "chen@company.example")]),
        ("", []),
    ],
)
def test_address_list(line: str, found: list[tuple[str, str]]) -> None:
    assert [(address.name, address.address) for address in addresses.read(line)[0]] == found


@given(st.text(max_size=200))
def test_any_address_line_gives_addresses(line: str) -> None:
    for address in addresses.read(line)[0]:
        assert address.address
        assert address.address == address.address.lower()


def test_message_ids_in_any_dress() -> None:
    assert headers.ids("<a@x>\t<b@\n y> junk") == ("a@x", "b@y")
    assert headers.ids("a@x b@y") == ("a@x", "b@y")
    assert headers.message_id("no-brackets") == "no-brackets"
    assert headers.message_id("<") is None


OVER = {
    "letter_bytes": (Limits(letter_bytes=100_000), b"From: a@b.example\n\n" + b"word " * 30_000),
    "header_bytes": (Limits(header_bytes=10_000), b"From: a@b.example\nX: " + b"x" * 20_000 + b"\n\nword"),
    "header_fields": (Limits(header_fields=100), b"From: a@b.example\n" + b"X: y\n" * 200 + b"\nword"),
    "depth": (Limits(depth=10), nested(12).replace(b"a@b.example\n", b"a@b.example\n")),
    "parts": (Limits(parts=20), b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nword\n" * 30),
    "addresses": (Limits(addresses=10), b"From: a@b.example\nTo: " + b"c@d.example, " * 20 + b"\n\nword"),
    "html_chars": (Limits(html_chars=1_000), b"From: a@b.example\nContent-Type: text/html\n\n<p>" + b"word " * 1_000),
}


@pytest.mark.parametrize("name", OVER)
def test_every_limit_is_a_setting_and_is_named_when_met(name: str) -> None:
    limits, raw = OVER[name]
    message = parse(raw, limits)
    assert str(getattr(limits, name)) in (message.error or "")
    assert message.text.startswith("word") or name == "depth"
    assert message.sender is not None
    assert parse(raw).error is None


def test_new_words_are_looked_for_as_far_as_the_limit() -> None:
    raw = b"From: a@b.example\n\n" + b"one\n" * 3_000 + b"last"
    assert (parse(raw).fresh[-4:], parse(raw, Limits(text_chars=10_000)).fresh[-4:]) == ("last", "\none")
    assert parse(raw, Limits(text_chars=10_000)).text.endswith("last")
