"""The special meeting that an alert calls (S4.4): when it is, who comes, and who said so.

Pure. A meeting begins so long from now as the procedure says, in office hours, at the next quarter of an hour. Its name stays
the same for a case, round and alert, so that calendars know it again.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from mailbot.lifecycle.ticket import Ticket
from mailbot.settings import Member

if TYPE_CHECKING:
    from mailbot.lifecycle.decide import Rules

LASTS = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
NAME = re.compile(r"meeting-(\d{4}-\d{6,9})-\d{1,4}-\d{1,4}@", re.ASCII)


class Meeting(Struct, frozen=True):
    """A meeting: its name (left of the @ of the UID, RFC 5545 §3.8.4.7), from when to when (aware UTC), and who is invited."""

    name: str
    starts: datetime
    ends: datetime
    people: tuple[Member, ...]


def call(ticket: Ticket, alerts: Sequence[int], people: tuple[Member, ...], now: datetime, rules: "Rules") -> Meeting | None:
    """The meeting that the alerts at these places in the file call, the soonest of several; None where none does."""
    calendar = rules.procedure.calendar
    called = [(calendar.add(now, span), n) for n in alerts if (span := rules.procedure.alerts[n].meeting)]
    if not called:
        return None
    soonest, alert = min(called)
    starts = calendar.next_working(_quarter(calendar.next_working(soonest)))
    return Meeting(f"meeting-{ticket.number}-{ticket.round}-{alert}", starts, starts + LASTS, people)


def case_of(uid: str) -> str | None:
    """The number of the case in the UID of a meeting of ours; None for any other."""
    named = NAME.match(uid)
    return named[1] if named else None


def _quarter(moment: datetime) -> datetime:
    """The first quarter of an hour that is not before `moment`."""
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (QUARTER - over) if over else moment
