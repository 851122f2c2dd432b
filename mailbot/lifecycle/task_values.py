"""Named values in a report, a line each: `批准数量：100 件`, `approved quantity: 100`. Pure and total.

A kind of task says which values its report may carry (`fields`); what we have names for stands here, any other goes by its key.
"""

import re
from collections.abc import Iterable

from mailbot.lifecycle.order_words import fold
from mailbot.procedures.rules import Labels

NAMED = re.compile(r"\s*([^:：=＝]{1,40}?)\s*[:：=＝]\s*(\S.*?)\s*")
FIELDS: dict[str, Labels] = {
    "amount": Labels("金额", "金額", "amount"),
    "reason": Labels("原因", "原因", "reason"),
    "approved-quantity": Labels("批准数量", "核准數量", "approved quantity"),
    "actual-quantity": Labels("实退数量", "實退數量", "actual quantity"),
    "tolerance": Labels("允许差异", "允許差異", "tolerance"),
    "loss": Labels("损失金额", "損失金額", "loss"),
    "product": Labels("产品", "產品", "product"),
    "code": Labels("编号", "編號", "code"),
    "batch": Labels("批号", "批號", "batch"),
    "specification": Labels("规格", "規格", "specification"),
    "packaging": Labels("包装", "包裝", "packaging"),
    "how-to-return": Labels("退回方式", "退回方式", "how to return"),
    "picture": Labels("照片（附件）", "照片（附件）", "picture (attached)"),
    "sent-quantity": Labels("已发数量", "已出貨數量", "sent quantity"),
    "shares": Labels("分摊比例", "分攤比例", "shares"),
}


def values(text: str, fields: Iterable[str]) -> tuple[dict[str, str], str]:
    """What the lines of `text` say of `fields`, by key, and the text without those lines; of a field said twice the last counts."""
    known = {fold(name): key for key in fields for name in (key, *field_words(key).all)}
    said: dict[str, str] = {}
    others = []
    for line in text.splitlines():
        match = NAMED.fullmatch(line)
        key = known.get(fold(match[1])) if match else None
        if match and key:
            said[key] = match[2]
        else:
            others.append(line)
    return said, "\n".join(others).strip()


def field_words(key: str) -> Labels:
    """What a field is called; its key where nobody named it."""
    return FIELDS.get(key) or Labels(key, key, key.replace("-", " "))
