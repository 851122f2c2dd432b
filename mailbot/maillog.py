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


def kept(account: str, count: int) -> None:
    LOG.info("%s - kept %d new letter(s)", account, count)


def fate(letter: int, ticket: str | None, name: str, reason: str) -> None:
    LOG.info("in-%d %s %s: %s", letter, ticket or "-", name, reason)


def broke(letter: int, step: str, error: BaseException, attempt: int) -> None:
    LOG.error("in-%d - attempt %d broke in %s: %s", letter, attempt, step, type(error).__name__, exc_info=error)


def clocks(ticket: str, steps: int, letters: int) -> None:
    LOG.info("- %s clocks: %d step(s), %d letter(s)", ticket, steps, letters)


def digest(day: str, readers: int, overdue: int) -> None:
    LOG.info("- - digest of %s: %d overdue, to %d reader(s)", day, overdue, readers)


def delivery(letter: int, outcome: str, text: str) -> None:
    LOG.log(logging.INFO if outcome == "sent" else logging.WARNING, "out-%d - %s: %s", letter, outcome, text)


def doubts(ended: int, again: int) -> None:
    LOG.warning("- - after a stop in mid-sending: %d automatic letter(s) end in doubt, %d go out again", ended, again)


def trouble(where: str, error: BaseException, retry_in: float) -> None:
    LOG.warning("%s - %s; trying again in %.0f s", where, error, retry_in)


def started(accounts: str, now: datetime) -> None:
    LOG.info("- - mailbot serves %s since %s", accounts, now.isoformat(timespec="seconds"))


def stopping() -> None:
    LOG.info("- - stopping at the next step's border")


def stopped() -> None:
    LOG.info("- - stopped")


def crashed(where: str, error: BaseException) -> None:
    LOG.error("%s - unexpected %s; the other parts go on", where, type(error).__name__, exc_info=error)


def unclassified(reason: str) -> None:
    LOG.warning("- - letters are not classified: %s", reason)


def template_failed(letter: str, reason: str) -> None:
    LOG.error("- - letter %s could not be written from its template, the plain built-in text is used: %s", letter, reason)
