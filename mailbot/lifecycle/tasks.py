"""Tasks on a case: given, done, judged, done again; returns, recalls, findings (S1.10-12, S2.3, S3a.2, S4.13). Pure."""

from mailbot.lifecycle.ticket import Status
from mailbot.lifecycle.work import Handler

HANDLERS: dict[str, Handler] = {}
FITS: dict[str, frozenset[Status]] = {}
