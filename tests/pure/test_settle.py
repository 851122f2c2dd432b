"""What is due follows from the facts: conditions, promised and agreed dates, pauses, tasks; whatever the order of events."""

import tomllib
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from mailbot.intake.parse import parse
from mailbot.lifecycle.carry_out import carry_out
from mailbot.lifecycle.decide import Rules, open_ticket
from mailbot.lifecycle.escalate import escalate, next_look
from mailbot.lifecycle.letters import Decision
from mailbot.lifecycle.milestones import pause, promise, reach, reopen, resume, settle
from mailbot.lifecycle.orders import OrderContext, parse_reply
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.ticket import Due, Facts, Reached, Task, Ticket
from mailbot.lifecycle.work import Given
from mailbot.procedures import clauses
from mailbot.procedures.procedure import Procedure, build
from tests.pure.people import BOB, CHEN, CHINA, SURE, at, company, letter

SHIPPED = Path(clauses.__file__).with_name("feedback.toml").read_text("utf-8")
LABEL = {"zh-CN": "事项", "zh-TW": "事項", "en": "Matter"}
NOTHING: frozenset[tuple[str, str]] = frozenset()


def procedure(**changes: Any) -> Procedure:
    raw = tomllib.loads(SHIPPED)
    for key, table in changes.items():
        raw[key] = {**raw.get(key, {}), **table} if isinstance(table, dict) else table
    return build(raw, "own.toml", CHINA)


def deadline(within: str, after: str = "received", **more: object) -> dict[str, Any]:
    return {"within": within, "after": after, "label": LABEL} | more


def ticket(of: Procedure, when: datetime | None = None) -> Ticket:
    rules = Rules(of, Directory(company()))
    return open_ticket("2026-000001", letter(when=when), SURE, when or at(16, 10), rules).ticket


def due(of: Ticket, name: str) -> datetime:
    return of.due[name].at.astimezone(CHINA)


def test_settling_twice_changes_nothing_more() -> None:
    rules = procedure()
    once = settle(pause(ticket(rules), at(16, 12)), rules)
    assert settle(once, rules) is once


def test_a_deadline_whose_condition_begins_to_hold_counts_from_its_milestone() -> None:
    rules = procedure(deadline={"first-answered": deadline("4h", when={"severity": ["major"]})})
    ordinary = ticket(rules)
    assert "first-answered" not in ordinary.due
    assert due(settle(replace(ordinary, severity="major"), rules), "first-answered") == at(16, 14)


def test_a_deadline_whose_condition_holds_no_more_vanishes() -> None:
    rules = procedure(deadline={"first-answered": deadline("4h", when={"amount-from": 1000})})
    dear = settle(replace(ticket(rules), facts=Facts(amount=Decimal(2000))), rules)
    assert "first-answered" in dear.due
    assert "first-answered" not in settle(replace(dear, facts=Facts()), rules).due


def test_the_first_variation_that_fits_changes_time_and_owner() -> None:
    vary = [
        {"when": {"severity": ["major"]}, "within": "2h", "owner": "sales-dept"},
        {"when": {"severity": ["major", "minor"]}, "none": True},
    ]
    rules = procedure(deadline={"first-answered": deadline("4h", vary=vary)})
    major = settle(replace(ticket(rules), severity="major"), rules)
    assert (due(ticket(rules), "first-answered"), due(major, "first-answered")) == (at(16, 14), at(16, 12))
    assert rules.in_force("first-answered", major.circumstances).owner == "sales-dept"  # type: ignore[union-attr]
    assert "first-answered" not in settle(replace(major, severity="minor"), rules).due


def test_a_pause_moves_what_is_due_by_the_working_time_it_lasted() -> None:
    rules = procedure()
    stopped = settle(pause(ticket(rules), at(16, 16)), rules)
    assert stopped.running == ()
    going = settle(resume(stopped, at(18, 10)), rules)  # Monday 16:00 to Wednesday 10:00 are 2 + 9 + 1 hours
    assert due(going, "planned") == at(18, 13)
    assert going.due["planned"].ended_at is None


