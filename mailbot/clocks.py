"""What the clocks ask for: reminders, escalations, letters on time, the digest; and what waits for its moment.

Each ticket is looked at in a transaction of its own. One that breaks is put off and on alarm; the others' clocks go on.
After an outage the letters to staff first wait: whoever would get more than five urgings at once gets one list.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace
from sqlalchemy import Connection

from mailbot import maillog, shortage
from mailbot.clerk import Clerk
from mailbot.errors import StoreUnusable, Transient
from mailbot.lifecycle import escalate
from mailbot.lifecycle.letters import Decision, Owed, to_member
from mailbot.lifecycle.ticket import OWN_WORK
from mailbot.outbox import restraint
from mailbot.outbox.restraint import BREAKER
from mailbot.polls import NOT_ASKED, Polls
from mailbot.reports import digest
from mailbot.rota import Rota
from mailbot.store import alarms, backlog, instance, records, restraints, tickets
from mailbot.store.restraints import Held

PAGE = 200
AT_ONCE = 5  # urgings of one look that still go out one by one
AGAIN = timedelta(minutes=15)  # a ticket whose clocks broke is looked at again after this
CATCHING_UP = "catch-up: the letters of one look are being sorted"
URGINGS = ("staff/urging-notice", "staff/escalation")
NOTHING = {"over": [], "running": [], "in_doubt": [], "held": [], "unbalanced": 0}  # what only the daily digest tells
ONE_SHOT = ("backlog", NOT_ASKED, "postmaster", "abuse")  # alarms that are over once somebody was told


class Clocks:
    """Looks at every clock that has run out."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk
        self._store = clerk.store
        self._rota = Rota(clerk)
        self._polls = Polls(clerk)
        self._unsaid_backlog = True

    def look(self, now: datetime, stopping: Callable[[], bool]) -> int:
        """Carry out what is due at `now`; gives how many letters are owed."""
        with self._store.reading() as connection:
            hold = CATCHING_UP if len(tickets.to_wake(connection, now, AT_ONCE + 1)) > AT_ONCE else None
            broken = {alarm.name for alarm in alarms.running(connection) if alarm.name.startswith("ticket ")}
        owed = 0
        for ticket_id in self._awake(now):
            if stopping():
                return owed
            owed += self._look_at(ticket_id, now, hold, broken)
        for name in self._clerk.rules.procedure.duties:
            owed += self._apart(f"duty {name}", partial(self._rota.look, name, now, stopping), now)
        owed += self._apart("polls", partial(self._polls.look, now, stopping), now)
        owed += self._apart("digest", partial(self._digest, now), now)
        with self._store.transaction() as tx:
            self._catch_up(tx, now)
            self._close_breakers(tx, now)
            self._end_alarms(tx, now)
            instance.remember_run(tx, now)
        return owed

    def tell_backlog(self, now: datetime) -> None:
        """Once the old letters are read: one summary of them to the managers, by alarm (F55)."""
        if not self._unsaid_backlog:
            return
        hours = timedelta(hours=self._clerk.settings.company.backlog_hours)
        with self._store.transaction() as tx:
            if backlog.waits(tx, now - hours):
                return
            numbers = backlog.unsaid(tx, now)
            if numbers:
                most = ", ".join(numbers[:20]) + (", …" if len(numbers) > 20 else "")
                told = f"{len(numbers)} letter(s) had waited for more than {hours.total_seconds() / 3600:g} hours when they were read"
                alarms.sound(tx, "backlog", f"{told}; their senders got no acknowledgement: answer them first: {most}", now)
        self._unsaid_backlog = False

    def backlog_grew(self) -> None:
        """An old letter was read."""
        self._unsaid_backlog = True

    def _awake(self, now: datetime) -> Iterator[int]:
        """Tickets whose clocks have run out, each once, a page of the table at a time."""
        seen: set[int] = set()
        while True:
            with self._store.reading() as connection:
                due = [ticket_id for ticket_id in tickets.to_wake(connection, now, len(seen) + PAGE) if ticket_id not in seen]
            if not due:
                return
            seen.update(due)
            yield from due

    def _look_at(self, ticket_id: int, now: datetime, hold: str | None, broken: set[str]) -> int:
        """One ticket's clocks. Whatever they raise is this ticket's affair alone."""
        try:
            with shortage.waited_for(), self._store.transaction() as tx:
                return self._escalate(tx, ticket_id, now, hold, broken)
        except (StoreUnusable, Transient):
            raise
        except Exception as error:  # noqa: BLE001 - the loop's boundary: one ticket must not stop the clocks of the others
            with self._store.transaction() as tx:
                number = tickets.number(tx, ticket_id)
                tickets.postpone(tx, ticket_id, now + AGAIN)
                told = f"the clocks of {number} can't be read ({type(error).__name__}); they are tried every {AGAIN.seconds // 60} minutes"
                alarms.sound(tx, f"ticket {number}: clocks", f"{told}: watch its deadlines yourself, send the log to the developers", now)
            maillog.crashed(f"- {number} clocks", error)
            return 0

    def _escalate(self, tx: Connection, ticket_id: int, now: datetime, hold: str | None, broken: set[str]) -> int:
        ticket = tickets.load_by_id(tx, ticket_id)
        if ticket is None:
            return 0
        result = escalate.escalate(ticket, tickets.steps_taken(tx, ticket), now, self._clerk.rules)
        tickets.take_steps(tx, ticket, result.steps, now)
        letters = tuple(replace(owed, waits=hold) if owed.to.person.startswith("staff:") else owed for owed in result.letters)
        self._clerk.save(tx, ticket, Decision(result.ticket, result.entries, letters), now)
        if (alarm := f"ticket {ticket.number}: clocks") in broken:
            alarms.end(tx, alarm, now)
        maillog.clocks(ticket.number, len(result.steps), len(result.letters))
        return len(result.letters)

    def _digest(self, now: datetime) -> int:
        identity = self._clerk.identity  # read first: a database in memory has one connection
        with self._store.transaction() as tx:
            return digest.send_if_time(tx, self._clerk.desk, identity, self._clerk.rules, now)

    def _apart(self, name: str, duty: Callable[[], int], now: datetime) -> int:
        """A duty whose failure must not stop the clocks: it is on alarm until it works again. Gives how many letters it owes."""
        try:
            with shortage.waited_for():
                owed = duty()
                with self._store.transaction() as tx:
                    alarms.end(tx, name, now)
        except (StoreUnusable, Transient):
            raise
        except Exception as error:  # noqa: BLE001 - the loop's boundary
            maillog.crashed(f"- - {name}", error)
            with self._store.transaction() as tx:
                alarms.sound(tx, name, f"the {name} can't be written ({type(error).__name__}); send the log to the developers", now)
            return 0
        return owed

    def _catch_up(self, tx: Connection, now: datetime) -> None:
        """Letters that waited for the end of the look: one list for whoever has too many urgings, the rest go out."""
        waiting: dict[str, list[Held]] = defaultdict(list)
        for letter in restraints.held(tx, CATCHING_UP):
            waiting[letter.person].append(letter)
        late = records.overdue(tx, now) if any(len(letters) > AT_ONCE for letters in waiting.values()) else []
        for person, letters in waiting.items():
            member = self._clerk.rules.people.member(person.removeprefix("staff:"))
            urgings = [letter for letter in letters if letter.letter in URGINGS]
            numbers = {letter.number for letter in urgings}
            rows = [row for row in late if row.number in numbers]
            if member is None or len(urgings) <= AT_ONCE or not rows:
                restraints.let_go(tx, [letter.id for letter in letters], now)
                continue
            restraints.drop(tx, [letter.id for letter in urgings])
            restraints.let_go(tx, [letter.id for letter in letters if letter.letter not in URGINGS], now)
            if restraints.listed(tx, member.key, now):  # the daily digest of this very look says it all
                continue
            counts = Counter(row.category for row in rows if row.kind not in OWN_WORK)
            facts = digest.facts(rows, {"open": counts, "overdue": counts, "quarantined": 0, "watched": NOTHING}, member, now)
            listed = Owed("manager/digest", to_member(member, self._clerk.rules.people.language), facts)
            self._clerk.desk.enqueue(tx, None, (listed,), now, self._clerk.identity)

    def _close_breakers(self, tx: Connection, now: datetime) -> None:
        """Letters held by a breaker go on, as many as it lets pass; its alarm ends when nothing is held any more."""
        held = restraints.held(tx, BREAKER)
        running = {alarm.name for alarm in alarms.running(tx)}
        out, came = restraints.last_hour(tx, now, restraint.ALLOWANCE)
        flooded = restraint.too_many_at_once(out, came)
        free: dict[tuple[int | None, str], int] = {}
        for letter in held:
            reader = letter.ticket_id, letter.recipient
            if reader not in free:
                free[reader] = restraint.TO_ONE_READER - restraints.to_reader(tx, letter.ticket_id, letter.recipient, now)
            if free[reader] > 0 and not (flooded and letter.person.startswith("customer:")):
                free[reader] -= 1
                restraints.let_go(tx, [letter.id], now)
        still = {letter.number for letter in restraints.held(tx, BREAKER)}
        for name in running:
            over = not flooded if name == "loop" else name.startswith("loop ") and name.removeprefix("loop ") not in still
            if over:
                alarms.end(tx, name, now)

    @staticmethod
    def _end_alarms(tx: Connection, now: datetime) -> None:
        for alarm in alarms.running(tx):
            told = alarm.name in ONE_SHOT and alarm.told_at is not None
            address = alarm.name.removeprefix("letters to ")
            if told or (address != alarm.name and restraints.reached_since(tx, address, alarm.since)):
                alarms.end(tx, alarm.name, now)
