"""HTML of a letter as plain text, and HTML made safe to show.

Takes HTML as mail programs write it, gives text in which quotes begin with "> ", as in a plain letter, or HTML that
passed an allow-list. Never fetches anything, never raises. Nesting has no limit.
"""

import re

from mailbot.intake import elements, looks
from mailbot.intake.cells import Cells
from mailbot.intake.elements import BLOCKS, SPACED, UNSEEN
from mailbot.intake.quotemarks import ANSWER_MARK, QUOTE_MARK, SIGNATURE_MARK
from mailbot.limits import DEFAULT

_MAX_LINK = 500
# A link around more lines than a button or card has was never closed.
_CARD = 8
# Foxmail sets a rule of this colour above the signature, which ends at the quote.
_FOXMAIL_RULE = "#b5c4df"
_MARKS = re.compile(f"[{QUOTE_MARK}{SIGNATURE_MARK}{ANSWER_MARK}]")
_BARE = "> " + QUOTE_MARK + SIGNATURE_MARK
# What may hold such a name.
_MARKED = ("blockquote", "div", "table", "span", "section", "pre", "p", "article", "hr")
_QUOTING = re.compile("<blockquote|" + "|".join(sorted(elements.QUOTES | elements.HEADS | {looks.GMAIL_LINE})), re.IGNORECASE)
_FORWARD = re.compile(r"\s*-{5,60}")
_NOUGHT = r"margin(?:-bottom)?\s*:\s*0[a-z]{0,2}(?:\s+(?:0[a-z]{0,2}|auto)){0,3}\s*(?:[;!}]|\Z)"
_NO_MARGIN = re.compile(_NOUGHT, re.IGNORECASE)
# Outlook on the web, Foxmail and Naver set the paragraphs of the whole page close, in a style sheet at its top.
_TIGHT = re.compile(rf"[\s>}},;]p\s*\{{[^{{}}]{{0,200}}?{_NOUGHT}", re.IGNORECASE)
_STYLED = 20_000
# A list item's mark, which its first paragraph follows on the same line.
_MARKER = re.compile(r" *(?:-|\d{1,6}\.) \Z")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]"
# What newsletters fill their previews with, and marks where a word may break.
_INVISIBLE = re.compile("[\u00ad\u034f\u200b\u2060]")
_SOURCE_BREAK = re.compile(rf"(?<={_WIDE})[ \t]*\r?\n[ \t\r\n]*(?={_WIDE})")


def text(html: str, most: int = DEFAULT.html_chars) -> str:
    """Readable plain text of an HTML letter; lines of quoting or signing elements begin with a mark (see `unmarked`)."""
    return read(html, Page(), most) if "<" in html or "&" in html else html.strip()


def read(html: str, page: "Page", most: int) -> str:
    """The text that a page gathers from HTML."""
    from lxml import etree  # noqa: PLC0415  most letters bring a plain text and never need it

    page.tight = "<style" in html[:_STYLED] and _TIGHT.search(html[:_STYLED]) is not None
    parser = etree.HTMLParser(target=page, encoding="utf-8", huge_tree=True)
    try:
        parser.feed(html[:most].encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, ValueError, AssertionError):
        page.close()
    return page.close()


def unmarked(text: str) -> str:
    """The text without the marks of quoting and signing elements."""
    return _MARKS.sub("", text) if _MARKS.search(text) else text


def quotes(html: str) -> bool:
    """Whether HTML has an element in which programs quote."""
    return _QUOTING.search(html) is not None


