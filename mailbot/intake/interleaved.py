"""Answers written into the earlier letter where no mark tells the quote: in a colour, or behind the writer's name.

Outlook, Foxmail and QQ Mail don't mark quoted lines; people answer between them "in red below", or as "[Alice] yes". Takes the new
text above the quote and the lines of the letter, gives the colour announced and the lines that answer. Only what the text above
announces, or what bears the author's own name, is an answer: a quoted letter has red words and brackets of its own. Pure; linear.
"""

import re
from collections import Counter

from mailbot.intake import headblocks
from mailbot.intake import quotemarks as marks
from mailbot.intake.quotemarks import ANSWER_MARK, MAX_MARK, QUOTE_MARK, either

# Announcements stand in few words above the quote.
_READ = 4_000
_HUES = {
    "red": r"红|紅|\bred\b|\brot(?:e[nr]?|em)?\b|\brouge\b|\brojo\b|\bvermelho\b|\brosso\b|\brood\b|красн|赤",
    "blue": r"蓝|藍|\bblue\b|\bblau(?:e[nr]?|em)?\b|\bbleu\b|\bazul\b|\bblu\b|\bblauw\b|син|青字",
    "green": r"绿|綠|\bgreen\b|\bgrün(?:e[nr]?|em)?\b|\bvert\b|\bverde\b|\bgroen\b|зелён|зелен|緑",
    "purple": r"紫|\bpurple\b|\bviolett?\b|\bmagenta\b|\blila\b|\bpink\b|粉红",
    "orange": r"橙|橘|\borange\b|\barancione\b|\bnaranja\b",
    "yellow": r"黄|黃|\byellow\b|\bgelb\b|\bjaune\b|\bamarillo\b|\bhighlight",
}
_HUE = {hue: re.compile(words, re.IGNORECASE) for hue, words in _HUES.items()}
_BELOW = re.compile(
    either(r"""
    【\s?】|\[\s?\]|括号|括號|\bbrackets\b|邮件里|郵件裡|信中
    见下|見下|如下|下文|下面|下方|以下|逐条|逐條|逐一|逐项|逐項|逐点|分别|文中|原文|正文|邮件中|郵件中|字|底色|用[^\n]{0,3}色|标在|标红|标注|標註|标出|批注|批註|内联
    \binline\b|\bin-line\b|\bbelow\b|\bin the (?:text|mail|e-mail)\b|\bembedded\b|\bim Text\b|\bunten\b|ci-dessous|\babajo\b
    \babaixo\b|\bsotto\b|\bhieronder\b|\bниже\b|下記|以下|아래|\bmy (?:answers|comments|replies)\b|\bsee\b
    """),
    re.IGNORECASE,
)
_LEAD = rf"[\s>＞{QUOTE_MARK}]{{0,8}}"
# Names in brackets before an answer, as in Outlook's option to mark comments.
_LABEL = re.compile(rf"{_LEAD}[\[【〔（(<《]\s?([^\[\]【】〔〕（）()<>《》\n\d]{{1,30}}?)\s?[\]】〕）)>》]\s?[:：]?\s{{0,3}}\S")
_ANSWER = re.compile(
    rf"{_LEAD}[\[【（(]?(?:答复|答覆|回复|回覆|答|Answer|Reply|Antwort|Réponse|Respuesta)\s?\d{{0,2}}[\]】）)]?\s?[:：]\s{{0,3}}\S"
)
# Answers that stand in brackets as a whole, where the text above says so.
_BRACKETS = re.compile(r"【\s?】|\[\s?\]|括号|括號|\bbrackets\b", re.IGNORECASE)
_BRACKETED = re.compile(rf"{_LEAD}(?:【[^【】\n]{{1,250}}】|\[[^\[\]\n]{{1,250}}\]|（[^（）\n]{{1,250}}）)\s{{0,5}}\Z")
# How any of these begins, for a first look.
_MAY_ANSWER = re.compile(rf"{_LEAD}(?:[\[【〔（(<《]|答|回|A|R)")
_LOOK = 12
# What letters set in such brackets themselves.
_THEIRS = re.compile(r"重要|提示|注意|温馨|溫馨|提醒|附件|图|圖|公告|通知|外部|image|cid|external|note|important", re.IGNORECASE)


def hue(fresh: str) -> str:
    """The colour in which the new text says that the answers are; empty where it announces none."""
    said = fresh[:_READ]
    if _BELOW.search(said) is None:
        return ""
    return next((name for name, words in _HUE.items() if words.search(said)), "")


def answers(lines: list[str], kept: list[int], author: str) -> list[int]:
    """The lines below the new text that answer the earlier letter, among those that were left out."""
    first = next((at for at, index in enumerate(kept) if at != index), len(kept))
    left_out = set(range(first, len(lines))).difference(kept)
    found = [at for at in left_out if lines[at].startswith(ANSWER_MARK)]
    found = found or _labelled(lines, sorted(left_out), "\n".join(lines[at] for at in kept), author)
    end = _end_of_letter(lines, first) if found else 0
    return [at for at in found if at < end]


def _end_of_letter(lines: list[str], first: int) -> int:
    """Where in turn the letter before the earlier one begins: answers there are older."""
    opened = head = False
    for at in range(first, len(lines)):
        line = lines[at].lstrip(QUOTE_MARK)[:MAX_MARK]
        head = head and (not line.strip() or marks.ANY_FIELD.match(line) is not None)
        if line.strip() and not head and headblocks.opens_rest(lines, at):
            if opened:
                return at
            opened = head = True
    return len(lines)


def _labelled(lines: list[str], left_out: list[int], fresh: str, author: str) -> list[int]:
    left_out = [at for at in left_out if _MAY_ANSWER.match(lines[at][:_LOOK])]
    labels = {at: label[1].strip() for at in left_out if (label := _LABEL.match(lines[at][:MAX_MARK])) is not None}
    own = [at for at, label in labels.items() if _is_of(author, label)]
    if own or not fresh.strip():
        return own
    times = Counter(labels.values())
    told = [
        at for at in left_out if _ANSWER.match(lines[at][:MAX_MARK]) or (times[labels.get(at, "")] > 1 and not _THEIRS.search(labels[at]))
    ]
    bracketed = [at for at in left_out if _BRACKETED.match(lines[at][:MAX_MARK])]
    if not (told or bracketed) or _BELOW.search(fresh[:_READ]) is None:
        return []
    return bracketed if bracketed and _BRACKETS.search(fresh[:_READ]) else told


def _is_of(author: str, label: str) -> bool:
    """Whether a label is the author's name or a whole word of it."""
    name, said = author.casefold(), label.casefold()
    return len(said) > 1 and (said == name or said in re.split(r"[\s,.()（）/\-]+", name) or (len(name) > 1 and said.startswith(name)))
