"""A task given on a case: its number, its owner, its clock."""

from datetime import timedelta
from typing import Any

import pytest

from mailbot.lifecycle.decide import Rules, open_ticket
from mailbot.lifecycle.people import Directory
from mailbot.lifecycle.tasks import give
from mailbot.lifecycle.ticket import Ticket
from tests.pure.people import SURE, at, company, letter
from tests.pure.test_settle import LABEL, procedure


def rules(**kind: Any) -> Rules:
    return Rules(procedure(task={"visit": {"label": LABEL, **kind}}), Directory(company()))


def case(by: Rules) -> Ticket:
    return open_ticket("2026-000001", letter(), SURE, at(16, 10), by).ticket


def test_task_is_due_within_its_kinds_span() -> None:
    by = rules(within="3h")
    given = give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by)
    assert given.due["task-1"].at == at(16, 10) + timedelta(hours=3)


def test_day_said_with_the_task_goes_before_its_kinds_span() -> None:
    by = rules(within="3h")
    given = give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by, at(20, 10))
    assert given.due["task-1"].at == at(20, 10)


def test_task_without_span_or_day_has_no_clock() -> None:
    by = rules()
    given = give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by)
    assert given.tasks[0].due_at is None
    assert "task-1" not in given.due


def test_second_task_leaves_the_first_alone_and_has_a_number_of_its_own() -> None:
    by = rules(within="3h")
    first = give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by)
    second = give(first, "visit", "Visit again", "general-manager", "mailbot", at(16, 11), by, place="Shanghai")
    assert second.tasks[0] == first.tasks[0]
    assert (second.tasks[1].serial, second.tasks[1].owner, second.tasks[1].data) == (2, "general-manager", {"place": "Shanghai"})


def test_task_nobody_was_named_for_goes_to_its_kinds_owner() -> None:
    by = rules(owner="general-manager")
    assert give(case(by), "visit", "Visit Alice", "", "mailbot", at(16, 10), by).tasks[0].owner == "general-manager"


def test_kind_the_procedure_lacks_is_refused() -> None:
    by = rules()
    with pytest.raises(KeyError, match="recall"):
        give(case(by), "recall", "Recall", "", "mailbot", at(16, 10), by)
