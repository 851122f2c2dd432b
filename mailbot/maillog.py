"""The log: one typed function for each event in a letter's life.

Every line begins with the letter's and the ticket's id. Bodies, tokens and secrets are never logged; the story of a
ticket is in the tables (`mailbot show`), the log is for the operator.
"""

import logging
import sys
from datetime import datetime

LOG = logging.getLogger("mailbot")


def configure(level: str = "INFO") -> None:
    """Log to standard error; libraries only from warnings on."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", force=True)
    LOG.setLevel(level)
    # A tick that outlasts its interval is no fault: the next one finds everything that is due.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def kept(account: str, count: int) -> None:
    """New letters are in the ledger."""
    LOG.info("%s - kept %d new letter(s)", account, count)


def fate(letter: int, ticket: str | None, name: str, reason: str) -> None:
    """A letter reached its end."""
    LOG.info("in-%d %s %s: %s", letter, ticket or "-", name, reason)


def broke(letter: int, step: str, error: BaseException, attempt: int) -> None:
    """A step raised; the letter is tried again or quarantined."""
    LOG.error("in-%d - attempt %d broke in %s: %s", letter, attempt, step, type(error).__name__, exc_info=error)


def clocks(ticket: str, steps: int, letters: int) -> None:
    """A ticket's clocks were looked at."""
    LOG.info("- %s clocks: %d step(s), %d letter(s)", ticket, steps, letters)


def digest(day: str, readers: int, overdue: int) -> None:
    """The daily digest is owed."""
    LOG.info("- - digest of %s: %d overdue, to %d reader(s)", day, overdue, readers)


def alarm(names: list[str], readers: int) -> None:
    """People are told what needs them."""
    LOG.warning("- - alarm to %d reader(s): %s", readers, ", ".join(names))


def delivery(letter: int, outcome: str, text: str) -> None:
    """A letter was handed over, or not."""
    LOG.log(logging.INFO if outcome == "sent" else logging.WARNING, "out-%d - %s: %s", letter, outcome, text)


def doubts(ended: int, again: int) -> None:
    """Sendings that a stop had left open are settled."""
    LOG.warning("- - after a stop in mid-sending: %d automatic letter(s) end in doubt, %d go out again", ended, again)


def trouble(where: str, error: BaseException, retry_in: float) -> None:
    """A part can't work now and waits."""
    LOG.warning("%s - %s; trying again in %.0f s", where, error, retry_in)


def started(accounts: str, now: datetime) -> None:
    """The service is up."""
    LOG.info("- - mailbot serves %s since %s", accounts, now.isoformat(timespec="seconds"))


def stopping() -> None:
    """The service was asked to end."""
    LOG.info("- - stopping at the next step's border")


def stopped() -> None:
    """The service has ended."""
    LOG.info("- - stopped")


def crashed(where: str, error: BaseException) -> None:
    """A loop met a bug; it goes on."""
    LOG.error("%s - unexpected %s; the other parts go on", where, type(error).__name__, exc_info=error)


def unclassified(reason: str) -> None:
    """There is no usable classifier."""
    LOG.warning("- - letters are not classified: %s", reason)


def lesson(status: int, said: str) -> None:
    """The classifier's lesson has ended."""
    LOG.log(logging.WARNING if status else logging.INFO, "- - lesson ended with status %d: %s", status, said or "nothing was said")


def template_failed(letter: str, reason: str) -> None:
    """A template broke."""
    LOG.error("- - letter %s could not be written from its template, the plain built-in text is used: %s", letter, reason)


def not_written(letter: str, reason: str) -> None:
    """A letter has no address it could go to."""
    LOG.warning("- - letter %s is not written: %s", letter, reason)
