"""The orders staff give by mail, as one table: words, argument, who may, what it does, example.

Parser, help letter, reply links and tests are made from it, so a further order is a row here and a handler in
`carry_out`. `word` is what we write ourselves; every other form somebody may type stands in `also`. Words are
compared after `fold`. No row may share a word with another.
"""

import unicodedata

from mailbot.lifecycle import (
    order_rows,
    order_rows_decision,
    order_rows_duties,
    order_rows_goods,
    order_rows_intake,
    order_rows_ladder,
    order_rows_tasks,
)
from mailbot.lifecycle.order_row import Order
from mailbot.lifecycle.ticket import Category, Severity

ORDERS: tuple[Order, ...] = (
    *order_rows.ROWS,
    *order_rows_ladder.ROWS,
    *order_rows_decision.ROWS,
    *order_rows_intake.ROWS,
    *order_rows_tasks.ROWS,
    *order_rows_goods.ROWS,
    *order_rows_duties.ROWS,
)

# What people put before the new state: "#状态：已解决".
STATUS_WORDS = ("status", "state", "状态", "狀態")

# Orders that each write a letter to the customer of their own.
ASKING = ("ask", "propose", "extend", "progress", "validity")

# Two orders that can't stand in one letter; two of the same order with different arguments can't either, but for notes.
CONTRADICTIONS: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        ("accept", "decline"), ("decline", "assign"), ("decline", "plan"), ("decline", "promise"), ("decline", "resolve"),
        ("decline", "close"), ("decline", "reopen"), ("close", "reopen"), ("close", "plan"), ("close", "promise"),
        ("resolve", "reopen"), ("resolve", "promise"), ("close", "urge"), ("resolve", "urge"), ("decline", "urge"), ("approve", "refuse"),
        *((letter, other) for letter in ASKING for other in (*ASKING, "promise", "resolve", "close", "decline") if letter != other),
    )
)  # fmt: skip

# What people write for a category or severity besides its id and the procedure's labels.
CATEGORY_WORDS: dict[Category, tuple[str, ...]] = {
    "quality": ("质量", "品质", "品質", "質量", "产品", "產品", "产品质量", "產品質量", "产品品质"),
    "service": ("服务", "服務", "服务态度", "服務態度", "售后", "售後"),
    "price": ("价格", "價格", "价钱", "價錢", "收费", "收費", "费用", "費用", "pricing"),
    "delivery": ("交付", "交货", "交貨", "交期", "物流", "配送", "发货", "發貨", "送货", "送貨", "shipping", "logistics"),
    "other": ("其他", "其它", "其他类", "others", "misc"),
}
SEVERITY_WORDS: dict[Severity, tuple[str, ...]] = {
    "minor": ("轻微", "輕微", "轻", "輕", "低", "low", "small"),
    "ordinary": ("一般", "普通", "中", "normal", "medium"),
    "major": ("重大", "严重", "嚴重", "高", "high", "serious", "critical"),
}


# What people write for who is responsible, whether a complaint is justified, and whether a measure worked.
RESPONSIBILITY_WORDS: dict[str, tuple[str, ...]] = {
    "own": ("我方", "本公司", "公司", "己方", "our", "ours", "us"),
    "customer": ("客户", "客戶", "顾客", "顧客", "客户自身", "客戶自身", "the customer"),
    "supplier": ("供应商", "供應商", "供方", "外协", "外協", "vendor"),
    "none": ("无责任", "無責任", "无", "無", "不可抗力", "nobody"),
}
VALIDITY_WORDS: dict[str, tuple[str, ...]] = {
    "valid": ("有效", "成立", "justified"),
    "to-be-improved": ("待改进", "待改進", "需改进", "需改進", "部分有效", "improve", "to be improved"),
    "invalid": ("无效", "無效", "不成立", "unjustified"),
}
VERDICT_WORDS: dict[str, tuple[str, ...]] = {
    "effective": ("有效", "合格", "通过", "通過", "ok", "yes"),
    "ineffective": ("无效", "無效", "不合格", "未通过", "未通過", "not effective", "failed", "no"),
}


def fold(text: str) -> str:
    """Text as it is compared: one width, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


BY_NAME: dict[str, Order] = {order.name: order for order in ORDERS}
BY_WORD: dict[str, Order] = {fold(word): order for order in ORDERS for word in order.words}
