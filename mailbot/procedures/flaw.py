"""One thing that is wrong with a procedure: key, reason, cure; and how a wrong name is told."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct


class Flaw(Struct, frozen=True):
    """One thing wrong: the key in the file, why, and what to write instead."""

    key: str
    reason: str
    cure: str
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}; {self.cure}"


def unknown(key: str, kind: str, name: str, known: Iterable[str]) -> Flaw:
    """A name that is not in the list, with the one that was probably meant."""
    known = tuple(known)
    near = get_close_matches(name[:60], known, n=1)
    listed = f"use one of {', '.join(known)}" if known else f"there is none yet: add a [{kind}] table"
    cure = f'did you mean "{near[0]}"?' if near else listed
    return Flaw(key, f'"{name}" is not {"an" if kind[0] in "aeiou" else "a"} {kind}', cure)
