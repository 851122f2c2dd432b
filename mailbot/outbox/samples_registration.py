"""Sample facts for the letters about taking in and following up: registrations, reviews, surveys."""

from collections.abc import Iterator
from datetime import date

from mailbot.outbox.sample import People, Sample, common, for_staff, press


def letters(people: People) -> Iterator[Sample]:
    """Each letter, in the variants that look different."""
    questions = [{"label": people.category, "scale": []}, {"label": people.other, "scale": [people.wish, people.status]}]
    asked = common(people) | {"questions": questions, "low": people.reason, "polled": False}
    yield Sample("complainant/survey", asked, "questions")
    yield Sample("complainant/survey-reminder", asked | {"questions": []})
    yield Sample("complainant/survey-reminder", asked, "questions")
    yield Sample("complainant/survey-reminder", asked | {"polled": True}, "poll")
    yield Sample("complainant/poll", asked)
    links = [press(people.due)]
    votes = {
        "heading": people.due,
        "opening": people.reason,
        "scores": [{"label": people.category, "score": 2}, {"label": people.other, "score": 1}],
        "links": links,
    }
    yield Sample("staff/dissatisfied", for_staff(people, body=people.reason, **votes))
    call = {"told": people.due, "body": people.answer, "reason": "", "promised_on": None, "links": links}
    yield Sample("staff/call-customer", for_staff(people, **call))
    yield Sample(
        "staff/call-customer", for_staff(people, **call | {"body": "", "reason": people.reason, "promised_on": date(2026, 12, 1)}), "reason"
    )
    yield Sample("staff/dissatisfied", for_staff(people, body="", **votes), "no-words")
