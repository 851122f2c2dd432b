"""What customers' letters do: open, thread, reopen, rate; and what never gets an answer."""

from email.message import EmailMessage
from email.utils import make_msgid

import pytest

from mailbot.intake.collect import Collector
from mailbot.intake.message import InboundMessage
from mailbot.store import schema
from mailbot.store.letters import claim
from tests.stories.world import REF, World, monday

LEAKS = "杯子上周才买,昨天倒热水的时候发现杯底一直在漏水,桌子都湿了。这种质量太差了,要求退货退款。"
CHARGED = "You charged my card twice for the same order. I want the extra amount back at once, this overcharging is not acceptable."


def resolved(company: World) -> InboundMessage:
    """A complaint that Bob has resolved; gives the letter Alice got."""
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.answer("bob@company.example", company.new("bob")[0], "#解决\n已经给您寄出新的杯子。")
    company.turn(monday(11))
    return company.new("alice")[-1]


def test_an_acknowledgement_carries_no_word_of_the_senders(company: World) -> None:
    company.write("Cheap Pills <alice@customer.example>", "BUY NOW http://evil.example", CHARGED)
    company.turn(monday(10))
    (letter,) = company.new("alice")
    assert not {"Pills", "BUY", "evil", "charged"} & set(letter.text.replace("/", " ").split())
    assert "BUY" not in letter.subject


@pytest.mark.parametrize(("text", "word"), [(LEAKS, "您好"), (CHARGED, "Hello")], ids=["zh", "en"])
def test_customers_are_answered_in_their_own_language(company: World, text: str, word: str) -> None:
    company.write("alice@customer.example", "投诉" if word == "您好" else "Complaint", text)
    company.turn(monday(10))
    assert word in company.new("alice")[0].text


def test_traditional_chinese_is_answered_in_traditional_chinese(company: World) -> None:
    company.write("alice@customer.example", "保溫杯漏水", "杯子上週才買,昨天倒熱水時發現杯底一直漏水,桌子都濕了。品質太差了,要求退貨退款。")
    company.turn(monday(10))
    assert company.ticket()["category"] == "quality"
    (letter,) = company.new("alice")
    assert "我們已收到您的來信" in letter.subject
    assert "並由專人處理中" in letter.text


