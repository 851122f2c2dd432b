"""A calendar invitation as lines a person can read (RFC 5545).

Takes the text of a text/calendar part, gives title, time, place, organiser and description of its first event, one a line.
Knows nothing of time zones: times are told as the sender wrote them. Never raises; empty where there is no event.
"""

import re

from mailbot.intake.message import InboundMessage

_FIELD = re.compile(r"([A-Z-]{1,40})((?:;[^:\"]{0,200}(?:\"[^\"]{0,200}\"[^:\"]{0,200}){0,5})?):(.*)")
_ESCAPED = re.compile(r"\\([nN\\,;])")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = re.compile(r"TZID=\"?([^;:\"]{1,80})")
_NAME = re.compile(r"CN=\"?([^;:\"]{1,200})")
_ANSWER = re.compile(r"PARTSTAT=\"?(ACCEPTED|DECLINED|TENTATIVE)", re.IGNORECASE)
_READ = 100_000


def summary(text: str) -> str:
    """The event in a few lines."""
    fields = _fields(text[:_READ])
    when = " – ".join(_moment(*fields[name]) for name in ("DTSTART", "DTEND") if name in fields)
    organiser = _organiser(*fields["ORGANIZER"]) if "ORGANIZER" in fields else ""
    lines = [_plain(fields, "SUMMARY"), when, _plain(fields, "LOCATION"), organiser, _plain(fields, "DESCRIPTION")]
    return "\n".join(line for line in lines if line)


def answer_in(message: InboundMessage) -> tuple[str, str] | None:
    """What a letter's calendar part answers, as `answered`."""
    calendars = (part.content for part in message.attachments if part.type in ("text/calendar", "application/ics"))
    return next((said for content in calendars if (said := answered(content.decode("utf-8", "replace")))), None)


def answered(text: str) -> tuple[str, str] | None:
    """The UID of the event that a calendar part answers, and the answer: accepted, declined or tentative (RFC 5546 §3.2.3)."""
    if not re.search(r"^METHOD:REPLY\s*$", text[:_READ], re.IGNORECASE | re.MULTILINE):
        return None
    fields = _fields(text[:_READ])
    said = _ANSWER.search(fields.get("ATTENDEE", ("", ""))[0])
    return (fields["UID"][1], said[1].lower()) if said and "UID" in fields else None


def _fields(text: str) -> dict[str, tuple[str, str]]:
    """The fields of the first event by name: parameters and value."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    _, _, event = unfolded.partition("BEGIN:VEVENT")
    found: dict[str, tuple[str, str]] = {}
    for line in event.splitlines():
        if line.startswith(("END:VEVENT", "BEGIN:VALARM")):
            break
        if (match := _FIELD.match(line)) is not None:
            found.setdefault(match[1], (match[2], match[3].strip()))
    return found


def _plain(fields: dict[str, tuple[str, str]], name: str) -> str:
    value = fields.get(name, ("", ""))[1]
    return _ESCAPED.sub(lambda hit: "\n" if hit[1] in "nN" else hit[1], value).strip()


def _moment(parameters: str, value: str) -> str:
    match = _MOMENT.match(value)
    if match is None:
        return value
    zone = "UTC" if match[6] else (named[1] if (named := _ZONE.search(parameters)) else "")
    clock = f" {match[4]}:{match[5]}" if match[4] else ""
    return f"{match[1]}-{match[2]}-{match[3]}{clock} {zone}".strip()


def _organiser(parameters: str, value: str) -> str:
    address = value[7:] if value[:7].lower() == "mailto:" else value
    return f"{named[1]} <{address}>" if (named := _NAME.search(parameters)) else address
