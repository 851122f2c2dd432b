"""The first day: complaints come in, staff works by answering e-mail."""

from mailbot.demo import writing
from mailbot.demo.cast import PEOPLE
from mailbot.demo.stage import Stage

ACKNOWLEDGED = "complainant/acknowledgement"
NOTICE, FOLLOW_UP, RECEIPT = "staff/new-complaint", "staff/follow-up", "staff/receipt"
NONSENSE = b"\x00\xff\xfe no letter\r\n"


def first_letters(stage: Stage) -> None:
    """Six complaints and one advertisement."""
    stage.narrator.scene("Morning: the first letters", "早上：第一批来信")
    for name in ("kettle", "parcel", "rice-cooker", "invoice", "discount", "technician", "newsletter"):
        stage.opens(name)
    stage.rests()
    for person, name in (("alice", "kettle"), ("liming", "parcel"), ("zhangrong", "rice-cooker"), ("chihhao", "discount")):
        stage.gets(person, ACKNOWLEDGED, name)
    for person, name in (("bob", "kettle"), ("hejun", "parcel"), ("wuting", "rice-cooker"), ("wuting", "invoice"), ("david", "technician")):
        stage.gets(person, NOTICE, name)
    stage.ends_as("newsletter", "bulk")
    stage.narrator.aside("Grace mistyped her own address, and 周强's mailbox is full: whoever has their case is told.")
    stage.gets("wuting", "staff/undeliverable", "invoice")
    stage.gets("david", "staff/undeliverable", "technician")


def bob_and_alice(stage: Stage) -> None:
    """A staff reply answers; the customer's next letter, from QQ Mail without References, finds its case."""
    stage.at("09:40")
    stage.narrator.scene("Staff works by answering e-mail", "员工只用邮件办案")
    stage.answers("bob-takes-kettle")
    stage.gets("alice", "complainant/answer", "kettle")
    stage.gets("bob", RECEIPT, "kettle")
    stage.answers("hejun-takes-parcel")
    stage.gets("liming", "complainant/answer", "parcel")
    stage.at("09:52")
    stage.fate_of(stage.answers("alice-serial"), "appended")
    stage.gets("bob", FOLLOW_UP, "kettle")
    stage.narrator.aside("李明's QQ Mail sends neither In-Reply-To nor References:")
    stage.fate_of(stage.answers("liming-again"), "appended")
    stage.gets("hejun", FOLLOW_UP, "parcel")


def second_round(stage: Stage) -> None:
    """Eight more, one of them by somebody who is out of the office when the acknowledgement comes; and eighteen bytes of nothing."""
    stage.at("10:00")
    stage.narrator.scene("More letters", "更多来信")
    for name in ("appointment", "chair", "lid", "museum", "vague", "idea", "driver", "hotline"):
        stage.opens(name)
    stage.sends("bulk", NONSENSE, "(eighteen bytes that are no letter)")
    acknowledged = stage.gets("emma", ACKNOWLEDGED, "museum")
    away = writing.absence(PEOPLE["emma"], acknowledged.message, stage.clock())
    stage.fate_of(stage.sends("emma", away, "(her mail server answers for her: out of the office)"), "noted")
    for person, name in (("meiling", "appointment"), ("tom", "chair"), ("sunli", "vague"), ("yating", "driver"), ("james", "hotline")):
        stage.gets(person, ACKNOWLEDGED, name)
    for person, name in (("david", "appointment"), ("bob", "chair"), ("bob", "lid"), ("wangfang", "vague"), ("hejun", "driver")):
        stage.gets(person, NOTICE, name)


def staff_at_work(stage: Stage) -> None:
    """Orders: sorted, re-classified, mistyped, planned."""
    stage.at("11:00")
    stage.narrator.scene("Orders in the first line", "首行写指令")
    stage.answers("wangfang-sorts-vague")
    stage.gets("wangfang", RECEIPT, "vague")
    stage.gets("david", NOTICE, "vague")
    stage.answers("hejun-reclassifies-driver")
    stage.gets("david", NOTICE, "driver")
    stage.at("11:20")
    stage.narrator.aside("Bob mistypes an order: nothing may reach the customer.")
    stage.fate_of(stage.answers("bob-mistypes-lid"), "refused")
    stage.gets("bob", "staff/refusal", "lid")
    stage.answers("bob-resolves-lid")
    stage.gets("tingting", "complainant/resolution", "lid")
    stage.at("11:30")
    for name in ("bob-plans-chair", "david-plans-hotline", "david-plans-vague", "david-plans-driver", "wangfang-answers-museum"):
        stage.fate_of(stage.answers(name), "order")
    stage.gets("emma", "complainant/resolution", "museum")


def afternoon(stage: Stage) -> None:
    """Cases are resolved and closed; one more letter comes that nobody sorts."""
    stage.at("14:10")
    stage.narrator.scene("Afternoon: resolved, closed", "下午：解决与结案")
    stage.answers("bob-resolves-kettle")
    stage.gets("alice", "complainant/resolution", "kettle")
    stage.gets("wangfang", "staff/resolved", "kettle")
    stage.answers("alice-thanks")
    stage.answers("wangfang-closes-idea")
    stage.gets("wutao", "complainant/closing", "idea")
    stage.answers("david-resolves-appointment")
    stage.gets("meiling", "complainant/resolution", "appointment")
    stage.at("15:20")
    stage.opens("angry")
    stage.gets("wangfang", NOTICE, "angry")
    stage.at("15:42")
    stage.answers("hejun-resolves-parcel")
    stage.gets("liming", "complainant/resolution", "parcel")
