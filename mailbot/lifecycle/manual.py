"""Complaints taken by phone, in a shop, on a web form: registered by a letter that begins with lines such as `客户：李娜` (S4.2).

Takes the text a member of staff wrote, gives a `Sheet`, or None where it does not begin with such lines. Pure, never
raises. The lines end at the first blank one, or with the line for the content, below which all belongs to it.
"""

import re
import unicodedata

from msgspec import Struct
from msgspec.structs import replace

from mailbot.intake.message import Address, InboundMessage
from mailbot.lifecycle.letters import Decision, Entry, Owed, Phrase, to_member
from mailbot.lifecycle.order_values import Problem
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.ticket import Ticket
from mailbot.settings import Member

KEYS: dict[str, tuple[str, ...]] = {
    "customer": ("客户", "客戶", "客户名称", "客戶名稱", "姓名", "customer", "name"),
    "address": ("邮箱", "郵箱", "电子邮箱", "電子郵件", "邮件", "e-mail", "email", "mail"),
    "phone": ("电话", "電話", "联系电话", "聯絡電話", "手机", "手機", "phone", "telephone", "mobile"),
    "region": ("地区", "地區", "region"),
    "channel": ("渠道", "管道", "来源", "來源", "channel"),
    "product": ("产品", "產品", "product"),
    "batch": ("批号", "批號", "批次", "batch"),
    "place": ("地点", "地點", "place"),
    "happened": ("发生时间", "發生時間", "时间", "時間", "when", "time"),
    "content": ("内容", "內容", "投诉内容", "投訴內容", "客訴內容", "content", "complaint"),
}
CHANNELS: dict[str, tuple[str, ...]] = {
    "phone": ("电话", "電話", "phone", "telephone", "call"),
    "shop": ("门店", "門市", "店铺", "店鋪", "shop", "store"),
    "web": ("网站", "網站", "网页", "網頁", "网页表单", "web", "web form", "website"),
    "letter": ("信函", "来信", "來信", "letter", "post"),
    "visit": ("来访", "來訪", "上门", "上門", "visit"),
    "mail": ("邮件", "郵件", "电子邮件", "電子郵件", "mail", "e-mail", "email"),
}
BY_KEY = {word: key for key, words in KEYS.items() for word in words}
BY_CHANNEL = {word: key for key, words in CHANNELS.items() for word in (key, *words)}
LINE = re.compile(r"\s{0,8}([^\s:：][^:：\n]{0,14}?)\s{0,8}[:：]\s*(.*)")
SPACED = re.compile(r"\s{0,8}([\u4e00-\u9fff]{2,4})[ \u3000\t]{1,8}(\S.*)")  # the colon left out
ADDRESS = re.compile(r"[^\s<>@,;，；]{1,64}@[^\s<>@,;，；]{1,255}")
LONGEST = 300
WHO = frozenset({"customer", "phone", "address"})


class Sheet(Struct, frozen=True):
    """A registration as written: values by key, the complaint's text, and lines that can't be used."""

    values: dict[str, str]
    text: str
    wrong: tuple[str, ...] = ()

    @property
    def customer(self) -> Address:
        """Whose complaint it is; without an address of theirs, one that is empty."""
        return Address(self.values.get("customer", "")[:LONGEST], self.values.get("address", "").lower())

    @property
    def facts(self) -> dict[str, str]:
        """What the ticket keeps of it."""
        kept = {name: self.values[name] for name in ("phone", "region", "product", "batch", "place", "happened") if name in self.values}
        return kept | {"channel": BY_CHANNEL.get(_fold(self.values.get("channel", "")), "phone")}


def read(text: str) -> Sheet | None:
    """The registration a text begins with; None when it is another letter."""
    lines = text.strip().splitlines()
    first = _pair(lines[0]) if lines else None
    spaced = first is not None and LINE.match(lines[0]) is None
    if first is None or (spaced and (len(lines) == 1 or _pair(lines[1]) is None)):
        return None  # without a colon one line alone may be anything
    values: dict[str, str] = {}
    wrong: list[str] = []
    for place, line in enumerate(lines):
        pair = _pair(line)
        if not line.strip():
            return _sheet(values, "\n".join(lines[place + 1 :]), wrong)
        if pair is None:
            wrong.append(line.strip()[:LONGEST])
        elif pair[0] == "content":
            return _sheet(values, "\n".join([pair[1], *lines[place + 1 :]]), wrong)
        else:
            values.setdefault(pair[0], pair[1][:LONGEST])
    return _sheet(values, "", wrong)


