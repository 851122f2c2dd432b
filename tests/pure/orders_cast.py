"""The people and the procedure that order tests speak of, and how they read a reply."""

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from mailbot.lifecycle.orders import GivenOrder, OrderContext, Problem, parse_reply
from mailbot.procedures.procedure import load
from mailbot.procedures.rules import Labels, Milestone
from mailbot.settings import Member

BOB = Member(name="Bob Reed", addresses=("bob@company.example", "bob.reed@company.example"), department="quality-dept")
CAROL = Member(name="Carol", addresses=("carol@company.example",), role="head", department="service-dept", language="zh-TW")
CHEN = Member(name="陈经理", addresses=("chen@company.example",), role="manager")
LI_SI = Member(name="李四", addresses=("lisi@company.example",), department="sales-dept")
OTHER_BOB = Member(name="Bob Stone", addresses=("stone@company.example",), department="sales-dept")
TODAY = date(2026, 11, 20)
TESTED = Milestone(label=Labels("样品检验", "樣品檢驗", "sample tested"), words=("sample-tested",))
PROCEDURE = replace(load("feedback", Path()), milestones={"tested": TESTED})
CONTEXT = OrderContext((BOB, CAROL, CHEN, LI_SI, OTHER_BOB), PROCEDURE, TODAY)


def only(text: str) -> GivenOrder:
    """The one order of a sound reply."""
    reply = parse_reply(text, CONTEXT)
    assert reply.problems == ()
    (order,) = reply.orders
    return order


def wrong(text: str) -> Problem:
    """The one problem of a reply, which then has no text."""
    reply = parse_reply(text, CONTEXT)
    assert reply.text == ""
    (problem,) = reply.problems
    return problem
