"""Links that open a ready-made reply with an order in it."""

from collections.abc import Sequence
from urllib.parse import quote

from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox.scene import Scene

MAILTO_BODY = 150  # characters; with Chinese percent-encoded the link stays below the 2,000 that Outlook and Windows take


def mailto(scene: Scene, number: str, body: str) -> str:
    """A link that opens a ready-made reply; the token stands in its body, as such a letter has no References."""
    marker = quote(f"\r\n\r\n{scene.identity.marker(number, scene.owed.to.person)}", safe="")
    address, subject = quote(scene.settings.smtp.address, safe="@+"), quote(f"Re: [#{number}]", safe="")
    return f"mailto:{address}?subject={subject}&body={quote(body[:MAILTO_BODY], safe='')}{marker}"


def ready(scene: Scene, ticket: Ticket, names: Sequence[str]) -> list[dict[str, str]]:
    """A link for each order of `names`, with its label in the reader's language."""
    return [{"label": scene.t(f"link.{n}"), "mailto": mailto(scene, ticket.number, order(scene, n, ""))} for n in names]


def order(scene: Scene, name: str, argument: str) -> str:
    """An order line in the reader's language."""
    from mailbot.lifecycle.orders import word  # noqa: PLC0415

    return f"#{word(name, scene.language)} {argument}".rstrip()
