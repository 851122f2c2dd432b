"""What kind of mail a letter is: person, auto-reply, bounce, bulk or loop.

Takes a message and what is ours, gives a `Screening` with the sign that told. Knows nothing of tickets. Pure;
never raises. The rules are one table, read from the top: the first that holds decides (RFC 3834 §2, RFC 3464, and
the fields mail programs really send). Only persons are answered, and of them not those who ask not to be.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct

from mailbot.intake import automarks as marks
from mailbot.intake import awaymarks, bounces
from mailbot.intake.message import InboundMessage, Kind, Screening

INSTANCE_FIELD = "x-mailbot-instance"
OWN_MARK, HOPS = "X-Mailbot-Instance is ours", "too many Received lines"
MAX_HOPS = 50  # no letter on a straight way passes so many servers; RFC 5321 §6.3 wants loops detected by them


class Own(Struct, frozen=True):
    """What tells our own letters: our addresses (lower case) and the value of our X-Mailbot-Instance field.

    A letter with more than `hops` Received lines goes round in circles."""

    addresses: frozenset[str]
    instance: str
    hops: int = MAX_HOPS


Predicate = Callable[[InboundMessage, Own], bool]


class Rule(NamedTuple):
    """A sign, the test for it, and the kind of mail it means."""

    sign: str
    holds: Predicate
    kind: Kind


NO_REPLY = re.compile(r"(?:no|do[-_.]?not|dont|never)[-_.]?reply|donotreply|noreply|-request\Z|^(?:owner-|list-)|-(?:owner|bounces?)\Z")


AUTO_MAILER = re.compile(r"auto[-_ ]?(?:respond|repl|answer)|vacation", re.IGNORECASE)
FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|转发|轉寄|転送)\s?[:：]", re.IGNORECASE)
ANSWER = re.compile(r"(?:\A|\W)(?:re|aw|sv|回复|回覆|答复)\s?[:：]|#\s?\d{4}", re.IGNORECASE)
LINKS_OF_A_CAMPAIGN = 3
# Characters of a title that says no more than that someone is away.
LONGEST_NOTE = 40
NEWSLETTER = re.compile(r"(?:e?-?news|newsletters?|e?marketing|promo(?:tions?)?|edm|mailings?|campaigns?|offers?)(?:[._+-]|\d|\Z)")


def screen(message: InboundMessage, own: Own) -> Screening:
    """The kind of a letter, the sign that told, and what a bounce returned."""
    rule = next((rule for rule in RULES if rule.holds(message, own)), None)
    if rule is None:
        asked = _asks_for_silence(message)
        return Screening("person", asked or "no sign of automatic mail", answerable=asked is None)
    report = bounces.read(message) if rule.kind == "bounce" else None
    if report is None:
        return Screening(rule.kind, rule.sign, answerable=False)
    return Screening(rule.kind, rule.sign, answerable=False, bounced=report.failed, bounced_ids=report.returned)


def _values(message: InboundMessage, name: str) -> list[str]:
    """Field values in lower case, without comments and parameters."""
    return [re.split(r"[;(]", value, maxsplit=1)[0].strip().lower() for value in message.headers.get(name, ())]


def _from_us(message: InboundMessage, own: Own) -> bool:
    return message.sender is not None and message.sender.address in own.addresses


def _has_instance(message: InboundMessage, own: Own) -> bool:
    return bool(own.instance) and own.instance in (value.strip() for value in message.headers.get(INSTANCE_FIELD, ()))


def _goes_round(message: InboundMessage, own: Own) -> bool:
    return len(message.headers.get("received", ())) > own.hops


def _is_report(kind: str) -> Predicate:
    """Content-Type multipart/report with that report-type (RFC 6522)."""
    sign = f"report-type={kind}"
    return lambda message, _own: any(sign in re.sub(r"[\s\"]", "", value.lower()) for value in message.headers.get("content-type", ()))


def _has_part(*types: str) -> Predicate:
    return lambda message, _own: any(part.type in types for part in message.attachments)


def _any_of(name: str, *values: str) -> Predicate:
    """One of these values in a field; without values, the field's presence."""
    return lambda message, _own: name in message.headers and (not values or any(value in values for value in _values(message, name)))


def _has_any(names: tuple[str, ...]) -> Predicate:
    """One of these fields, unless it says no."""
    return lambda message, _own: any(name in message.headers and _values(message, name) != ["no"] for name in names)


def _reports_delivery(message: InboundMessage, own: Own) -> bool:
    """A report, unless only its words say so and its title is an answering machine's, or it came through a list from no machine."""
    if not bounces.is_formal(message) and (
        _auto_subject(message, own) or (_has_any(marks.LIST_FIELDS)(message, own) and not bounces.is_machine(message))
    ):
        return False
    return bounces.read(message) is not None


def _auto_submitted(message: InboundMessage, _own: Own) -> bool:
    return any(value not in ("no", "") for value in _values(message, "auto-submitted"))


def _from_daemon(message: InboundMessage, _own: Own) -> bool:
    return message.sender is not None and message.sender.address.partition("@")[0] in ("mailer-daemon", "mail-daemon", "mailerdaemon")


