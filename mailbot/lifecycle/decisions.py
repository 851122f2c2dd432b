"""Decisions on a case: cause, responsibility, amount, approval, agreement, verification (S1.5, S3b.4, S3d.1). Pure."""

from mailbot.lifecycle.ticket import Status
from mailbot.lifecycle.work import Handler

HANDLERS: dict[str, Handler] = {}
FITS: dict[str, frozenset[Status]] = {}
