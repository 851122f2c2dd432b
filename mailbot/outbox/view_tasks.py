"""What the templates of letters about tasks: given, reported, judged; recalls and returns are given. Pure; see `view`."""

from mailbot.outbox.scene import View

VIEWS: dict[str, View] = {}