def _auto_subject(message: InboundMessage, _own: Own) -> bool:
    """Such a title; where it stands alone, or only a dash or "Auto:" makes it one, no complaint may follow."""
    subject, text = message.subject[:300], message.fresh[:2_000]
    title = marks.AUTO_SUBJECT.match(subject)
    if title is None:
        ends = marks.AUTO_ENDS.search(subject) if len(subject) <= LONGEST_NOTE else None
        weak = ends is not None and awaymarks.AWAY_SUBJECT.search(subject[: ends.start()]) is not None
        return weak and not (awaymarks.DEMAND.search(text) or _speaks_of_machines(text))
    demands, tells = awaymarks.DEMAND.search(text) is not None, _speaks_of_machines(text)
    weak = title.end() == len(message.subject) or title[0].rstrip()[-1] in "-–—" or title[0].strip().lower().rstrip(" :：") == "auto"
    return not (demands or tells) if weak else not (demands and tells)


def _speaks_of_machines(text: str) -> bool:
    """Who tells of automatic answers, and does not name himself one, sends none."""
    return marks.AUTO_WORDS.search(text) is not None and not (marks.MACHINE_TEXT.search(text) or marks.MACHINE_BEGINS.match(text))


def _says_away(message: InboundMessage, _own: Own) -> bool:
    """Someone absent says so and what will become of the letter; a complaint may speak of an absence too."""
    subject, text = message.subject[:300], message.fresh[:2_000]
    if awaymarks.AWAY_SUBJECT.search(subject) is None or awaymarks.DEMAND.search(text):
        return False
    if awaymarks.AWAY_ALONE.search(text) and not awaymarks.GOODS.search(text) and not re.search(r"[?？]", text):
        return True
    if awaymarks.GOODS.search(text) and not awaymarks.REFERRED.search(text):
        return False
    promised = awaymarks.AWAY_PROMISE.search(text) is not None
    return promised and (awaymarks.AWAY_TEXT.search(text) is not None or marks.AWAY_NAMED.match(subject) is not None)


def _names_itself_machine(message: InboundMessage, _own: Own) -> bool:
    """A machine says that it is one: at once, or below a receipt. None forwards a letter."""
    subject, text = message.subject[:300], message.fresh[:2_000]
    if FORWARD.match(subject):
        return False
    if marks.MACHINE_BEGINS.match(text):
        return True
    if _opens_as_machine(text):
        return True
    machine = marks.MACHINE_TEXT.search(text)
    if machine is None or awaymarks.AWAY_SUBJECT.search(subject):
        return machine is not None
    received = marks.THANKS_SUBJECT.search(subject) or marks.THANKS_SUBJECT.search(text)
    return received is not None and marks.PERSONAL.search(text[: machine.start()]) is None


def _opens_as_machine(text: str) -> bool:
    """The title of an automatic answer and a colon as the first words, and none of what only persons write."""
    title = marks.AUTO_SUBJECT.match(text)
    if title is None or title[0].rstrip()[-1] not in ":：" or "?" in text or "？" in text:
        return False
    return awaymarks.DEMAND.search(text) is None and marks.AUTO_WORDS.search(text, title.end()) is None


def _mailed_by_machine(message: InboundMessage, _own: Own) -> bool:
    return any(AUTO_MAILER.search(value[:300]) for value in message.headers.get("x-mailer", ()))


def _challenges(message: InboundMessage, _own: Own) -> bool:
    """A filter asks whoever wrote to prove to be human."""
    text = message.fresh[:2_000]
    return marks.MAY_CHALLENGE.search(text) is not None and marks.CHALLENGE_TEXT.search(bounces.unwrapped(text)) is not None


def _is_campaign(message: InboundMessage, _own: Own) -> bool:
    """One of many: it can be unsubscribed from by its header, and says so among links, or comes from a newsletter's address.

    A customer whose own system adds such a header and footer to each letter writes few links, or answers one of ours."""
    if "list-unsubscribe" not in message.headers or message.in_reply_to:
        return False
    local = message.sender.address.partition("@")[0] if message.sender else ""
    linked = message.text[:20_000].count("://") >= LINKS_OF_A_CAMPAIGN
    return NEWSLETTER.match(local) is not None or (linked and marks.UNSUBSCRIBE_TEXT.search(message.text[-2_000:]) is not None)


def _is_receipt(message: InboundMessage, _own: Own) -> bool:
    return marks.RECEIPT_SUBJECT.match(message.subject[:300]) is not None and marks.RECEIPT_TEXT.search(message.text[:2_000]) is not None


def _answers_invitation(message: InboundMessage, _own: Own) -> bool:
    """A calendar part whose method is REPLY (RFC 5546 §3.2.3), titled by the program that sent it or without a word."""
    if message.fresh.strip() and marks.MEETING_SUBJECT.match(message.subject[:300]) is None:
        return False
    calendars = (part for part in message.attachments if part.type in ("text/calendar", "application/ics"))
    return any(re.search(rb"METHOD:(?:REPLY|COUNTER)", part.content[:2_000].upper()) for part in calendars)


