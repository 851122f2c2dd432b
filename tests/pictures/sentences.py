"""The letters about decisions, tasks, duties and goods with the sentences of their own words files, as a procedure would fill them in."""

from typing import Any
from zoneinfo import ZoneInfo

from mailbot.lifecycle.orders import word
from mailbot.outbox.sample import NOW, People, Sample, press
from mailbot.outbox.words import Words
from mailbot.settings import LetterLanguage

ZONE = ZoneInfo("Asia/Shanghai")
MEASURES = {
    "zh-CN": ("改进措施", "更换密封圈供应商"),
    "zh-TW": ("改善措施", "更換密封圈供應商"),
    "en": ("Improvement", "Find another supplier of seals"),
}
ORDERS = {
    "alert": ("accept", "assign", "severity", "note"),
    "approval": ("approve", "refuse", "note"),
    "approval-refused": ("resolve", "note"),
    "call-customer": ("rated", "note"),
    "cause-report": ("note",),
    "closing-copy": ("reopen", "note"),
    "customer-answered": ("resolve", "note"),
    "dealer-wrote": ("returned", "note"),
    "dissatisfied": ("assign", "note", "plan", "urge"),
    "duty": ("finish", "task", "note"),
    "goods-note": ("returned", "note"),
    "recall-complete": ("note",),
    "recall-told": ("returned", "note"),
    "redo": ("plan", "resolve", "note"),
    "responsible": ("plan", "note"),
    "shares": ("note",),
    "task": ("finish", "note"),
    "task-done": ("judge", "note"),
    "task-judged": ("note",),
}
LINES = {
    "alert": ("meeting_at", "place", "people"),
    "approval": ("author", "amount", "due"),
    "approval-refused": ("reason",),
    "closing-copy": ("product", "batch", "amount", "plan"),
    "customer-answered": ("day",),
    "dealer-wrote": ("product", "batch"),
    "duty": ("due_by", "judged_by"),
    "goods-note": ("product", "batch", "amount"),
    "recall": ("product", "batch"),
    "recall-reminder": ("product", "batch"),
    "recall-told": ("product", "batch"),
    "shares": ("amount",),
    "task": ("due_by", "to_report", "judged_by"),
}
ANSWERS = {"proposal": ("agree", "disagree"), "extension": ("agree", "disagree")}


def said(sample: Sample, people: People, language: LetterLanguage, words: Words) -> dict[str, Any]:
    """The parts of a context that its letter's own words make: heading, opening, lines, buttons."""
    letter = sample.letter.partition("/")[2]
    if "low" in sample.context:
        return {"low": words.t(language, "poll.low" if letter == "poll" or sample.context.get("polled") else "survey.low")}
    if "heading" not in sample.context and letter != "call-customer":
        return {}
    facts = _facts(people, language, words)
    told = _sentences("task-judge" if letter == "task-done" else letter, facts, language, words) | _buttons(sample, letter, language, words)
    if sample.context.get("lines"):
        told["lines"] = [{"name": words.t(language, f"decision.{key}"), "value": facts[key]} for key in LINES.get(letter, ())]
    if sample.context.get("told"):
        day = {"label": words.t(language, "extension.day"), "value": facts["day"]}
        told["told"] = day if letter == "extension" else facts["told"]
    return told


def _sentences(topic: str, facts: dict[str, Any], language: LetterLanguage, words: Words) -> dict[str, Any]:
    known = words.keys(language)
    told = {part: words.t(language, f"{topic}.{part}", **facts) for part in ("heading", "opening", "ask") if f"{topic}.{part}" in known}
    if f"{topic}.subject" in known:
        told["title"] = words.t(language, f"{topic}.subject", **facts)
    if topic == "customer-answered":
        told["heading"] = words.t(language, "customer-answered.extend_yes")
    if topic == "goods-note":
        told |= {"heading": facts["note"], "opening": words.t(language, "goods-note.opening_return", **facts)}
    return told


def _buttons(sample: Sample, letter: str, language: LetterLanguage, words: Words) -> dict[str, Any]:
    """Orders to staff, words to a customer."""
    if letter in ORDERS:
        return {"links": [press(word(name, language)) | {"label": words.t(language, f"link.{name}")} for name in ORDERS[letter]]}
    if "answers" in sample.context:
        return {"answers": [press(words.t(language, f"consent.{answer}")) for answer in ANSWERS.get(letter, ())]}
    return {}


def _facts(people: People, language: LetterLanguage, words: Words) -> dict[str, Any]:
    """A value for every placeholder and every line."""
    kind, title = MEASURES[language]
    when, day = words.when(NOW, language, ZONE), words.long_day(NOW.date(), language)
    judge = f"#{word('judge', language)} 3"
    return {
        "number": "2026-000123",
        "subject": people.subject,
        "author": people.member,
        "what": words.t(language, "matter.resolve"),
        "task": words.t(language, "due.task", serial=3, kind=kind, title=title),
        "reply": f"#{word('finish', language)} 3",
        "verdict": words.t(language, "verdict.effective"),
        "effective": f"{judge} {words.t(language, 'verdict.effective')}",
        "ineffective": f"{judge} {words.t(language, 'verdict.ineffective')}",
        "dealer": people.shop,
        "customer": people.shop,
        "every": words.t(language, "duty.every-month"),
        "name": kind,
        "period": words.period("2026-11", language),
        "note": words.t(language, "goods-note.return"),
        "quantity": "98",
        "serial": "2026-000123-3",
        "round": 2,
        "told": words.t(language, "letter.resolution"),
        "when": when,
        "day": day,
        "meeting_at": when,
        "place": people.department,
        "people": people.member,
        "amount": "1,200",
        "due": when,
        "due_by": when,
        "reason": people.reason,
        "product": "A1",
        "batch": "B2611",
        "plan": title,
        "to_report": words.t(language, "decision.amount"),
        "judged_by": people.service,
    }
