"""Delivery reports: which addresses failed, with what status, and which of our letters came back.

Takes an `InboundMessage`, gives a `Report` or None for a letter that reports no delivery. Reads RFC 3464 reports
and the free texts of qmail, Exim, Postfix, Exchange, QQ, NetEase and their like. A mere delay fails nobody.
Pure; never raises; looks at the first 64 KB of a text.
"""

import re
from typing import NamedTuple

from mailbot.intake import automarks, dsn, headers
from mailbot.intake import bouncemarks as marks
from mailbot.intake.dsn import MAX_FAILED, SAMPLE
from mailbot.intake.message import Bounced, InboundMessage

RETURNED_TYPES = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers")
_SUCCESS = frozenset(("delivered", "relayed", "expanded", "deliverable"))
# How a report that no mail system's address signed may name who failed.
NAMING = (marks.LEADING, marks.LABELLED_LINE, marks.REPLIED, marks.DIALOGUE)


class Report(NamedTuple):
    """What a delivery report says. `delayed` means nothing failed yet."""

    sign: str
    failed: tuple[Bounced, ...]
    returned: tuple[str, ...]
    delayed: bool = False


def read(message: InboundMessage) -> Report | None:
    """The delivery report in a letter, if it is one."""
    formal = is_formal(message)
    if not formal and not _is_free_form(message):
        return None
    said = dsn.read(message)
    if said.actions and said.actions <= _SUCCESS:
        return None
    sign = "message/delivery-status" if said.actions else "free-form delivery report"
    if said.failed:
        return Report(sign, said.failed, _returned(message))
    delayed = "delayed" in said.actions or ("x-failed-recipients" not in message.headers and _is_delay(message))
    return Report(sign, () if delayed else _named(message), _returned(message), delayed)


def is_formal(message: InboundMessage) -> bool:
    """A report by its Content-Type (RFC 6522), or a delivery-status part sent by a machine."""
    value = "".join(message.headers.get("content-type", ())).lower()
    if "report-type=delivery-status" in value.replace('"', ""):
        return True
    if "multipart/report" in value and "report-type" not in value:
        return True
    has_part = any(part.type in dsn.STATUS_TYPES for part in message.attachments)
    return has_part and (is_machine(message) or marks.SUBJECTS.match(message.subject[:300]) is not None)


def _is_free_form(message: InboundMessage) -> bool:
    """A mail system's address with a report's title or words; without one, title, words and a failed address.

    The field Exim and Gmail set is enough. A person who complains of a failed delivery names no address on its own line.
    """
    if "x-failed-recipients" in message.headers:
        return True
    subject, text = message.subject[:300], message.text[:4_000]
    titled = marks.SUBJECTS.match(subject) is not None
    if _is_daemon(message):
        told = marks.TROUBLE.search(subject) or marks.DELAY_SUBJECT.search(subject) or marks.TEXTS.search(unwrapped(text))
        return titled or told is not None or _names_someone(message, marks.ADDRESS)
    if _is_desk(message):
        return _is_report_of_desk(message, titled=titled)
    if is_machine(message):
        # An absent person's machine writes so too, and may speak of deliveries.
        troubled = marks.TROUBLE.search(subject) and not marks.ANSWER.match(subject)
        naming = NAMING if troubled else (marks.LEADING,)
        return titled or ("auto-submitted" not in message.headers and _says_who_failed(message, *naming))
    return titled and _says_who_failed(message)


def _is_report_of_desk(message: InboundMessage, *, titled: bool) -> bool:
    """What a postmaster's address sends: a report by its empty path, its code or its words, unless a person asks or greets."""
    subject, text = message.subject[:300], message.text[:4_000]
    troubled = marks.TROUBLE.search(subject) is not None
    if is_machine(message) and (titled or troubled or marks.TEXTS.search(unwrapped(text)) or _is_coded(message, marks.ADDRESS)):
        return True
    if titled and (_speaks_of_mail(message, text) or _says_who_failed(message)):
        return True
    if marks.LETTER.search(message.fresh[:4_000]):
        return False
    naming = (marks.ADDRESS,) if troubled and marks.MAIL_WORDS.search(text) else NAMING
    return _is_coded(message) or _says_who_failed(message, *naming)


