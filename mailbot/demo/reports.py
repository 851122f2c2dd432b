"""Delivery reports of the demo's post office (RFC 3464): a letter that was taken and could not be delivered after all."""

from datetime import datetime
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesHeaderParser
from email.utils import format_datetime, make_msgid

STATUS = "5.2.2"
SAID = "552 5.2.2 mailbox full"


def delivery_report(letter: bytes, author: str, recipient: str, now: datetime) -> bytes:
    """The report to `author` that `letter` did not reach `recipient`, whose mailbox is full."""
    domain = recipient.partition("@")[2]
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Mail Delivery System <mailer-daemon@{domain}>"
    report["To"] = author
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(now)
    report["Message-ID"] = make_msgid(domain=domain)
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"Your message could not be delivered to\n\n    <{recipient}>\n\nThe remote server said: {SAID}\n"))
    report.attach(_status(recipient, domain, now))
    report.attach(_returned_header(letter))
    return report.as_bytes(policy=report.policy.clone(linesep="\r\n"))


def _status(recipient: str, domain: str, now: datetime) -> Message:
    about_letter, about_recipient = Message(), Message()
    about_letter["Reporting-MTA"] = f"dns; mx.{domain}"
    about_letter["Arrival-Date"] = format_datetime(now)
    about_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    about_recipient["Action"] = "failed"
    about_recipient["Status"] = STATUS
    about_recipient["Diagnostic-Code"] = f"smtp; {SAID}"
    part = Message()
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([about_letter, about_recipient])
    return part


def _returned_header(letter: bytes) -> Message:
    header = BytesHeaderParser().parsebytes(letter)
    lines = "".join(f"{name}: {header[name]}\n" for name in ("Message-ID", "From", "To", "Subject", "Date") if name in header)
    part = Message()
    part["Content-Type"] = "text/rfc822-headers"
    part.set_payload(lines)
    return part
