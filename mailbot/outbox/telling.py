"""The one form of letters that tell staff something: heading, opening, words of a person, named values, buttons. Pure."""

from collections.abc import Mapping
from typing import Any

from mailbot.lifecycle.task_values import field_words
from mailbot.outbox.links import ready
from mailbot.outbox.scene import Scene

Lines = list[dict[str, str]]
BODY_LIMIT = 20_000  # characters of a letter from outside shown to staff; the whole is on record


def told(scene: Scene, topic: str, links: tuple[str, ...], body: str = "", lines: Lines | None = None, **values: str) -> dict[str, Any]:
    """A letter to staff: sentences of `topic` with `values`, buttons for the orders of `links`."""
    assert scene.ticket
    common = {"number": scene.ticket.number, "subject": scene.ticket.subject[:300]}
    return {
        "title": scene.t(f"{topic}.subject", **common, **values),
        "heading": scene.t(f"{topic}.heading", **values),
        "opening": scene.t(f"{topic}.opening", **values),
        "body": body,
        "lines": lines or [],
        "links": ready(scene, scene.ticket, links),
        "customer": None,
    }


def customer(scene: Scene) -> dict[str, Any] | None:
    """The letter that opened the case, where it goes with this one; its attachments are told by the one who sent it."""
    written = scene.owed.facts.get("written")
    return {"body": written.text[:BODY_LIMIT], "attachments": []} if written else None


def line(scene: Scene, key: str, value: str) -> dict[str, str]:
    """A named value, called as `decision.KEY` says."""
    return {"name": scene.t(f"decision.{key}"), "value": value}


def named(scene: Scene, values: Mapping[str, object]) -> Lines:
    """Values by field, each called as its field is called; empty ones are left out."""
    names = {key: field_words(key).text(scene.language) for key in values}
    return [{"name": names[key][:1].upper() + names[key][1:], "value": str(value)} for key, value in values.items() if value]