def test_a_pause_keeps_calendar_days_whole() -> None:
    rules = procedure(deadline={"first-answered": deadline("3d")})
    going = settle(resume(pause(ticket(rules), at(17, 10)), at(19, 10)), rules)
    assert due(going, "first-answered") == at(21, 10)


def test_a_deadline_that_never_waits_is_not_paused() -> None:
    rules = procedure(deadline={"first-answered": deadline("3d", pause=False)})
    assert due(settle(pause(ticket(rules), at(17, 10)), rules), "first-answered") == at(19, 10)


def test_asking_the_customer_does_not_make_good_what_was_late_before() -> None:
    rules = procedure()
    late = settle(pause(ticket(rules), at(17, 11)), rules)
    assert late.due["planned"] == Due("planned", at(17, 10), at(16, 10))
    assert "resolved" not in {row.name for row in late.running}


def test_two_questions_at_once_are_one_pause() -> None:
    rules = procedure()
    twice = pause(pause(ticket(rules), at(16, 11)), at(16, 12))
    assert [stop.since for stop in resume(twice, at(16, 13)).facts.pauses] == [at(16, 11)]


def test_what_the_customer_agreed_to_beforehand_is_the_due_moment() -> None:
    rules = procedure()
    agreed = settle(replace(ticket(rules), facts=Facts(extended={"planned": at(20, 18)}, promised=at(25, 18))), rules)
    assert (due(agreed, "planned"), due(agreed, "resolved")) == (at(20, 18), at(25, 18))


def test_a_new_round_forgets_what_was_told_of_dates() -> None:
    rules = procedure()
    again = reopen(promise(ticket(rules), at(25, 18), rules), at(26, 10), "customer", rules)
    assert due(again, "resolved") == at(30, 10)
    assert again.facts.promised is None


def test_a_date_told_before_the_last_update_of_mailbot_still_counts() -> None:
    rules = procedure()
    old = ticket(rules)
    moved = replace(old.due["resolved"], at=at(25, 18))
    told = replace(old, milestones={**old.milestones, "promised": Reached(at(16, 11), BOB)}, due={**old.due, "resolved": moved})
    assert due(settle(told, rules), "resolved") == at(25, 18)


def test_a_deadline_the_file_no_longer_has_stays_until_the_case_ends() -> None:
    rules = procedure()
    old = ticket(rules)
    kept = settle(replace(old, due={**old.due, "reviewed": Due("reviewed", at(17, 10), at(16, 10))}), rules)
    assert kept.due["reviewed"].ended_at is None
    assert next_look(replace(kept, due={"reviewed": kept.due["reviewed"]}), NOTHING, at(16, 11), Rules(rules, Directory(company()))) is None
    assert reach(kept, "closed", at(16, 12), BOB, rules).due["reviewed"].ended_at == at(16, 12)


def test_a_round_the_clock_deadline_runs_and_urges_at_night() -> None:
    rules = procedure(deadline={"first-answered": deadline("2h", always=True)})
    night = ticket(rules, at(16, 22))
    assert due(night, "first-answered") == at(17, 0)
    urged = escalate(night, NOTHING, at(17, 0), Rules(rules, Directory(company()))).letters
    assert [owed.letter for owed in urged] == ["staff/urging-notice"] * len(urged)
    assert urged


def test_a_department_works_in_its_own_hours() -> None:
    west = {"label": LABEL, "hours": "10:00-16:00", "zone": "Asia/Urumqi"}  # two hours behind Beijing
    rules = procedure(department={"quality-dept": west})
    case = ticket(rules, at(16, 9))
    assert due(case, "planned") == at(17, 12)
    directory = Rules(rules, Directory(company()))
    assert escalate(case, NOTHING, at(17, 11), directory).letters == ()
    assert next_look(case, NOTHING, at(16, 19), directory) == at(17, 12)


def given(serial: int = 1, **more: Any) -> Task:
    facts = {"kind": "fix", "title": "换新阀门", "owner": "quality-dept", "by": CHEN, "since": at(16, 11), "due_at": at(17, 11)} | more
    return Task(serial=serial, **facts)


