"""Letters made for the bench, the same for the same seed: 60 % new, 30 % follow-ups, 10 % automatic; half of them Chinese."""

import random
from base64 import encodebytes
from email.header import Header

from msgspec import Struct

CHINESE = (
    ("电饭煲内胆掉漆", "上个月在你们店买的电饭煲,用了不到三周内胆就开始掉漆,吃饭的时候都能看到黑色碎屑,实在不敢再用了。"),
    ("快递一直没有更新", "订单显示已经发货五天了,物流信息停在中转站一动不动,打电话也没有人知道东西在哪里,请尽快查清楚。"),
    ("客服态度太差", "昨天打了三次热线,第一次说转接就挂断,第二次的人说话很不耐烦,到现在也没有人给我回电话。"),
    ("重复扣款", "同一笔订单在银行卡上扣了两次,一共多收了一百二十八元,请核对并把多扣的钱退回来。"),
    ("保温杯漏水", "新买的保温杯倒过来就漏水,包里的文件全湿了,密封圈看起来根本没有装好。"),
)
ENGLISH = (
    (
        "Blender stopped working",
        "The blender I bought from you stopped after two weeks. It smells of burnt plastic and the blades no longer turn.",
    ),
    ("Where is my parcel", "My parcel was due last Friday and tracking has not moved since. Nobody at the depot can tell me where it is."),
    (
        "Rude agent on the phone",
        "Your agent hung up on me twice yesterday and nobody has called me back as promised. I am very disappointed.",
    ),
    ("Charged twice", "I was charged twice for the same order. Please check the payment and refund the extra amount."),
    ("Coat lost its colour", "The coat lost its colour in the first wash although I followed the label exactly. It now looks years old."),
)


class Made(Struct, frozen=True):
    """A letter with what must become of it: the index of the letter that opens its ticket, or None for automatic mail."""

    raw: bytes
    opens: int | None


def make(count: int, seed: int = 20261122) -> list[Made]:
    """`count` letters in an order in which every follow-up comes after its first letter."""
    dice = random.Random(seed)
    made: list[Made] = []
    opened: list[int] = []
    for n in range(count):
        kind = "new" if not opened else dice.choices(("new", "follow-up", "automatic"), (60, 30, 10))[0]
        if kind == "new":
            made.append(Made(_letter(dice, n, None), n))
            opened.append(n)
        elif kind == "follow-up":
            first = dice.choice(opened)
            made.append(Made(_letter(dice, n, first), first))
        else:
            made.append(Made(_automatic(n), None))
    return made


def _letter(dice: random.Random, n: int, first: int | None) -> bytes:
    author = n if first is None else first
    subject, text = (CHINESE if author % 2 else ENGLISH)[author % 5]
    prefix = "" if first is None else ("回复：" if author % 2 else "Re: ")
    words = "\n\n".join([text] * dice.randint(1, 12)) + f"\n\n{'订单号' if author % 2 else 'Order'} {100000 + author}"
    header = [
        f"From: {Header(f'客户{author}' if author % 2 else f'Customer {author}').encode()} <customer{author}@customer.example>",
        "To: complaints@company.example",
        f"Subject: {Header(f'{prefix}{subject} {author}').encode()}",
        f"Message-ID: <bench-{n}@customer.example>",
        "Date: Mon, 16 Nov 2026 09:30:00 +0800",
        "MIME-Version: 1.0",
    ]
    if first is not None:
        header += [f"In-Reply-To: <bench-{first}@customer.example>", f"References: <bench-{first}@customer.example>"]
    body = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{encodebytes(words.encode()).decode()}"
    if dice.random() < 0.12:
        return _with_attachment(dice, header, body)
    return "\n".join([*header, body]).encode().replace(b"\n", b"\r\n")


def _with_attachment(dice: random.Random, header: list[str], body: str) -> bytes:
    picture = encodebytes(dice.randbytes(dice.randint(50, 200) * 1024)).decode()
    parts = [
        *header,
        'Content-Type: multipart/mixed; boundary="b0undary"',
        "",
        "--b0undary",
        body,
        "--b0undary",
        'Content-Type: image/jpeg; name="photo.jpg"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="photo.jpg"',
        "",
        picture,
        "--b0undary--",
        "",
    ]
    return "\n".join(parts).encode().replace(b"\n", b"\r\n")


def _automatic(n: int) -> bytes:
    sign = ("Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes")[n % 3]
    lines = [
        f"From: robot{n}@customer.example",
        "To: complaints@company.example",
        "Subject: Out of office",
        f"Message-ID: <robot-{n}@customer.example>",
        sign,
        "",
        "I am away.",
        "",
    ]
    return "\r\n".join(lines).encode()
