"""Sample facts for every letter: `mailbot check` tries the templates with them, and the pictures show them.

Each context is what `view` would give for one complaint about a leaking flask. Pure values; `People` holds what would be
written by people or stand in the procedure, in the language of the caller's choice.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from mailbot.outbox import samples_decisions, samples_duties, samples_goods, samples_registration, samples_tasks
from mailbot.outbox.sample import CHINESE, LINK, NOW, Context, People, Sample, common, for_staff, press


def every_letter(people: People = CHINESE) -> Iterator[Sample]:
    """All letters, each in the variants that look different."""
    yield from _to_complainant(people)
    yield from _about_complaint(people)
    yield from _to_staff(people)
    yield from _clocks(people)
    yield from _digests(people)
    yield from _alarms(people)
    yield from _lessons(people)
    for more in (samples_decisions, samples_duties, samples_goods, samples_registration, samples_tasks):
        yield from more.letters(people)


def _links(*labels: str) -> list[dict[str, str]]:
    return [press(label) for label in labels]


def _to_complainant(people: People) -> Iterator[Sample]:
    facts, author = common(people), {"name": people.member, "department_label": people.department}
    written = {"body": people.answer, "author": author, "promised_on": None}
    promises = [
        {"label": people.due, "at": NOW + timedelta(hours=24), "skips": ""},
        {"label": people.solve, "at": NOW + timedelta(hours=48), "skips": people.skips},
    ]
    registered = {
        "lines": [{"name": people.due, "value": people.category}, {"name": people.solve, "value": people.wish}],
        "answers": _links(*people.consent),
    }
    facts |= {"registered": None}
    yield Sample("complainant/acknowledgement", facts | {"promises": promises})
    yield Sample("complainant/acknowledgement", facts | {"promises": []}, "no-promise")
    yield Sample("complainant/acknowledgement", facts | {"promises": promises, "registered": registered}, "to-confirm")
    yield Sample("complainant/answer", facts | written)
    yield Sample("complainant/resolution", facts | written)
    yield Sample("complainant/closing", facts)
    yield Sample("complainant/closing", facts | written, "with-text")
    yield Sample("complainant/declined", facts | written | {"body": "", "reason": people.reason})
    yield Sample("complainant/promise", facts | written | {"body": "", "promised_on": date(2026, 12, 1)})
    yield Sample("complainant/promise", facts | written | {"promised_on": date(2026, 12, 1)}, "with-text")
    yield Sample("complainant/survey", facts | {"questions": [], "low": people.reason})


def _about_complaint(people: People) -> Iterator[Sample]:
    files = [{"name": "IMG_20261119_leak.jpg", "size": 1_834_201}, {"name": "TB20261116008.pdf", "size": 88_120}]
    earlier = {"number": "2026-000042", "subject": people.subject, "opened_at": NOW - timedelta(days=90), "status_label": people.status}
    letter: Context = {
        "body": people.complaint,
        "language_label": people.severity,
        "attachments": files,
        "warnings": [],
        "links": _links(people.due),
    }
    sure, unsure = for_staff(people), for_staff(people)
    unsure["ticket"] |= {"category": None, "category_label": "", "confidence": 0.46, "terms": [], "also": people.other}
    unsure["ticket"] |= {"department_label": people.service, "assignee_name": ""}
    choices = [
        {"category": key, "label": label, "score": score, "mailto": LINK.format(label)}
        for key, label, score in (("quality", people.category, 0.46), ("delivery", people.other, 0.31))
    ]
    yield Sample("staff/new-complaint", sure | letter | {"choices": [], "history": []})
    asked = (
        unsure
        | letter
        | {"choices": choices, "others": [people.price], "history": [earlier], "warnings": ["reply-to-differs"], "attachments": []}
    )
    yield Sample("staff/new-complaint", asked, "unsure")
    passed_on = sure | letter | {"choices": [], "history": [], "warnings": ["forwarded", "disguised"]}
    yield Sample("staff/new-complaint", passed_on, "forwarded")
    yield Sample("staff/new-complaint", asked | {"body": "", "warnings": ["sealed"]}, "sealed")
    yield Sample("staff/follow-up", sure | letter | {"reopened": False})
    yield Sample(
        "staff/follow-up",
        sure | letter | {"reopened": True, "third_party": True, "writer": "carol@customer.example", "before": people.answer},
        "reopened",
    )


def _to_staff(people: People) -> Iterator[Sample]:
    facts = for_staff(people)
    author = {"name": people.member, "department_label": people.department}
    done = [{"label": label, "meaning": people.reason, "undo": "#重开"} for label in (people.due, people.solve)]
    problems: list[Context] = [
        {"line": "#受里", "sentence": people.reason, "nearest": "#受理", "choices": []},
        {"line": "#转 张三", "sentence": people.reason, "nearest": None, "choices": [people.member, people.department]},
    ]
    orders = [
        {"name": name, "word": name, "words": f"#{name}", "does": people.reason, "example": f"#{name} {people.member}", "who": who}
        for name, who in (("assign", "staff"), ("urge", "head"))
    ]
    returned = "#受里\n#转 张三\n\n" + people.answer
    reason = "550 5.1.1 <alice@customer.example>: user unknown"
    told = {"title": f"[#2026-000123] {people.due}", "heading": people.due, "opening": people.reason, "phone": ""}
    bounced = told | {"address": "alice@customer.example", "status": "5.1.1", "reason": reason, "letter_label": people.due}
    alone: Context = {"ticket": None, "ref": "", "deadlines": []}
    no_ticket = {"problems": [{"line": "", "sentence": people.reason, "nearest": None, "choices": []}], "returned": returned}
    yield Sample("staff/receipt", facts | {"done": done, "sent_to_customer": True})
    yield Sample("staff/receipt", facts | {"done": done[:1], "sent_to_customer": False}, "not-sent")
    yield Sample("staff/refusal", facts | {"problems": problems, "returned": returned})
    yield Sample("staff/refusal", facts | alone | no_ticket, "no-ticket")
    yield Sample("staff/help", facts | {"orders": orders})
    yield Sample("staff/help", facts | alone | {"orders": orders}, "no-ticket")
    yield Sample("staff/undeliverable", facts | bounced)
    yield Sample("staff/undeliverable", facts | bounced | {"phone": "13800000000"}, "dealer")
    yield Sample("staff/resolved", facts | {"body": people.answer, "author": author, "promised_on": None})


def _clocks(people: People) -> Iterator[Sample]:
    facts = for_staff(people, owner_label=people.member, links=_links(people.due, people.solve))
    soon = {
        "due": {"label": people.due, "at": NOW + timedelta(hours=6), "skips": people.skips, "left": timedelta(hours=6), "late_by": None}
    }
    late = {"due": {"label": people.due, "at": NOW - timedelta(hours=27), "skips": "", "left": None, "late_by": timedelta(hours=27)}}
    yield Sample("staff/reminder", facts | soon)
    yield Sample("staff/urging-notice", facts | soon)
    yield Sample("staff/urging-notice", facts | late, "late")
    yield Sample("staff/escalation", facts | late)


def _digests(people: People) -> Iterator[Sample]:
    facts = common(people) | {"ticket": None, "ref": "", "day": date(2026, 11, 23)}
    rows = [
        {
            "number": f"2026-{120 + n:06}",
            "subject": people.subject,
            "customer": people.customer,
            "due_label": people.due,
            "due_at": NOW - late,
            "late_by": late,
            "owner_name": people.member,
            "act": press(people.due),
        }
        for n, late in enumerate((timedelta(days=4, hours=3), timedelta(hours=30), timedelta(minutes=25)))
    ]
    departments = [
        {"label": people.department, "groups": [{"label": people.due, "rows": rows[:2]}, {"label": people.solve, "rows": rows[2:]}]},
        {"label": people.service, "groups": [{"label": people.due, "rows": rows[1:2]}]},
    ]
    numbers = ((people.category, 12, 3), (people.other, 4, 1), (people.service, 2, 0))
    counts = [{"label": label, "open": running, "overdue": late} for label, running, late in numbers]
    nothing = {"total": 0, "today": [], "departments": [], "by_category": [], "quarantined": 0, "watch": []}
    yield Sample("manager/digest", facts | nothing | {"total": 4, "departments": departments, "by_category": counts, "quarantined": 2})
    yield Sample("manager/digest", facts | nothing, "nothing")
    yield Sample("manager/digest", facts | nothing | {"today": rows[:2]}, "today")
    yield Sample("manager/digest", facts | nothing | {"watch": [people.notice, people.due]}, "watch")


def _alarms(people: People) -> Iterator[Sample]:
    facts = common(people) | {"ticket": None, "ref": ""}
    text = "smtp.company.example:465 refuses the login of complaints; put a new password into smtp.password_file"
    refused = {"label": people.notice, "text": text, "since": NOW, "again": False}
    aside = {"label": people.due, "text": "2 letter(s) are set aside; `mailbot quarantine list` says why", "since": NOW, "again": True}
    yield Sample("manager/alarm", facts | {"alarms": [refused]})
    yield Sample("manager/alarm", facts | {"alarms": [refused, aside]}, "several")


def _lessons(people: People) -> Iterator[Sample]:
    facts = common(people) | {"ticket": None, "ref": ""}
    learnt = {"corrections": 57, "empty": 2, "texts": 1262, "after": "86.4%", "before": "85.1%", "shipped": "85.0%", "threshold": "83%"}
    learnt |= {"worse_than": [], "suspects": []}
    suspect = {"name": people.member, "corrections": 31, "sure": 24, "contradicted": 22}
    yield Sample("manager/lesson", facts | learnt)
    refused = {"worse_than": ["before", "shipped"], "after": "71.0%", "threshold": None, "suspects": [suspect]}
    yield Sample("manager/lesson", facts | learnt | refused, "refused")
