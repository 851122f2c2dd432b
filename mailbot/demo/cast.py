"""The people of the demo: who they are, what they write with, and the company's settings for them.

All names and addresses are made up; every domain is reserved for examples (RFC 2606). A person's `client` says how
the letters look: which quotes, which header fields, which charset (see `writing`).
"""

from typing import Literal

from msgspec import Struct

Client = Literal["plain", "qq", "gb18030", "outlook", "bulk"]

COMPANY = "示例家居 Example Home"
COMPLAINTS = "complaints@company.example"


class Person(Struct, frozen=True):
    """Somebody with a mailbox. Staff have a role and a department as in the settings."""

    key: str
    name: str
    address: str
    language: str = "zh"
    client: Client = "plain"
    role: str = ""
    department: str = ""

    @property
    def password(self) -> str:
        """Printed on the screen, so that a mail client can be connected: no secret."""
        return f"demo-{self.key}"

    @property
    def is_staff(self) -> bool:
        return bool(self.role)


CUSTOMERS = (
    Person("alice", "Alice Walker", "alice@customer.example", "en"),
    Person("liming", "李明", "liming@qmail.example", client="qq"),
    Person("zhangrong", "张镕", "zhangrong@customer.example", client="gb18030"),
    Person("grace", "Grace Okafor", "grace@custommer.example", "en"),
    Person("chihhao", "林志豪", "chihhao@kehu.example", "zh-TW"),
    Person("zhouqiang", "周强", "zhouqiang@fullbox.example"),
    Person("meiling", "陳美玲", "meiling@kehu.example", "zh-TW"),
    Person("tom", "Tom Becker", "tom@customer.example", "en", "outlook"),
    Person("tingting", "赵婷婷", "tingting@customer.example"),
    Person("emma", "Emma Novak", "emma@school.example", "en"),
    Person("sunli", "孙丽", "sunli@customer.example"),
    Person("wutao", "吴涛", "wutao@customer.example"),
    Person("yating", "黃雅婷", "yating@kehu.example", "zh-TW"),
    Person("james", "James Carter", "james@customer.example", "en"),
    Person("zhengjie", "郑洁", "zhengjie@customer.example"),
    Person("bulk", "邮件营销中心", "offers@bulk.example", client="bulk"),
)
STAFF = (
    Person("bob", "Bob Reed", "bob@company.example", "en", role="handler", department="quality-dept"),
    Person("carol", "Carol Diaz", "carol@company.example", "en", role="supervisor", department="quality-dept"),
    Person("wangfang", "王芳", "wangfang@company.example", role="head", department="customer-service"),
    Person("hejun", "何军", "hejun@company.example", role="handler", department="logistics-dept"),
    Person("wuting", "吴婷", "wuting@company.example", role="handler", department="sales-dept"),
    Person("david", "林大維", "david@company.example", "zh-TW", role="handler", department="service-dept"),
    Person("chen", "陈经理", "chen@company.example", role="manager"),
)
SERVICE = Person("complaints", COMPANY, COMPLAINTS)
PEOPLE = {person.key: person for person in (*CUSTOMERS, *STAFF, SERVICE)}

# Grace mistyped her own address, so nobody has a mailbox there; 周强's is full, which his provider notices too late.
REFUSING = PEOPLE["grace"].address
RETURNING = PEOPLE["zhouqiang"].address
