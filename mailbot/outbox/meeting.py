"""A meeting as calendar programs take it: an iTIP request (RFC 5546 §3.2.2) in iCalendar (RFC 5545).

Takes a meeting and the words about it, gives the text of the calendar; pure, the same values give the same text. Times are
told in the company's zone, whose rules travel along, so that a calendar elsewhere shows the right hour. `icalendar` is
loaded when first needed: it takes 0.1 s.
"""

from datetime import datetime, tzinfo

from msgspec import Struct

from mailbot.lifecycle.meeting import Meeting


class Words(Struct, frozen=True):
    """What is said of a meeting in the reader's language, and who invites: name and address."""

    summary: str
    place: str
    description: str
    organizer: tuple[str, str]


def request(meeting: Meeting, words: Words, zone: tzinfo, now: datetime) -> str:
    """The invitation; everybody invited is asked to answer."""
    from icalendar import Calendar, Event  # noqa: PLC0415

    event = Event()
    event.add("uid", f"{meeting.name}@{words.organizer[1].rpartition('@')[2]}")
    event.add("dtstamp", now)
    event.add("dtstart", meeting.starts.astimezone(zone))
    event.add("dtend", meeting.ends.astimezone(zone))
    event.add("sequence", 0)
    event.add("status", "CONFIRMED")
    event.add("summary", words.summary)
    event.add("location", words.place)
    event.add("description", words.description)
    event.add("organizer", f"mailto:{words.organizer[1]}", parameters={"CN": words.organizer[0]})
    wanted = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    for member in meeting.people:
        event.add("attendee", f"mailto:{member.key}", parameters={"CN": member.name, **wanted})
    calendar = Calendar()
    for name, value in (("prodid", "-//mailbot//mailbot//EN"), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", "REQUEST")):
        calendar.add(name, value)
    calendar.add_component(event)
    calendar.add_missing_timezones(first_date=meeting.starts.date().replace(month=1, day=1), last_date=meeting.ends.date())
    return str(calendar.to_ical().decode("utf-8"))
