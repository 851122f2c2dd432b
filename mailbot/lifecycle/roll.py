"""The company's list of customers: a table as people keep it, read row by row and compared with the file (S0.8, S2.1).

Takes cells of text, headings in the first row, in Chinese or English; gives customers and what is wrong with which line.
Pure. One customer is known again by an address or by the name, width and case aside; a phone that somebody else has too
is only reported, for two shops may share one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import chain, count
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
MONEY_CHARS, MONEY_BELOW = 20, Decimal(10) ** 15  # what the record has room for
MONEY = re.compile(r"[¥￥$元,，\s]")
Clue = tuple[Literal["address", "name", "phone"], str]
NEWCOMER = 0  # the id of a customer who has no row yet


class Row(Struct, frozen=True):
    """A line of the table (headings are line 1): the customer in it, the row id not yet known, and the addresses."""

    line: int
    customer: Customer
    addresses: tuple[str, ...]


class Flaw(Struct, frozen=True):
    """What is wrong with a line, and the cure; in which column (its heading), where it is one cell."""

    line: int
    reason: str
    column: str = ""


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
    columns: dict[str, list[str]] = {}
    for field, cell in zip(fields, table[0], strict=True):
        columns.setdefault(field or "", []).append(cell.strip())
    flaws = list(_flaws_of(columns))
    if "name" not in fields:
        return [], flaws
    rows: list[Row] = []
    for line, cells in enumerate(table[1:], 2):
        values: dict[str, str] = {}
        for field, cell in zip(fields, cells, strict=False):
            if field and not values.get(field):
                values[field] = cell.strip()
        if any(values.values()):
            found = _row(line, values, grades)
            if isinstance(found, Flaw):
                flaws.append(replace(found, column="/".join(columns.get(found.column, ()))))
            else:
                rows.append(found)
    return rows, flaws


def _flaws_of(columns: Mapping[str, Sequence[str]]) -> Iterator[Flaw]:
    """What is wrong with the headings; those that mean nothing stand under ""."""
    known = ", ".join(names[0] for names in HEADINGS.values())
    yield from (Flaw(1, f"column {cell!r} is not known and left out; columns may be {known}") for cell in columns.get("", ()) if cell)
    for field, cells in columns.items():
        if field and len(cells) > 1:
            yield Flaw(1, f"columns {', '.join(cells)} mean the same: in each line the first that is filled counts; make one of them")
    if "name" not in columns:
        cure = "call it 客户名称 or name; headings stand in the first line, with no title above them"
        yield Flaw(1, f"no column holds the customers' names; {cure}")


def compare(rows: Iterable[Row], known: Iterable[Known]) -> list[Step]:
    """What each row changes; a row that means the same customer as an earlier one adds to it."""
    people = _People(known)
    steps = []
    for row in rows:
        step = _step(row, people)
        steps.append(step)
        people.put(Known(step.customer, step.addresses))
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


def of_grades(people: Iterable[Known], names: Sequence[str], grades: Mapping[str, Grade]) -> list[Known]:
    """Customers whose grade, said or worked out, is one of `names`; each with it."""
    known = (replace(one, customer=graded(one.customer, grades)) for one in people)
    return [one for one in known if one.customer.grade in names]


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
        return Flaw(line, "the customer's name is missing; write it or remove the line; of merged cells only the first holds it", "name")
    if wrong:
        return Flaw(line, f"{wrong!r} is no e-mail address; several are parted by blanks or commas", "addresses")
    if said and grades and grade is None:
        return Flaw(line, f"grade {said!r} is not in the procedure; it has {', '.join(r.label.zh_cn for r in grades.values())}", "grade")
    if sales is None and values.get("sales"):
        return Flaw(line, f"sales {values['sales']!r} is no amount; write the year's sales as a number, such as 5000000", "sales")
    if dealer not in YES | NO:
        return Flaw(line, f"dealer {dealer!r} is neither yes nor no; write 是 or 否", "dealer")
    words = {name: values.get(name, "")[:500] for name in ("name", "phone", "region", "contact", "products")}
    tags = tuple(tag for tag in SEVERAL.split(values.get("tags", "")) if tag)
    customer = Customer(id=NEWCOMER, **words, grade=(grade or said)[:80], tags=tags, sales=sales, dealer=dealer in YES)
    return Row(line, customer, addresses)


def _money(text: str) -> Decimal | None:
    """An amount; `500万` and `1.2亿` as people write them."""
    bare = MONEY.sub("", unicodedata.normalize("NFKC", text))
    times = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}.get(bare[-1:], 1)
    try:
        amount = Decimal(bare if times == 1 else bare[:-1])
    except InvalidOperation:
        return None
    whole = amount * times if amount.is_finite() and len(bare) <= MONEY_CHARS else None
    return whole if whole is not None and 0 <= whole < MONEY_BELOW else None


class _People:
    """Who is known so far, found again by address, name or phone; whoever was put in last stands last."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._people: dict[int, Known] = {}
        self._found: dict[Clue, dict[int, int]] = {}  # clue -> ids, each with its place in the order
        self._places = count()
        self._lowest = NEWCOMER
        for one in known:
            self.put(one)

    def put(self, one: Known) -> None:
        """Somebody new, or what is known of somebody now."""
        number = one.customer.id
        before, place = self._people.get(number), next(self._places)
        for clue in chain(*_clues(before)) if before else ():
            del self._found[clue][number]
        self._people[number] = one
        for clue in chain(*_clues(one)):
            self._found.setdefault(clue, {})[number] = place
        self._lowest = min(self._lowest, number)

    def fresh(self) -> int:
        """An id for somebody who has no row yet."""
        return self._lowest - 1

    def like(self, clues: Iterable[Clue]) -> list[Known]:
        """Whoever bears one of these clues."""
        places = {number: place for clue in clues for number, place in self._found.get(clue, {}).items()}
        return [self._people[number] for number in sorted(places, key=places.__getitem__)]


def _clues(one: Known) -> tuple[list[Clue], list[Clue], list[Clue]]:
    phone = NOT_DIGITS.sub("", one.customer.phone)
    by_address: list[Clue] = [("address", address) for address in one.addresses]
    return by_address, [("name", fold(one.customer.name))], [("phone", phone)] if phone else []


def _step(row: Row, people: _People) -> Step:
    said, addresses = row.customer, frozenset(row.addresses)
    by_address, by_name, by_phone = map(people.like, _clues(Known(said, addresses)))
    found = next(iter((*by_address, *by_name)), None)
    like = tuple(dict.fromkeys(p.customer.id for p in (*by_address, *by_name, *by_phone) if p is not found))
    if found is None:
        return Step("new", row, replace(said, id=people.fresh()), addresses, like)
    taken = {address for p in by_address if p is not found for address in p.addresses}
    changed = replace(joined(replace(said, id=found.customer.id), found.customer), dealer=said.dealer or found.customer.dealer)
    changed = replace(changed, tags=tuple(sorted(changed.tags)))
    whole = found.addresses | (addresses - taken)
    same = changed == replace(found.customer, tags=tuple(sorted(found.customer.tags))) and whole == found.addresses
    return Step("same" if same else "changed", row, changed, whole, like)
