"""The company's list of customers: a table as people keep it, read row by row and compared with the file (S0.8, S2.1).

Takes cells of text, headings in the first row, in Chinese or English; gives customers and what is wrong with which line.
Pure. One customer is known again by an address or by the name, width and case aside; a phone that somebody else has too
is only reported, for two shops may share one.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mailbot.lifecycle.ticket import Customer
from mailbot.procedures.rules import Grade

HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("客户名称", "客戶名稱", "名称", "名稱", "客户", "客戶", "单位", "單位", "name", "customer", "company"),
    "addresses": ("邮箱", "郵箱", "电子邮箱", "電子郵件", "邮件地址", "地址(邮箱)", "e-mail", "email", "mail", "address", "addresses"),
    "phone": ("电话", "電話", "联系电话", "聯絡電話", "手机", "手機", "phone", "telephone", "mobile"),
    "region": ("地区", "地區", "区域", "區域", "地址", "region", "area"),
    "contact": ("联系人", "聯絡人", "contact", "contact person"),
    "products": ("主要产品", "主要產品", "产品", "產品", "products", "main products"),
    "grade": ("等级", "等級", "级别", "級別", "客户等级", "客戶等級", "grade"),
    "tags": ("标签", "標籤", "tags"),
    "sales": ("年销售额", "年銷售額", "销售额", "銷售額", "sales", "yearly sales"),
    "dealer": ("经销商", "經銷商", "dealer"),
}
FIELDS = {name: field for field, names in HEADINGS.items() for name in names}
YES = frozenset({"是", "y", "yes", "true", "1", "√", "✓"})
NO = frozenset({"", "否", "n", "no", "false", "0"})
ADDRESS = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}")
SEVERAL = re.compile(r"[,，;；、\s]+")
NOT_DIGITS = re.compile(r"\D")
MONEY = re.compile(r"[¥￥$元,，\s]")
NEWCOMER = 0  # the id of a customer who has no row yet


class Row(Struct, frozen=True):
    """A line of the table (headings are line 1): the customer in it, the row id not yet known, and the addresses."""

    line: int
    customer: Customer
    addresses: tuple[str, ...]


class Flaw(Struct, frozen=True):
    """What is wrong with a line, and the cure."""

    line: int
    reason: str


class Known(Struct, frozen=True):
    """A customer on file with all addresses."""

    customer: Customer
    addresses: frozenset[str]


class Step(Struct, frozen=True):
    """What a row brings: nobody like it yet, a change, nothing; `like` are ids of others it may be the same as."""

    kind: Literal["new", "changed", "same"]
    row: Row
    customer: Customer
    addresses: frozenset[str]
    like: tuple[int, ...] = ()


def read(table: Sequence[Sequence[str]], grades: Mapping[str, Grade]) -> tuple[list[Row], list[Flaw]]:
    """The customers of a table, and the lines that can't be used."""
    if not table:
        return [], [Flaw(1, "the table is empty; its first line names the columns")]
    fields = [FIELDS.get(fold(cell)) for cell in table[0]]
    flaws = [
        Flaw(1, f"column {cell!r} is not known and left out; columns may be {', '.join(n[0] for n in HEADINGS.values())}")
        for cell, field in zip(table[0], fields, strict=True)
        if cell.strip() and field is None
    ]
    if "name" not in fields:
        return [], [*flaws, Flaw(1, "no column holds the customers' names; call it 客户名称 or name")]
    rows: list[Row] = []
    for line, cells in enumerate(table[1:], 2):
        values = {field: cell.strip() for field, cell in zip(fields, cells, strict=False) if field}
        if any(values.values()):
            read_row = _row(line, values, grades)
            (flaws if isinstance(read_row, Flaw) else rows).append(read_row)  # type: ignore[arg-type]
    return rows, flaws


def compare(rows: Iterable[Row], known: Iterable[Known]) -> list[Step]:
    """What each row changes; a row that means the same customer as an earlier one adds to it."""
    people = list(known)
    steps = []
    for row in rows:
        step = _step(row, people)
        steps.append(step)
        people = [p for p in people if p.customer.id != step.customer.id] + [Known(step.customer, step.addresses)]
    return steps


