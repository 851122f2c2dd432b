"""Taking in and following up: review, confirmation, the customer, the survey (S1.2, S4.2, S4.3, S4.10). Pure."""

from mailbot.lifecycle.ticket import Status
from mailbot.lifecycle.work import Handler

HANDLERS: dict[str, Handler] = {}
FITS: dict[str, frozenset[Status]] = {}
