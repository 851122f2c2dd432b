"""The clock on the wall against one that is never set: a jump holds reminders and escalations until somebody has looked (F35).

Both readings are handed in. What is held is on record as the alarm `clock`, so it outlives a restart. It ends when the jump
is undone, or by `mailbot status --accept-clock`: a wrong year must not escalate every case, however long it lasts. Letters
are taken in and letters owed go out meanwhile. The other clock runs while the machine sleeps, so waking up is no jump.
"""

import time
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.store import alarms, future, instance

JUMPED, BEHIND = "clock", "clock behind"
JUMP = timedelta(minutes=5)
HELD = "reminders, escalations and the digest are held"
CURE = "set the server's clock; if it is right as it is, `mailbot status --accept-clock` lets them go on"


class Guard:
    """Compares the two clocks from look to look; one for each running service."""

    def __init__(self) -> None:
        self._ahead: float | None = None
        self._sounded = False

    def look(self, tx: Connection, wall: datetime, running: float) -> bool:
        """Whether reminders and escalations are held from now on; sounds and ends the alarms.

        `running`: seconds of the clock that is never set. Steps below five minutes are followed, as time servers make them."""
        jump = self._jump(wall, running)
        if not jump and self._sounded:
            self._sounded = False
            alarms.end(tx, JUMPED, wall)
        elif jump and self._sounded and not _runs(tx, JUMPED):
            self._sounded, self._ahead = False, wall.timestamp() - running  # somebody has looked
        elif jump and not self._sounded:
            self._sounded = True
            way = "ahead" if jump > 0 else "back"
            alarms.sound(tx, JUMPED, f"the clock jumped {way} by {timedelta(seconds=round(abs(jump)))}, {HELD}; {CURE}", wall)
        return is_held(tx, wall)

    def _jump(self, wall: datetime, running: float) -> float:
        """Seconds the wall clock has jumped since it was last right; 0 within five minutes."""
        ahead = wall.timestamp() - running
        if self._ahead is None or abs(ahead - self._ahead) <= JUMP.total_seconds():
            self._ahead = ahead
        return ahead - self._ahead


def is_held(tx: Connection, wall: datetime) -> bool:
    """Whether reminders and escalations are held, by a jump or by a clock that lies before the last run."""
    last = instance.last_run(tx)
    if last and last - wall > JUMP:
        alarms.sound(
            tx, BEHIND, f"the clock shows {wall:%Y-%m-%d %H:%M} UTC, before the last run ({last:%Y-%m-%d %H:%M}), {HELD}; {CURE}", wall
        )
    else:
        alarms.end(tx, BEHIND, wall)
    held = _runs(tx, JUMPED) or _runs(tx, BEHIND)
    if not held:
        future.pull_back(tx, wall)
    return held


def accept(tx: Connection, wall: datetime) -> None:
    """An operator says that the clock is right as it is."""
    alarms.end(tx, JUMPED, wall)
    alarms.end(tx, BEHIND, wall)
    last = instance.last_run(tx)
    if last and last > wall:
        instance.remember_run(tx, wall)


def running_clock() -> float:
    """Seconds since the machine was started, sleep included where the system counts it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _runs(tx: Connection, name: str) -> bool:
    return any(alarm.name == name for alarm in alarms.running(tx))
