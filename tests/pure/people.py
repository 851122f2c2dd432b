"""The fixed people and a company for pure tests: Alice complains, Bob handles, Carol supervises, 陈经理 manages."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.intake.message import Address
from mailbot.lifecycle.decide import Rules, Verdict, Written
from mailbot.lifecycle.people import Directory
from mailbot.procedures.procedure import load
from mailbot.settings import Settings
from mailbot.settings_file import build

ALICE = Address("Alice", "alice@customer.example")
BOB, CAROL, CHEN, WANG = "bob@company.example", "carol@company.example", "chen@company.example", "wang@company.example"
CHINA = ZoneInfo("Asia/Shanghai")
SURE = Verdict("quality", 0.93, {"quality": 0.93}, ("漏水",), None)
UNSURE = Verdict(None, 0.4, {"quality": 0.4, "delivery": 0.35}, (), None)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in November 2026, Beijing time; the 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def staff() -> list[dict[str, Any]]:
    """Who works there, as the settings file says it."""
    return [
        {"name": "Bob", "addresses": [BOB], "department": "quality-dept", "language": "en"},
        {"name": "王芳", "addresses": [WANG], "department": "customer-service"},
        {"name": "Carol", "addresses": [CAROL], "department": "customer-service", "role": "head"},
        {"name": "陈经理", "addresses": [CHEN], "role": "manager"},
    ]


def company() -> Settings:
    """Settings of a small company."""
    return build(
        {
            "mailbox": [{"host": "localhost", "user": "complaints", "password": "x"}],
            "smtp": {"host": "localhost", "address": "complaints@company.example"},
            "company": {"name": "清河电器"},
            "staff": staff(),
        }
    )


def rules() -> Rules:
    """The default procedure with those people."""
    return Rules(load("feedback", Path(), CHINA), Directory(company()))


def letter(text: str = "杯子漏水", when: datetime | None = None, author: Address = ALICE, **more: object) -> Written:
    """A letter of Alice's."""
    return Written(author, "保温杯", text, "zh-Hans", when or at(16, 10), "m1@customer.example", answerable=True, **more)  # type: ignore[arg-type]
