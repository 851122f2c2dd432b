"""The fate of what machines send: mail of lists, letters of our own that come back, automatic answers, bounces.

None of it is ever answered. What of it a person has to see is on alarm; what speaks of a letter of ours is kept with its
ticket. reliability §2: F28, F30, F44.
"""

from typing import Any

from mailbot.case import Case, Outcome
from mailbot.clerk import Clerk
from mailbot.intake.thread import Threaded
from mailbot.lifecycle.letters import Entry
from mailbot.store import addresses, alarms, outgoing, tickets
from mailbot.store.letters import Fate

READ_BY_HUMANS = ("postmaster", "abuse")  # RFC 5321 §4.5.1, RFC 2142


class Machines:
    """Takes machines' letters to their fate."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk

    def set_aside(self, case: Case, fate: Fate) -> Outcome:
        """Mail of lists and our own; a copy of a letter of ours proves that it was sent (F30)."""
        sign = case.screening.sign
        marks = (self._clerk.identity.letter_of_mark(value) for value in case.message.headers.get("x-mailbot-letter", ()))
        ours = next((found for mark in marks if mark and (found := outgoing.proven(case.tx, mark, case.now))), None)
        if ours is not None:
            return Outcome("noted", f"a copy of out-{ours}: it was sent")
        self._tell_humans(case)
        return Outcome(fate, sign)

    def note_automatic(self, case: Case, found: Threaded) -> Outcome:
        """An out-of-office reply is kept with its ticket; it neither reopens it nor stops a clock."""
        ours = self._returned(case)
        ticket = found.ticket or (tickets.load_by_id(case.tx, ours.ticket_id) if ours and ours.ticket_id else None)
        if ticket is None or ticket.id is None:
            self._tell_humans(case)
            return Outcome("noted", case.screening.sign)
        tickets.log(case.tx, ticket.id, [Entry("auto-reply", case.author, {"subject": case.message.subject[:300]})], case.now)
        return Outcome("noted", case.screening.sign, ticket)

    def bounce(self, case: Case) -> Outcome:
        """A bounce is tied to the very letter it returns and reaches the person responsible; it is never answered (F28, F44).

        Only our own signed return path or a Message-ID we gave out ties it: a forged bounce is counted and does nothing."""
        screening = case.screening
        ours = self._returned(case)
        if ours is None:
            self._tell_humans(case)
            return Outcome("bounce", f"{screening.sign}; returns no letter of ours")
        reason = f"{screening.sign}; returns out-{ours.id}"
        ticket = tickets.load_by_id(case.tx, ours.ticket_id) if ours.ticket_id else None
        if not screening.bounced:
            return Outcome("bounce", reason, ticket)
        told = screening.bounced[0]
        said = told.said or screening.sign
        outgoing.bounced(case.tx, ours.id, case.now)
        if told.status in addresses.FINAL:
            addresses.mark_dead(case.tx, ours.recipient, told.status, said, case.now)
        return Outcome("bounce", reason, self._clerk.not_delivered(case.tx, ours, told.status, said, case.now) or ticket)

    def _returned(self, case: Case) -> Any | None:  # noqa: ANN401 - a row
        """Our letter that a bounce or an automatic answer speaks of: by the address it came to, then by Message-ID."""
        named = *case.came_by, *(a.address for a in (*case.message.to, *case.message.cc))
        paths = (self._clerk.identity.letter_of_return_path(address) for address in named)
        ours = next((row for path in paths if path and (row := outgoing.by_id(case.tx, path))), None)
        return ours or next(iter(outgoing.find(case.tx, case.screening.bounced_ids)), None)

    def _tell_humans(self, case: Case) -> None:
        """What robots write to postmaster or abuse is no complaint, but a person has to see it."""
        domains = {address.rpartition("@")[2] for address in self._clerk.settings.own_addresses}
        named = {a.address for a in (*case.message.to, *case.message.cc)} | set(case.came_by)
        for address in named:
            local, _, domain = address.partition("@")
            if local in READ_BY_HUMANS and domain in domains:
                what = f"in-{case.letter.id} to {address} from {case.author or 'nobody'}: {case.message.subject[:100]!r}"
                alarms.sound(case.tx, local, f"{what}; read it with `mailbot quarantine show in-{case.letter.id}`", case.now)
