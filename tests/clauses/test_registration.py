"""Complaints that did not come by mail, registered and played with letters."""

from pathlib import Path

from mailbot.lifecycle.ticket import Customer
from mailbot.store import customers
from tests.clauses.company import CUSTOMER, SERVICE_HEAD, Company, company

HANDLER = Company.handler("quality-dept")
BY_PHONE = "客户：李娜\n电话：13800138000\n渠道：电话\n批号：B2611\n内容：上周买的杯子漏水，要求换新。"


def test_s4_2_what_came_by_phone_belongs_to_the_customer_and_letters_owed_become_calls(tmp_path: Path) -> None:
    with company("feedback", tmp_path) as firm:
        firm.write(SERVICE_HEAD, "质量：杯子漏水", BY_PHONE)
        ticket = firm.ticket()
        assert (ticket.requester.name, ticket.requester.address, ticket.facts.channel) == ("李娜", "", "phone")
        assert (ticket.facts.batch, ticket.facts.registered_by) == ("B2611", SERVICE_HEAD)
        assert "已登记，编号2026-000001" in firm.last(SERVICE_HEAD, "已登记").text
        told = firm.last(HANDLER, "新投诉").text
        assert "来源渠道：电话" in told
        assert "13800138000" in told
        firm.reply(HANDLER, firm.last(HANDLER, "新投诉"), "#解决\n新杯子今天寄出。")
        call = firm.last(HANDLER, "请电话告知客户")
        assert "新杯子今天寄出。" in call.text
        assert "answered" in firm.ticket().milestones
        firm.later(days=6)
        firm.reply(HANDLER, firm.last(HANDLER, "满意度调查"), "#评价 5 很好")
        assert "rated" in firm.ticket().milestones
        assert not firm.inbox("")


def test_s4_2_with_an_address_the_customer_gets_the_letters(tmp_path: Path) -> None:
    with company("feedback", tmp_path) as firm:
        firm.write(SERVICE_HEAD, "质量：杯子漏水", f"客户：李娜\n邮箱：{CUSTOMER}\n渠道：门店\n\n杯子漏水。")
        assert "受理编号" in firm.last(CUSTOMER, "2026-000001").text
        assert firm.ticket().facts.channel == "shop"


def test_s4_2_a_wrong_line_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    with company("feedback", tmp_path) as firm:
        firm.write(SERVICE_HEAD, "质量：杯子漏水", BY_PHONE.replace("渠道：电话", "渠道：飞鸽"))
        refusal = firm.last(SERVICE_HEAD, "飞鸽").text
        assert "登记中这一行看不明白" in refusal
        assert "上周买的杯子漏水" in refusal
        firm.write(SERVICE_HEAD, "质量：杯子漏水", "客户：李娜\n电话：1380")
        assert "没有写投诉内容" in firm.last(SERVICE_HEAD).text
        firm.write(SERVICE_HEAD, "质量：杯子漏水", BY_PHONE)
        assert firm.ticket(1).requester.name == "李娜"


def test_s3a_1_complaints_about_one_batch_are_counted(tmp_path: Path) -> None:
    with company("feedback", tmp_path) as firm:
        with firm.pipeline.store.transaction() as tx:
            customers.add(tx, Customer(id=0, name="李娜", phone="13800138000"), (), firm.now)
        firm.write(SERVICE_HEAD, "质量：杯子漏水", BY_PHONE)
        firm.write(SERVICE_HEAD, "质量：又一个", BY_PHONE.replace("上周买的", "昨天买的"))
        ticket = firm.ticket(2)
        assert (ticket.facts.same_batch, ticket.facts.repeats) == (1, 1)
        assert ticket.customer
        assert ticket.customer.name == "李娜"
