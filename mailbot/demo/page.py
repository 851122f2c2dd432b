"""The page about the play: one HTML file without anything from elsewhere.

Takes an album, gives the text of `index.html`. Letters are shown in sandboxed frames that run no scripts and load
nothing (the page's own policy holds in them too); a few lines of script fit the frames' heights, and without script
they keep a height guessed from the text.
"""

import base64
import hashlib
from collections import Counter
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FunctionLoader, StrictUndefined

from mailbot.demo.album import Album, person_of
from mailbot.demo.cast import COMPANY
from mailbot.lifecycle.people import CUSTOMER_SERVICE
from mailbot.procedures.clauses import Labels
from mailbot.procedures.procedure import load

NAME = "index.html"
LETTERS = {
    "complainant/acknowledgement": "Acknowledgement 受理通知",
    "complainant/answer": "Answer 答复",
    "complainant/resolution": "Outcome 处理结果",
    "complainant/closing": "Closing 结案",
    "complainant/survey": "Survey 回访",
    "staff/new-complaint": "New complaint 新投诉",
    "staff/follow-up": "Customer wrote 客户来信",
    "staff/receipt": "Receipt 回执",
    "staff/refusal": "Order refused 指令未执行",
    "staff/reminder": "Reminder 提醒",
    "staff/urging-notice": "Urging notice 催办单",
    "staff/escalation": "Escalation 升级",
    "staff/undeliverable": "Not delivered 未送达",
    "staff/resolved": "Result reported 结果上报",
    "manager/digest": "Digest 逾期日报",
}


def render(album: Album, first_day: datetime) -> str:
    """The whole page."""
    folder = files("mailbot.demo").joinpath("page")
    loader = FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8"))
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    zone = first_day.tzinfo
    assert isinstance(zone, ZoneInfo)
    procedure = load("feedback", Path())
    environment.filters |= {
        "moment": lambda at: f"{at.astimezone(zone):%a %H:%M}",
        "letter": lambda name: LETTERS.get(name, name.rpartition("/")[2]),
        "category": lambda name: _both(procedure.rule(name).label) if name else "not sorted 未分类",
        "department": lambda name: _both(procedure.departments[name or CUSTOMER_SERVICE]),
        "person": person_of,
        "initial": lambda name: (name or "?")[0].upper(),
    }
    script = folder.joinpath("fit.js").read_text("utf-8")
    return environment.get_template("index.html.j2").render(
        album=album,
        company=COMPANY,
        first_day=first_day,
        style=folder.joinpath("style.css").read_text("utf-8"),
        script=script,
        script_hash=_digest_of(script),
        fates=Counter(row["fate"] for row in album.received),
        urged=_urged(album),
    )


def _both(labels: Labels) -> str:
    return f"{labels.text('en')} {labels.text('zh-CN')}"


def _urged(album: Album) -> int:
    """How many tickets were urged."""
    return sum(any(card.letter == "staff/urging-notice" for card in conversation.cards) for conversation in album.conversations)


def _digest_of(script: str) -> str:
    """What the page's policy knows its one script by (CSP level 2)."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
