"""The whole path of one complaint: Alice complains, Bob answers by e-mail, Alice replies from a client without References,
Bob resolves, Carol's digest is right. Real Dovecot, real Postfix, both databases."""

from tests.stories.world import World, monday

LEAKS = "杯子上周才买,昨天倒热水的时候发现杯底一直在漏水,桌子都湿了。这种质量太差了,要求退货退款。"


def test_alice_complains_bob_answers_she_replies_without_references_bob_resolves_and_the_digest_is_right(company: World) -> None:
    company.write("Alice 王 <alice@customer.example>", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    (acknowledged,) = company.new("alice")
    (notice,) = company.new("bob")
    number = company.ticket()["number"]
    assert f"[#{number}]" in acknowledged.subject
    assert "漏水" in notice.text

    company.answer("Bob <bob@company.example>", notice, "Dear Alice,\nplease send us a photo of the bottom of the cup.\nBob")
    company.turn(monday(11))
    (answer,) = company.new("alice")
    assert "photo of the bottom" in answer.text
    assert company.ticket()["status"] == "waiting"

    company.answer("alice@customer.example", answer, "照片在附件里,请看。", references=False)
    company.turn(monday(14))
    (follow_up,) = company.new("bob")
    assert "照片在附件里" in follow_up.text
    assert (len(company.tickets()), company.ticket()["status"]) == (1, "open")

    company.turn(monday(9, day=20))
    digest = company.new("carol")[-1]
    assert number in digest.text
    assert company.ticket()["status"] == "open"

    company.answer("bob@company.example", follow_up, "#resolve\n\nWe sent you a new cup today and took the old one back.")
    company.turn(monday(10, day=20))
    outcome = company.new("alice")[-1]
    receipt = company.new("bob")[-1]
    assert "new cup today" in outcome.text
    assert "#resolve" not in outcome.text
    assert number in receipt.subject
    assert company.ticket()["status"] == "resolved"

    company.new("carol")
    company.turn(monday(9, day=23))
    assert [letter for letter in company.new("carol") if number in letter.text] == []
    assert {"resolved", "answered"} <= company.ticket()["milestones"].keys()


def test_the_story_of_the_ticket_is_complete(company: World) -> None:
    company.write("alice@customer.example", "保温杯漏水", LEAKS)
    company.turn(monday(10))
    company.answer("bob@company.example", company.new("bob")[0], "#受理\n#备注\n已电话联系")
    company.turn(monday(11))
    assert company.story() == ["opened", "signals", "classified", "assigned", "taken", "accepted", "note"]
    assert company.ticket()["assignee"] == "bob@company.example"
