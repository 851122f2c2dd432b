"""The log: one typed function for each event in a letter's life.

Every line begins with the letter's and the ticket's id. Bodies, tokens and secrets are never logged (`logform` sees to
it); the story of a ticket is in the tables (`mailbot show`), the log is for the operator.
"""

import logging
import sys
from collections.abc import Sequence
from datetime import datetime

from mailbot.logform import Lines, Objects, Secrets, Told
from mailbot.settings import Settings

LOG = logging.getLogger("mailbot")
_secrets = Secrets()


def configure(level: str, settings: Settings) -> None:
    """Log to standard error in the form the settings ask for; libraries only from warnings on."""
    global _secrets  # noqa: PLW0603 - a process has one log
    _secrets = Secrets(settings)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((Objects if settings.operation.log == "json" else Lines)(_secrets))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    LOG.setLevel(level)
    # A tick that outlasts its interval is no fault: the next one finds everything that is due.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def conceal(secret: str) -> None:
    """No line holds `secret` from now on."""
    _secrets.add(secret)


def conceal_for_now(user: str, token: str) -> None:
    """No line holds the access token that `user` signs in with now."""
    _secrets.lend(user, token)


def kept(account: str, count: int) -> None:
    """New letters are in the ledger."""
    _say("kept", f"kept {count} new letter(s)", part=account)


def fate(letter: int, ticket: str | None, name: str, reason: str) -> None:
    """A letter reached its end."""
    # A refused order is quoted in its reason, and is somebody's words.
    told = f"{name}: {reason}" if name != "refused" else f"{name}; `mailbot letters` says why"
    _say("fate", told, letter=f"in-{letter}", ticket=ticket)


def polled(poll: str, period: str, asked: int) -> None:
    """A poll is through with a period."""
    _say("polled", f"poll {poll}, {period}: everybody was asked, {asked} of them now")


def broke(letter: int, step: str, error: BaseException, attempt: int) -> None:
    """A step raised; the letter is tried again or quarantined."""
    _say("broke", f"attempt {attempt} broke in {step}: {type(error).__name__}", level=logging.ERROR, letter=f"in-{letter}", error=error)


def clocks(ticket: str, steps: int, letters: int) -> None:
    """A ticket's clocks were looked at."""
    _say("clocks", f"clocks: {steps} step(s), {letters} letter(s)", ticket=ticket)


def duty_begun(ticket: str, duty: str, period: str, letters: int) -> None:
    """A recurring duty's case was opened."""
    _say("duty", f"duty {duty} of {period}: {letters} letter(s)", ticket=ticket)


def digest(day: str, readers: int, overdue: int) -> None:
    """The daily digest is owed."""
    _say("digest", f"digest of {day}: {overdue} overdue, to {readers} reader(s)")


def alarm(names: Sequence[str], readers: int) -> None:
    """People are told what needs them."""
    _say("alarm", f"alarm to {readers} reader(s): {', '.join(names)}", level=logging.WARNING)


def delivery(letter: int, outcome: str, text: str) -> None:
    """A letter was handed over, or not."""
    level = logging.INFO if outcome == "sent" else logging.WARNING
    _say("delivery", f"{outcome}: {text}", level=level, letter=f"out-{letter}")


def no_proof(error: BaseException) -> None:
    """The relay's log can't be asked about letters in doubt."""
    _say("no-proof", str(error), level=logging.WARNING, part="sender")


def trouble(where: str, error: BaseException, retry_in: float) -> None:
    """A part can't work now and waits."""
    _say("trouble", f"{error}; trying again in {retry_in:.0f} s", level=logging.WARNING, part=where)


def started(accounts: str, now: datetime) -> None:
    """The service is up."""
    _say("started", f"mailbot serves {accounts} since {now.isoformat(timespec='seconds')}")


def stopping() -> None:
    """The service was asked to end."""
    _say("stopping", "stopping at the next step's border")


def stopped() -> None:
    """The service has ended."""
    _say("stopped", "stopped")


def doubtful_store(sentence: str) -> None:
    """The database works, but may lose or spoil what it holds."""
    _say("doubtful-store", sentence, level=logging.WARNING)


def abandoned() -> None:
    """A part did not end in time and is left where it is."""
    _say("abandoned", "a part did not stop in time; what it had in hand is done again at the next start", level=logging.WARNING)


def hung_up() -> None:
    """SIGHUP came."""
    _say("hung-up", "SIGHUP: nothing is read anew; restart mailbot to use changed settings", level=logging.WARNING)


def crashed(where: str, error: BaseException) -> None:
    """A loop met a bug; it goes on."""
    _say("crashed", f"unexpected {type(error).__name__}; the other parts go on", level=logging.ERROR, part=where, error=error)


def unclassified(reason: str) -> None:
    """There is no usable classifier."""
    _say("unclassified", f"letters are not classified: {reason}", level=logging.WARNING)


def lesson(status: int, said: str) -> None:
    """The classifier's lesson has ended."""
    told = f"lesson ended with status {status}: {said or 'nothing was said'}"
    _say("lesson", told, level=logging.WARNING if status else logging.INFO)


def template_failed(letter: str, reason: str) -> None:
    """A template broke."""
    told = f"letter {letter} could not be written from its template, the plain built-in text is used: {reason}"
    _say("template-failed", told, level=logging.ERROR)


def not_written(letter: str, reason: str) -> None:
    """A letter has no address it could go to."""
    _say("not-written", f"letter {letter} is not written: {reason}", level=logging.WARNING)


def _say(event: str, text: str, *, level: int = logging.INFO, error: BaseException | None = None, **about: str | None) -> None:
    """One line; `about` says which part, letter or ticket."""
    told = Told(event, text, **about)
    LOG.log(level, "%s %s %s", told.part or told.letter or "-", told.ticket or "-", text, exc_info=error, extra={"told": told})
