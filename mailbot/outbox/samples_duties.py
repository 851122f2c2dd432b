"""Sample facts for the letter of a recurring duty."""

from collections.abc import Iterator

from mailbot.outbox.sample import LINK, NOW, Context, People, Sample, for_staff, press


def letters(people: People) -> Iterator[Sample]:
    """The letter as a monthly report, a spot check with and without cases, and a visit to a customer."""
    links = [press(people.solve), press(people.due)]
    lines = [{"name": people.due, "value": people.skips}]
    nothing: Context = {"on_file": [], "cases": [], "draw": None, "figures": [], "figures_of": ""}
    facts = for_staff(
        people, title=f"[#2026-000123] {people.due}", heading=people.due, opening=people.reason, lines=lines, links=links, **nothing
    )
    facts["ticket"] |= {"inside": True}
    counts = [{"name": people.category, "value": f"{people.department}\n{people.service}"}, {"name": people.price, "value": "80%"}]
    record = [{"name": people.channel, "value": "010-62784321"}, {"name": people.grade, "value": people.shop}]
    case = {"number": "2026-000098", "subject": people.subject, "opened_at": NOW, "status_label": people.status}
    yield Sample("staff/duty", facts | {"figures_of": people.solve, "figures": counts})
    yield Sample("staff/duty", facts | {"draw": _draw(people)}, "spot-check")
    yield Sample("staff/duty", facts | {"draw": {"opening": people.reason, "how": "", "cases": []}}, "nothing-to-check")
    yield Sample("staff/duty", facts | {"on_file": record, "cases": [case]}, "visit")
    yield Sample("staff/duty", facts | {"on_file": record}, "visit-first")


def _draw(people: People) -> Context:
    lines = [{"name": people.due, "value": people.reason}, {"name": people.solve, "value": people.status}]
    case = {
        "number": "2026-000098",
        "subject": people.subject,
        "about": people.department,
        "closed_at": NOW,
        "lines": lines,
        "mailto": LINK.format(people.other),
    }
    return {"opening": people.reason, "how": people.answer, "cases": [case, case]}
