"""The demo's time: a working day in half a minute.

Starts at a moment in the past and goes forward only; the service, the post office and the players read the same
clock. Thread-safe.
"""

import threading
import time
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

from mailbot.procedures.worktime import Calendar

OPENING = time_of_day(9, 0)
LAST_SCENE_AFTER = timedelta(days=3)


class ScaledClock:
    """Calling it gives now (aware); `rate` demo seconds pass in a real one."""

    def __init__(self, start: datetime, rate: float = 20.0) -> None:
        self._lock = threading.Lock()
        self._base = start
        self._since = time.monotonic()
        self._rate = rate

    def __call__(self) -> datetime:
        with self._lock:
            return self._now()

    def jump(self, to: datetime) -> None:
        """Go on from `to`; a moment that has passed changes nothing."""
        with self._lock:
            self._base, self._since = max(to, self._now()), time.monotonic()

    def run_at(self, rate: float) -> None:
        """Let `rate` demo seconds pass in a real one from now on."""
        with self._lock:
            self._base, self._since = self._now(), time.monotonic()
            self._rate = rate

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=(time.monotonic() - self._since) * self._rate)


def two_mornings(today: date, calendar: Calendar) -> tuple[datetime, datetime]:
    """Opening time of two working days in a row: the day that is played, and the morning after.

    The play's last scene, three days after the first, lies in the past too.
    """
    days: list[date] = []
    day = today - LAST_SCENE_AFTER
    while len(days) < 2:
        day -= timedelta(days=1)
        if calendar.is_working_day(day):
            days.append(day)
    second, first = (datetime.combine(day, OPENING, calendar.zone) for day in days)
    return first, second
