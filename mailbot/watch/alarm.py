"""Alarms told to people: what the state shows is sounded, what runs is told by letter, once a day while it lasts.

Takes the caller's transaction; owes letters like anybody else, so that they wait in the outbox while mail is what is broken
(`mailbot status` and its exit status tell meanwhile). Other parts sound alarms of their own in `store.alarms`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot import maillog
from mailbot.identity import Identity
from mailbot.lifecycle.letters import Owed, Recipient, to_member
from mailbot.outbox.enqueue import Desk
from mailbot.store import alarms, health
from mailbot.store.alarms import Running
from mailbot.watch.state import PATIENCE, State, findings, state

LETTER = "manager/alarm"
AGAIN = timedelta(days=1)
BREATH = timedelta(minutes=10)  # one letter for all that comes within it: an alarm that comes and goes must not be a flood
OURS = ("unprocessed", "unsent", "quarantined", "silent", "token", "queue-log")
WAITING = ("unprocessed", "unsent", "silent")  # known by how long something waits


def look(tx: Connection, desk: Desk, identity: Identity, now: datetime, up_since: datetime) -> int:
    """Sound and end what the state shows, then tell what runs and wasn't told today; gives how many letters are owed.

    A service that came up less than 15 minutes ago isn't to blame for what waits since then."""
    found = state(tx, now, desk.settings)
    due = {finding.name: finding.text for finding in findings(found, desk.settings) if finding.alarm}
    for alarm in found.alarms:
        if is_ours(alarm.name) and alarm.name not in due:
            alarms.end(tx, alarm.name, now)
    for name, text in due.items():
        if now - up_since > PATIENCE or name.partition(" ")[0] not in WAITING:
            alarms.sound(tx, name, text, now)
    return _tell(tx, desk, identity, found, now)


def is_ours(name: str) -> bool:
    """Whether an alarm comes from the state alone; others end those of their own."""
    return name.partition(" ")[0] in OURS


def readers(desk: Desk) -> list[Recipient]:
    """Who is told: the addresses the settings name, or else the managers, or else whoever there is."""
    people = desk.rules.people
    chosen = desk.settings.operation.alarm_to
    if not chosen:
        return [to_member(member, people.language) for member in people.managers or people.overseers or people.staff]
    found = [(address, desk.settings.member(address.lower())) for address in chosen]
    return [
        to_member(member, people.language) if member else Recipient(f"operator:{address}", "", address, people.language)
        for address, member in found
    ]


def _tell(tx: Connection, desk: Desk, identity: Identity, found: State, now: datetime) -> int:
    told_to = readers(desk)
    due = [alarm for alarm in alarms.running(tx) if _is_due(alarm, found, now)]
    if not due or not told_to or any(health.written_since(tx, reader.address, LETTER, now - BREATH) for reader in told_to):
        return 0
    owed = [Owed(LETTER, reader, {"alarms": _facts(due)}) for reader in told_to]
    desk.enqueue(tx, None, owed, now, identity)
    alarms.told(tx, [alarm.name for alarm in due], now)
    maillog.alarm([alarm.name for alarm in due], len(owed))
    return len(owed)


def _is_due(alarm: Running, found: State, now: datetime) -> bool:
    if alarm.told_at is None or now - alarm.told_at >= AGAIN:
        return True
    # Another letter set aside is news, though the alarm runs already (F39).
    last = found.incoming.quarantined_at
    return alarm.name == "quarantined" and last is not None and last > alarm.told_at


def _facts(due: Sequence[Running]) -> list[dict[str, object]]:
    return [{"name": a.name, "text": a.text, "since": a.since, "again": a.told_at is not None} for a in due]
