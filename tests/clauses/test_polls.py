"""Surveys of customers that come every period, played with letters (S2.5)."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailbot.lifecycle.ticket import Customer
from mailbot.procedures.procedure import SHIPPED
from mailbot.store import addresses, customers, occasions, records, votes
from tests.clauses.company import CHINA, CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, moment
from tests.clauses.ways import OUTBOX

PLAIN = "wang@shop.example"
BUYER = "buyer@customer.example"
DUTY = re.compile(r"^\[duty\..*?(?=^\[(?!duty)|\Z)", re.MULTILINE | re.DOTALL)  # the year's other work has stories of its own
MORE = """
[survey]
remind = "3d"
silent = "6d"
"""


def enter(firm: Company, name: str, grade: str, *of: str) -> int:
    with firm.pipeline.store.transaction() as tx:
        return customers.add(tx, Customer(id=0, name=name, grade=grade), of, firm.now)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Company]:
    """A company in the middle of November, its polls in force; the next quarter begins on the fourth of January."""
    preset = (SHIPPED / "after-sales.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(DUTY.sub("", preset) + MORE, "utf-8")
    with company("own.toml", tmp_path) as opened:
        assert opened.pipeline.identity
        enter(opened, "清河商贸", "key", CUSTOMER)
        enter(opened, "王记小店", "ordinary", PLAIN)
        opened.later(minutes=30)
        yield opened


def on(firm: Company, day: int, month: int, hour: int = 10, minute: int = 0) -> None:
    """A day of 2027: the clocks are looked at from half past eight on, and nothing happened since they last were."""
    firm.now = datetime(2027, month, day, 8, 30, tzinfo=CHINA)
    firm.at(firm.now.replace(hour=hour, minute=minute))


def polls(firm: Company, address: str) -> list[str]:
    return [letter.text for letter in firm.inbox(address) if "感谢您一直以来" in letter.text]


def test_s2_5_key_customers_are_asked_each_quarter_and_the_others_each_year(firm: Company) -> None:
    assert not firm.inbox(CUSTOMER)
    on(firm, 4, 1)
    (asked,) = polls(firm, CUSTOMER)
    for index in ("设计", "产品实物质量", "物流", "服务与沟通", "价格的适宜性", "与竞争对手比较"):
        assert index in asked
    assert "更好、相当、较差" in asked
    assert len(polls(firm, PLAIN)) == 1
    on(firm, 1, 4)
    assert (len(polls(firm, CUSTOMER)), len(polls(firm, PLAIN))) == (2, 1)


def test_s2_5_nobody_is_asked_for_a_period_that_began_before_the_poll_was_in_force(firm: Company) -> None:
    firm.later(days=3)
    assert not polls(firm, CUSTOMER)


def test_s2_5_the_letter_goes_out_in_office_hours_and_once(firm: Company) -> None:
    on(firm, 4, 1, hour=8, minute=59)
    assert not polls(firm, CUSTOMER)
    on(firm, 4, 1)
    firm.later(days=2)
    assert len(polls(firm, CUSTOMER)) == 1


def test_s2_5_after_downtime_only_the_latest_period_is_asked_for(firm: Company) -> None:
    on(firm, 12, 8)
    assert len(polls(firm, CUSTOMER)) == 1
    with firm.pipeline.store.reading() as connection:
        assert [row[:3] for row in occasions.of_customer(connection, 1)] == [("poll", "key", "2027-Q3")]


def test_s2_5_a_vote_by_line_is_kept_and_ends_the_poll(firm: Company) -> None:
    on(firm, 4, 1)
    firm.reply(CUSTOMER, firm.last(CUSTOMER, "满意度调查"), "1: 5\n2: 4\n6. 更好")
    with firm.pipeline.store.reading() as connection:
        cast = {row.question: row.score for row in votes.between(connection, moment(1), firm.now.replace(month=2))}
    assert cast == {"design": 5, "quality": 4, "competitors": 5}
    assert firm.ticket().status == "closed"
    firm.later(days=10)
    assert len(firm.inbox(CUSTOMER)) == 1
    assert not [letter for letter in firm.inbox(SERVICE_HEAD) if "满意度" in letter.subject]


def test_s2_5_one_vote_counts_and_only_the_customers_own(firm: Company) -> None:
    on(firm, 4, 1)
    poll = firm.last(CUSTOMER, "满意度调查")
    firm.reply("stranger@elsewhere.example", poll, "1")
    firm.reply(CUSTOMER, poll, "4")
    firm.reply(CUSTOMER, poll, "5")
    with firm.pipeline.store.reading() as connection:
        assert [row.score for row in votes.between(connection, moment(1), firm.now.replace(month=2))] == [4]


def test_s2_5_who_is_dissatisfied_is_told_of_and_asked_each_month_until_satisfied(firm: Company) -> None:
    on(firm, 4, 1)
    firm.reply(CUSTOMER, firm.last(CUSTOMER, "满意度调查"), "2: 1，三箱都破了\n3: 4")
    told = firm.last(SERVICE_HEAD, "客户不满意").text
    assert "产品实物质量：1" in told
    assert "三箱都破了" in told
    assert "调查会更频繁" in told
    assert "客户满意度调查（2027年第1季度）" in told
    firm.reply(SERVICE_HEAD, firm.last(SERVICE_HEAD, "客户不满意"), "王经理您好，三箱明天补发。")
    assert "明天补发" in firm.last(CUSTOMER).text
    firm.later(days=1)
    assert len(polls(firm, CUSTOMER)) == 1
    on(firm, 1, 2)
    assert len(polls(firm, CUSTOMER)) == 2
    firm.reply(CUSTOMER, firm.last(CUSTOMER, "满意度调查"), "5")
    on(firm, 1, 3)
    assert len(polls(firm, CUSTOMER)) == 2
    on(firm, 1, 4)
    assert len(polls(firm, CUSTOMER)) == 3


def test_s2_5_a_complaint_in_the_answer_is_handled_as_one(firm: Company) -> None:
    on(firm, 4, 1)
    poll = firm.last(CUSTOMER, "满意度调查")
    firm.reply(CUSTOMER, poll, "上周到的货有三箱破损，质量太差，请尽快补发。")
    firm.reply(CUSTOMER, poll, "照片稍后补上。")
    complaint = firm.ticket(3)
    assert (complaint.kind, complaint.customer and complaint.customer.name) == ("complaint", "清河商贸")
    assert "受理编号" in firm.last(CUSTOMER, complaint.number).text
    assert "照片稍后补上" in firm.last(SERVICE, complaint.number).text
    assert firm.ticket(1).facts.led_to == complaint.number
    firm.later(days=10)
    assert "survey-reminded" not in firm.ticket(1).milestones


def test_s2_5_silence_brings_one_reminder_and_ends_the_poll(firm: Company) -> None:
    on(firm, 4, 1)
    firm.later(days=4)
    assert "日前我们给您发过一份满意度调查" in firm.last(CUSTOMER).text
    firm.later(days=9)
    assert len(firm.inbox(CUSTOMER)) == 2
    assert firm.ticket().status == "closed"
    assert firm.kinds()[-1] == "survey-silent"


def test_s2_5_who_cannot_be_written_to_is_on_record_with_the_reason(firm: Company) -> None:
    lone, gone = enter(firm, "电话客户", "key"), enter(firm, "搬走的", "key", BUYER)
    with firm.pipeline.store.transaction() as tx:
        addresses.mark_dead(tx, BUYER, "5.1.1", "unknown", firm.now)
    on(firm, 4, 1)
    assert not firm.inbox(BUYER)
    with firm.pipeline.store.reading() as connection:
        for customer in (lone, gone):
            (row,) = occasions.of_customer(connection, customer)
            assert row[3] is None
            assert "no address" in row[4]


def test_s2_5_a_customer_is_asked_where_they_last_wrote_from_and_in_their_language(firm: Company) -> None:
    enter(firm, "Northwind", "key", "aaa@northwind.example", "alice@northwind.example")
    firm.write("alice@northwind.example", "Late delivery", "Our order has not arrived yet, please tell us where it is.")
    on(firm, 4, 1)
    assert "How are we doing?" in firm.last("alice@northwind.example").subject
    assert not firm.inbox("aaa@northwind.example")


def test_s2_5_many_customers_are_asked_a_few_an_hour_and_no_breaker_closes(firm: Company) -> None:
    for number in range(60):
        enter(firm, f"客户{number}", "key", f"c{number}@many.example")
    on(firm, 4, 1, hour=9, minute=30)
    assert asked(firm) == 25
    firm.later(hours=4)
    assert asked(firm) == 62
    with firm.pipeline.store.reading() as connection:
        assert not list(records.all_tickets(connection))
        assert len(list(records.all_tickets(connection, own_work=True))) == 62


def asked(firm: Company) -> int:
    """How many polls went out."""
    with firm.pipeline.store.reading() as connection:
        sent = select(func.count()).where(OUTBOX.c.letter == "complainant/poll", OUTBOX.c.fate == "sent")
        return connection.execute(sent).scalar_one()