def test_a_task_has_its_clock_and_its_ladder() -> None:
    rules = procedure(task={"fix": {"label": LABEL}})
    case = settle(replace(ticket(rules), milestones={}, due={}, tasks=(given(),)), rules)
    assert case.due == {"task-1": Due("task-1", at(17, 11), at(16, 11))}
    urged = escalate(case, NOTHING, at(17, 11), Rules(rules, Directory(company())))
    assert set(urged.steps) == {("task-1", "-25%"), ("task-1", "0")}
    assert {owed.to.address for owed in urged.letters} == {BOB, CHEN}


def test_a_task_that_is_done_waits_for_its_judgement() -> None:
    rules = procedure(task={"fix": {"label": LABEL, "verify-by": "customer-service", "verify-within": "1wd"}})
    case = settle(replace(ticket(rules), tasks=(given(done_at=at(16, 15)),)), rules)
    assert case.due["task-1"].ended_at == at(16, 15)
    assert case.due["task-1-verify"] == Due("task-1-verify", at(17, 15), at(16, 15))
    judged = settle(replace(case, tasks=(given(done_at=at(16, 15), verdict="effective", verdict_at=at(16, 16)),)), rules)
    assert judged.due["task-1-verify"].ended_at == at(16, 16)


def test_tasks_go_on_after_the_case_is_closed_and_into_the_next_round() -> None:
    rules = procedure(task={"fix": {"label": LABEL}})
    case = settle(replace(ticket(rules), tasks=(given(), given(2, done_at=at(16, 12)))), rules)
    closed = reach(case, "closed", at(16, 13), BOB, rules)
    assert [row.name for row in closed.running] == ["task-1"]
    again = reopen(closed, at(18, 10), "customer", rules)
    assert again.due["task-1"] == Due("task-1", at(17, 11), at(16, 11))
    assert "task-2" not in again.due


def test_a_ladder_that_rests_goes_on_with_one_notice() -> None:
    rules = Rules(procedure(), Directory(company()))
    case = ticket(rules.procedure)
    resting = replace(case, facts=Facts(acknowledged={"planned": at(18, 18), "resolved": at(18, 18)}))
    assert escalate(resting, NOTHING, at(18, 17), rules).letters == ()
    assert next_look(resting, NOTHING, at(17, 10), rules) == at(19, 9)
    urged = escalate(resting, NOTHING, at(19, 9), rules)
    assert ("planned", "+1wd") in urged.steps
    assert next_look(resting, NOTHING, at(17, 10), rules) > at(17, 10) + timedelta(days=1)  # type: ignore[operator]


def acknowledged(text: str, case: Ticket, now: datetime) -> Decision:
    rules = Rules(procedure(), Directory(company()))
    member = next(m for m in rules.people.staff if m.name == "Bob")
    message = parse(f"From: {BOB}\r\n\r\n{text}".encode())
    reply = parse_reply(text, OrderContext(rules.people.staff, rules.procedure, now.date(), member))
    return carry_out(case, Given(member, reply, message, now), now, rules)


def test_an_acknowledgement_rests_what_is_due_first_until_the_next_working_day_ends() -> None:
    done = acknowledged("收到", ticket(procedure()), at(20, 11))  # a Friday
    assert done.ticket.facts.acknowledged == {"planned": at(23, 18)}
    assert [owed.letter for owed in done.letters] == ["staff/receipt"]
    again = acknowledged("#ack 27 Nov", done.ticket, at(20, 12))
    assert again.ticket.facts.acknowledged == {"planned": at(23, 18), "resolved": at(27, 23, 59)}


def test_an_acknowledgement_where_nothing_is_due_is_refused() -> None:
    rules = procedure()
    closed = reach(ticket(rules), "closed", at(16, 12), BOB, rules)
    refused = acknowledged("收到", closed, at(16, 13))
    assert refused.ticket == closed
    assert [problem.reason for problem in refused.letters[0].facts["problems"]] == ["nothing-due"]
