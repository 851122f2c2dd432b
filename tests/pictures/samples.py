"""Realistic samples for the pictures: people and words of each language in the contexts of `mailbot.outbox.samples`.

Labels come from the words files, orders from the table of orders, so that a picture shows what a reader gets.
"""

from collections.abc import Iterator
from typing import Any

from mailbot.lifecycle.orders import table, word
from mailbot.outbox.sample import People, Sample, press
from mailbot.outbox.samples import every_letter
from mailbot.outbox.words import Words
from mailbot.settings import LetterLanguage
from tests.pictures import sentences

CHINESE = People(
    subject="保温杯用了三天就漏水，客服一直没人理",
    complaint=(
        "你们好：\n\n我上周在贵公司网店买的保温杯（订单号 TB20261116008），用了三天杯盖就开始漏水，把包里的文件全弄湿了。\n"
        "打了两次客服电话都说会回电，到现在也没有人联系我。\n\n要求换新，并说明原因。\n\n王小明"
    ),
    answer=(
        "给您添麻烦了。杯盖密封圈有一个批次确有瑕疵，新杯今天下午用顺丰寄出，运单号 SF1390227715。\n旧杯不用寄回。"
    ),
    reason="照片中的产品不是本公司生产，包装上的商标也与我们不同，建议您联系购买的店铺。",
    terms=("漏水", "杯盖", "换新"),
)  # fmt: skip
TAIWANESE = People(
    "清河電器", "王小明", "李靜", "品質部", "客戶服務部", "產品品質", "交貨時間", "一般", "處理中", "提出處理方案", "解決問題",
    subject="保溫杯用三天就漏水，客服電話都沒人接",
    complaint=(
        "你們好：\n\n上星期在貴公司網站買的保溫杯（訂單編號 TW20261116008），用了三天杯蓋就開始漏水，包包裡的文件全濕了。\n"
        "打了兩次客服電話都說會回電，到現在還是沒有人聯絡我。\n\n請換一個新的給我，並說明原因。\n\n王小明"
    ),
    answer="造成您的困擾，非常抱歉。杯蓋密封圈有一個批次確實有瑕疵，新杯今天下午以宅配寄出，託運單號 9012-3456-7788。\n舊杯不用寄回。",
    reason="照片中的產品不是本公司生產，包裝上的商標也與我們不同，建議您與購買的店家聯絡。",
    terms=("漏水", "杯蓋", "換一個"),
    wish="要求換貨",
    price="價格",
    channel="電話",
    shop="清河商行",
    grade="重點客戶",
    consent=("確認", "有誤"),
    notice="信寄不出去",
    skips="（不含10月1日至7日國慶節；10月10日補班）",
)  # fmt: skip
ENGLISH = People(
    "Clearwater Flasks", "Alice Carter", "Bob Lin", "Quality", "Customer service", "Quality", "Delivery", "ordinary",
    "In progress", "File a handling plan", "Solve the problem",
    subject="Flask leaks after three days and nobody calls back",
    complaint=(
        "Hello,\n\nThe flask I bought last week (order CW-20261116-008) began to leak at the lid after three days and ruined the "
        "papers in my bag.\nI called twice; each time I was promised a call back that never came.\n\n"
        "Please replace it and tell me what went wrong.\n\nAlice Carter"
    ),
    answer=(
        "I am sorry about your papers. One batch of lid seals was faulty; a new flask left today by courier, tracking number "
        "1Z 999 AA1 01.\nThere is no need to send the old one back."
    ),
    reason="The product in your photograph was not made by us; the brand on its box is a different one. The shop that sold it can help.",
    terms=("leak", "lid", "replace"),
    wish="wants an exchange",
    price="Price",
    channel="phone",
    shop="East Street Hardware",
    grade="Key customer",
    consent=("confirm", "incorrect"),
    notice="mail can't be sent",
    skips=" (skips 1-7 Oct, National Day; 10 Oct is worked)",
)  # fmt: skip
PEOPLE: dict[LetterLanguage, People] = {"zh-CN": CHINESE, "zh-TW": TAIWANESE, "en": ENGLISH}
PROMISED = ("planned", "resolved")
LINKED = ("accept", "category", "plan", "resolve", "note", "decline", "help")
WRITTEN = {"zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "en": "en"}
WRONG = {"zh-CN": ("#受里", "#转 张三"), "zh-TW": ("#受里", "#轉 張三"), "en": ("#acept", "#assign Zed")}


def samples(language: LetterLanguage, words: Words) -> Iterator[Sample]:
    """Every letter in `language` with the words its reader gets."""
    for sample in every_letter(PEOPLE[language]):
        told = _told(sample, language, words)
        yield Sample(sample.letter, sample.context | told, sample.variant)


def _told(sample: Sample, language: LetterLanguage, words: Words) -> dict[str, Any]:
    """The parts of a context that come from words and orders."""
    context, people = sample.context, PEOPLE[language]
    told: dict[str, Any] = {}
    if "links" in context:
        told["links"] = [_press(name, language, words) for name in LINKED]
    if "promises" in context:
        told["promises"] = [
            p | {"label": words.t(language, f"promise.by.{m}")} for p, m in zip(context["promises"], PROMISED, strict=False)
        ]
    if "done" in context:
        names = ("accept", "category")[: len(context["done"])]
        told["done"] = [_done(name, people, language, words) for name in names]
    if "problems" in context:
        told |= _refused(sample, people, language, words)
    if "orders" in context:
        told["orders"] = table(language, context["now"].date())
    if "language_label" in context:
        told["language_label"] = words.t(language, f"language.{WRITTEN[language]}")
    if "letter_label" in context:
        told["letter_label"] = words.t(language, "letter.answer")
    if "departments" in context:
        told["departments"] = [_department(department, language, words) for department in context["departments"]]
    told |= _watching(context, language, words)
    return told | sentences.said(sample, people, language, words)


def _press(name: str, language: LetterLanguage, words: Words) -> dict[str, str]:
    """The button of an order."""
    return press(word(name, language)) | {"label": words.t(language, f"link.{name}")}


def _watching(context: dict[str, Any], language: LetterLanguage, words: Words) -> dict[str, Any]:
    """An alarm's headings, and the digest's lines about the mailbox."""
    told: dict[str, Any] = {}
    if "alarms" in context:
        kinds = zip(context["alarms"], ("sending", "quarantined"), strict=False)
        told["alarms"] = [alarm | {"label": words.t(language, f"watch.{kind}")} for alarm, kind in kinds]
    if context.get("today"):
        told["today"] = [row | {"act": _press("urge", language, words)} for row in context["today"]]
    if context.get("watch"):
        told["watch"] = _watched(language, words)
    return told


def _watched(language: LetterLanguage, words: Words) -> list[str]:
    over, running = words.t(language, "watch.sending"), words.t(language, "watch.mailbox")
    return [
        words.t(language, "digest.over", what=over),
        words.t(language, "digest.running", what=running),
        words.t(language, "digest.in_doubt", count=1, addresses="alice@customer.example"),
        words.t(language, "digest.held", count=2, addresses="old@customer.example"),
        words.t(language, "digest.unbalanced", count=3),
    ]


def _done(name: str, people: People, language: LetterLanguage, words: Words) -> dict[str, str]:
    facts = {"category": people.category, "before": people.other}
    return {part: words.t(language, f"done.{name}.{part}", **facts) for part in ("label", "meaning", "undo")}


def _refused(sample: Sample, people: People, language: LetterLanguage, words: Words) -> dict[str, Any]:
    mistyped, stranger = WRONG[language]
    if sample.variant:
        problems: list[dict[str, Any]] = [{"line": "", "sentence": words.t(language, "wrong.no-token"), "nearest": None, "choices": []}]
    else:
        choices = [people.department, people.service, people.member]
        problems = [
            {"line": mistyped, "sentence": words.t(language, "wrong.unknown-order"), "nearest": word("accept", language), "choices": []},
            {"line": stranger, "sentence": words.t(language, "wrong.unknown-person"), "nearest": None, "choices": choices},
        ]
    return {"problems": problems, "returned": f"{mistyped}\n{stranger}\n\n{people.answer}"}


def _department(department: dict[str, Any], language: LetterLanguage, words: Words) -> dict[str, Any]:
    groups = [
        {"label": words.t(language, f"late.{key}"), "rows": [row | {"act": _press("urge", language, words)} for row in group["rows"]]}
        for group, key in zip(department["groups"], ("days", "minutes"), strict=False)
    ]
    return department | {"groups": groups}