def clean(html: str) -> str:
    """HTML through an allow-list: no script, no form, no remote image; images inside the letter (`cid:`) stay."""
    import nh3  # noqa: PLC0415  only for letters that are shown

    kept = nh3.clean(
        html[: DEFAULT.html_chars],
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


class Page:
    """The parser's target: gathers lines while elements open and close."""

    def __init__(self) -> None:
        self.tight = False
        self.lines: list[str] = []
        self.line: list[str] = []
        self.open: list[tuple[str, str]] = []
        self.marks: dict[str, int] = {}
        self.head = self.rest = self.signed = False
        self.unseen = self.depth = self.verbatim = 0
        self.lists: list[int] = []
        self.links: list[tuple[str, int, int]] = []
        self.cells = Cells()
        self.gap = False

    # What lxml calls

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.unseen or tag in UNSEEN or (attributes and looks.is_hidden(attributes)):
            self.unseen += 1
            return
        mark = looks.mark(tag, attributes) if tag in _MARKED and (attributes or tag == "blockquote") else ""
        spaced = tag in SPACED and not self.lists and not self._is_tight(tag, attributes)
        if tag in SPACED:
            self.gap = spaced
        if (tag in BLOCKS or mark) and not self.cells.joins("" if mark else tag):
            self._break(spaced=spaced)
        self.signed = self.signed and mark in (*looks.OWN, SIGNATURE_MARK)
        self.head = self.head or (mark == looks.HEAD and not self.depth and bool(self.lines))
        if tag in _MARKED and tag != "hr":
            self.open.append((tag, mark))
            self.depth += mark == looks.BLOCKQUOTE
            self.marks[mark] = self.marks.get(mark, 0) + 1
        self._opened(tag, attributes)

    def end(self, tag: str) -> None:
        if self.unseen:
            self.unseen -= 1
            return
        spaced = tag in SPACED and self.gap
        if tag in BLOCKS and not self.cells.joins(tag, ends=True, spaced=spaced):
            self._break(spaced=spaced)
        if tag == "pre":
            self.verbatim -= 1
        elif tag in ("ul", "ol", "dir", "menu") and self.lists:
            self.lists.pop()
        elif tag == "table":
            self.cells.end_table()
        elif tag == "a" and self.links:
            self._link(*self.links.pop())
        if self.open and self.open[-1][0] == tag:
            if self.open[-1][1]:
                self._break()
            mark = self.open.pop()[1]
            self.depth -= mark == looks.BLOCKQUOTE
            self.marks[mark] -= 1

    def data(self, content: str) -> None:
        if self.unseen:
            return
        if self.verbatim or ("\n" in content and self.marks.get(looks.KEPT) and content.strip()):
            head, *rest = content.replace("\r", "").split("\n")
            self.line.append(head)
            for line in rest:
                self._flush()
                self.line.append(line)
            return
        if self.cells.state and self.cells.breaks(visible=bool(content.strip())):
            self._break(spaced=self.cells.spaced)
        self.line.append(content)

    def comment(self, content: str) -> None:
        """Comments are not shown."""

    def close(self) -> str:
        self._break()
        while self.lines and not self.lines[-1].strip(_BARE):
            self.lines.pop()
        return "\n".join(self.lines).strip("\n")

    # What the elements mean

    def _opened(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br" and not self.cells.holds_break():
            self._flush()
        elif tag == "hr":
            self.signed = self.signed or attributes.get("color", "").lower() == _FOXMAIL_RULE
            self.line.append("-" * 10)
            self._flush()
        elif tag == "pre":
            self.verbatim += 1
        elif tag in ("ul", "ol", "dir", "menu"):
            self.lists.append(_first_number(attributes) - 1 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag == "table":
            self.cells.table(attributes)
        elif tag in ("td", "th"):
            self._cell(attributes)
        elif tag == "a":
            self.links.append((attributes.get("href", ""), len(self.lines), len(self.line)))
        elif tag == "img" and 0 < len(attributes.get("alt", "")) <= 2:
            self.line.append(attributes["alt"])

    def _is_tight(self, tag: str, attributes: dict[str, str]) -> bool:
        """Whether a paragraph stands close to its neighbours, by its class, its own style or the page's."""
        if tag == "p" and (self.tight or attributes.get("class", "").lower().startswith("mso")):
            return True
        style = attributes.get("style", "")[:500]
        return "margin" in style and _NO_MARGIN.search(style) is not None

    def _item(self) -> None:
        indent = "  " * (min(len(self.lists), 10) - 1)
        if self.lists and self.lists[-1] >= 0:
            self.lists[-1] += 1
            self.line.append(f"{indent}{self.lists[-1]}. ")
        else:
            self.line.append(f"{indent}- ")

    def _cell(self, attributes: dict[str, str]) -> None:
        parting = self.cells.begin(attributes)
        if any(piece.strip() for piece in self.line):
            self.line.append(parting)

    def _link(self, target: str, lines: int, since: int) -> None:
        """The target behind the words of a link, or behind the last line of a link around a few blocks."""
        ended = self.lines[lines : lines + _CARD]
        if len(target) > _MAX_LINK or len(self.lines) - lines >= _CARD:
            return
        shown = "".join((*ended, *self.line[0 if ended else since :])).strip(_BARE)
        if target[:4].lower() == "http" and shown and shown.rstrip("/") not in target:
            if any(piece.strip() for piece in self.line):
                self.line.append(f" <{target}>")
            else:
                last = max(number for number, line in enumerate(ended) if line.strip(_BARE))
                self.lines[lines + last] += f" <{target}>"
        elif not shown and target[:7].lower() == "mailto:":
            self.line.append(target[7:].partition("?")[0])

    # Lines

    def _break(self, *, spaced: bool = False) -> None:
        """A block begins or ends: finish the line; paragraphs stand apart."""
        if len(self.line) == 1 and _MARKER.match(self.line[0]):
            return
        words = "".join(self.line)
        if words.strip():
            self._flush()
        # A block with a no-break space is how editors write an empty line.
        spaced = spaced or ("\u00a0" in words[:20] and not words.strip())
        self.line.clear()
        if spaced and self.lines and self.lines[-1].strip(_BARE):
            self.lines.append(self._prefixed(""))

    def _flush(self) -> None:
        content = "".join(self.line)
        self.line.clear()
        if not self.verbatim:
            indent = len(content) - len(content.lstrip(" ")) if content.lstrip().startswith(("- ", "1", "2", "3")) and self.lists else 0
            content = _SOURCE_BREAK.sub("", content) if "\n" in content else content
            content = " " * indent + " ".join(_INVISIBLE.sub("", content).split())
        self.lines.append(self._prefixed(content.rstrip()))

    def _prefixed(self, content: str) -> str:
        if self.depth:
            return ("> " * min(self.depth, 20) + content).rstrip()
        line = self.marks.get(looks.GMAIL_LINE)
        if content and (self.head or line):
            self.rest = self.rest or bool(_FORWARD.match(content) if line else ":" in content or "：" in content)
            self.head = False
        if line or self.rest or self.marks.get(QUOTE_MARK):
            return QUOTE_MARK + content
        return SIGNATURE_MARK + content if self.signed or self.marks.get(SIGNATURE_MARK) else content


def _first_number(attributes: dict[str, str]) -> int:
    start = attributes.get("start", "").strip()
    return int(start) if start.isdecimal() and len(start) < 6 and int(start) else 1
