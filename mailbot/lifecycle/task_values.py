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
    "visitors": Labels("走访人员", "走訪人員", "visitors"),
    "met": Labels("会见人员", "會見人員", "met"),
    "findings": Labels("走访发现", "走訪發現", "findings"),
}

ALSO: dict[str, tuple[str, ...]] = {  # what people write for a field besides its names
    "product": ("产品名称", "產品名稱", "品名", "product name"),
    "code": ("代号", "代號", "产品编号", "產品編號", "产品代号", "產品代號", "product code"),
    "batch": ("批次", "批次号", "批次號", "生产批号", "生產批號", "lot", "batch number"),
    "specification": ("型号", "型號", "spec", "size"),
    "packaging": ("包装种类", "包裝種類", "包装方式", "包裝方式", "package"),
    "how-to-return": ("退货方式", "退貨方式", "如何退回", "return"),
}


def values(text: str, fields: Iterable[str]) -> tuple[dict[str, str], str]:
    """What the lines of `text` say of `fields`, by key, and the text without those lines; of a field said twice the last counts."""
    known = {fold(name): key for key in fields for name in (key, *field_words(key).all, *ALSO.get(key, ()))}
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
