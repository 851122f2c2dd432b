"""What stands behind an order's word where goods are counted: a quantity with its unit, and shares of a loss.

`100 件 表面划伤`, `2 98 箱` (task 2), `质量管理部 70%，营销部 30%`. Takes the raw argument; gives the parts, or `Wrong` with the reason.
Pure and total. Limits: a unit is one of `UNITS`; quantities have at most three decimals.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from mailbot.lifecycle.order_arguments import LONGEST, PLAIN, RANGE, Departments, Wrong, narrow, read_colleague, scaled
from mailbot.lifecycle.ticket import Share
from mailbot.settings import Member

UNITS = (
    "公斤", "千克", "平方米", "立方米", "件", "个", "個", "台", "臺", "箱", "只", "隻", "套", "批", "米", "克", "吨", "噸", "斤", "升",
    "卷", "捲", "匹", "码", "碼", "瓶", "盒", "袋", "包", "条", "條", "双", "雙",
    "张", "張", "片", "块", "塊", "支", "根", "辆", "輛", "桶", "罐",
    "pieces", "piece", "pcs", "pc", "units", "unit", "boxes", "box", "cartons", "carton", "cases", "case", "sets", "set", "pairs", "pair",
    "bags", "bag", "bottles", "bottle", "rolls", "roll", "metres", "metre", "meters", "meter", "yards", "yard", "tonnes", "tons", "ton",
    "kg", "g", "t", "m", "l",
)  # fmt: skip
NUMBER = r"\d{1,9}(?:,\d{3})*(?:\.\d{1,3})?"
UNIT = "|".join(UNITS)
QUANTITY = re.compile(
    rf"\s*(?P<number>{NUMBER})(?:\s?(?P<large>千(?!克)|万|萬)(?=\s|\Z|[^\w]|{UNIT}))?(?!\.){PLAIN}"
    rf"(?:\s*(?P<unit>{UNIT})(?![a-z]))?+(?!{RANGE})",
    re.IGNORECASE,
)
# Units that are written in several ways; each is compared and summed as the first one.
SAME = (
    "个個", "台臺", "只隻", "卷捲", "码碼", "条條", "双雙", "张張", "块塊", "辆輛",
    ("kg", "公斤", "千克"), ("t", "吨", "噸", "tonnes"), ("m", "米", "metre", "metres", "meter", "meters"), ("g", "克"), ("l", "升"),
    ("piece", "pieces", "pcs", "pc"), ("unit", "units"), ("box", "boxes"), ("carton", "cartons"), ("case", "cases"), ("set", "sets"),
    ("pair", "pairs"), ("bag", "bags"), ("bottle", "bottles"), ("roll", "rolls"), ("yard", "yards"), ("ton", "tons"),
)  # fmt: skip
TASK = re.compile(r"\s*(?:任务|任務|task\b|第|no\.?)?\s*#?(\d{1,3})(?:\s*[项項]\s*[:,;、]?\s*|\s*[:;、]\s*|,\s+|\s+)(?=\d)", re.IGNORECASE)
SHARE = re.compile(r"([^%]+?)[\s:=]*(\d{1,3}(?:\.\d{1,2})?)\s*%")
BETWEEN = " \t\u3000:：,，;；、.。-–—()（）"
WHOLE = Decimal(100)
MOST = 1_000  # characters of shares that are read


class Quantity(Struct, frozen=True):
    """So many of a unit; without one, of what the case is about."""

    number: Decimal
    unit: str = ""

    @property
    def measure(self) -> str:
        """The unit, whichever way it is written."""
        return next((ways[0] for ways in SAME if self.unit in ways), self.unit) if self.unit else ""

    def __str__(self) -> str:
        return f"{self.number:,f} {self.unit}".rstrip()


def read_quantity(raw: str) -> tuple[Quantity, str] | Wrong:
    """A quantity at the front, and the words after it."""
    match = QUANTITY.match(narrow(raw[:LONGEST]))
    if not match:
        return Wrong("bad-quantity")
    return Quantity(scaled(match["number"], match["large"]), (match["unit"] or "").casefold()), raw[match.end() :].strip(BETWEEN)


def read_counted(raw: str) -> tuple[int | None, Quantity, str] | Wrong:
    """A task's number, which may be left out, a quantity, and the words after it."""
    match = TASK.match(narrow(raw[:LONGEST]))
    read = read_quantity(raw[match.end() :] if match else raw)
    return read if isinstance(read, Wrong) else (int(match[1]) if match else None, *read)


def read_shares(raw: str, members: Sequence[Member], departments: Departments, shown: Sequence[str]) -> tuple[Share, ...] | Wrong:
    """Departments or colleagues with a share each, which together are 100 %."""
    text = narrow(raw[:MOST])
    shares: dict[str, Decimal] = {}
    end = 0
    for match in SHARE.finditer(text):
        named = read_colleague(match[1].strip(BETWEEN), members, departments, shown)
        if isinstance(named, Wrong):
            return named
        owner = f"staff:{named.key}" if isinstance(named, Member) else named
        shares[owner] = shares.get(owner, Decimal(0)) + Decimal(match[2])
        end = match.end()
    if not shares or text[end:].strip(BETWEEN) or sum(shares.values()) != WHOLE or not all(shares.values()):
        return Wrong("bad-shares")
    return tuple(Share(owner, percent) for owner, percent in shares.items())
