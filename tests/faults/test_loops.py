"""Loops: each layer ends them alone, and all together leave people's letters as they are.

Two whole mailbots write to each other through a relay that keeps From, To, Subject and text and writes every other
header anew; dumb responders answer whatever they get. A layer is proved with the others switched off.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from mailbot.intake.parse import parse
from mailbot.lifecycle.letters import Owed, to_customer, to_member
from mailbot.outbox import restraint
from mailbot.outbox.restraint import Layers
from mailbot.store import tickets
from tests.faults.desk import Side, company, letter, stripped
from tests.pure.people import ALICE, BOB, CHEN, at

NOW = at(16, 10)
OURS, THEIRS = "complaints@company.example", "complaints@other.example"
LEAKS = "杯子上周才买,昨天倒热水的时候发现杯底一直在漏水。"
ALL = Layers()
NONE = Layers(**dict.fromkeys(Layers.__struct_fields__, False))
TURNS = 40  # of a loop that does not end


def only(*names: str) -> Layers:
    """All layers off but these."""
    return replace(NONE, **dict.fromkeys(names, True))


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Callable[..., Side]]:
    """Opens a company with some layers."""
    with ExitStack() as stack:
        yield lambda layers=ALL: stack.enter_context(company(f"sqlite:///{tmp_path}/alone.db", tmp_path, layers=layers))


@contextmanager
def two(home: Path, layers: Layers) -> Iterator[tuple[Side, Side]]:
    """Two companies with a mailbot each."""
    with ExitStack() as stack:
        ours = stack.enter_context(company(f"sqlite:///{home}/a.db", home, OURS, layers))
        yield ours, stack.enter_context(company(f"sqlite:///{home}/b.db", home, THEIRS, layers))


def talk(ours: Side, theirs: Side, subject: str | None = None, minutes: int = 1) -> tuple[int, int]:
    """They write to each other until nobody owes the other a letter; gives how many each wrote."""
    written = {ours.address: 0, theirs.address: 0}
    now = NOW
    ours.take(letter(LEAKS, THEIRS), now)
    for _ in range(TURNS):
        moved = False
        for side, other in ((ours, theirs), (theirs, ours)):
            for row in side.owed():
                if row.recipient == other.address:
                    now += timedelta(minutes=minutes)
                    written[side.address] += 1
                    moved = True
                    other.take(stripped(row.data, now, subject), now)
        if not moved:
            break
    return written[OURS], written[THEIRS]


@pytest.mark.parametrize("subject", [None, "投诉"], ids=["subject kept", "ticket tag stripped"])
@pytest.mark.parametrize("layers", [Layers(), only("echo"), only("quick")], ids=["all layers", "mark in the text", "quick returns"])
def test_f47_two_mailbots_without_headers_between_them_end_within_three_letters_a_side(
    tmp_path: Path, layers: Layers, subject: str | None
) -> None:
    with two(tmp_path, layers) as (ours, theirs):
        a, b = talk(ours, theirs, subject)
        assert 1 <= a <= 3
        assert b <= 3
        assert all(fate in ("new-ticket", "appended") for fate in ours.fates()), "each letter is kept and seen by staff"


def test_f47_without_any_layer_they_would_go_on(tmp_path: Path) -> None:
    with two(tmp_path, NONE) as (ours, theirs):
        assert sum(talk(ours, theirs, "投诉")) >= TURNS


def test_f47_a_slow_loop_ends_with_the_days_ten(tmp_path: Path) -> None:
    with two(tmp_path, only("daily")) as (ours, theirs):
        assert max(talk(ours, theirs, "投诉", minutes=31)) == restraint.AUTOMATIC_A_DAY


def test_f47_the_global_breaker_alone_ends_a_flood(alone: Callable[..., Side]) -> None:
    side = alone(only("global_rate"))
    for number in range(restraint.ALLOWANCE + 10):
        side.take(letter(f"{LEAKS} {number}", f"a{number}@customer.example"), NOW)
    assert "loop" not in side.alarms(), "a letter in for each letter out is no flood"
    with side.store.transaction() as tx:
        ticket = tickets.load_by_id(tx, 1)
        assert ticket
        owed = [Owed("complainant/survey", to_customer(ALICE, "zh-CN"), {}) for _ in range(200)]
        side.pipeline.desk.enqueue(tx, ticket, owed[:125], NOW, side.pipeline.identity)
        side.pipeline.desk.enqueue(tx, ticket, owed[125:], NOW, side.pipeline.identity)
    held = [row for row in side.outbox() if row.held]
    assert len(held) == 75
    assert "loop" in side.alarms()
    with side.store.transaction() as tx:
        person = Owed(
            "complainant/answer", to_customer(ALICE, "zh-CN"), {"body": "好", "author": side.pipeline.rules.people.staff[0]}, None
        )
        side.pipeline.desk.enqueue(tx, ticket, (person,), NOW, side.pipeline.identity)
    assert [row.letter for row in side.outbox() if not row.held][-1] == "complainant/answer", "people's letters go on"
    side.pipeline.clocks(NOW + timedelta(minutes=5))
    assert [row.id for row in side.outbox() if row.held] == [row.id for row in held]
    side.pipeline.clocks(NOW + timedelta(minutes=61))
    assert ("loop" in side.alarms(), len([row for row in side.outbox() if row.held])) == (False, 55), "it closes by itself"


def notices(side: Side, count: int, now: datetime) -> None:
    with side.store.transaction() as tx:
        ticket = tickets.load_by_id(tx, 1)
        bob = side.pipeline.rules.people.member(BOB)
        assert ticket
        assert bob
        for _ in range(count):
            side.pipeline.desk.enqueue(tx, ticket, (Owed("staff/help", to_member(bob, "en")),), now, side.pipeline.identity)


def test_f47_the_tickets_breaker_alone_holds_what_runs_wild_and_shows_it(alone: Callable[..., Side]) -> None:
    side = alone(only("ticket_rate"))
    side.take(letter(LEAKS), NOW)
    number = side.tickets()[0]["number"]
    notices(side, 30, NOW)
    free = [row for row in side.outbox() if row.recipient == BOB and not row.held]
    held = [row for row in side.outbox() if row.held]
    assert (len(free), len(held)) == (restraint.TO_ONE_READER, 11)
    assert {row.held.startswith(restraint.BREAKER) for row in held} == {True}
    assert (f"loop {number}" in side.alarms(), side.story().count("waits")) == (True, 11)
    side.pipeline.clocks(NOW + timedelta(minutes=30))
    assert len([row for row in side.outbox() if row.held]) == 11
    side.pipeline.clocks(NOW + timedelta(minutes=61))
    assert [row for row in side.outbox() if row.held] == [], "nothing that staff should read is lost"
    assert f"loop {number}" not in side.alarms()


def test_f47_the_tickets_breaker_lets_a_large_desk_read_one_letter(alone: Callable[..., Side]) -> None:
    side = alone()
    side.take(letter(LEAKS), NOW)
    notices(side, restraint.TO_ONE_READER - 1, NOW)
    assert [row for row in side.outbox() if row.held] == []


def test_f46_one_answer_for_an_address_and_a_ticket(alone: Callable[..., Side]) -> None:
    side = alone(only("once"))
    side.take(letter(LEAKS), NOW)
    again = Owed("complainant/acknowledgement", to_customer(ALICE, "zh-CN"), {}, "auto-replied")
    with side.store.transaction() as tx:
        ticket = tickets.load_by_id(tx, 1)
        side.pipeline.desk.enqueue(tx, ticket, (again,), NOW + timedelta(days=30), side.pipeline.identity)
    assert (len(side.to(ALICE.address)), side.story()[-1]) == (1, "withheld")


def test_f46_the_same_letter_within_a_week_needs_a_change(alone: Callable[..., Side]) -> None:
    side = alone(only("repeats"))
    side.take(letter(LEAKS), NOW)
    survey = Owed("complainant/survey", to_customer(ALICE, "zh-CN"))

    def owe(now: datetime, **changes: datetime) -> int:
        with side.store.transaction() as tx:
            ticket = tickets.load_by_id(tx, 1)
            assert ticket
            side.pipeline.desk.enqueue(tx, replace(ticket, **changes), (survey,), now, side.pipeline.identity)
        return len(side.to(ALICE.address))

    assert [owe(NOW), owe(NOW + timedelta(days=6)), owe(NOW + timedelta(days=8))] == [2, 2, 3]
    assert owe(NOW + timedelta(days=9), by_customer_at=NOW + timedelta(days=8, hours=1)) == 4


def answers(side: Side, respond: Callable[[bytes, int], bytes], turns: int = TURNS) -> int:
    """A responder at Alice's address answers everything it gets; gives how many letters it got."""
    got, now = 0, NOW
    side.take(letter(LEAKS), now)
    for turn in range(turns):
        rows = [row for row in side.owed() if row.recipient == ALICE.address]
        if not rows:
            break
        for row in rows:
            got += 1
            now += timedelta(seconds=20)
            side.take(respond(row.data, turn), now)
    return got


