"""The orders staff give by mail, as one table: words, argument, who may, what it does, example.

Parser, help letter, reply links and tests are made from it, so a further order is a row here and a handler in
`carry_out`. `word` is what we write ourselves; every other form somebody may type stands in `also`. Words are
compared after `fold`. No row may share a word with another.
"""

import unicodedata
from typing import Literal

from msgspec import Struct

from mailbot.lifecycle.ticket import Category, Severity
from mailbot.procedures.clauses import Labels

Argument = Literal["none", "text", "colleague", "category", "severity", "day"]
Who = Literal["staff", "head"]


class Order(Struct, frozen=True, kw_only=True):
    """One order.

    `required`: the argument can't be left out. `takes_rest`: when "empty", the rest of the letter is the argument if the
    line has none; when "always", the rest belongs to the argument in any case and so never reaches the customer.
    `tells`: a text below the order is a letter to the customer that must not get lost. `state`: may follow `#status`.
    `who` "head" means heads of departments and managers.
    """

    name: str
    word: Labels
    also: tuple[str, ...]
    does: Labels
    example: Labels
    argument: Argument = "none"
    required: bool = True
    takes_rest: Literal["never", "empty", "always"] = "never"
    tells: bool = False
    state: bool = False
    who: Who = "staff"

    @property
    def words(self) -> tuple[str, ...]:
        """Every word of the order, our own first."""
        return tuple(dict.fromkeys((*self.word.all, *self.also)))


