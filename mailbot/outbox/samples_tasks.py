"""Sample facts for the letters about tasks."""

from collections.abc import Iterator

from mailbot.outbox.sample import People, Sample, for_staff, press


def letters(people: People) -> Iterator[Sample]:
    """Each letter, in the variants that look different."""
    links = [press(people.solve)]
    told = {
        "title": f"[#2026-000123] {people.subject}",
        "heading": people.due,
        "opening": people.reason,
        "body": people.answer,
        "lines": [{"name": people.due, "value": people.reason}],
        "links": links,
        "customer": None,
    }
    yield Sample("staff/task", for_staff(people, **told))
    customer = {"body": people.complaint, "attachments": []}
    yield Sample("staff/task", for_staff(people, **{**told, "body": "", "customer": customer}), "with-complaint")
    yield from (Sample(f"staff/{letter}", for_staff(people, **told)) for letter in ("task-done", "task-judged"))
