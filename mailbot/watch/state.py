"""How the service stands, and what of it needs a person: what `mailbot status`, the alarms and the metrics are made of.

Reads the tables and the files that the settings name, so it is told just as well while no service runs. `findings` is pure;
each finding is one sentence with its cure, under the name its alarm has.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection

from mailbot.intake.balance import Open, open_differences
from mailbot.outbox import queuelog
from mailbot.settings import Settings
from mailbot.store import addresses, alarms, channel, health, instance, mailboxes, unsent
from mailbot.store.addresses import Dead
from mailbot.store.alarms import Running
from mailbot.store.health import Incoming
from mailbot.store.unsent import Unsent
from mailbot.watch.signins import SignIn, sign_ins, trouble
from models.migrations import HEAD

PATIENCE = timedelta(minutes=15)
SHOWN = 5  # at most so many addresses in a sentence


class Outgoing(Struct, frozen=True):
    """Letters owed: how many are to be sent, since when the oldest waits; those held; doubts that nobody was told of yet."""

    waiting: int
    oldest_at: datetime | None
    held: list[Unsent]
    doubtful: list[Unsent]


class State(Struct, frozen=True):
    """Everything `mailbot status` shows; its JSON is this object, names stable. Moments are aware UTC."""

    at: datetime
    running: bool
    last_run_at: datetime | None
    epoch: int
    held_since: datetime | None
    incoming: Incoming
    balance: Open
    outgoing: Outgoing
    dead_addresses: list[Dead]
    mailboxes: list[mailboxes.State]
    channel: channel.State
    sign_ins: list[SignIn]
    queue_log_trouble: str | None  # None too where no log is asked
    alarms: list[Running]
    schema: str
    database: str


class Finding(Struct, frozen=True):
    """Something that needs a person: what is so, and what to do. `alarm`: they are told by letter, too."""

    name: str
    cause: str
    cure: str
    alarm: bool = False

    @property
    def text(self) -> str:
        """Both in one sentence."""
        return f"{self.cause}; {self.cure}"


def state(connection: Connection, now: datetime, settings: Settings, *, running: bool = True) -> State:
    """How things stand at `now`; `running`: whether a service holds the database."""
    return State(
        now,
        running,
        instance.last_run(connection),
        health.epoch(connection),
        instance.held_since(connection),
        health.incoming(connection),
        open_differences(connection, now),
        _outgoing(connection),
        list(addresses.listing(connection)),
        list(mailboxes.states(connection)),
        channel.state(connection),
        sign_ins(settings, now),
        queuelog.trouble(settings.smtp) or None,
        list(alarms.running(connection)),
        HEAD,
        health.database(connection),
    )


def _outgoing(connection: Connection) -> Outgoing:
    waiting, oldest = health.to_send(connection)
    # A letter that is tried again has not ended: whether it is worth a person's time shows then.
    doubts = [letter for letter in unsent.doubtful(connection) if letter.fate in ("sent", "failed", "in-doubt")]
    return Outgoing(waiting, oldest, list(unsent.held(connection)), doubts)


def findings(found: State, settings: Settings) -> list[Finding]:
    """What needs a person, beside the alarms that run."""
    return [finding for look in (_standing, _received, _silent, _tokens, _owed, _held) for finding in look(found, settings)]


def unbalanced(found: Open) -> str:
    """What does not balance, in one line; empty when all does."""
    parts = ((found.unread, "without a fate"), (found.unsettled, "not settled on their server"))
    told = [f"{count} letter(s) {what}" for count, what in parts if count]
    return f"{' and '.join(told)} for more than an hour" if told else ""


def _standing(found: State, _settings: Settings) -> list[Finding]:
    if found.last_run_at and not _long_ago(found.last_run_at, found.at):
        return []  # a service, or `run --once` called often enough
    last = f"the clocks were last looked at: {_clock(found.last_run_at)}"
    if not found.running:
        return [Finding("service", f"no service runs, {last}", "start `mailbot run`, or call `mailbot run --once` every few minutes")]
    if any(alarm.name.startswith("clock") for alarm in found.alarms):
        return []  # they are held, and that alarm says why
    return [Finding("clocks", f"a service runs, but {last}", "its log says what stops it")]


def _received(found: State, _settings: Settings) -> list[Finding]:
    incoming = found.incoming
    told = []
    if _long_ago(incoming.oldest_at, found.at):
        cause = f"the oldest of {incoming.waiting} letter(s) waits to be read since {_clock(incoming.oldest_at)}"
        told.append(Finding("unprocessed", cause, "see that `mailbot run` is running; its log says what stops it", alarm=True))
    if incoming.quarantined:
        cure = "`mailbot quarantine list` says why, `mailbot quarantine release` tries them again"
        told.append(Finding("quarantined", f"{incoming.quarantined} letter(s) are set aside", cure, alarm=True))
    if found.balance:
        told.append(Finding("balance", unbalanced(found.balance), "`mailbot reconcile` names each"))
    return told


def _silent(found: State, settings: Settings) -> list[Finding]:
    """Mailboxes nobody has seen well for long, unless an alarm of their own says why."""
    rows = {(box.account, box.mailbox): box for box in found.mailboxes}
    told = []
    for box in settings.mailbox:
        row = rows.get((box.account, box.folder))
        seen = row.good_at if row else None
        since = seen or (row.trouble_since if row else None)
        quiet = PATIENCE + timedelta(seconds=box.poll_seconds)
        explained = any(alarm.name.startswith(f"mailbox {box.account}") for alarm in found.alarms)
        if explained or (since and found.at - since <= quiet):
            continue
        cause = f"{box.account}: no good look at {box.folder} " + (f"since {_clock(seen)}" if seen else "yet")
        told.append(Finding(f"silent {box.account}", cause, "`mailbot check` says what is wrong with it", alarm=True))
    return told


def _tokens(found: State, _settings: Settings) -> list[Finding]:
    judged = ((sign_in, trouble(sign_in, found.at)) for sign_in in found.sign_ins)
    return [Finding(f"token {sign_in.protocol} {sign_in.user}", *wrong, alarm=True) for sign_in, wrong in judged if wrong]


def _owed(found: State, _settings: Settings) -> list[Finding]:
    outgoing = found.outgoing
    told = []
    if _long_ago(outgoing.oldest_at, found.at) and not (found.channel.trouble_since or found.held_since):
        cause = f"the oldest of {outgoing.waiting} letter(s) to send waits since {_clock(outgoing.oldest_at)}"
        told.append(Finding("unsent", cause, "`mailbot letters` says what the servers answered", alarm=True))
    if outgoing.doubtful:
        some = ", ".join(f"out-{letter.id} to {letter.recipient}" for letter in outgoing.doubtful[:SHOWN])
        cause = f"{len(outgoing.doubtful)} letter(s) may have arrived not at all or twice ({some})"
        told.append(Finding("in-doubt", cause, "ask the recipients; the next digest lists them"))
    if found.queue_log_trouble:
        cause, _, cure = found.queue_log_trouble.partition("; ")
        told.append(Finding("queue-log", f"{cause}, letters in doubt go without its proof", cure, alarm=True))
    return told


def _held(found: State, _settings: Settings) -> list[Finding]:
    told = []
    if found.held_since:
        cause = f"nothing is sent since {_clock(found.held_since)}, as the database came from a backup"
        told.append(Finding("restored", cause, "`mailbot restore --confirm` lets the letters go"))
    if found.outgoing.held:
        some = ", ".join(f"out-{letter.id} to {letter.recipient} ({letter.held})" for letter in found.outgoing.held[:SHOWN])
        cause = f"{len(found.outgoing.held)} letter(s) are held: {some}"
        told.append(Finding("held", cause, "correct a dead address, or let them go with `mailbot retry`; a breaker ends by itself"))
    return told


def _long_ago(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now - moment > PATIENCE


def _clock(moment: datetime | None) -> str:
    return moment.isoformat(timespec="minutes").replace("+00:00", "Z") if moment else "never"
