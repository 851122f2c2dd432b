"""Outgoing mail: right headers, and nothing that was read can add to them."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.message import EmailMessage, Message
from email.utils import getaddresses, parseaddr
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mailbot.errors import RejectedInput
from mailbot.identity import Identity, customer, staff
from mailbot.intake.message import Address, Attachment
from mailbot.intake.parse import parse
from mailbot.outbox.compose import Envelope, compose, scrub
from mailbot.outbox.render import Rendered, Renderer
from mailbot.outbox.sample import Sample
from mailbot.outbox.samples import every_letter
from mailbot.outbox.words import LANGUAGES

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
US = Identity("clearwater", "00" * 32, "company.example")
NUMBER = "2026-000123"
ALICE, BOB = customer("alice@customer.example"), staff("bob@company.example")
LETTER = Rendered("[#2026-000123] 您的来信已收到", "您好！\n感谢您的来信。\n", "<p>您好！</p>\n")
HEADERS = {
    "date", "from", "to", "subject", "message-id", "in-reply-to", "references", "reply-to", "auto-submitted", "x-auto-response-suppress",
    "precedence", "x-mailbot-instance", "x-mailbot-letter", "content-language", "mime-version", "content-type", "content-transfer-encoding",
}  # fmt: skip
RENDERER = Renderer()


def _envelope(**more: Any) -> Envelope:
    return replace(
        Envelope(
            from_name="清河电器",
            from_address="complaints@company.example",
            to=Address("Alice", "alice@customer.example"),
            reply_to="complaints@company.example",
            message_id=US.message_id(NUMBER, ALICE, "0a1b"),
            in_reply_to="m1@customer.example",
            references=("2026-000123@company.example", "m1@customer.example"),
            automatic="auto-replied",
            bulk=False,
            instance=US.instance,
            language="zh-CN",
            mark=US.letter_mark("m@company.example"),
        ),
        **more,
    )


def _read(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _built(letter: Rendered = LETTER, attachments: tuple[Attachment, ...] = (), **more: Any) -> EmailMessage:
    return _read(compose(letter, _envelope(**more), NOW, attachments).data)


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("sample", "language"), [(s, language) for s in every_letter() for language in LANGUAGES], ids=lambda v: getattr(v, "name", v)
)
def test_every_letter_reads_back_as_it_was_written(sample: Sample, language: str) -> None:
    letter = RENDERER.render(sample.letter, language, sample.context)
    data = compose(letter, _envelope(bulk=True, language=language), NOW).data
    message, old = _read(data), message_from_bytes(data, policy=policy.compat32)
    assert (message["Subject"], _content(message, "plain"), _content(message, "html")) == (letter.subject, letter.text, letter.html)
    assert [part.get_content_type() for part in old.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert not [defect for part in (*message.walk(), *old.walk()) for defect in part.defects]
    assert parse(data).text.strip() == letter.text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_wire_form_is_ascii_with_crlf_and_short_lines(language: str) -> None:
    letter = replace(RENDERER.render("staff/new-complaint", language, _new_complaint()), text="From me\n.\n..\n" + "长" * 3000)
    lines = compose(letter, _envelope(), NOW).data.decode("ascii").split("\r\n")
    assert max(map(len, lines)) <= 78
    assert not any("\n" in line or "\r" in line or line.startswith((".", "From ")) for line in lines)


def _new_complaint() -> dict[str, Any]:
    return next(sample.context for sample in every_letter() if sample.letter == "staff/new-complaint")


def test_automatic_letter_says_so() -> None:
    message = _built()
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"], message["Precedence"]) == ("auto-replied", "All", None)
    assert message["X-Mailbot-Instance"] == US.instance


def test_f30_a_letter_carries_our_signature_under_its_message_id() -> None:
    message_id = US.message_id(NUMBER, ALICE, "0a1b")
    message = _built(mark=US.letter_mark(message_id))
    assert US.letter_of_mark(" ".join(str(message["X-Mailbot-Letter"]).split())) == message_id


def test_letter_of_a_person_is_not_marked_automatic() -> None:
    message = _built(automatic=None)
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == (None, None)


def test_only_the_digest_is_bulk() -> None:
    assert _built(bulk=True)["Precedence"] == "bulk"


def test_letter_joins_its_thread() -> None:
    message = _built()
    assert message["Message-ID"] == f"<{US.message_id(NUMBER, ALICE, '0a1b')}>"
    assert message["In-Reply-To"] == "<m1@customer.example>"
    assert message["References"].split() == ["<2026-000123@company.example>", "<m1@customer.example>"]


def test_letter_that_answers_nothing_names_nothing() -> None:
    message = _built(in_reply_to=None, references=())
    assert (message["In-Reply-To"], message["References"]) == (None, None)


def test_references_keep_the_first_and_the_latest() -> None:
    ids = _built(references=tuple(f"{n}@x.example" for n in range(50)))["References"].split()
    assert ids == ["<0@x.example>", *(f"<{n}@x.example>" for n in range(31, 50))]


def test_strange_ids_are_left_out() -> None:
    message = _built(in_reply_to="a b\r\nBcc: x@y", references=("ok@x", "<x>", "y\n", "", "文@x", "z" * 900))
    assert (message["In-Reply-To"], message["References"]) == (None, "<ok@x>")


def test_ids_with_somebody_elses_token_are_left_out() -> None:
    theirs, own = US.message_id(NUMBER, BOB, "1"), US.message_id(NUMBER, ALICE, "2")
    message = _built(in_reply_to=theirs, references=(theirs, own))
    assert (message["In-Reply-To"], message["References"]) == (None, f"<{own}>")


def test_quoted_staff_token_never_reaches_a_customer() -> None:
    marker, address = US.marker(NUMBER, BOB), US.reply_address("complaints@company.example", NUMBER, BOB)
    text = f"See below\n> {marker}\n> To: {address}\n> Message-ID: <{US.message_id(NUMBER, BOB, 'ff')}>\n{US.marker(NUMBER, ALICE)}\n"
    data = compose(Rendered(f"Re {marker}", text, f"<p>{text}</p>"), _envelope(), NOW).data
    message = _read(data)
    everything = str(message["Subject"]) + _content(message, "plain") + _content(message, "html")
    assert US.token(NUMBER, BOB) not in everything
    assert everything.count(US.token(NUMBER, ALICE)) == 2


@pytest.mark.parametrize("form", ["[ref:{}]", "[REF: {}]", "ref:{}", "%5Bref%3A{}%5D", "x+{}@company.example", "{}"])
def test_scrubbing_finds_a_token_in_every_form(form: str) -> None:
    found = f"{NUMBER}.{US.token(NUMBER, BOB)}"
    assert US.token(NUMBER, BOB) not in scrub(form.format(found))
    assert scrub(form.format(found), US.token(NUMBER, BOB)) == form.format(found)


def test_digest_keeps_the_tokens_in_its_links() -> None:
    letter = Rendered("Overdue", "late", f"<a href='mailto:x?body={US.marker('2026-000007', BOB)}'>act</a>")
    assert US.token("2026-000007", BOB) in _content(_built(letter, bulk=True), "html")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@x",
        "a@x, b@y",
        "a@x,b@y",
        "a b@x",
        '"a"@x',
        "a@x>",
        "<a@x",
        "a@x\r\nBcc: b@y",
        "a@x\n",
        "用户@x.example",
        "a@x..y",
        "a@[1.2.3.4]",
    ],
)
def test_address_that_could_be_read_as_more_is_refused(address: str) -> None:
    with pytest.raises(RejectedInput, match="not an address"):
        compose(LETTER, _envelope(to=Address("", address)), NOW)


def test_international_domain_is_written_in_ascii() -> None:
    outgoing = compose(LETTER, _envelope(to=Address("", "alice@例子.example")), NOW)
    assert outgoing.recipient == "alice@xn--fsqu00a.example"
    assert _read(outgoing.data)["To"] == outgoing.recipient


@given(st.text(), st.text(), st.text(), st.text(), st.lists(st.text(), max_size=3), st.text())
def test_nothing_read_adds_a_header_or_a_recipient(
    subject: str, name: str, own_name: str, answered: str, ids: list[str], file: str
) -> None:
    more = {
        "to": Address(name, "alice@customer.example"),
        "from_name": own_name,
        "in_reply_to": answered,
        "references": tuple(ids),
        "instance": name,
    }
    attachments = (Attachment(file, file, 3, inline=False, content=b"abc"),) if file else ()
    letter = Rendered(subject, subject + "\n" + name, name)
    data = compose(letter, _envelope(**more), NOW, attachments).data
    for message in (_read(data), message_from_bytes(data, policy=policy.compat32)):
        assert {header.lower() for header in message} <= HEADERS
        assert len(message.keys()) == len(set(message.keys()))
        assert _recipients(message) == ["alice@customer.example"]


def _recipients(message: "Message[Any, Any]") -> list[str]:
    to = message["To"]
    return [address.addr_spec for address in to.addresses] if isinstance(to, AddressHeader) else [a for _, a in getaddresses([str(to)])]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cf"]), max_size=200))
def test_every_subject_reads_back(subject: str) -> None:
    assert str(_built(Rendered(subject, "x", ""))["Subject"]).split() == subject.split() or " ".join(subject.split()) != subject.strip()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cf", "Zs"]), min_size=1, max_size=70))
def test_every_name_reads_back(name: str) -> None:
    data = compose(LETTER, _envelope(to=Address(name, "alice@customer.example")), NOW).data
    shown, address = parseaddr(message_from_bytes(data, policy=policy.compat32)["To"])
    assert (str(make_header(decode_header(shown))), address) == (name, "alice@customer.example")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_every_text_reads_back_but_for_controls(text: str) -> None:
    kept = "".join(c for c in text if c in "\t\n\r" or (ord(c) >= 32 and ord(c) != 127)).replace("\u2028", "\n").replace("\u2029", "\n")
    expected = kept.replace("\r\n", "\n").replace("\r", "\n")
    assert _content(_built(Rendered("x", text, "<p>x</p>")), "plain") == expected


@pytest.mark.parametrize(("text", "encoding"), [("您好" * 50, "base64"), ("Good day = fine. " * 20, "quoted-printable")])
def test_part_takes_the_shorter_encoding(text: str, encoding: str) -> None:
    part = _built(Rendered("x", text, "")).get_body(("plain",))
    assert part is not None
    assert part["Content-Transfer-Encoding"] == encoding


def test_long_subject_is_cut_not_lost() -> None:
    subject = str(_built(Rendered("[#2026-000123] " + "很长" * 400, "x", ""))["Subject"])
    assert subject.startswith("[#2026-000123] 很长")
    assert subject.endswith("…")
    assert len(subject) <= 250


def test_retry_is_the_same_to_the_byte() -> None:
    assert compose(LETTER, _envelope(), NOW) == compose(LETTER, _envelope(), NOW)


def test_attachments_come_through_with_their_names() -> None:
    sent = (
        Attachment("照片 一.jpg", "image/jpeg", 4, inline=False, content=b"\xff\xd8\r\n"),
        Attachment("plan.txt", "text/plain", 200_000, inline=False, content=b"From x\n.\n" * 20_000),
    )
    message = _built(attachments=sent)
    got = [(part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) for part in message.iter_attachments()]
    assert got == [(part.name, part.type, part.content) for part in sent]
    assert _content(message, "plain") == LETTER.text


@pytest.mark.parametrize("kind", ["text/html", "message/rfc822", "multipart/mixed", "image/svg+xml", "x\r\nBcc: a@b", "nonsense"])
def test_attachment_that_a_client_might_run_is_a_plain_download(kind: str) -> None:
    message = _built(attachments=(Attachment('a/../b\\c".html', kind, 1, inline=False, content=b"x"),))
    part = next(message.iter_attachments())
    assert (part.get_content_type(), part.get_content_disposition()) == ("application/octet-stream", "attachment")
    assert part.get_filename() == "a_.._b_c'.html"


def test_long_file_name_keeps_its_ending() -> None:
    part = next(_built(attachments=(Attachment("长" * 300 + ".pdf", "application/pdf", 1, inline=False, content=b"x"),)).iter_attachments())
    name = part.get_filename()
    assert name is not None
    assert name.endswith(".pdf")
    assert len(name) <= 80


def test_text_alone_is_one_part() -> None:
    assert _built(Rendered("x", "only text", "")).get_content_type() == "text/plain"