def with_headers(_raw: bytes, turn: int) -> bytes:
    return letter("我不在办公室。", subject=f"自动回复:{turn}", Auto_Submitted="auto-replied")


def without_headers(_raw: bytes, turn: int) -> bytes:
    return letter(f"Ticket {turn} has been created for you. Somebody will see to it.", subject=f"Your request {turn}")


def in_the_thread(raw: bytes, turn: int) -> bytes:
    read = parse(raw)
    return letter(f"We got it, {turn} times.", subject=f"Re: {read.subject}", In_Reply_To=f"<{read.message_id}>")


@pytest.mark.parametrize("respond", [with_headers, in_the_thread])
def test_f46_a_responder_gets_one_answer(alone: Callable[..., Side], respond: Callable[[bytes, int], bytes]) -> None:
    assert answers(alone(), respond) == 1


def test_f46_a_responder_that_shows_nothing_of_what_it_is_gets_two(alone: Callable[..., Side]) -> None:
    side = alone()
    assert answers(side, without_headers) == restraint.QUICK_RETURNS
    assert side.story(side.tickets()[-1]["number"]).count("withheld") == 1, "the record says why"


def test_f46_the_rules_for_automatic_mail_hold_alone(alone: Callable[..., Side]) -> None:
    assert answers(alone(only("screening")), with_headers) == 1


