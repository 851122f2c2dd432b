"""Alarms are raised once, told once, and begin anew after they ended."""

from datetime import UTC, datetime, timedelta

from mailbot.store import alarms
from mailbot.store.engine import Store

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_an_alarm_that_goes_on_keeps_its_beginning(store: Store) -> None:
    with store.transaction() as tx:
        alarms.sound(tx, "mailbox a", "login refused", NOW)
        alarms.told(tx, ["mailbox a"], NOW)
        alarms.sound(tx, "mailbox a", "login refused again", LATER)
        assert alarms.running(tx) == [alarms.Running("mailbox a", "login refused again", NOW, NOW)]


def test_an_alarm_that_comes_back_is_told_anew(store: Store) -> None:
    with store.transaction() as tx:
        alarms.sound(tx, "mailbox a", "login refused", NOW)
        alarms.told(tx, ["mailbox a"], NOW)
        alarms.end(tx, "mailbox a", NOW)
        assert alarms.running(tx) == []
        alarms.sound(tx, "mailbox a", "login refused", LATER)
        assert alarms.running(tx) == [alarms.Running("mailbox a", "login refused", LATER, None)]
