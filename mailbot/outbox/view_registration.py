"""What the templates of letters about taking in and following up: registrations, reviews, surveys are given. Pure; see `view`."""

from mailbot.outbox.scene import View

VIEWS: dict[str, View] = {}
