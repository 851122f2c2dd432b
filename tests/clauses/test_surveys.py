"""Surveys and follow-up played with letters."""

import email
import email.policy
import tomllib
from pathlib import Path

from lxml import html

from mailbot.procedures.procedure import SHIPPED
from mailbot.store import votes
from tests.clauses.company import BOSS, CUSTOMER, SERVICE_HEAD, Company, company, moment

HANDLER = Company.handler("quality-dept")
MORE = """
[survey]
tell = ["customer-service-head", "general-manager"]
remind = "2d"
silent = "4d"
clause = "S4.10"
[survey.question.service]
label = { zh-CN = "服务", zh-TW = "服務", en = "service" }
[survey.question.quality]
label = { zh-CN = "质量", zh-TW = "品質", en = "quality" }
"""


def procedure(home: Path, more: str = MORE) -> str:
    text = (SHIPPED / "feedback.toml").read_text("utf-8") + more
    assert tomllib.loads(text)
    (home / "own.toml").write_text(text, "utf-8")
    return "own.toml"


def surveyed(firm: Company) -> None:
    firm.write(CUSTOMER, "质量：杯子漏水", "上周买的杯子漏水，请处理。")
    firm.reply(HANDLER, firm.last(HANDLER, "新投诉"), "#解决\n新杯子已寄出。")
    firm.later(days=6)
    assert "surveyed" in firm.ticket().milestones


def test_s4_10_answers_by_line_are_kept_and_a_low_one_opens_a_new_round_and_tells_up_the_ladder(tmp_path: Path) -> None:
    with company(procedure(tmp_path), tmp_path) as firm:
        surveyed(firm)
        firm.reply(CUSTOMER, firm.last(CUSTOMER, "1. 服务"), "1: 5\n2: 2，又漏了")
        with firm.pipeline.store.reading() as connection:
            cast = {row.question: row.score for row in votes.between(connection, moment(1), moment(30))}
        assert cast == {"service": 5, "quality": 2}
        assert firm.ticket().round == 2
        told = firm.last(SERVICE_HEAD, "客户不满意")
        assert "质量：2，不满意" in told.text
        assert "又漏了" in told.text
        assert not [letter for letter in firm.inbox("boss@company.example") if "客户不满意" in letter.subject]


def test_s4_10_one_vote_a_round_counts(tmp_path: Path) -> None:
    with company(procedure(tmp_path), tmp_path) as firm:
        surveyed(firm)
        survey = firm.last(CUSTOMER, "1. 服务")
        firm.reply(CUSTOMER, survey, "5")
        firm.reply(CUSTOMER, survey, "4")
        assert (firm.ticket().status, firm.kinds().count("rated"), firm.kinds().count("rated-again")) == ("closed", 1, 1)
        with firm.pipeline.store.reading() as connection:
            assert [row.score for row in votes.between(connection, moment(1), moment(30))] == [5]


def test_s4_10_silence_brings_one_reminder_and_is_recorded(tmp_path: Path) -> None:
    with company(procedure(tmp_path), tmp_path) as firm:
        surveyed(firm)
        firm.later(days=6)
        assert len([letter for letter in firm.inbox(CUSTOMER) if "想再听听您的意见" in letter.subject]) == 1
        assert "survey-silent" in firm.kinds()


def test_s3g_3_what_the_customer_says_on_the_phone_is_recorded(tmp_path: Path) -> None:
    with company(procedure(tmp_path), tmp_path) as firm:
        surveyed(firm)
        firm.reply(HANDLER, firm.last(HANDLER, "新投诉"), "#评价 好")
        assert "评价请写 1 至 5 的数字" in firm.last(HANDLER).text
        firm.reply(HANDLER, firm.last(HANDLER, "新投诉"), "#评价 5 客户说处理及时")
        assert "已记录客户评价：5分" in firm.last(HANDLER).text
        assert "rated" in firm.ticket().milestones
        firm.later(days=6)
        assert "survey-silent" not in firm.kinds()


def test_s3e_1_a_dissatisfied_call_opens_a_new_round(tmp_path: Path) -> None:
    with company(procedure(tmp_path), tmp_path) as firm:
        surveyed(firm)
        firm.reply(HANDLER, firm.last(HANDLER, "新投诉"), "#评价 1 客户说还在漏")
        assert firm.ticket().round == 2
        assert "还在漏" in firm.last(SERVICE_HEAD, "客户不满意").text


def buttons(firm: Company, who: str, subject: str) -> set[str]:
    """What the buttons say in the letters with this in their subject that somebody got."""
    got = [email.message_from_bytes(data, policy=email.policy.default) for data in firm.raw(who)]
    parts = [letter.get_body(("html",)) for letter in got if subject in letter["Subject"]]
    return {str(link.text).strip() for part in parts if part for link in html.document_fromstring(part.get_content()).iter("a")}


def test_s4_3_the_head_reviews_what_was_registered(tmp_path: Path) -> None:
    review = """
[deadline.reviewed]
within = "1wd"
after = "received"
owner = "customer-service-head"
clause = "S4.3"
label = { zh-CN = "审核登记", zh-TW = "審核登記", en = "Review the registration" }
"""
    with company(procedure(tmp_path, review), tmp_path) as firm:
        firm.write(CUSTOMER, "质量：杯子漏水", "上周买的杯子漏水，请处理。")
        firm.reply(HANDLER, firm.last(HANDLER, "新投诉"), "#审核")
        assert "您的权限不能下达这条指令" in firm.last(HANDLER).text
        assert "reviewed" not in firm.ticket().milestones
        firm.later(days=1)
        assert "· 审核通过：#审核" in firm.last(SERVICE_HEAD, "审核登记").text
        firm.later(days=1)
        assert "审核通过" in buttons(firm, BOSS, "逾期日报")
        firm.reply(SERVICE_HEAD, firm.last(SERVICE_HEAD, "审核登记"), "#审核")
        assert "reviewed" in firm.ticket().milestones
