"""The letters: every one can be written in every language, safe to read anywhere, and tells each reader only what is theirs."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html as markup

from mailbot.errors import WrongSettings
from mailbot.intake.quotes import REPLY_LINE, REPLY_LINE_TRADITIONAL
from mailbot.lifecycle.inside import INSIDE
from mailbot.outbox.render import Rendered, Renderer
from mailbot.outbox.sample import MARKER, Sample
from mailbot.outbox.samples import every_letter
from mailbot.outbox.words import LANGUAGES

TEMPLATES = Path(__file__).parents[2] / "templates"
RENDERER = Renderer()
SAMPLES = {sample.name: sample for sample in every_letter()}
POLYGLOT = "{{7*7}}<script>alert(1)</script>%s${7*7}{0.__class__}\" onclick='x' &amp; \n\nBcc: x@y"
everywhere = pytest.mark.parametrize(("name", "language"), [(name, language) for name in SAMPLES for language in LANGUAGES])


def _render(name: str, language: str = "en", **more: Any) -> Rendered:
    return RENDERER.render(SAMPLES[name].letter, language, SAMPLES[name].context | more)


def test_check_finds_nothing_wrong_with_the_shipped_templates() -> None:
    assert RENDERER.check() == []


def test_every_template_is_tried() -> None:
    shipped = {f"{path.parent.name}/{path.stem}" for path in TEMPLATES.glob("*/*.html")}
    assert shipped == {sample.letter for sample in SAMPLES.values()}


@everywhere
def test_subject_is_one_line_and_carries_the_number(name: str, language: str) -> None:
    subject = _render(name, language).subject
    assert subject == " ".join(subject.split())
    assert "[#2026-000123]" in subject or SAMPLES[name].context["ticket"] is None


@everywhere
def test_text_ends_with_the_marker_and_has_no_gaps(name: str, language: str) -> None:
    letter = _render(name, language)
    assert letter.text.endswith(f"\n{SAMPLES[name].context['ref']}\n" if SAMPLES[name].context["ref"] else "\n")
    assert "\n\n\n" not in letter.text
    assert MARKER in letter.html or not SAMPLES[name].context["ref"]


@everywhere
def test_staff_letter_begins_with_the_reply_line_and_a_customers_never(name: str, language: str) -> None:
    letter = _render(name, language)
    has_line = name.startswith("staff/") and bool(SAMPLES[name].context["ref"])
    line = REPLY_LINE_TRADITIONAL if language == "zh-TW" else REPLY_LINE
    assert letter.text.startswith(line) == has_line
    assert (line in letter.html) == has_line


@everywhere
def test_what_a_button_replies_stands_in_the_plain_text_too(name: str, language: str) -> None:
    text = _render(name, language).text if name.startswith("staff/") else ""
    assert [link["reply"] for link in SAMPLES[name].context.get("links", []) if text and link["reply"] not in text] == []


@everywhere
def test_staff_that_may_act_is_told_who_reads_the_reply(name: str, language: str) -> None:
    letter, context = _render(name, language), SAMPLES[name].context
    if name.startswith("staff/") and "links" in context and not name.startswith("staff/call-customer"):  # whose reader nobody can write to
        colleagues = "staff.reply_inside" if SAMPLES[name].letter in INSIDE else "staff.reply_text"
        told = RENDERER.words.t(language, "duty.inside" if context["ticket"]["inside"] else colleagues)
        assert told in letter.text
        assert told in letter.html


def test_words_to_choose_from_stand_below_their_question() -> None:
    assert "\n2. 交付时间\n   可选：要求换货、处理中\n" in _render("complainant/survey-questions", "zh-CN").text


def test_what_is_due_today_is_not_called_overdue() -> None:
    today = _render("manager/digest-today", "en").text.partition("To be done today")[2]
    assert "提交处理方案: by Thu 19 Nov, 07:30" in today
    assert "was due" not in today


@everywhere
def test_html_brings_everything_along(name: str, language: str) -> None:
    tree = markup.document_fromstring(_render(name, language).html.encode())
    assert not tree.xpath("//script | //img | //link | //iframe | //form | //object | //@src | //@onclick | //@background")
    assert all(href.startswith("mailto:") for href in tree.xpath("//@href"))
    assert all(table.get("role") == "presentation" for table in tree.iter("table"))
    assert tree.get("lang") == language


@everywhere
def test_html_keeps_its_looks_where_style_sheets_are_dropped(name: str, language: str) -> None:
    tree = markup.document_fromstring(_render(name, language).html.encode())
    assert [element.get("class") for element in tree.xpath("//body//*[@class]") if not element.get("style")] == []


def test_every_class_has_a_rule_and_every_rule_is_used() -> None:
    ruled = set(re.findall(r"^\.([\w-]+)", (TEMPLATES / "_style.css").read_text("utf-8"), re.MULTILINE))
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for words in re.findall(r'class="([\w -]+)"', path.read_text("utf-8"))
        for name in words.split()
    }
    assert used == ruled


@pytest.mark.parametrize("name", SAMPLES)
def test_what_people_write_stays_text(name: str) -> None:
    letter = RENDERER.render(SAMPLES[name].letter, "en", _poisoned(SAMPLES[name]))
    assert not markup.document_fromstring(letter.html.encode()).xpath("//script | //@onclick")
    assert "49" not in letter.text + letter.subject
    assert "\n" not in letter.subject


def _poisoned(sample: Sample) -> dict[str, Any]:
    """The sample with a polyglot in every place that somebody outside or inside writes."""
    return {key: _poison(value) if key != "company" else value for key, value in sample.context.items()}


def _poison(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: item if key in ("mailto", "number", "tag") else _poison(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_poison(item) for item in value]
    return POLYGLOT if isinstance(value, str) and value and value != MARKER else value


@pytest.mark.parametrize("language", LANGUAGES)
def test_acknowledgement_holds_nothing_of_the_senders(language: str) -> None:
    canary = "canary-7f3a"
    ticket = SAMPLES["complainant/acknowledgement"].context["ticket"] | {
        "subject": canary,
        "requester": {"name": canary, "address": canary},
    }
    letter = _render("complainant/acknowledgement", language, ticket=ticket, to={"name": canary, "address": canary}, body=canary)
    assert canary not in letter.subject + letter.text + letter.html


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("complainant/")])
def test_customer_is_told_nothing_internal_even_if_it_is_at_hand(name: str) -> None:
    inside = SAMPLES["staff/new-complaint"].context
    internal = {key: "canary-7f3a" for key in inside["ticket"] if key not in SAMPLES[name].context["ticket"]}
    more = dict.fromkeys(("links", "history", "warnings", "choices", "owner_label"), "canary-7f3a")
    letter = _render(name, ticket=internal | SAMPLES[name].context["ticket"], **more)
    assert "canary" not in letter.subject + letter.text + letter.html


def test_survey_is_answered_with_one_press() -> None:
    hrefs = markup.document_fromstring(_render("complainant/survey").html.encode()).xpath("//a/@href")
    assert [urlsplit(href).path for href in hrefs] == ["complaints@company.example"] * 5
    bodies = [parse_qs(urlsplit(href).query)["body"][0] for href in hrefs]
    assert bodies == [f"{digit}\r\n\r\n{MARKER}" for digit in "54321"]


@pytest.mark.parametrize("written", ["您好，新杯今天寄出。", "王先生您好：\n新杯今天寄出。", "Dear Alice,\nit left today.", "hello Alice"])
def test_customer_is_greeted_once(written: str) -> None:
    for name in ("complainant/answer", "complainant/resolution", "complainant/promise-with-text"):
        assert _render(name, "zh-CN", body=written).text.startswith(written)


def test_letter_without_a_greeting_gets_one() -> None:
    assert _render("complainant/answer", "zh-CN").text.startswith("王小明，您好！\n\n")
    assert _render("complainant/answer", "en", to={"name": "alice@x.example", "address": ""}).text.startswith("Hello,\n\n")


def test_customers_line_breaks_survive_in_html() -> None:
    assert "one<br>\n &nbsp;two &lt;b&gt;" in _render("staff/follow-up", body="one\r\n  two <b>").html


def test_notice_gives_category_confidence_and_terms() -> None:
    assert "产品质量（把握 93%），判断依据：漏水、换新" in _render("staff/new-complaint", "zh-CN").text


def test_unsure_notice_offers_the_likeliest_categories_as_replies() -> None:
    letter = _render("staff/new-complaint-unsure", "zh-CN")
    links = markup.document_fromstring(letter.html.encode()).xpath("//a[contains(., '%')]/text()")
    assert [" ".join(link.split()) for link in links] == ["1 产品质量 46%", "2 交付时间 31%"]
    assert "都不是？直接回复类别名：价格。" in letter.text
    assert "类别待确认" in letter.subject


def test_refusal_returns_the_whole_text() -> None:
    returned = SAMPLES["staff/refusal"].context["returned"]
    assert returned in _render("staff/refusal").text


def test_declining_reason_reaches_the_customer() -> None:
    assert SAMPLES["complainant/declined"].context["reason"] in _render("complainant/declined").text


def test_digest_tells_each_late_item_with_customer_due_owner_and_link() -> None:
    letter = _render("manager/digest", "en")
    for told in ("[#2026-000120]", "保温杯漏水", "王小明", "提交处理方案", "4 days 3 hours late", "李静"):
        assert told in letter.text
    assert len(markup.document_fromstring(letter.html.encode()).xpath("//a[starts-with(@href, 'mailto:')]")) == 4


def test_digest_bars_share_a_scale() -> None:
    bars = markup.document_fromstring(_render("manager/digest").html.encode()).xpath("//td[@class='bar']/@width")
    assert bars == ["75%", "25%"]


# A company's own templates


def _own(folder: Path, name: str, text: str) -> Renderer:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return Renderer(folder)


def test_company_template_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    renderer = _own(tmp_path, "complainant/survey.subject.txt", "Rate us, {{ to.name }} {{ t('ack.heading') }}")
    assert renderer.render("complainant/survey", "en", SAMPLES["complainant/survey"].context).subject.startswith("Rate us, 王小明 We have")


def test_company_colours_take_the_place_of_ours(tmp_path: Path) -> None:
    renderer = _own(tmp_path, "_style.css", ".heading { color: #aa0000 }")
    letter = renderer.render("complainant/survey", "en", SAMPLES["complainant/survey"].context)
    assert '<h1 class="heading" style="color:#aa0000">' in letter.html


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("line one\n{{ ticket.nonsense }}", r"survey\.txt, line 2: .*no attribute 'nonsense'"),
        ("line one\n\n{% if %}", r"survey\.txt, line 3: Expected an expression"),
        ("{{ t('no.such') }}", r"survey\.txt, line 1: words/\S+ no\.such is not among the words"),
        ("{{ 1 / 0 }}", r"survey\.txt, line 1: ZeroDivisionError"),
        ("{{ ''.__class__.__mro__ }}", r"survey\.txt, line 1: access to attribute '__class__'"),
        ("{% include '../../etc/passwd' %}", r"survey\.txt, line 1: ../../etc/passwd"),
    ],
)
def test_broken_template_is_named_with_line_and_cure(tmp_path: Path, text: str, told: str) -> None:
    problems = _own(tmp_path, "complainant/survey.txt", text).check()
    assert problems
    assert all(re.search(told, problem) and "correct the template" in problem for problem in problems)


def test_template_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "complainant").mkdir()
    (tmp_path / "complainant/survey.txt").write_bytes(b"\xff\xfe\x00")
    assert "survey" in Renderer(tmp_path).check()[0]


def test_unknown_letter_is_refused() -> None:
    with pytest.raises(WrongSettings, match=r"staff/nothing\.subject\.txt"):
        RENDERER.render("staff/nothing", "en", {})
