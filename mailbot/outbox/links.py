"""Links that open a ready-made reply with an order in it."""

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote

from mailbot.lifecycle.order_words import BY_NAME
from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.scene import Scene

MAILTO_BODY = 150  # characters; with Chinese percent-encoded the link stays below the 2,000 that Outlook and Windows take


def mailto(scene: Scene, number: str, body: str) -> str:
    """A link that opens a ready-made reply; the token stands in its body, as such a letter has no References."""
    marker = quote(f"\r\n\r\n{scene.identity.marker(number, scene.owed.to.person)}", safe="")
    address, subject = quote(scene.settings.smtp.address, safe="@+"), quote(f"Re: [#{number}]", safe="")
    return f"mailto:{address}?subject={subject}&body={quote(body[:MAILTO_BODY], safe='')}{marker}"


def button(scene: Scene, number: str, label: str, reply: str, example: str = "") -> dict[str, str]:
    """A link that opens `reply`, and what to reply where there are no links: `example`, or else the reply itself."""
    return {"label": label, "mailto": mailto(scene, number, reply), "reply": example or reply}


def ready(scene: Scene, ticket: Ticket, names: Sequence[str]) -> list[dict[str, str]]:
    """A button for each order of `names`, with its label and its example in the reader's language."""
    day = a_day(scene)
    return [button(scene, ticket.number, scene.t(f"link.{n}"), order(scene, n, ""), BY_NAME[n].shown(scene.language, day)) for n in names]


def a_day(scene: Scene) -> date:
    """A day for examples: a week from now, at the company."""
    return (scene.now.astimezone(scene.settings.company.zone) + timedelta(days=7)).date()


def order(scene: Scene, name: str, argument: str) -> str:
    """An order line in the reader's language."""
    return f"#{BY_NAME[name].word.text(scene.language)} {argument}".rstrip()
