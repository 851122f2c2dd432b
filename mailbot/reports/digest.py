"""The daily overdue digest: everything that is late, by department and by how late, with counts by category.

Sent once a working day, at the time the settings name, to heads and managers; nothing late, nothing newly quarantined
and nothing to say of the mailbox itself, no letter. Reads the record and owes letters in the caller's transaction.
"""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from mailbot import maillog
from mailbot.identity import Identity
from mailbot.lifecycle.decide import Rules
from mailbot.lifecycle.letters import Owed, to_member
from mailbot.lifecycle.ticket import CATEGORIES, OWN_WORK
from mailbot.outbox.enqueue import Desk
from mailbot.settings import Member
from mailbot.store import addresses, health, instance, records, unsent
from mailbot.store.records import Overdue
from mailbot.watch.state import State, state

DUTY = "digest"
LATE = (("long", timedelta(days=3)), ("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(0)))


def send_if_time(tx: Connection, desk: Desk, identity: Identity, rules: Rules, now: datetime) -> int:
    """Owe today's digest if its time has come and it was not sent yet; gives how many letters."""
    local = now.astimezone(desk.zone)
    since = instance.last_duty(tx, DUTY) or now - timedelta(days=1)
    if not _time_has_come(desk.settings.company.digest_at, local, rules) or not instance.begin_duty(
        tx, DUTY, local.date().isoformat(), now
    ):
        return 0
    late = records.overdue(tx, now)
    readers = rules.people.overseers
    found = state(tx, now, desk.settings)
    watched = _watched(found, health.over(tx, since))
    if not readers or not (late or records.set_aside_since(tx, now - timedelta(days=1)) or any(watched.values())):
        return 0
    numbers = {
        "open": records.open_by_category(tx),
        "overdue": Counter(row.category for row in late if row.kind not in OWN_WORK),
        "quarantined": found.incoming.quarantined,
        "watched": watched,
    }
    owed = [Owed("manager/digest", to_member(reader, rules.people.language), facts(late, numbers, reader, now)) for reader in readers]
    desk.enqueue(tx, None, tuple(owed), now, identity)
    unsent.told(tx, [letter.id for letter in found.outgoing.doubtful], now)
    maillog.digest(local.date().isoformat(), len(owed), len(late))
    return len(owed)


def facts(late: list[Overdue], numbers: dict[str, Any], reader: Member, now: datetime) -> dict[str, Any]:
    """The digest as plain facts: the reader's own department first, within it the latest first."""
    departments: dict[str, dict[str, list[Overdue]]] = defaultdict(lambda: defaultdict(list))
    for row in late:
        departments[row.department or "customer-service"][how_late(now - row.due_at)].append(row)
    order = sorted(departments, key=lambda d: (d != reader.department, -sum(map(len, departments[d].values())), d))
    return {
        "late": [(d, [(key, departments[d][key]) for key, _ in LATE if departments[d][key]]) for d in order],
        "by_category": [(c, numbers["open"].get(c, 0), numbers["overdue"].get(c, 0)) for c in (*CATEGORIES, None)],
        "total": len(late),
        "quarantined": numbers["quarantined"],
        "watched": numbers["watched"],
    }


def _watched(found: State, over: list[str]) -> dict[str, Any]:
    """What a person must know of the mailbox itself. Letters set aside have their own line, so has whatever is late."""
    return {
        "over": over,
        "running": [alarm.name for alarm in found.alarms if alarm.name != "quarantined"],
        "in_doubt": [letter.recipient for letter in found.outgoing.doubtful],
        "held": [letter.recipient for letter in found.outgoing.held if letter.held == addresses.HELD],
        "unbalanced": found.balance.unread + found.balance.unsettled,
    }


def how_late(late_by: timedelta) -> str:
    """The group a lateness falls in (keys of the words files)."""
    return next(key for key, least in LATE if late_by >= least)


def _time_has_come(at: str, local: datetime, rules: Rules) -> bool:
    if not at or not rules.procedure.calendar.is_working_day(local.date()):
        return False
    hour, minute = (int(part) for part in at.split(":"))
    return (local.hour, local.minute) >= (hour, minute)
