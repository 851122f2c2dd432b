"""A sample of a letter, and the people in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from msgspec import Struct

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
MARKER = "[ref:2026-000123." + "abcdefghijklmnopqrstuvwx23" + "]"
LINK = "mailto:complaints@company.example?subject=Re%3A%20%5B%232026-000123%5D&body=%23{}%0D%0A%0D%0A" + quote(MARKER)
Context = dict[str, Any]


def press(word: str) -> dict[str, str]:
    """A button, and the reply it stands for."""
    return {"label": word, "mailto": LINK.format(word), "reply": f"#{word}"}


class Sample(Struct, frozen=True):
    """A letter and a context for it; `variant` tells several of one letter apart."""

    letter: str
    context: Context
    variant: str = ""

    @property
    def name(self) -> str:
        return f"{self.letter}-{self.variant}" if self.variant else self.letter


class People(Struct, frozen=True):
    """What people in the samples are called and write, and labels in their language."""

    company: str = "清河电器"
    customer: str = "王小明"
    member: str = "李静"
    department: str = "质量部"
    service: str = "客户服务部"
    category: str = "产品质量"
    other: str = "交付时间"
    severity: str = "一般"
    status: str = "处理中"
    due: str = "提交处理方案"
    solve: str = "解决问题"
    subject: str = "保温杯漏水"
    complaint: str = "你们好：\n\n  上周买的保温杯漏水，<b>要求</b>换新。"
    answer: str = "新杯今天寄出。\n旧杯不用寄回。"
    reason: str = "照片中的产品不是本公司生产。"
    terms: tuple[str, ...] = ("漏水", "换新")
    wish: str = "要求换货"
    channel: str = "电话"
    shop: str = "清河商贸"
    grade: str = "重点客户"
    price: str = "价格"
    notice: str = "邮件发不出去"
    consent: tuple[str, str] = ("确认", "有误")
    skips: str = "（不含10月1日至7日国庆节；10月10日调休上班）"


CHINESE = People()


def common(people: People) -> Context:
    """What every letter is given."""
    return {
        "company": {"name": people.company, "address": "complaints@company.example"},
        "to": {"name": people.customer, "address": "alice@customer.example"},
        "now": NOW,
        "ref": MARKER,
        "ticket": {
            "number": "2026-000123",
            "tag": "[#2026-000123]",
            "subject": people.subject,
            "opened_at": NOW,
            "round": 1,
            "status_label": people.status,
            "requester": {"name": people.customer, "address": "alice@customer.example"},
        },
        "deadlines": [],
    }


def for_staff(people: People, **more: object) -> Context:
    """What every letter to staff is given, and `more`."""
    facts = common(people)
    facts["ticket"] |= {
        "inside": False,
        "category": "quality",
        "category_label": people.category,
        "confidence": 0.93,
        "terms": list(people.terms),
        "also": "",
        "severity_label": people.severity,
        "signals": [{"name": "exchange", "label": people.wish, "terms": list(people.terms[-1:])}],
        "department_label": people.department,
        "assignee_name": people.member,
        "customer_name": people.shop,
        "customer_grade": people.grade,
        "found": [],
        "customer_tags": list(people.terms[:1]),
        "phone": "010-62784321",
        "channel_label": people.channel,
        "repeats": 2,
        "missing": [people.service],
    }
    facts["deadlines"] = [
        {"label": people.due, "at": NOW + timedelta(hours=24), "owner_label": people.member, "overdue": False, "skips": ""},
        {"label": people.solve, "at": NOW + timedelta(hours=48), "owner_label": people.member, "overdue": False, "skips": people.skips},
    ]
    return facts | more
