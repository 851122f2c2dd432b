"""What the templates of letters about decisions: approvals, questions to the customer, alerts, copies are given. Pure; see `view`."""

from mailbot.outbox.scene import View

VIEWS: dict[str, View] = {}
