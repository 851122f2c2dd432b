"""A story's lines tell what changed, and folded they give the facts again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from mailbot.intake.message import Address
from mailbot.lifecycle.letters import Entry
from mailbot.lifecycle.replay import FACTS, Facts, replay, with_facts
from mailbot.lifecycle.ticket import Reached, Ticket

NOW = datetime(2026, 11, 27, 3, 0, 0, 123456, UTC)
LATER = NOW + timedelta(hours=5)
NEW = Ticket(None, "2026-000001", "cup", "en", Address("Alice", "alice@x.example"), NOW, milestones={"received": Reached(NOW, "customer")})


@dataclass
class Story:
    """A ticket and its story so far."""

    ticket: Ticket
    lines: list[Entry]

    def goes_on(self, *entries: Entry, **changes: Any) -> None:
        after = replace(self.ticket, **changes)
        self.lines += with_facts(entries, self.ticket, after)
        self.ticket = after

    def told(self) -> Facts | None:
        return replay(line.data for line in self.lines)


@pytest.fixture
def story() -> Story:
    return Story(NEW, list(with_facts((Entry("opened", "alice"),), None, NEW)))


def test_a_new_ticket_is_told_whole(story: Story) -> None:
    plain = {"round": 1, "category": None, "severity": "ordinary", "department": None, "assignee": None}
    assert story.told() == Facts(plain, {(1, "received"): Reached(NOW, "customer")})


def test_each_line_tells_only_what_changed(story: Story) -> None:
    story.goes_on(Entry("taken", "bob"), Entry("accepted", "bob"), assignee="bob")
    assert [line.data for line in story.lines[1:]] == [{FACTS: {"assignee": "bob"}}, {}]


def test_what_changes_nothing_tells_nothing(story: Story) -> None:
    story.goes_on(Entry("note", "bob", {"text": "x"}), by_staff_at=LATER)
    assert story.lines[1:] == [Entry("note", "bob", {"text": "x"})]


def test_a_change_without_a_line_gets_one(story: Story) -> None:
    story.goes_on(department="quality-dept")
    assert [line.kind for line in story.lines] == ["opened", "changed"]


def test_the_last_word_counts_and_earlier_rounds_stay(story: Story) -> None:
    story.goes_on(Entry("closed", "bob"), assignee="bob", milestones={**NEW.milestones, "closed": Reached(LATER, "bob")})
    story.goes_on(Entry("reopened", "alice"), round=2, assignee=None, milestones={"received": Reached(LATER, "customer")})
    told = story.told()
    assert told is not None
    assert (told.plain["round"], told.plain["assignee"]) == (2, None)
    received = {(1, "received"): Reached(NOW, "customer"), (2, "received"): Reached(LATER, "customer")}
    assert told.milestones == {**received, (1, "closed"): Reached(LATER, "bob")}


def test_a_story_from_before_lines_told_facts_is_passed_over(story: Story) -> None:
    story.lines[0] = Entry("opened", "alice")
    story.goes_on(Entry("taken", "bob"), assignee="bob")
    assert story.told() is None