def graded(customer: Customer, grades: Mapping[str, Grade], said: Customer | None = None) -> Customer:
    """The customer with the grade said of them, or else the first whose sales or tags fit (S2.4).

    `said` is what a list says now: new sales without a grade grade the customer anew, as is done each year."""
    if customer.grade and (said is None or said.grade or said.sales is None):
        return customer
    fits = (
        name
        for name, rule in grades.items()
        if (rule.sales_from is not None and customer.sales is not None and customer.sales >= rule.sales_from)
        or not set(rule.tags).isdisjoint(customer.tags)
    )
    return replace(customer, grade=next(fits, customer.grade))


def joined(first: Customer, second: Customer) -> Customer:
    """Two records of one customer: the first's words, the second's where it has none; tags of both."""
    both = {name: getattr(first, name) or getattr(second, name) for name in ("name", "phone", "region", "contact", "products", "grade")}
    tags = tuple(dict.fromkeys((*first.tags, *second.tags)))
    sales = first.sales if first.sales is not None else second.sales
    return replace(first, **both, tags=tags, sales=sales, dealer=first.dealer or second.dealer)


def fold(name: str) -> str:
    """A name as it is compared."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _row(line: int, values: dict[str, str], grades: Mapping[str, Grade]) -> Row | Flaw:
    said, dealer = values.get("grade", ""), values.get("dealer", "").casefold()
    addresses = tuple(dict.fromkeys(one.lower() for one in SEVERAL.split(values.get("addresses", "")) if one))
    grade = next((name for name, rule in grades.items() if fold(said) in {fold(n) for n in (name, *rule.label.all)}), None)
    sales = _money(values.get("sales", ""))
    wrong = next((one for one in addresses if not ADDRESS.fullmatch(one)), None)
    if not values.get("name"):
        return Flaw(line, "the customer's name is missing; write it or remove the line")
    if wrong:
        return Flaw(line, f"{wrong!r} is no e-mail address; several are parted by blanks or commas")
    if said and grades and grade is None:
        return Flaw(line, f"grade {said!r} is not in the procedure; it has {', '.join(r.label.zh_cn for r in grades.values())}")
    if sales is None and values.get("sales"):
        return Flaw(line, f"sales {values['sales']!r} is no amount; write the year's sales as a number, such as 5000000")
    if dealer not in YES | NO:
        return Flaw(line, f"dealer {dealer!r} is neither yes nor no; write 是 or 否")
    words = {name: values.get(name, "")[:500] for name in ("name", "phone", "region", "contact", "products")}
    tags = tuple(tag for tag in SEVERAL.split(values.get("tags", "")) if tag)
    customer = Customer(id=NEWCOMER, **words, grade=grade or said, tags=tags, sales=sales, dealer=dealer in YES)
    return Row(line, customer, addresses)


def _money(text: str) -> Decimal | None:
    """An amount; `500万` and `1.2亿` as people write them."""
    bare = MONEY.sub("", unicodedata.normalize("NFKC", text))
    times = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}.get(bare[-1:], 1)
    try:
        amount = Decimal(bare if times == 1 else bare[:-1])
    except InvalidOperation:
        return None
    return amount * times if amount.is_finite() and amount >= 0 else None


def _step(row: Row, people: list[Known]) -> Step:
    said, addresses = row.customer, frozenset(row.addresses)
    by_address = [p for p in people if p.addresses & addresses]
    by_name = [p for p in people if fold(p.customer.name) == fold(said.name)]
    phone = NOT_DIGITS.sub("", said.phone)
    by_phone = [p for p in people if phone and NOT_DIGITS.sub("", p.customer.phone) == phone]
    found = next(iter((*by_address, *by_name)), None)
    like = tuple(dict.fromkeys(p.customer.id for p in (*by_address, *by_name, *by_phone) if p is not found))
    if found is None:
        fresh = min([NEWCOMER, *(p.customer.id for p in people)]) - 1
        return Step("new", row, replace(said, id=fresh), addresses, like)
    taken = {address for p in people if p is not found for address in p.addresses}
    changed = replace(joined(replace(said, id=found.customer.id), found.customer), dealer=said.dealer or found.customer.dealer)
    changed = replace(changed, tags=tuple(sorted(changed.tags)))
    whole = found.addresses | (addresses - taken)
    same = changed == replace(found.customer, tags=tuple(sorted(found.customer.tags))) and whole == found.addresses
    return Step("same" if same else "changed", row, changed, whole, like)