ORDERS: tuple[Order, ...] = (
    Order(
        name="accept",
        word=Labels("受理", "受理", "accept"),
        also=("接受", "接办", "接辦", "已受理", "accepted", "take"),
        does=Labels("受理此件，由您承办", "受理此件，由您承辦", "Takes the case; you become its assignee"),
        example=Labels("#受理", "#受理", "#accept"),
        state=True,
    ),
    Order(
        name="decline",
        word=Labels("不受理", "不受理", "decline"),
        also=("不接受", "不予受理", "拒绝", "拒絕", "拒绝受理", "拒絕受理", "declined", "reject", "rejected", "refuse"),
        argument="text",
        takes_rest="empty",
        does=Labels("不受理，并把原因告知客户", "不受理，並把原因告知客戶", "Declines the case and tells the customer the reason"),
        example=Labels("#不受理 该产品不是本公司生产", "#不受理 該產品不是本公司生產", "#decline This product is not made by us."),
        tells=True,
        state=True,
    ),
    Order(
        name="assign",
        word=Labels("转", "轉", "assign"),
        also=(
            "转交",
            "轉交",
            "转给",
            "轉給",
            "转交给",
            "轉交給",
            "转办",
            "轉辦",
            "转到",
            "轉到",
            "分派",
            "指派",
            "派给",
            "派給",
            "分配",
            "reassign",
            "assigned",
        ),
        argument="colleague",
        does=Labels("转给同事或部门", "轉給同事或部門", "Hands the case to a colleague or department"),
        example=Labels("#转 质量部", "#轉 品質部", "#assign quality-dept"),
    ),
    Order(
        name="category",
        word=Labels("类别", "類別", "category"),
        also=("分类", "分類", "类型", "類型", "type"),
        argument="category",
        does=Labels("更改类别，责任部门随之调整", "更改類別，責任部門隨之調整", "Changes the category, and with it the department"),
        example=Labels("#类别 价格", "#類別 價格", "#category price"),
    ),
    Order(
        name="severity",
        word=Labels("级别", "級別", "severity"),
        also=("严重程度", "嚴重程度", "严重性", "嚴重性", "等级", "等級", "优先级", "優先級", "priority"),
        argument="severity",
        does=Labels("更改严重程度：轻微、一般、重大", "更改嚴重程度：輕微、一般、重大", "Changes the severity: minor, ordinary or major"),
        example=Labels("#级别 重大", "#級別 重大", "#severity major"),
    ),
    Order(
        name="note",
        word=Labels("备注", "備註", "note"),
        also=("備注", "内部备注", "內部備註", "內部備注", "记录", "記錄", "紀錄", "notes", "memo", "remark", "comment", "internal"),
        argument="text",
        takes_rest="always",
        does=Labels(
            "记一条内部备注；整封回复客户都看不到",
            "記一條內部備註；整封回覆客戶都看不到",
            "Keeps an internal note; nothing of the letter goes to the customer",
        ),
        example=Labels("#备注 已电话联系客户", "#備註 已電話聯絡客戶", "#note called the customer"),
    ),
    Order(
        name="plan",
        word=Labels("方案", "方案", "plan"),
        also=("处理方案", "處理方案", "计划", "計劃", "計畫"),
        argument="text",
        takes_rest="always",
        does=Labels("提交内部处理方案，客户看不到", "提出內部處理方案，客戶看不到", "Files the internal plan for handling the case"),
        example=Labels("#方案 今天寄出新件", "#方案 今天寄出新件", "#plan send a new part today"),
    ),
    Order(
        name="promise",
        word=Labels("预计", "預計", "promise"),
        also=("预计日期", "預計日期", "预计完成", "預計完成", "预计时间", "預計時間", "承诺", "承諾", "promised", "expected", "eta"),
        argument="day",
        does=Labels(
            "告知客户预计解决日期，时限随之顺延",
            "告知客戶預計解決日期，時限隨之順延",
            "Tells the customer the expected date; the deadline moves to it",
        ),
        example=Labels("#预计 12月1日", "#預計 12月1日", "#promise 1 Dec"),
        tells=True,
    ),
    Order(
        name="resolve",
        word=Labels("解决", "解決", "resolve"),
        also=("已解决", "已解決", "解决了", "解決了", "处理完毕", "處理完畢", "resolved", "solve", "solved"),
        does=Labels(
            "标记为已解决；下方正文作为处理结果发给客户",
            "標記為已解決；下方內文作為處理結果寄給客戶",
            "Marks the case resolved; the text below goes to the customer",
        ),
        example=Labels("#解决", "#解決", "#resolve"),
        tells=True,
        state=True,
    ),
    Order(
        name="close",
        word=Labels("关闭", "關閉", "close"),
        also=("已关闭", "已關閉", "结案", "結案", "已结案", "已結案", "办结", "辦結", "关单", "關單", "closed"),
        does=Labels("办结此件；下方正文发给客户", "將本案結案；下方內文寄給客戶", "Closes the case; the text below goes to the customer"),
        example=Labels("#关闭", "#關閉", "#close"),
        tells=True,
        state=True,
    ),
    Order(
        name="reopen",
        word=Labels("重开", "重開", "reopen"),
        also=("重新打开", "重新打開", "重新开启", "重新開啟", "重启", "重啟", "重新处理", "重新處理", "re-open", "reopened"),
        does=Labels("重新开启已办结的案件", "重新開啟已結案的案件", "Opens a finished case again"),
        example=Labels("#重开", "#重開", "#reopen"),
        tells=True,
        state=True,
    ),
    Order(
        name="urge",
        word=Labels("催办", "稽催", "urge"),
        also=("催辦", "催", "催促", "催单", "催單", "remind"),
        argument="text",
        required=False,
        takes_rest="always",
        does=Labels("向责任人发催办单", "向負責人寄出稽催單", "Sends an urging notice to whoever has to act"),
        example=Labels("#催办", "#稽催", "#urge"),
        who="head",
    ),
    Order(
        name="help",
        word=Labels("帮助", "幫助", "help"),
        also=("指令", "命令", "用法", "?", "orders", "commands"),
        does=Labels("发给您这份指令一览", "發給您這份指令一覽", "Sends you this table"),
        example=Labels("#帮助", "#幫助", "#help"),
    ),
)

# What people put before the new state: "#状态：已解决".
STATUS_WORDS = ("status", "state", "状态", "狀態")

# Two orders that can't stand in one letter; two of the same order with different arguments can't either, but for notes.
CONTRADICTIONS: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        ("accept", "decline"), ("decline", "assign"), ("decline", "plan"), ("decline", "promise"), ("decline", "resolve"),
        ("decline", "close"), ("decline", "reopen"), ("close", "reopen"), ("close", "plan"), ("close", "promise"),
        ("resolve", "reopen"), ("resolve", "promise"), ("close", "urge"), ("resolve", "urge"), ("decline", "urge"),
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


def fold(text: str) -> str:
    """Text as it is compared: one width, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


BY_NAME: dict[str, Order] = {order.name: order for order in ORDERS}
BY_WORD: dict[str, Order] = {fold(word): order for order in ORDERS for word in order.words}
