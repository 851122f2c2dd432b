"""How an element says what it holds: a quote, a signature, the head of an earlier letter, or something nobody is to see.

Takes a tag and its attributes, gives the mark. Pure, never raises.
"""

import re

from mailbot.intake import elements
from mailbot.intake.quotemarks import QUOTE_MARK, SIGNATURE_MARK

BLOCKQUOTE = "> "
HEAD = "head"
BLOCK = "block"
KEPT = "line breaks kept"
# Marks under which the words stay the sender's own.
OWN = ("", BLOCK, KEPT)
# Gmail introduces a reply or a forward in this element; what is forwarded stands below it, outside any quote.
GMAIL_LINE = "gmail_attr"
# Outlook's header of the earlier letter, told by its line.
_HEAD_STYLE = re.compile(r"border-top:\s?solid\s(?:#e1e1e1|#b5c4df)\s1\.0pt", re.IGNORECASE)
# Browsers' editors indent the sender's own words with such a blockquote.
_INDENT = re.compile(r"margin:\s?0(?:px)?\s0(?:px)?\s0(?:px)?\s40px;\s?border:\s?(?:medium\s)?none", re.IGNORECASE)
_KEEPS_BREAKS = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_AS_BLOCK = re.compile(r"display\s*:\s*block", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|\Z|!)",
    re.IGNORECASE,
)
_HIDING = ("none", "hidden", "mso-hide", "size:0", "size: 0")


def is_hidden(attributes: dict[str, str]) -> bool:
    """Whether an element is there, but not shown."""
    style = attributes.get("style", "")[:2_000].lower()
    return "hidden" in attributes or (any(sign in style for sign in _HIDING) and _HIDDEN.search(style) is not None)


def mark(tag: str, attributes: dict[str, str]) -> str:
    """How what an element holds is told from the sender's words: one of the marks, or nothing."""
    if tag == "blockquote":
        return BLOCK if _INDENT.search(attributes.get("style", "")[:500]) else BLOCKQUOTE
    names = [*attributes.get("class", "").lower().split(), attributes.get("id", "").lower(), attributes.get("name", "").lower()]
    for name in names:
        if name in elements.QUOTES or name.endswith(elements.QUOTE_ENDS) or name.startswith(elements.QUOTE_STARTS):
            return QUOTE_MARK
        if name in elements.HEADS:
            return HEAD
        if name == GMAIL_LINE:
            return GMAIL_LINE
        if name in elements.SIGNATURES or name.startswith(elements.SIGNATURE_STARTS):
            return SIGNATURE_MARK
    return _styled(tag, attributes.get("style", "")[:500])


def _styled(tag: str, style: str) -> str:
    if tag == "span":
        return BLOCK if _AS_BLOCK.search(style) else ""
    if tag == "div" and "border-top" in style and _HEAD_STYLE.search(style):
        return HEAD
    return KEPT if "white-space" in style and _KEEPS_BREAKS.search(style) else ""