def _speaks_of_mail(message: InboundMessage, text: str) -> bool:
    """Whether a postmaster's letter about something undelivered is a report, not about goods."""
    if marks.RETURNED.search(text) or (marks.TEXTS.search(text) and marks.MAIL_WORDS.search(text)):
        return True
    coded = marks.STATUS.search(text) or marks.REPLY_CODE.search(text)
    return coded is not None and _names_someone(message)


def _is_coded(message: InboundMessage, *patterns: re.Pattern[str]) -> bool:
    """An address where reports have it, and a code of failure: enough in any language."""
    return marks.FAILURE_CODE.search(_report_text(message)[:4_000]) is not None and _names_someone(message, *patterns)


def _says_who_failed(message: InboundMessage, *patterns: re.Pattern[str]) -> bool:
    """Whether a report that no mail system's address signed says in words of its own, and first, who failed."""
    said = marks.TEXTS.search(unwrapped(message.fresh[:4_000]))
    if said is None or re.search(r"[?？]", before := message.fresh[: said.start()]) or automarks.PERSONAL.search(before):
        return False
    return _names_someone(message, *patterns)


def _names_someone(message: InboundMessage, *patterns: re.Pattern[str]) -> bool:
    """Whether an address that is not the report's own stands where reports have it."""
    text = marks.CONTACT.sub("", _report_text(message)[:4_000])
    return any(_found(pattern, text, _own(message)) for pattern in patterns or NAMING)


def _own(message: InboundMessage) -> frozenset[str]:
    """The addresses of the report itself: it speaks of others."""
    return frozenset(address.address for address in (*message.to, *message.cc, *([message.sender] if message.sender else [])))


def is_machine(message: InboundMessage) -> bool:
    """Sent by a mail system: its address, an empty return path, or its name in the path."""
    path = message.headers.get("return-path", ("-",))[0].strip().strip("<>").lower()
    return not path or _name(path) in marks.DAEMONS or message.sender is None or _is_daemon(message)


def _is_daemon(message: InboundMessage) -> bool:
    if message.sender is None:
        return False
    local = _name(message.sender.address)
    return local in marks.DAEMONS or local.startswith(marks.EXCHANGE) or marks.DAEMON_NAMES.match(message.sender.name) is not None


def _is_desk(message: InboundMessage) -> bool:
    """A postmaster's or administrator's address: a machine's, or a person's at work."""
    return message.sender is not None and _name(message.sender.address) in marks.POSTMASTERS


def _name(address: str) -> str:
    """A local part without its punctuation and digits, up to a plus sign."""
    return re.sub(r"[^a-z]", "", address[:320].partition("@")[0].partition("+")[0])


def unwrapped(text: str) -> str:
    """The text with a blank for every line break within a sentence; as long as it was."""
    return re.sub(r"(?<=[a-zà-ÿ,])\n(?=[a-zà-ÿ])", " ", text)


def _is_delay(message: InboundMessage) -> bool:
    text = _report_text(message)[:3_000]
    if marks.FINAL.search(text):
        return False
    late = marks.DELAY_SUBJECT.search(message.subject[:200])
    titled = late is not None and not marks.FAILED_SUBJECT.search(message.subject[: late.start()])
    return titled or marks.DELAYS.search(text) is not None


def _report_text(message: InboundMessage) -> str:
    text = message.text[:SAMPLE]
    match = marks.RETURNED.search(text, 20)
    return text[: match.start()] if match else text


def _named(message: InboundMessage) -> tuple[Bounced, ...]:
    """Failed addresses of a free text: X-Failed-Recipients, else those the report speaks of, else the returned letter's."""
    text = _report_text(message)
    given = " ".join(message.headers.get("x-failed-recipients", ()))
    found = _usable(marks.ADDRESS.findall(given), frozenset()) or _spoken_of(message, text) or _written_to(message)
    alone = text[:4_000] if len(found) == 1 else ""
    return tuple(Bounced(address, dsn.status(_near(text, address, found)) or dsn.status(alone)) for address in found)


