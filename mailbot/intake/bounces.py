"""Delivery reports: which addresses failed, with what status, and which of our letters came back.

Takes an `InboundMessage`, gives a `Report` or None for a letter that reports no delivery. Reads RFC 3464 reports and the
free texts of other systems, by the words in `bouncemarks`. A mere delay fails nobody. Pure; never raises; time is linear;
looks at the first 64 KB of a text.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mailbot.intake import bouncemarks as marks
from mailbot.intake import charset, headers
from mailbot.intake.message import Attachment, Bounced, InboundMessage

SAMPLE = 65_536
MAX_FAILED = 200
MAX_LINE = 1_000
REPORTS = ("message/delivery-status", "message/global-delivery-status")
LETTERS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(
    r"(?:^[\s>*<#(\"'-]{0,10}|(?:said|error|reply|code|returned|with|smtp|response|reason)\W{1,6})[45]\d\d(?=[ -]\D)",
    re.IGNORECASE | re.MULTILINE,
)
_RECIPIENT = re.compile(r"\s*(?:[\w-]{1,20}\s*;)?\s*[\"'<\s]{0,4}([^<>\s;\"]{1,320})")
# An address alone, or first on its line.
_LEADING = re.compile(r"[\s>*<\"'\[(•·-]{0,12}(?:mailto:)?\Z")
_NEAR = 700
_INNER = re.compile(rb"^Final-Recipient:[^;\r\n]{0,20};[ \t]*<?([^\s<>;]{3,320})", re.IGNORECASE | re.MULTILINE)


class Report(NamedTuple):
    """What a delivery report says. `delayed` means nothing failed yet."""

    sign: str
    failed: tuple[Bounced, ...]
    returned: tuple[str, ...]
    delayed: bool = False


def read(message: InboundMessage) -> Report | None:
    """The delivery report in a letter, if it is one."""
    status = next((part for part in message.attachments if part.type in REPORTS), None)
    if status is not None:
        return _formal(message, status)
    if not _is_free_form(message):
        return None
    delayed = not message.headers.get("x-failed-recipients") and _is_delay(message)
    return Report("free-form delivery report", () if delayed else _named(message), _returned(message), delayed)


# RFC 3464


def _formal(message: InboundMessage, part: Attachment) -> Report | None:
    """Groups of fields, one for the report, one for each recipient; the text where they name nobody."""
    failed: dict[str, Bounced] = {}
    actions: set[str] = set()
    text = charset.decode(part.content[:SAMPLE], None).replace("\r\n", "\n").replace("\r", "\n")
    for group in re.split(r"\n[ \t]*\n", text)[: MAX_FAILED + 1]:
        fields = _fields(group)
        action = re.sub(r"[^a-z]", "", fields.get("action", "").split(";")[0].split(" ")[0].lower())
        actions.update([action] if action else [])
        match = _RECIPIENT.match(fields.get("final-recipient", "") or fields.get("original-recipient", ""))
        said = " ".join(fields.get("diagnostic-code", "").partition(";")[2].split())
        code = _status_of(fields.get("status", ""), said)
        if match and (action in ("failed", "expired") or (not action and (code or "")[:1] == "5")):
            failed.setdefault(match[1].lower(), Bounced(match[1].lower(), code, said[:300]))
    if not failed and actions and actions <= {"delivered", "relayed", "expanded"}:
        return None
    delayed = not failed and "delayed" in actions
    named = tuple(failed.values()) if failed or delayed else _named(message)
    return Report("message/delivery-status", named, _returned(message), delayed)


def _status_of(status: str, said: str) -> str | None:
    """The status code (RFC 3463); what the server said is believed where the report's own code says nothing (X.0.0)."""
    given, better = _STATUS.search(status), _STATUS.search(said)
    if given is None or (given[1].endswith(".0.0") and better is not None and better[1][0] == given[1][0]):
        return better[1] if better else None
    return given[1]


def _fields(group: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in group.split("\n"):
        if line[:1] in (" ", "\t") and name:
            found[name] += line
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            found.setdefault(name, value.strip())
    return found


# Free texts


def _is_free_form(message: InboundMessage) -> bool:
    """A machine wrote it and it speaks of a failure; a person who quotes or laments one has no sign of the first."""
    if "x-failed-recipients" in message.headers:
        return True
    subject = marks.SUBJECTS.search(message.subject[:200]) is not None
    doubt = _doubt(message)
    if doubt > 1 and not subject:
        return False
    text = _report_text(message)[:4_000]
    worded = marks.TEXTS.search(text) is not None or marks.DELAYS.search(text) is not None
    if doubt == 0:
        return subject or worded
    if doubt == 1:
        return subject + worded + _says_why(message) >= 2
    return subject and worded and (_says_why(message) if doubt == 2 else _returns_letter(message))


def _doubt(message: InboundMessage) -> int:
    """How much a letter must say to pass for a machine's: 0 a daemon's or a report's, 3 anybody's."""
    kind = " ".join(message.headers.get("content-type", ("",))).lower()
    sender = message.sender
    if "multipart/report" in kind and "disposition-notification" not in kind and "feedback-report" not in kind:
        return 0
    local = sender.address.partition("@")[0] if sender else ""
    if sender is None or marks.DAEMONS.match(local) or marks.DAEMON_NAMES.search(sender.name):
        return 0
    if marks.POSTMASTERS.match(local) or message.headers.get("return-path", ("-",))[0].strip() in ("<>", ""):
        return 1
    return 2 if marks.SYSTEMS.match(local) else 3


def _says_why(message: InboundMessage) -> bool:
    """A status, a reply code, or the letter that came back."""
    text = _report_text(message)
    return _STATUS.search(text) is not None or _CODE.search(text) is not None or _returns_letter(message)


def _returns_letter(message: InboundMessage) -> bool:
    return any(part.type in LETTERS for part in message.attachments) or marks.RETURNED.search(message.text[:SAMPLE]) is not None


def _is_delay(message: InboundMessage) -> bool:
    """Words of delay, and none of giving up."""
    text = _report_text(message)[:3_000]
    told = marks.DELAYS.search(message.subject[:200]) is not None or marks.DELAYS.search(text) is not None
    return told and marks.GAVE_UP.search(text) is None and re.search(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])", text) is None


