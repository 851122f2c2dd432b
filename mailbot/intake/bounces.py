"""Delivery reports: which addresses failed, with what status, and which of our letters came back.

Takes an `InboundMessage`, gives a `Report` or None for a letter that reports no delivery. Reads RFC 3464 reports
and the free texts of qmail, Exim, Postfix, Exchange, QQ, NetEase and their like. A mere delay fails nobody.
Pure; never raises; looks at the first 64 KB of a text.
"""

import re
from typing import NamedTuple

from mailbot.intake import charset, headers
from mailbot.intake.message import Attachment, Bounced, InboundMessage
from mailbot.intake.quotemarks import either

SAMPLE = 65_536
MAX_FAILED = 200
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b(5\d\d|4\d\d)[ -]")
_RECIPIENT = re.compile(r"\s*(?:[\w-]{1,20}\s*;)?\s*<?([^<>\s;]{1,320})>?")
DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon", "maildaemon", "mailerdaemon", "mdaemon", "double-bounce", "bounce")
SUBJECTS = re.compile(
    "^(?:re: |回复：)?(?:"
    + either("""
    undeliver(?:able|ed)|mail delivery (?:failed|failure|system)|message undeliverable|mail could not be delivered
    (?:mail )?non[- ]?delivery
    delivery (?:status notification|failure|has failed|notification|unsuccessful|report)|failure notice|delivery delayed
    returned (?:mail|to sender)|undelivered mail|warning: (?:could not send|message)
    returned mail|e?mail (?:could )?not (?:be )?delivered
    (?:系统)?退信|退信通知|邮件(?:投递|发送)失败|邮件无法投递
    无法投递|投递失败|未送达|无法送达|.{0,20}邮件被退回|(?:来自|來自).{0,20}退信|退件
    未傳遞|無法傳遞|無法遞送|傳遞狀態通知|郵件傳遞失敗|郵件無法|配信不能|配送不能|配信エラー|unzustellbar|non remis|no se puede entregar
""")
    + ")",
    re.IGNORECASE,
)
# The words by which mail systems begin their reports.
TEXTS = re.compile(
    either("""
    this is the (?:qmail-send program|mail system|postfix program|mail delivery)|created automatically by mail delivery software
    could not be delivered to (?:one or more|the following)|delivery to the following recipients? (?:has )?(?:been )?failed
    i'm afraid i wasn't able to deliver|message wasn't delivered to|delivery has failed to these recipients
    could not deliver the following message
    (?:抱歉|很抱歉)，您(?:的|发送的)邮件|您的邮件(?:无法|未能|被退回)
    无法(?:投递|发送|送达)到(?:以下|您|收件人|该)|由于以下原因被退回|系统退信|无法将您的邮件|未能送达
""")
    + "|邮件未能送达|您的邮件被退回来了|無法(?:投遞|傳遞|遞送)",
    re.IGNORECASE,
)
DELAYS = re.compile(
    either(r"""
    delay(?:ed)?\b|will (?:be retried|keep trying|continue to try|retry)|not yet been delivered|has not been delivered yet
    still being (?:retried|attempted)|warning message only|do not need to resend|延迟|延遲|稍后重试|系统会继续|尚未送达|将继续尝试
"""),
    re.IGNORECASE,
)
# Where the returned letter begins in a free text: failed addresses stand above it.
RETURNED = re.compile(
    r"^[-\s]{0,40}(?:"
    + either(r"""
    below this line is a copy of the message|this is a copy of (?:the|your) message|original message (?:follows|headers)
    the header of the original message|-{3,60} ?(?:original|returned) message|unsent message (?:below|follows)|message headers? follow
    原邮件|原始邮件|原信件|return-path:|received:
""")
    + ").{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)


class Report(NamedTuple):
    """What a delivery report says. `delayed` means nothing failed yet."""

    sign: str
    failed: tuple[Bounced, ...]
    returned: tuple[str, ...]
    delayed: bool = False


def read(message: InboundMessage) -> Report | None:
    """The delivery report in a letter, if it is one."""
    status = next(
        (part for part in message.attachments if part.type in ("message/delivery-status", "message/global-delivery-status")), None
    )
    if status is not None:
        return _formal(message, status)
    if not _is_free_form(message):
        return None
    failed = _named(message)
    delayed = not message.headers.get("x-failed-recipients") and _is_delay(message)
    return Report("free-form delivery report", () if delayed else failed, _returned(message), delayed)


def _formal(message: InboundMessage, part: Attachment) -> Report | None:
    """RFC 3464: groups of fields, one for the report, one for each recipient."""
    failed: dict[str, Bounced] = {}
    actions: set[str] = set()
    text = charset.decode(part.content[:SAMPLE], None).replace("\r\n", "\n")
    for group in re.split(r"\n[ \t]*\n", text)[: MAX_FAILED + 1]:
        fields = _fields(group)
        action = fields.get("action", "").split()[:1]
        actions.update(word.lower().strip(";") for word in action)
        match = _RECIPIENT.match(fields.get("final-recipient", "") or fields.get("original-recipient", ""))
        code = _STATUS.search(fields.get("status", "") + " " + fields.get("diagnostic-code", ""))
        if match and (action[:1] == ["failed"] or (not action and code and code[1][0] == "5")):
            address = match[1].lower()
            said = " ".join(fields.get("diagnostic-code", "").partition(";")[2].split())
            failed.setdefault(address, Bounced(address, code[1] if code else None, said[:300]))
    if not failed and actions and actions <= {"delivered", "relayed", "expanded"}:
        return None
    return Report("message/delivery-status", tuple(failed.values()), _returned(message), delayed=not failed and "delayed" in actions)


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
    return {key: value.lower() if key == "action" else value for key, value in found.items()}


def _is_free_form(message: InboundMessage) -> bool:
    """Two of three signs: a daemon's address, a report's subject, a report's words; or the field Exim sets."""
    if "x-failed-recipients" in message.headers:
        return True
    daemon = message.sender is None or message.sender.address.partition("@")[0] in DAEMONS
    null = message.headers.get("return-path", ("-",))[0].strip() == "<>"
    subject = SUBJECTS.search(message.subject[:200]) is not None
    signs = (daemon or null) + subject
    return signs == 2 or (signs == 1 and TEXTS.search(message.text[:4_000]) is not None)


def _is_delay(message: InboundMessage) -> bool:
    return DELAYS.search(message.subject[:200]) is not None or DELAYS.search(_report_text(message)[:2_000]) is not None


def _report_text(message: InboundMessage) -> str:
    text = message.text[:SAMPLE]
    match = RETURNED.search(text)
    return text[: match.start()] if match and match.start() > 40 else text


def _named(message: InboundMessage) -> tuple[Bounced, ...]:
    """Failed addresses of a free text: those of X-Failed-Recipients, else those above the returned letter."""
    text = _report_text(message)
    given = " ".join(message.headers.get("x-failed-recipients", ()))
    own = {address.address for address in (*message.to, *message.cc)} | ({message.sender.address} if message.sender else set())
    found: dict[str, Bounced] = {}
    for match in _ADDRESS.finditer(given or text):
        address = match[0].lower().strip(".'")
        if len(found) < MAX_FAILED and address not in own and address.partition("@")[0] not in DAEMONS:
            found.setdefault(address, Bounced(address, _status_near(text, address)))
    return tuple(found.values())


def _status_near(text: str, address: str) -> str | None:
    at = max(text.lower().find(address), 0)
    near = text[at : at + 1_000]
    match = _STATUS.search(near)
    return match[1] if match else None


def _returned(message: InboundMessage) -> tuple[str, ...]:
    """Message-IDs of the letter that came back, from its part or from the text."""
    found: list[str] = []
    for part in message.attachments:
        if part.type in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
            found += _own_id(part.content)
    if not found:
        at = message.text.lower().find("message-id:")
        found += _own_id(message.text[at : at + 1_200].encode("utf-8", "replace")) if at >= 0 else []
    return tuple(dict.fromkeys(found))


def _own_id(content: bytes) -> list[str]:
    for name, value in headers.fields(content, 0, len(content))[0]:
        if name == "message-id" and (own := headers.message_id(headers.unfolded(value))) is not None:
            return [own]
    return []
