"""Reports of delivery as RFC 3464 writes them: who failed, with what status.

Takes an `InboundMessage`, gives what its report fields say, also where they are not in their own part, run together or
lack their types. The status of a free text is read here too. Pure; never raises; looks at the first 64 KB of a part.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mailbot.intake import bouncemarks as marks
from mailbot.intake import charset
from mailbot.intake.message import Attachment, Bounced, InboundMessage

SAMPLE = 65_536
MAX_FAILED = 200
STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RECIPIENT = re.compile(r"\s*(?:[\w-]{1,20}\s*;)?\s*<?([^<>\s;,()]{1,320})>?")
_BRACKETED = re.compile(r"[^<]{0,200}<([^<>\s;,()]{1,320})>")
_FAILURE = ("fail", "error", "expired", "undeliver", "bounce")
# Fields a recipient has once: where one comes again, the next recipient begins, though no blank line says so.
_ONCE = ("original-recipient", "final-recipient", "action")


class Said(NamedTuple):
    """The fields of an RFC 3464 report, read: who failed, and every action named."""

    failed: tuple[Bounced, ...]
    actions: frozenset[str]


def read(message: InboundMessage) -> Said:
    """Groups of fields, one for the report, one for each recipient; also where they are not in their own part."""
    parts = [part for part in message.attachments if part.type in STATUS_TYPES]
    text = "\n\n".join(_decoded(part) for part in parts) or _stray_fields(message)
    said = _said(text)
    # Some relays double every line end: then blank lines part nothing.
    return _said(re.sub(r"\n\s*\n", "\n", text)) if said.actions and not said.failed else said


def _said(text: str) -> Said:
    failed: dict[str, Bounced] = {}
    actions: set[str] = set()
    action = ""
    for fields in islice(_groups(text), MAX_FAILED + 1):
        # A group without an action takes the one before it: some name it once, for all.
        action = fields.get("action", action).lower().strip(" ;(").partition(" ")[0].strip(";,(")
        if action:
            actions.add(action)
        address = _recipient(fields)
        if address and _has_failed(action, fields):
            failed.setdefault(address, _bounced(address, fields))
    return Said(tuple(failed.values()), frozenset(actions))


def _decoded(part: Attachment) -> str:
    return charset.decode(part.content[:SAMPLE], None).replace("\r\n", "\n")


def _stray_fields(message: InboundMessage) -> str:
    """Report fields within the text, or within a report that was itself wrapped."""
    if "\nfinal-recipient:" in message.text[:SAMPLE].lower():
        return message.text[:SAMPLE]
    wrapped = (part for part in message.attachments if b"\nfinal-recipient:" in part.content[:SAMPLE].lower())
    return next((_decoded(part) for part in wrapped), "")


def _groups(text: str) -> Iterator[dict[str, str]]:
    """The fields of the report and of each recipient, by name."""
    for group in re.split(r"\n[ \t]*\n", text):
        found: dict[str, str] = {}
        name = ""
        for line in group.split("\n"):
            if line[:1] in (" ", "\t") and name:
                found[name] += line
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                if name in _ONCE and name in found:
                    yield found
                    found = {}
                found.setdefault(name, value.strip())
        yield found


def _recipient(fields: dict[str, str]) -> str:
    """The address we wrote to (Original-Recipient, RFC 3464 §2.3.1), else the one the mail ended at."""
    for name in ("original-recipient", "final-recipient"):
        value = fields.get(name, "").replace('"', "")
        match = _BRACKETED.match(value) or _RECIPIENT.match(value)
        if match and "@" in match[1].strip("@") and "..." not in match[1] and not match[1].startswith("/"):
            # Some leave the signs that RFC 3461 §4 hides as they were hidden.
            return match[1].replace("+2B", "+").replace("+3D", "=").lower().strip(".'")
    return ""


def _has_failed(action: str, fields: dict[str, str]) -> bool:
    if action.startswith(_FAILURE):
        return True
    return not action and fields.get("status", "").startswith("5")


def _bounced(address: str, fields: dict[str, str]) -> Bounced:
    said = " ".join(fields.get("diagnostic-code", "").rpartition(";")[2].split())
    given = marks.STATUS.search(fields.get("status", ""))
    # x.0.0 says no more than the class: what their server said may say more (RFC 3463 §3.1).
    if given and not given[1].endswith(".0.0"):
        return Bounced(address, given[1], said[:300])
    return Bounced(address, status(said) or (given[1] if given else None), said[:300])


def status(text: str) -> str | None:
    """The status a text gives, or means: an RFC 3463 code, else its words, else the class of an SMTP reply."""
    given = marks.STATUS.search(text)
    if given and not given[1].endswith(".0.0"):
        return given[1]
    reply = marks.REPLY_CODE.search(text)
    meant = next((status for status, words in marks.MEANINGS if words.search(text)), None)
    if reply is not None and meant is not None:
        return reply[1] + meant[1:]
    return (given[1] if given else None) or meant or (f"{reply[1]}.0.0" if reply else None)
