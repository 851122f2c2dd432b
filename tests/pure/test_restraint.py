"""Which automatic letters are held back: every layer alone, its border, and what none of them touches."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from mailbot.lifecycle.letters import Owed, to_customer, to_member
from mailbot.outbox.restraint import (
    ALLOWANCE,
    AUTOMATIC_A_DAY,
    BREAKER,
    LIMITS,
    QUICK,
    QUICK_RETURNS,
    RATIO,
    TO_ONE_READER,
    WEEK,
    Layers,
    Past,
    Sent,
    restraint,
    too_many_at_once,
)
from tests.pure.people import ALICE, BOB, at, company

NOW = at(16, 10)
MEMBER = company().staff[0]
ACK = Owed("complainant/acknowledgement", to_customer(ALICE, "zh-CN"), {}, "auto-replied")
SURVEY = Owed("complainant/survey", to_customer(ALICE, "zh-CN"))
ANSWER = Owed("complainant/answer", to_customer(ALICE, "zh-CN"), {}, None)
NOTICE = Owed("staff/reminder", to_member(MEMBER, "en"))
REFUSAL = Owed("staff/refusal", to_member(MEMBER, "en"), {}, "auto-replied")
DIGEST = Owed("manager/digest", to_member(MEMBER, "en"))
FIRST = Past(NOW)
MINUTE = timedelta(minutes=1)


def sent(owed: Owed, ago: timedelta, ticket_id: int | None = 1) -> Sent:
    return Sent(owed.to.address, owed.letter, ticket_id, NOW - ago)


def layer(owed: Owed, past: Past, layers: Layers | None = None) -> str | None:
    found = restraint(owed, past, layers or Layers())
    return found.layer if found else None


ANSWERED = Past(NOW, 1, of_ticket=(sent(ACK, timedelta(days=90)),))
QUICKLY = Past(NOW, to_address=(sent(ACK, MINUTE),) * QUICK_RETURNS)
TEN = Past(NOW, to_address=(sent(SURVEY, timedelta(hours=5), 7),) * AUTOMATIC_A_DAY)
SAID = Past(NOW, 1, to_address=(sent(SURVEY, timedelta(days=6)),))
WILD = Past(NOW, 1, of_ticket=(sent(NOTICE, MINUTE),) * TO_ONE_READER)
FLOOD = Past(NOW, out=ALLOWANCE + 1)
CASES = [
    (ACK, ANSWERED, "once"),
    (ACK, QUICKLY, "quick"),
    (SURVEY, TEN, "daily"),
    (SURVEY, SAID, "repeats"),
    (NOTICE, WILD, "ticket_rate"),
    (SURVEY, FLOOD, "global_rate"),
]


@pytest.mark.parametrize(("owed", "past", "name"), CASES, ids=[name for *_, name in CASES])
def test_each_layer_holds_alone_and_nothing_holds_without_it(owed: Owed, past: Past, name: str) -> None:
    off = Layers(**dict.fromkeys(Layers.__struct_fields__, False))
    assert layer(owed, past, replace(off, **{name: True})) == name
    assert layer(owed, past, off) is None


def test_every_limit_has_a_layer_and_a_case() -> None:
    assert {limit.layer for limit in LIMITS} == {name for *_, name in CASES}


@pytest.mark.parametrize(("_owed", "past", "_name"), CASES)
@pytest.mark.parametrize("owed", [ANSWER, DIGEST], ids=["a person's", "the managers'"])
def test_peoples_letters_and_the_managers_go_on(owed: Owed, past: Past, _owed: Owed, _name: str) -> None:
    assert layer(owed, past) is None


@pytest.mark.parametrize(
    ("owed", "past"),
    [
        (ACK, replace(ANSWERED, of_ticket=(sent(SURVEY, MINUTE),))),
        (ACK, replace(QUICKLY, to_address=QUICKLY.to_address[1:])),
        (ACK, Past(NOW, to_address=(sent(ACK, QUICK), sent(ACK, MINUTE)))),
        (SURVEY, replace(TEN, to_address=TEN.to_address[1:])),
        (SURVEY, Past(NOW, to_address=(sent(SURVEY, timedelta(days=1), 7),) * AUTOMATIC_A_DAY)),
        (SURVEY, Past(NOW, 1, to_address=(sent(SURVEY, WEEK),))),
        (SURVEY, replace(SAID, changed_at=NOW - timedelta(days=5))),
        (SURVEY, replace(SAID, ticket_id=2)),
        (NOTICE, replace(WILD, of_ticket=WILD.of_ticket[1:])),
        (NOTICE, Past(NOW, 1, of_ticket=(sent(NOTICE, timedelta(hours=1)),) * TO_ONE_READER)),
        (NOTICE, replace(FLOOD, ticket_id=1)),
        (NOTICE, replace(TEN, ticket_id=1)),
    ],
)
def test_within_the_limits_letters_go_out(owed: Owed, past: Past) -> None:
    assert layer(owed, past) is None


def test_a_breaker_lets_staffs_letters_wait_and_drops_answers() -> None:
    waits = restraint(NOTICE, WILD, Layers())
    assert waits
    assert (waits.waits, waits.reason.startswith(BREAKER)) == (True, True)
    dropped = restraint(ACK, FLOOD, Layers())
    assert dropped
    assert not dropped.waits


def test_a_refusal_to_a_mere_address_counts_and_one_in_a_ticket_does_not() -> None:
    past = Past(NOW, to_address=(Sent(BOB, "staff/refusal", None, NOW - MINUTE),) * AUTOMATIC_A_DAY)
    assert layer(REFUSAL, past) == "daily"
    assert layer(REFUSAL, replace(past, ticket_id=1)) is None


def test_the_more_comes_in_the_more_may_go_out() -> None:
    assert [too_many_at_once(ALLOWANCE + RATIO * came + more, came) for came in (0, 100) for more in (0, 1)] == [False, True, False, True]


def test_nothing_is_held_at_first() -> None:
    assert [layer(owed, FIRST) for owed in (ACK, SURVEY, NOTICE, REFUSAL)] == [None] * 4
