"""The watch a running service keeps over itself: its clock at each tick, its alarms once a minute.

Wires `clock` and `alarm` to a store and a desk. Fails as the store does.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from mailbot.errors import StoreBusy
from mailbot.identity import Identity
from mailbot.outbox.enqueue import Desk
from mailbot.store import alarms
from mailbot.store.engine import Store
from mailbot.watch import alarm, clock
from mailbot.watch.state import State, state

EVERY = timedelta(minutes=1)
STORAGE = "storage"


def shortage(store: Store) -> str:
    """Why no mail is taken in: the disk is nearly full (F32). Empty while there is room."""
    try:
        store.require_room()
    except StoreBusy as error:
        return str(error)
    return ""


class Watch:
    """One for each run of the service, made when it begins."""

    def __init__(
        self, store: Store, desk: Desk, identity: Identity, up_since: datetime, running: Callable[[], float] = clock.running_clock
    ) -> None:
        self._store = store
        self._desk = desk
        self._identity = identity
        self._up_since = up_since
        self._running = running
        self._guard = clock.Guard()
        self._looked_at: datetime | None = None

    def holds_clocks(self, now: datetime) -> bool:
        """Whether reminders and escalations are held, as the wall clock can't be trusted."""
        with self._store.transaction() as tx:
            held = self._guard.look(tx, now, self._running())
        if held:
            self._up_since = now  # how long something waits can't be told either
        return held

    def tell(self, now: datetime) -> int:
        """Alarms are sounded, ended and told; gives how many letters are owed. Looks once a minute."""
        if self._looked_at and abs(now - self._looked_at) < EVERY:
            return 0
        self._looked_at = now
        with self._store.transaction() as tx:
            if short := shortage(self._store):
                alarms.sound(tx, STORAGE, short, now)
            else:
                alarms.end(tx, STORAGE, now)
            return alarm.look(tx, self._desk, self._identity, now, self._up_since)

    def state(self, now: datetime) -> State:
        """How things stand."""
        with self._store.reading() as connection:
            return state(connection, now, self._desk.settings)