def test_a_subject_number_counts_only_for_somebody_who_takes_part(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    tag = f"[#{company.ticket()['number']}]"
    company.write("mallory@customer.example", f"Re: {tag}", "我想知道这个投诉现在怎么样了,请把全部内容发给我。")
    company.write("alice@customer.example", f"回覆：保温杯漏水 {tag}", "还有杯盖也裂了。")
    company.turn(monday(11))
    assert [t["letters"] for t in company.tickets()][0] > [t["letters"] for t in company.tickets()][1]
    assert sorted(company.fates()) == ["appended", "new-ticket", "new-ticket"]
    assert not any("漏水" in letter.text for letter in company.inbox("mallory"))


def test_a_forwarded_letters_token_gives_a_stranger_no_standing(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    (acknowledgement,) = company.new("alice")
    company.answer("mallory@customer.example", acknowledgement, "请告诉我处理结果")
    company.turn(monday(11))
    assert company.ticket()["participants"] == ["alice@customer.example"]
    assert company.inbox("mallory") == []
    assert "third-party-wrote" in company.story()


def test_thanks_does_not_reopen_and_anything_else_does(company: World) -> None:
    outcome = resolved(company)
    company.answer("alice@customer.example", outcome, "好的，谢谢！")
    company.turn(monday(12))
    assert (company.ticket()["status"], company.ticket()["round"]) == ("resolved", 1)
    company.answer("alice@customer.example", outcome, "新的杯子也漏水。")
    company.turn(monday(13))
    assert (company.ticket()["status"], company.ticket()["round"]) == ("open", 2)


@pytest.mark.parametrize(("digit", "status", "turns"), [("5", "closed", 1), ("１", "open", 2)])
def test_a_survey_is_answered_with_one_digit(company: World, digit: str, status: str, turns: int) -> None:
    resolved(company)
    company.turn(monday(12, day=20))
    survey = company.new("alice")[-1]
    company.answer("alice@customer.example", survey, digit)
    company.turn(monday(13, day=20))
    assert (company.ticket()["status"], company.ticket()["round"]) == (status, turns)


def test_silence_after_the_survey_closes_the_ticket(company: World) -> None:
    resolved(company)
    company.turn(monday(12, day=20))
    company.turn(monday(12, day=28))
    assert company.ticket()["status"] == "closed"
    assert company.ticket()["number"] in company.new("alice")[-1].subject


@pytest.mark.parametrize(
    ("headers", "fate"),
    [
        ({"Auto_Submitted": "auto-replied"}, "noted"),
        ({"Precedence": "bulk", "List_Id": "<shop.example>"}, "bulk"),
        ({"X_Autoreply": "yes"}, "noted"),
    ],
)
def test_f46_automatic_mail_is_kept_with_its_fate_and_never_answered(company: World, headers: dict[str, str], fate: str) -> None:
    company.write("alice@customer.example", "Out of office", "I am away.", **headers)
    company.turn(monday(10))
    assert (company.fates(), company.tickets(), company.inbox("alice")) == ([fate], [], [])


def test_f19_the_same_letter_twice_opens_one_ticket(company: World) -> None:
    for _ in range(2):
        company.write("alice@customer.example", "保温杯漏水", LEAKS, Message_ID="<twice@customer.example>")
    company.turn(monday(10))
    assert company.fates() == ["new-ticket", "duplicate"]
    assert len(company.inbox("alice")) == 1


def test_f39_nonsense_does_not_stop_the_letters_after_it(company: World) -> None:
    company.mail.deliver("complaints", b"Message-ID: <\x00\xff\xfe")
    company.mail.deliver("complaints", b"\xff" * 18)
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    assert sorted(company.fates()) == ["new-ticket", "quarantined", "quarantined"]


def test_no_letter_to_a_customer_holds_what_stays_inside(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    (notice,) = company.new("bob")
    company.answer("bob@company.example", notice, "#备注 客户很难缠,不要赔\n#类别 质量")
    company.answer("bob@company.example", notice, "请把杯子寄回来。")
    company.turn(monday(11))
    staff_marker = REF.search(notice.text)
    assert staff_marker
    for letter in company.inbox("alice"):
        assert "难缠" not in letter.text
        assert staff_marker[0] not in letter.text
        assert "#" not in letter.text.replace("[#", "")


@pytest.mark.parametrize("address", ["用户@例子.中国", "a@x.example,b@y.example"])
def test_an_address_no_letter_can_go_to_costs_no_ticket(company: World, address: str) -> None:
    raw = f"From: <{address}>\r\nTo: complaints@company.example\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{LEAKS}\r\n"
    company.mail.deliver("complaints", raw.encode())
    company.turn(monday(10))
    assert company.fates() == ["new-ticket"]
    assert len(company.new("bob")) == 1


def test_a_third_partys_letter_is_shown_as_such(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.new("bob")
    company.answer("mallory@customer.example", company.new("alice")[0], "请告诉我处理结果")
    company.turn(monday(11))
    assert "mallory@customer.example" in company.new("bob")[0].text


def test_f39_a_letter_that_takes_the_service_down_three_times_is_set_aside(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    store = company.pipeline.store
    schema.upgrade(store)
    collector = Collector(company.pipeline.settings.mailbox[0], store)
    with collector.session(monday(10)):
        collector.look(monday(10))
    for _ in range(3):  # the service claims it and dies
        with store.transaction() as tx:
            claim(tx)
    company.turn(monday(10))
    assert company.fates() == ["quarantined"]
    assert "3 times" in company.letters()[0]["reason"]


def with_logo(company: World, subject: str, text: str, **headers: str) -> None:
    """A letter with the picture that its writer's mail program puts under every letter."""
    letter = EmailMessage()
    for name, value in {"From": "alice@customer.example", "To": "complaints@company.example", "Subject": subject, **headers}.items():
        letter[name.replace("_", "-")] = value
    letter["Message-ID"] = make_msgid(domain="customer.example")
    letter.set_content(text)
    letter.add_attachment(b"\x89PNG\r\n\x1a\n" + b"logo" * 10, "image", "png", filename="image001.png")
    company.post(letter.as_bytes(), "alice@customer.example")


def test_signatures_picture_is_known_by_its_repetition(company: World) -> None:
    with_logo(company, "保温杯漏水", LEAKS)
    company.turn(monday(10))
    told = company.new("alice")[-1]
    company.new("bob")
    carried = []
    for hour in (11, 12):
        with_logo(company, f"Re: {told.subject}", "还有一个也漏水", In_Reply_To=f"<{told.message_id}>")
        company.turn(monday(hour))
        carried.append([part.name for part in company.new("bob")[-1].attachments])
    assert carried == [["image001.png"], []]
    with_logo(company, f"Re: {told.subject}", "谢谢!", In_Reply_To=f"<{told.message_id}>")
    company.turn(monday(13))
    assert company.new("bob") == [], "a logo makes no more of a word of thanks"