def test_f46_the_days_limit_counts_every_automatic_letter_to_an_outsider(alone: Callable[..., Side]) -> None:
    side = alone(only("daily"))
    assert answers(side, without_headers) == restraint.AUTOMATIC_A_DAY
    with side.store.transaction() as tx:
        survey = Owed("complainant/survey", to_customer(ALICE, "zh-CN"))
        side.pipeline.desk.enqueue(tx, tickets.load_by_id(tx, 1), (survey,), NOW + timedelta(hours=1), side.pipeline.identity)
    assert len(side.to(ALICE.address)) == restraint.AUTOMATIC_A_DAY


def test_f46_a_members_address_in_a_robots_letters_gets_ten_refusals_a_day(alone: Callable[..., Side]) -> None:
    side = alone()
    for number in range(15):
        side.take(letter(f"#接受 {number}", BOB), NOW + timedelta(hours=number))
    assert len(side.to(BOB)) == restraint.AUTOMATIC_A_DAY


def test_f48_too_many_hops_are_a_loop(alone: Callable[..., Side]) -> None:
    side = alone(only("hops"))
    hop = b"Received: from a.example by b.example; Mon, 16 Nov 2026 10:00:00 +0800\r\n"
    side.take(hop * 50 + letter(LEAKS), NOW)
    side.take(hop * 51 + letter("另一件事:发票没有开。"), NOW)
    assert side.fates() == ["new-ticket", "loop"]


def test_f48_our_signed_mark_is_known_alone(alone: Callable[..., Side]) -> None:
    side = alone(only("marker"))
    side.take(letter(LEAKS), NOW)
    (ours,) = [row for row in side.outbox() if row.recipient == ALICE.address]
    mark = str(parse(ours.data).headers["x-mailbot-instance"][0])
    side.take(letter("转发给你们", "forwarder@elsewhere.example", X_Mailbot_Instance=mark), NOW)
    side.take(letter("转发给你们", "forwarder@elsewhere.example", X_Mailbot_Instance="f" + mark[1:]), NOW)
    assert side.fates()[1] == "loop"


def test_f48_a_letter_of_ours_is_known_when_only_its_text_came_back(alone: Callable[..., Side]) -> None:
    side = alone(only("marker"))
    side.take(letter(LEAKS), NOW)
    (ours,) = [row for row in side.outbox() if row.recipient == ALICE.address]
    text = parse(ours.data).text
    side.take(letter(text, "forwarder@elsewhere.example", subject="Fwd"), NOW)
    assert side.fates()[-1] == "loop"
    side.take(letter(f"请问进展如何?\n\n{text}"), NOW)
    assert side.fates()[-1] == "appended", "who writes above it is a person"


def test_f47_with_all_layers_a_busy_customer_is_heard_each_time(alone: Callable[..., Side]) -> None:
    side = alone()
    for hour in range(8):
        side.take(letter(f"{LEAKS} 第{hour}箱"), NOW + timedelta(hours=hour))
    assert (side.fates(), len(side.to(ALICE.address))) == (["new-ticket"] * 8, 8)
    assert side.alarms() == {}
    assert side.to(CHEN) == []
