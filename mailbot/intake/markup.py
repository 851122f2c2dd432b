"""HTML of a letter as plain text, and HTML made safe to show.

Takes HTML as mail programs write it, gives text in which quotes begin with "> ", as in a plain letter, or HTML that
passed an allow-list. Never fetches anything, never raises. Reads the first 4 million characters; nesting has no limit.
"""

import re

MAX_CHARS = 4_000_000
_MAX_LINK = 500
BLOCKS = {
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
}
SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
UNSEEN = {
    "script",
    "style",
    "head",
    "title",
    "template",
    "svg",
    "object",
    "applet",
    "iframe",
    "noframes",
    "math",
    "audio",
    "video",
    "canvas",
}
# Ids and classes that mail programs give to what they quote.
QUOTES = {
    "isreplycontent",  # NetEase, QQ
    "replycontent",
    "ntes-mailmaster-quote",
    "foxdivquote",
    "foxmail_quote",
    "mail-editor-reference-message-container",  # Outlook for iOS and Android
    "gmail_attr",
    "moz-cite-prefix",
    "yahoo_quoted",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "qmquote",
    "aliyun_quote",
    "alimail-quote",
    "wps_quote",
    "yandex_quote",
    "mailru-blockquote",
}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|\Z|!)",
    re.IGNORECASE,
)
HIDING = ("none", "hidden", "mso-hide", "size:0", "size: 0")
# A list item's mark, which its first paragraph follows on the same line.
_MARKER = re.compile(r" *(?:-|\d{1,6}\.) \Z")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]"
_SOURCE_BREAK = re.compile(rf"(?<={_WIDE})[ \t]*\r?\n[ \t\r\n]*(?={_WIDE})")


def text(html: str) -> str:
    """Readable plain text of an HTML letter."""
    if "<" not in html and "&" not in html:
        return html.strip()
    from lxml import etree  # noqa: PLC0415  most letters bring a plain text and never need it

    page = _Page()
    parser = etree.HTMLParser(target=page, encoding="utf-8", huge_tree=True)
    try:
        parser.feed(html[:MAX_CHARS].encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, ValueError, AssertionError):
        page.close()
    return page.close()


def clean(html: str) -> str:
    """HTML through an allow-list: no script, no form, no remote image; images inside the letter (`cid:`) stay."""
    import nh3  # noqa: PLC0415  only for letters that are shown

    kept = nh3.clean(
        html[:MAX_CHARS],
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        clean_content_tags={"script", "style", "title", "noscript", "template"},
        strip_comments=True,
    )
    return str(kept)


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    if attribute in {"src", "background", "srcset", "poster"}:
        return value if tag == "img" and attribute == "src" and value.lower().startswith("cid:") else None
    return value


class _Page:
    """The parser's target: gathers lines while elements open and close."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.unseen = self.depth = self.verbatim = 0
        self.lists: list[int] = []
        self.links: list[tuple[str, int]] = []
        self.cells: list[int] = []
        self.gap = False

    # What lxml calls

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.unseen or tag in UNSEEN or (attributes and _is_hidden(attributes)):
            self.unseen += 1
            return
        quoted = tag == "blockquote" or bool(attributes and _is_quote(attributes))
        if tag in BLOCKS or quoted:
            self._break(spaced=tag in SPACED and not attributes.get("class", "").lower().startswith("mso"))
        if tag in ("blockquote", "div", "table", "span", "section"):
            self.open.append((tag, quoted))
            self.depth += quoted
        self._opened(tag, attributes)

    def end(self, tag: str) -> None:
        if self.unseen:
            self.unseen -= 1
            return
        if tag in BLOCKS:
            self._break(spaced=tag in SPACED and self.gap)
        if tag == "pre":
            self.verbatim -= 1
        elif tag in ("ul", "ol", "dir", "menu") and self.lists:
            self.lists.pop()
        elif tag == "table" and self.cells:
            self.cells.pop()
        elif tag == "a" and self.links:
            self._link(*self.links.pop())
        if self.open and self.open[-1][0] == tag:
            if self.open[-1][1]:
                self._break()
            self.depth -= self.open.pop()[1]

    def data(self, content: str) -> None:
        if self.unseen:
            return
        if self.verbatim:
            head, *rest = content.replace("\r", "").split("\n")
            self.line.append(head)
            for line in rest:
                self._flush()
                self.line.append(line)
            return
        self.line.append(content)

    def comment(self, content: str) -> None:
        """Comments are not shown."""

    def close(self) -> str:
        self._break()
        while self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        return "\n".join(self.lines).strip("\n")

    # What the elements mean

    def _opened(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._flush()
        elif tag == "hr":
            self.line.append("-" * 10)
            self._flush()
        elif tag == "pre":
            self.verbatim += 1
        elif tag in ("ul", "ol", "dir", "menu"):
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag == "table":
            self.cells.append(attributes.get("border", "0").strip() not in ("", "0"))
        elif tag in ("td", "th"):
            self._cell()
        elif tag == "a":
            self.links.append((attributes.get("href", ""), len(self.line)))
        elif tag == "img" and 0 < len(attributes.get("alt", "")) <= 2:
            self.line.append(attributes["alt"])

    def _item(self) -> None:
        indent = "  " * (min(len(self.lists), 10) - 1)
        if self.lists and self.lists[-1] >= 0:
            self.lists[-1] += 1
            self.line.append(f"{indent}{self.lists[-1]}. ")
        else:
            self.line.append(f"{indent}- ")

    def _cell(self) -> None:
        if any(piece.strip() for piece in self.line):
            self.line.append(" | " if self.cells and self.cells[-1] else " ")

    def _link(self, target: str, since: int) -> None:
        shown = "".join(self.line[since:]).strip() if since <= len(self.line) else "-"
        if target[:4].lower() == "http" and len(target) <= _MAX_LINK and shown and shown.rstrip("/") not in target:
            self.line.append(f" <{target}>")
        elif not shown and target[:7].lower() == "mailto:" and len(target) <= _MAX_LINK:
            self.line.append(target[7:].partition("?")[0])

    # Lines

    def _break(self, *, spaced: bool = False) -> None:
        """A block begins or ends: finish the line; paragraphs stand apart."""
        if len(self.line) == 1 and _MARKER.match(self.line[0]):
            return
        if any(piece.strip() for piece in self.line):
            self._flush()
            self.gap = True
        self.line.clear()
        if spaced and self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._prefixed(""))

    def _flush(self) -> None:
        content = "".join(self.line)
        self.line.clear()
        if not self.verbatim:
            indent = len(content) - len(content.lstrip(" ")) if content.lstrip().startswith(("- ", "1", "2", "3")) and self.lists else 0
            content = _SOURCE_BREAK.sub("", content) if "\n" in content else content
            content = " " * indent + " ".join(content.replace("\u200b", "").split())
        self.lines.append(self._prefixed(content.rstrip()))

    def _prefixed(self, content: str) -> str:
        return ("> " * min(self.depth, 20) + content).rstrip() if self.depth else content


def _is_hidden(attributes: dict[str, str]) -> bool:
    style = attributes.get("style", "")[:2_000].lower()
    return "hidden" in attributes or (any(sign in style for sign in HIDING) and _HIDDEN.search(style) is not None)


def _is_quote(attributes: dict[str, str]) -> bool:
    if "class" not in attributes and "id" not in attributes:
        return False
    names = [*attributes.get("class", "").lower().split(), attributes.get("id", "").lower()]
    return any(name in QUOTES for name in names)