@lru_cache(4)
def _above_returned(text: str) -> str:
    match = next((hit for hit in marks.RETURNED.finditer(text) if hit.start() > 30), None)
    return text[: match.start()] if match else text


def _report_text(message: InboundMessage) -> str:
    return _above_returned(message.text[:SAMPLE])


def _named(message: InboundMessage) -> tuple[Bounced, ...]:
    """Failed addresses of a free text: those of X-Failed-Recipients, else the most plainly named above the returned letter."""
    text = _report_text(message)
    given = " ".join(message.headers.get("x-failed-recipients", ()))
    if given:
        found = [(text.lower().find(hit[0].lower()), hit[0]) for hit in _ADDRESS.finditer(given)]
        return _bounced(found, text)
    own = {address.address for address in (*message.to, *message.cc)} | ({message.sender.address} if message.sender else set())
    tiers: dict[int, list[tuple[int, str]]] = {}
    for tier, at, address in _candidates(text):
        local = address.partition("@")[0]
        if address.lower() not in own and not marks.DAEMONS.match(local) and not marks.POSTMASTERS.match(local):
            tiers.setdefault(tier, []).append((at, address))
    return _bounced(tiers[min(tiers)], text) if tiers else _returned_to(message)


def _candidates(text: str) -> Iterator[tuple[int, int, str]]:
    """Addresses with their places, by how plainly they are named as failed: 0 alone on a line, 1 beside words of failing, 2 elsewhere."""
    at = 0
    for line in text.split("\n"):
        if "@" in line:
            near, aside = marks.NAMING.search(line[:MAX_LINE]) is not None, marks.ASIDE.search(line[:MAX_LINE]) is not None
            for hit in _ADDRESS.finditer(line[:MAX_LINE]):
                leads = _LEADING.match(line[max(0, hit.start() - 20) : hit.start()]) is not None and hit.start() <= 20
                yield (0 if leads and not aside else 1 if near and not aside else 2 if near or not aside else 3), at + hit.start(), hit[0]
        at += len(line) + 1


def _bounced(found: list[tuple[int, str]], text: str) -> tuple[Bounced, ...]:
    failed: dict[str, Bounced] = {}
    for at, given in found[: 4 * MAX_FAILED]:
        address = given.lower().strip(".'`")
        if len(failed) < MAX_FAILED and address not in failed:
            failed[address] = Bounced(address, _status_near(text, max(at, 0)))
    return tuple(failed.values())


def _returned_to(message: InboundMessage) -> tuple[Bounced, ...]:
    """A report that names nobody, but returns the letter with its only recipient, or another report that names them."""
    above = _report_text(message)
    for content in (*(part.content for part in message.attachments if part.type in LETTERS), message.text[len(above) : SAMPLE].encode()):
        inner = [hit.decode("ascii", "replace").lower() for hit in _INNER.findall(content[:SAMPLE])]
        told = inner or _recipients(content)
        if inner or len(told) == 1:
            return tuple(Bounced(address, _status_near(above, 0)) for address in dict.fromkeys(told[:MAX_FAILED]))
    return ()


def _recipients(content: bytes) -> list[str]:
    """The addresses a returned letter was written to; the line that announces it may stand above its header."""
    start = max(0, content.lower().find(b"\nto:") + 1)
    fields = headers.fields(content, 0, len(content))[0] or headers.fields(content, start, len(content))[0]
    told = [headers.unfolded(value) for name, value in fields if name == "to"]
    return [address.lower() for value in told for address in _ADDRESS.findall(value)]


def _status_near(text: str, at: int) -> str | None:
    """The status written near an address, or what its cause in words means."""
    below, around = text[text.rfind("\n", 0, at) + 1 : at + _NEAR], text[max(0, at - _NEAR // 4) : at + _NEAR]
    match = _STATUS.search(below) or _STATUS.search(text)
    return match[1] if match else next((status for cause, status in marks.CAUSES if cause.search(around)), None)


# The letter that came back


def _returned(message: InboundMessage) -> tuple[str, ...]:
    """Message-IDs of the letter that came back, from its part or from the text."""
    found = [own for part in message.attachments if part.type in LETTERS for own in _own_id(part.content)]
    if not found:
        at = message.text[:SAMPLE].lower().find("message-id:")
        found += _own_id(message.text[at : at + 1_200].encode("utf-8", "replace")) if at >= 0 else []
    return tuple(dict.fromkeys(found))


def _own_id(content: bytes) -> list[str]:
    for name, value in headers.fields(content, 0, len(content))[0]:
        if name == "message-id" and (own := headers.message_id(headers.unfolded(value))) is not None:
            return [own]
    return []
