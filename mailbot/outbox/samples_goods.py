"""Sample facts for the letters about goods: notes of allowance and return, shares of a loss, a recall."""

from collections.abc import Iterator

from mailbot.outbox.sample import Context, People, Sample, common, for_staff, press


def letters(people: People) -> Iterator[Sample]:
    """Each letter, in the variants that look different."""
    lines = [{"name": people.due, "value": people.reason}, {"name": people.solve, "value": people.department}]
    told: Context = {
        "title": f"[#2026-000123] {people.subject}",
        "heading": people.due,
        "opening": people.reason,
        "body": "",
        "lines": lines,
        "links": [press(people.solve)],
        "customer": None,
    }
    for letter in ("goods-note", "shares", "recall-told", "recall-complete"):
        yield Sample(f"staff/{letter}", for_staff(people, **told))
    yield Sample("staff/dealer-wrote", for_staff(people, **{**told, "body": people.answer}))
    author = {"name": people.member, "department_label": people.department}
    notice = common(people) | {key: told[key] for key in ("title", "heading", "opening", "lines")} | {"ask": people.reason}
    yield Sample("complainant/recall", notice | {"author": author, "body": ""})
    yield Sample("complainant/recall", notice | {"author": author, "body": people.answer}, "with-text")
    yield Sample("complainant/recall-reminder", notice | {"body": ""})
