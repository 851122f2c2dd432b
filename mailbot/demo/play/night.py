"""What is late: reminders, urging notices, the managers' digest, and what one click in it does."""

import re
from datetime import timedelta
from html import unescape

from mailbot.demo import writing
from mailbot.demo.cast import PEOPLE
from mailbot.demo.stage import DidNotHappen, Stage

LEFT_LYING = ("rice-cooker", "invoice", "discount")
MAILTO = re.compile(r'href="(mailto:[^"]+)"')


def overdue(stage: Stage) -> None:
    """吴婷 is away and her cases lie; the clock runs through the night."""
    stage.narrator.scene("吴婷 is away; the clock runs", "吴婷不在，时钟加速到第二天")
    stage.at("16:05")
    for name in LEFT_LYING:
        stage.gets("wuting", "staff/reminder", name)
    stage.passes(stage.next_morning - stage.clock(), seconds=5)
    stage.gets("wangfang", "staff/urging-notice", "angry")


def next_morning(stage: Stage) -> None:
    """Urging notices at the deadline, the digest at half past nine, and 陈经理 acts on it."""
    stage.narrator.scene("Next morning: what is late", "第二天早上：逾期一览")
    stage.at("09:20", stage.next_morning)
    for name in LEFT_LYING:
        stage.gets("wuting", "staff/urging-notice", name)
        stage.gets("chen", "staff/urging-notice", name)
    stage.at("09:30", stage.next_morning)
    digest = stage.gets("chen", "manager/digest")
    stage.gets("carol", "manager/digest")
    stage.gets("wangfang", "manager/digest")
    stage.narrator.aside(f"The digest: “{digest.message['Subject']}”")
    stage.narrator.aside("陈经理 clicks “催办” beside the oldest price complaint in the digest:")
    link = _urging_link(writing.web_text(digest.message), stage.number("rice-cooker"))
    stage.sends("chen", writing.clicked(PEOPLE["chen"], link, stage.clock()))
    stage.gets("wuting", "staff/urging-notice", "rice-cooker")
    stage.gets("chen", "staff/receipt", "rice-cooker")
    stage.at("09:50", stage.next_morning)
    stage.answers("wuting-at-last")
    stage.gets("zhangrong", "complainant/resolution", "rice-cooker")
    stage.clock.jump(stage.clock() + timedelta(minutes=5))


def _urging_link(html: str, number: str) -> str:
    links = [unescape(link) for link in MAILTO.findall(html)]
    for link in links:
        if f"%23{number}" in link:
            return link
    raise DidNotHappen(f"the digest has no link to urge {number}")
