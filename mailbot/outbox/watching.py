"""What overseers read about the service itself: an alarm's causes, and the digest's lines about the mailbox.

Takes a letter owed with plain facts from `watch`; gives labels and sentences in the reader's language. Pure.
An alarm's own text is a sentence for whoever looks after the server; it stays as it is.
"""

from collections.abc import Sequence
from typing import Any

from mailbot.outbox.scene import Scene

SHOWN = 5  # at most so many addresses in a line


def alarm(scene: Scene) -> dict[str, Any]:
    """The alarm letter: each cause under its heading."""
    causes = [(cause, heading(scene, cause["name"])) for cause in scene.owed.facts["alarms"]]
    return {"alarms": [{**cause, "label": label[:1].upper() + label[1:]} for cause, label in causes]}


def lines(scene: Scene) -> list[str]:
    """The digest's lines about the mailbox: what is over, what still runs, which letters need a person."""
    watched = scene.owed.facts["watched"]
    told = [scene.t("digest.over", what=heading(scene, name)) for name in watched["over"]]
    told += [scene.t("digest.running", what=heading(scene, name)) for name in watched["running"]]
    for key, found in (("digest.in_doubt", watched["in_doubt"]), ("digest.held", watched["held"])):
        if found:
            told.append(scene.t(key, count=len(found), addresses=_listed(scene, found)))
    if watched["unbalanced"]:
        told.append(scene.t("digest.unbalanced", count=watched["unbalanced"]))
    return list(dict.fromkeys(told))


def heading(scene: Scene, name: str) -> str:
    """What an alarm is about: its name's first word tells the kind."""
    kind = name.partition(" ")[0].rstrip(":")
    label = scene.words.label(scene.language, "watch", kind)
    return label if label != kind else scene.words.label(scene.language, "watch", "other")


def _listed(scene: Scene, addresses: Sequence[str]) -> str:
    some = scene.t("common.list_comma").join(dict.fromkeys(addresses[:SHOWN]))
    return f"{some} …" if len(addresses) > SHOWN else some
