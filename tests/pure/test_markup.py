"""HTML as text, and HTML made safe to show."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake import markup, quotes

TAGS = st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<blockquote>", "</blockquote>", "<table>", "<td>", "<li>", "</ul>", "<pre>", "<a href=x>", "</a>"]
)
SCRAPS = st.sampled_from(
    ["<script>", "<!--", "-->", "<![CDATA[", "<br>", "&nbsp;", "&#0;", "&#xd800;", "<svg onload=x>", "text", "\x00", "<", ">", '"']
)
SOUP = st.lists(st.one_of(TAGS, SCRAPS, st.text(max_size=5)), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<div>one<br></div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>two</p>", "one\ntwo"),
        ("<p>打印机\n  坏了</p>", "打印机坏了"),
        ("<p>打印机<b>坏</b>了</p>", "打印机坏了"),
        ("<p>the\n  printer <i>is</i>\tbroken</p>", "the printer is broken"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<table border=1><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<table><tr><td><p>a</p></td><td><div>b</div></td></tr><tr><td><p>c</p><p>d</p></td><td>e</td></tr></table>", "a b\nc\n\nd\n\ne"),
        ("<table><tr><td style='border:solid 1pt'>a</td><td style='border:solid 1pt'>b</td></tr></table>", "a | b"),
        ("<table><tr><td>a</td><td><table><tr><td>b</td></tr></table>c</td></tr></table>", "a\nb\nc"),
        ("<p>a</p><div>b</div><div>&nbsp;</div><div>c</div>", "a\n\nb\n\nc"),
        ("<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b"),
        ("<a href='https://company.example/x'><div>our page</div></a>", "our page <https://company.example/x>"),
        ("<a href='https://company.example/x'>our page</a>", "our page <https://company.example/x>"),
        ("<a href='https://company.example/x'>https://company.example/x</a>", "https://company.example/x"),
        ("<a href='mailto:bob@company.example'>Bob</a>", "Bob"),
        ("<style>p{}</style><script>x</script><title>t</title>seen<span style='display:none'>hidden</span>", "seen"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n> b\n> > c\nd"),
        ("<div id='isReplyContent'>old</div>new", "old\nnew"),
        ("a&nbsp;&lt;b&gt;&amp;c", "a <b>&c"),
        ("no markup at all", "no markup at all"),
        ("", ""),
    ],
)
def test_text_of(html: str, text: str) -> None:
    assert markup.unmarked(markup.text(html)) == text


@given(SOUP)
def test_any_markup_gives_text(html: str) -> None:
    markup.text(html).encode("utf-8")


class Elements(HTMLParser):
    """Collects what a browser would act upon."""

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.active += [tag] if tag in {"script", "svg", "iframe", "form", "object", "style"} else []
        self.active += [name for name, _ in attrs if name.startswith("on") or name in {"srcset", "background"}]


@given(SOUP)
def test_clean_html_has_nothing_active(html: str) -> None:
    page = Elements()
    page.feed(markup.clean(html))
    assert page.active == []


def test_clean_keeps_images_of_the_letter_and_no_others() -> None:
    active = "<p onclick=x>hi</p><a href='javascript:x'>y</a><img src='data:image/png;base64,AA'>"
    cleaned = markup.clean("<img src='cid:a@b' alt=x><img src='https://tracker.example/1.png'>" + active)
    assert 'src="cid:a@b"' in cleaned
    assert "tracker" not in cleaned
    assert "javascript" not in cleaned
    assert "data:" not in cleaned
    assert "onclick" not in cleaned


def test_quote_of_html_is_recognised_as_a_quote() -> None:
    quote = "<div class=gmail_quote><div class=gmail_attr>On Mon, Nov 16, 2026 Bob wrote:<br></div><blockquote>old</blockquote></div>"
    assert quotes.cut(markup.text("<div>同意。</div>" + quote))[0] == "同意。"


@pytest.mark.parametrize(
    "quote",
    [
        "<div id='isReplyContent'>old</div>",
        "<div class='ntes-mailmaster-quote'>---- 回复的原邮件 ----<div>old</div></div>",
        "<div id='mail-editor-reference-message-container'>old</div>",
        "<div id='ydp1yahoo_quoted_9' class='ydp2yahoo_quoted'>old</div>",
        "<div class='history-quote-wrapper' id='lark-mail-quote-1'>old</div>",
        "<div name='messageReplySection'>old</div>",
        "<hr><div id='divRplyFwdMsg'>Nga: Bob</div><div>old</div>",
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt'>Nga: Bob</div><p>old</p>",
        "<div class=gmail_quote><div class=gmail_attr>---------- Forwarded message ---------<br>Nga: Bob</div><br>old</div>",
        "<hr color='#b5c4df' width=210><div>Alice</div><blockquote>old</blockquote>",
        "<div class='gmail_signature'>Alice<br>Tel. 555</div><blockquote>old</blockquote>",
        "<div id='ms-outlook-mobile-signature'>Alice</div><blockquote>old</blockquote>",
    ],
)
def test_what_programs_quote_or_sign_in_is_no_new_text(quote: str) -> None:
    assert quotes.cut(markup.text(f"<div>同意。</div>{quote}"))[0] == "同意。"


def test_sender_s_words_between_quoting_elements_are_kept() -> None:
    answers = "<blockquote>When?</blockquote><div>Friday.</div><blockquote>Where?</blockquote>Here."
    html = f"<div class=gmail_quote><div class=gmail_attr>Bob:</div>{answers}</div>"
    assert quotes.cut(markup.text(html))[0] == "Friday.\nHere."


@given(SOUP)
def test_marks_do_not_reach_the_reader(html: str) -> None:
    text = markup.text(html)
    assert not {"\ufdd0", "\ufdd1"} & set(markup.unmarked(text) + "".join(quotes.cut(text)))