def _vacation_precedence(message: InboundMessage, _own: Own) -> bool:
    """What vacation(1) and ticket systems send: a low precedence, no list, and words of absence, or of receipt in an answer."""
    if "list-unsubscribe" in message.headers or not any(value in ("bulk", "junk") for value in _values(message, "precedence")):
        return False
    subject = message.subject[:300]
    worded = awaymarks.AWAY_SUBJECT.search(subject) or marks.THANKS_SUBJECT.search(subject)
    if not worded and (message.in_reply_to or ANSWER.search(subject)):
        worded = marks.THANKS_SUBJECT.search(message.fresh[:500])
    return (worded or awaymarks.AWAY_TEXT.search(message.fresh[:500])) is not None


def _complains_of_spam(message: InboundMessage, _own: Own) -> bool:
    """The feedback loops that came before RFC 5965: the letter complained of is attached."""
    title = marks.COMPLAINT_SUBJECT.search(message.subject[:300])
    return title is not None and (title[0].startswith("[") or any(part.type == "message/rfc822" for part in message.attachments))


def _reports_domain(message: InboundMessage, _own: Own) -> bool:
    """DMARC and TLS aggregate reports have their subject prescribed (RFC 7489 §7.2.1.1, RFC 8460 §3.1)."""
    return marks.DOMAIN_REPORT_SUBJECT.match(message.subject[:300]) is not None


def _suppressed(message: InboundMessage) -> bool:
    words = {word.strip() for value in message.headers.get("x-auto-response-suppress", ()) for word in value.lower().split(",")}
    return bool(words & {"all", "autoreply", "oof"})


def _null_sender(message: InboundMessage, _own: Own) -> bool:
    return message.headers.get("return-path", ("-",))[0].strip() == "<>"


RULES = (
    Rule(OWN_MARK, _has_instance, "loop"),
    Rule(HOPS, _goes_round, "loop"),
    Rule("multipart/report of abuse", _is_report("feedback-report"), "bulk"),
    Rule("message/feedback-report", _has_part("message/feedback-report"), "bulk"),
    Rule("complaint about spam", _complains_of_spam, "bulk"),
    Rule("report about our domain", _reports_domain, "bulk"),
    # A list's own machine may report, and a list may pass a report on: it stays a report.
    Rule("delivery report", _reports_delivery, "bounce"),
    Rule("mailing list", _has_any(marks.LIST_FIELDS), "bulk"),
    Rule("sender is our own address", _from_us, "loop"),
    Rule("read receipt", _is_report("disposition-notification"), "auto-reply"),
    Rule("message/disposition-notification", _has_part("message/disposition-notification"), "auto-reply"),
    Rule("report of delivery", _is_report("delivery-status"), "auto-reply"),
    Rule("receipt", _is_receipt, "auto-reply"),
    Rule("answer to an invitation", _answers_invitation, "auto-reply"),
    Rule("Precedence: auto_reply", _any_of("precedence", "auto_reply", "auto-reply"), "auto-reply"),
    Rule("X-Precedence: auto_reply", _any_of("x-precedence", "auto_reply", "auto-reply"), "auto-reply"),
    Rule("Auto-Submitted", _auto_submitted, "auto-reply"),
    Rule("autoresponder's field", _has_any(marks.AUTO_FIELDS), "auto-reply"),
    Rule("X-Mailer of an autoresponder", _mailed_by_machine, "auto-reply"),
    Rule("Delivered-To: autoresponder", _any_of("delivered-to", "autoresponder"), "auto-reply"),
    Rule("X-Amazon-Mail-Relay-Type: notification", _any_of("x-amazon-mail-relay-type", "notification"), "auto-reply"),
    Rule("subject of an automatic reply", _auto_subject, "auto-reply"),
    Rule("subject and text of an absence", _says_away, "auto-reply"),
    Rule("subject of a receipt and text of a machine", _names_itself_machine, "auto-reply"),
    Rule("text of a challenge", _challenges, "auto-reply"),
    Rule("low precedence and words of absence", _vacation_precedence, "auto-reply"),
    # Only machines send from the empty path (RFC 3834 §3.3): programs of persons cannot.
    Rule("empty return path", _null_sender, "auto-reply"),
    Rule("Precedence: bulk, list or junk", _any_of("precedence", "bulk", "list", "junk"), "bulk"),
    Rule("X-Precedence: bulk, list or junk", _any_of("x-precedence", "bulk", "list", "junk"), "bulk"),
    Rule("List-Unsubscribe and words of a newsletter", _is_campaign, "bulk"),
    Rule("X-Loop: yes", _any_of("x-loop", "yes"), "loop"),
    Rule("sent by a mail daemon", _from_daemon, "auto-reply"),
)


def _asks_for_silence(message: InboundMessage) -> str | None:
    """Why a person's letter must not get an automatic answer, or None."""
    if "list-unsubscribe" in message.headers:
        return "List-Unsubscribe"
    if _suppressed(message):
        return "X-Auto-Response-Suppress"
    if message.sender is None:
        return "no sender"
    local = message.sender.address.partition("@")[0]
    return "no-reply sender" if NO_REPLY.search(local) or local == "postmaster" else None