def as_customers(sheet: Sheet, message: InboundMessage, *, forwarded: bool) -> InboundMessage:
    """The member's letter as the customer's: its author, and the words of the complaint alone. A letter that the member
    forwarded stands below what the lines above it say, and its author counts unless the lines name an address."""
    if not forwarded:
        return replace(message, sender=sheet.customer, reply_to=(), text=sheet.text, fresh=sheet.text)
    sender = sheet.customer if sheet.customer.address else message.sender
    text = "\n\n".join(part for part in (sheet.text, message.fresh) if part)
    return replace(message, sender=sender, text=text, fresh=text)


def problems(sheet: Sheet, text: str, people: Directory) -> tuple[Problem, ...]:
    """Why a registration can't be taken as it stands; `text` is the complaint as it would be kept."""
    found = [Problem(line, "bad-registration", None, tuple(words[0] for words in KEYS.values())) for line in sheet.wrong]
    if sheet.customer.address and not people.is_outside(sheet.customer.address):
        found.append(Problem(sheet.customer.address, "own-address"))
    return (*found, *(() if text.strip() else (Problem("", "no-content"),)))


def registered(decision: Decision, sheet: Sheet, member: Member, message: InboundMessage, people: Directory) -> Decision:
    """The new ticket with what the sheet says of it, and a receipt for the member who registered it."""
    ticket = decision.ticket
    ticket = replace(ticket, facts=replace(ticket.facts, **sheet.facts, registered_by=member.key))
    entry = Entry("registered", member.key, {"channel": ticket.facts.channel, "customer": ticket.requester.name})
    done = Phrase("registered.by-mail" if ticket.requester.address else "registered.by-phone", {"number": ticket.number})
    facts = {"done": (done,), "sent_to_customer": bool(ticket.requester.address)}
    receipt = Owed("staff/receipt", to_member(member, people.language), facts, "auto-replied", message.message_id)
    return replace(decision, ticket=ticket, entries=(*decision.entries, entry), letters=(*decision.letters, receipt))


def by_phone(ticket: Ticket, letters: tuple[Owed, ...], people: Directory) -> tuple[tuple[Owed, ...], tuple[Entry, ...]]:
    """Letters owed to a customer without an address: whoever cares for the case is asked to say it on the phone.

    The confirmation of receipt needs no call: the customer was just spoken to."""
    if ticket.requester.address:
        return letters, ()
    kept: list[Owed] = []
    told: list[Entry] = []
    for owed in letters:
        if owed.to.address:
            kept.append(owed)
        elif owed.letter != "complainant/acknowledgement":
            facts = {**owed.facts, "told": owed.letter.rpartition("/")[2]}
            kept += [Owed("staff/call-customer", to_member(m, people.language), facts) for m in people.caretakers(ticket)]
            told.append(Entry("call-asked", "mailbot", {"letter": owed.letter}))
    return tuple(kept), tuple(told)


def _sheet(values: dict[str, str], text: str, wrong: list[str]) -> Sheet | None:
    """None where nobody is named: then the lines are something else."""
    if WHO.isdisjoint(values):
        return None
    named = ADDRESS.search(unicodedata.normalize("NFKC", values.get("address") or values.get("customer", "")))
    if values.get("address") and named is None:
        wrong.append(values["address"])
    if named:
        values["customer"] = ADDRESS.sub("", values.get("customer", "")).strip(" <>()（）,，")
    values["address"] = named[0] if named else ""
    channel = values.get("channel", "")
    if channel and _fold(channel) not in BY_CHANNEL:
        wrong.append(channel)
    return Sheet({key: value for key, value in values.items() if value}, text.strip(), tuple(wrong))


def _pair(line: str) -> tuple[str, str] | None:
    match = LINE.match(line) or SPACED.match(line)
    key = BY_KEY.get(_fold(match[1])) if match else None
    return (key, match[2].strip()) if match and key else None


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip(" 　【】[]*#")
