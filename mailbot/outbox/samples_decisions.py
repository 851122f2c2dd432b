"""Sample facts for the letters about decisions: approvals, questions to the customer, alerts, copies."""

from collections.abc import Iterator

from mailbot.outbox.sample import People, Sample, common, for_staff, press

TO_STAFF = ("approval", "approval-refused", "alert", "closing-copy", "customer-answered", "cause-report", "responsible", "redo")
TO_COMPLAINANT = ("question", "proposal", "extension", "progress", "validity")


def letters(people: People) -> Iterator[Sample]:
    """Each letter, in the variants that look different."""
    links = [press(people.solve)]
    lines = [{"name": people.due, "value": people.reason}]
    told = {
        "title": f"[#2026-000123] {people.subject}",
        "heading": people.due,
        "opening": people.reason,
        "body": "",
        "lines": lines,
        "links": links,
        "customer": None,
    }
    for letter in TO_STAFF:
        yield Sample(f"staff/{letter}", for_staff(people, **told))
    yield Sample("staff/alert", for_staff(people, **{**told, "customer": {"body": people.complaint, "attachments": []}}), "with-complaint")
    yield Sample("staff/approval", for_staff(people, **{**told, "body": people.answer, "lines": []}), "with-text")
    author = {"name": people.member, "department_label": people.department}
    asked = {"heading": people.due, "opening": people.reason, "body": people.answer, "reason": "", "told": None, "ask": people.reason}
    for letter in TO_COMPLAINANT:
        yield Sample(f"complainant/{letter}", common(people) | asked | {"answers": links, "author": author})
    day = {"told": {"label": people.due, "value": "2026-12-01"}, "reason": people.reason, "body": "", "answers": []}
    yield Sample("complainant/extension", common(people) | asked | day | {"author": author}, "without-text")
