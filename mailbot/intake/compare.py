"""Is a letter on the server still the one that the ledger holds under its UID? Servers with a broken index give UIDs anew (F15).

Size and arrival are compared first; a letter that differs there is fetched, and its bytes decide: some servers count
sizes by rule of thumb. Fails as `fetch` does.
"""

import hashlib
from collections.abc import Mapping

from mailbot.intake.answers import Facts, RawLetter
from mailbot.intake.fetch import Mailroom
from mailbot.store.letters import Known


def differs(known: Known, told: Facts) -> bool:
    """Whether what the server tells of a letter gives reason to look at its bytes."""
    if told.internal_date and told.internal_date != known.received_at:
        return True
    return not known.header_alone and told.size != known.size


def strangers(room: Mailroom, doubtful: Mapping[int, Known], facts: Mapping[int, Facts], max_bytes: int) -> list[int]:
    """The UIDs of `doubtful` that hold another letter now; one too large to fetch is another one if its size says so."""
    large = [
        uid for uid, known in doubtful.items() if facts[uid].size > max_bytes and not known.header_alone and facts[uid].size != known.size
    ]
    whole = [uid for uid, known in doubtful.items() if uid not in large and not known.header_alone]
    came = list(large)
    came += [raw.uid for raw in (room.fetch(whole) if whole else ()) if _other(raw, doubtful[raw.uid])]
    headers = (room.fetch_headers(uid) for uid, known in doubtful.items() if known.header_alone)
    return came + [raw.uid for raw in headers if raw and _other(raw, doubtful[raw.uid])]


def _other(raw: RawLetter, known: Known) -> bool:
    return hashlib.sha256(raw.data).hexdigest() != known.sha256
