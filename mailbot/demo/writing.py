"""Letters as people's mail programs write them: each program's quotes, header fields and charset.

Takes a person and words, gives bytes. A reply quotes the letter it answers, as programs do. QQ Mail sends neither
In-Reply-To nor References; an old program writes GB18030; Outlook here writes HTML only.
"""

import re
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from mailbot.demo.cast import COMPANY, COMPLAINTS, Person
from mailbot.demo.script import Opening

ANSWERED = re.compile(r"(?:re|fw|回复|答复|回覆|转发)\s*[:：]", re.IGNORECASE)
PROGRAMS = {"plain": "Thunderbird", "qq": "QQMail 2.x", "gb18030": "Foxmail 6", "outlook": "Microsoft Outlook 16.0", "bulk": "MassMailer 9"}
WEEKDAYS = "一二三四五六日"


def letter(words: Opening, now: datetime, picture: tuple[str, bytes] | None = None) -> bytes:
    """A new letter to the complaints address, with a picture (name, PNG) attached."""
    author = words.author
    charset = "gb18030" if author.client == "gb18030" else "utf-8"
    part: MIMEBase = MIMEText(words.html, "html", charset) if words.html else MIMEText(words.text.lstrip(), "plain", charset)
    if picture:
        part = _with_picture(part, *picture)
    if author.client == "bulk":
        part["List-Unsubscribe"] = f"<mailto:leave@{_domain(author)}>"
        part["Precedence"] = "bulk"
    return _finished(part, author, words.subject, now, charset)


def reply(author: Person, text: str, to: EmailMessage, now: datetime) -> bytes:
    """An answer to a letter from us, with that letter quoted below."""
    subject = str(to["Subject"])
    if author.client == "qq":
        return _finished(MIMEText(f"{text}\n\n{_qq_quote(to)}", "plain", "utf-8"), author, f"回复：{subject}", now)
    part = MIMEText(f"{text}\n\n{_quote(author, to)}", "plain", "utf-8")
    part["In-Reply-To"] = str(to["Message-ID"])
    part["References"] = f"{to['References'] or ''} {to['Message-ID']}".strip()
    return _finished(part, author, subject if ANSWERED.match(subject) else f"Re: {subject}", now)


def absence(author: Person, to: EmailMessage, now: datetime) -> bytes:
    """What a mail server answers for somebody who is away (RFC 3834)."""
    text = f"Thank you for your message. I am out of the office until Monday without access to e-mail.\n\n{author.name}\n"
    part = MIMEText(text, "plain", "utf-8")
    part["In-Reply-To"] = str(to["Message-ID"])
    part["References"] = str(to["Message-ID"])
    part["Auto-Submitted"] = "auto-replied"
    return _finished(part, author, f"Automatic reply: {to['Subject']}", now)


def clicked(author: Person, link: str, now: datetime) -> bytes:
    """The letter a mail program opens for a mailto link (RFC 6068), sent as it is."""
    fields = parse_qs(urlsplit(link).query)
    assert unquote(urlsplit(link).path) == COMPLAINTS
    return _finished(MIMEText(fields["body"][0].replace("\r\n", "\n"), "plain", "utf-8"), author, fields["subject"][0], now)


def plain_text(message: EmailMessage) -> str:
    """What a program shows of a letter as text."""
    body = message.get_body(("plain",))
    return str(body.get_content()).replace("\r\n", "\n").rstrip() if body else ""


def web_text(message: EmailMessage) -> str:
    """A letter's HTML, or nothing."""
    body = message.get_body(("html",))
    return str(body.get_content()) if body else ""


def _with_picture(part: MIMEBase, name: str, data: bytes) -> MIMEBase:
    whole = MIMEMultipart("mixed")
    whole.attach(part)
    attached = MIMEImage(data, "png")
    attached.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    whole.attach(attached)
    return whole


def _finished(part: MIMEBase, author: Person, subject: str, now: datetime, charset: str = "utf-8") -> bytes:
    part["From"] = formataddr((author.name, author.address), charset)
    part["To"] = formataddr((COMPANY, COMPLAINTS))
    part["Subject"] = Header(subject, charset, maxlinelen=72)  # type: ignore[assignment]  # compat32 takes a Header
    part["Date"] = format_datetime(now)
    part["Message-ID"] = make_msgid(domain=_domain(author))
    part["X-Mailer"] = PROGRAMS[author.client]
    return part.as_bytes(policy=part.policy.clone(linesep="\r\n"))


def _quote(author: Person, to: EmailMessage) -> str:
    sent: datetime = to["Date"].datetime
    heads = {
        "en": f"On {sent:%d %b %Y at %H:%M}, {COMPANY} <{COMPLAINTS}> wrote:",
        "zh": f"在 {sent:%Y-%m-%d %H:%M}，“{COMPANY}” <{COMPLAINTS}> 写道：",
        "zh-TW": f"{COMPANY} <{COMPLAINTS}> 於 {sent:%Y-%m-%d %H:%M} 寫道：",
    }
    quoted = "\n".join(f"> {line}".rstrip() for line in plain_text(to).split("\n"))
    return f"{heads[author.language]}\n\n{quoted}\n"


def _qq_quote(to: EmailMessage) -> str:
    sent: datetime = to["Date"].datetime
    rows = (
        "------------------ 原始邮件 ------------------",
        f'发件人: "{COMPANY}" <{COMPLAINTS}>;',
        f"发送时间: {sent:%Y年%m月%d日}(星期{WEEKDAYS[sent.weekday()]}) {sent:%H:%M}",
        f"收件人: {to['To']};",
        f"主题: {to['Subject']}",
        "",
        plain_text(to),
    )
    return "\n".join(rows) + "\n"


def _domain(author: Person) -> str:
    return author.address.partition("@")[2]
