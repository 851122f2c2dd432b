"""Seals of a ticket's story: each line's seal covers the line and the seal before it (V8).

Whoever changes, removes or puts in a line without changing all the seals after it is found out. A seal is a SHA-256 in
hex over the canonical JSON of the line; JSON reads back from both databases as it was written. Pure.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any


def seal(former: str | None, *, ticket_id: int, at: datetime, kind: str, by: str, data: dict[str, Any]) -> str:
    """The seal of a line that stands after the one sealed with `former`."""
    line = [former or "", ticket_id, at.astimezone(UTC).isoformat(timespec="microseconds"), kind, by, data]
    return hashlib.sha256(json.dumps(line, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def holds(story: Iterable[Any]) -> bool:
    """Whether every line of one ticket, in order, bears the seal it must; those before the first seal are passed over."""
    last: str | None = None
    for line in story:
        if line.seal is None and last is None:
            continue
        last = seal(last, ticket_id=line.ticket_id, at=line.at, kind=line.kind, by=line.by, data=line.data)
        if line.seal != last:
            return False
    return True