def _spoken_of(message: InboundMessage, report: str) -> list[str]:
    """What stands after the words of failure comes first, and of that what begins a line."""
    own = _own(message)
    text = marks.LUCKY.sub("", marks.SPARED.sub("\n", report))
    trigger = marks.TRIGGERS.search(text)
    regions = [text[trigger.start() :], text] if trigger else [text]
    plain = "\n".join(line for line in text.split("\n") if not marks.NOT_FAILED.match(line[:40]))
    attempts = [(pattern, region) for region in regions for pattern in (marks.LEADING, marks.REPLIED, marks.LABELLED)]
    attempts += [(marks.ADDRESS, message.subject[:500]), (marks.ADDRESS, plain)]
    origins = {made.lower(): written.lower() for made, written in marks.ORIGIN.findall(text)}
    for pattern, region in attempts:
        if found := _found(pattern, region, own):
            return list(dict.fromkeys(origins.get(address, address) for address in found))
    return _local_names(message, regions[0]) or _found(marks.LEADING, regions[0], frozenset())


def _local_names(message: InboundMessage, region: str) -> list[str]:
    """Users a system names without their domain: it is the returned letter's, or the system's own."""
    name = next((name.lower() for name in marks.LOCAL.findall(region[:2_000])), None)
    if name is None:
        return []
    if (written := _written_to(message)) and written[0].startswith(f"{name}@"):
        return written
    domain = message.sender.address.rpartition("@")[2] if message.sender and _is_daemon(message) else ""
    return [f"{name}@{domain}"] if domain else []


def _found(pattern: re.Pattern[str], text: str, own: frozenset[str]) -> list[str]:
    """The addresses in what a pattern finds."""
    return _usable([address for found in pattern.findall(text) for address in marks.ADDRESS.findall(found)], own)


def _usable(addresses: list[str], own: frozenset[str]) -> list[str]:
    """Addresses without doubles, masks, machines and `own`."""
    found: dict[str, None] = {}
    for written in addresses:
        address = marks.GLUED.sub("", written.lower()).strip(".'")
        name = _name(address)
        if (
            re.match(r"\W*@", address) is None
            and address not in own
            and "..." not in address
            and name not in marks.DAEMONS | marks.POSTMASTERS
        ):
            found[address] = None
    return list(found)[:MAX_FAILED]


def _near(text: str, address: str, others: list[str]) -> str:
    """What the report says in the line of an address and after it, up to the next one."""
    low = text.lower()
    at = low.find(address)
    if at < 0:
        return text[:2_000]
    line = max(low.rfind("\n", max(at - 300, 0), at), at - 300, 0)
    ends = (low.find(other, at + len(address), at + 1_500) for other in others[:20] if other != address)
    return text[line : min((end for end in ends if end >= 0), default=at + 1_500)]


def _written_to(message: InboundMessage) -> list[str]:
    """The one addressee of the returned letter; a list's letter had more than its field To says."""
    below = message.text[len(_report_text(message)) : SAMPLE].partition("\n")[2].encode("utf-8", "replace")
    content = next((part.content for part in message.attachments if part.type in RETURNED_TYPES), below)
    found = dict(reversed(headers.fields(content, 0, len(content))[0]))
    to = marks.ADDRESS.findall(headers.unfolded(found.get("to", b"")))
    return _usable(to, frozenset()) if len(to) == 1 and not {"cc", "list-id", "precedence"} & found.keys() else []


def _returned(message: InboundMessage) -> tuple[str, ...]:
    """Message-IDs of the letter that came back: from its part, from the text, or from what the report answers."""
    found = [own for part in message.attachments if part.type in RETURNED_TYPES for own in _own_id(part.content)]
    places = (*(part.content[:SAMPLE] for part in message.attachments), message.text[:SAMPLE].encode("utf-8", "replace"))
    for content in () if found else places:
        found += [match[1].decode("ascii", "ignore") for match in marks.RETURNED_ID.finditer(content, 0)][:1]
    return tuple(dict.fromkeys(found)) or message.in_reply_to[:1]


def _own_id(content: bytes) -> list[str]:
    """The id of a returned letter; of a report that was wrapped, the id of the letter within."""
    at = max(content[:SAMPLE].lower().rfind(b"\nfinal-recipient:"), 0)
    if at:
        return [match[1].decode("ascii", "ignore") for match in marks.RETURNED_ID.finditer(content[at:SAMPLE])][:1]
    for name, value in headers.fields(content, 0, len(content))[0]:
        if name == "message-id" and (own := headers.message_id(headers.unfolded(value))) is not None:
            return [own]
    return []
