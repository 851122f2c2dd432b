"""A letter of ours that did not arrive: who hears of it, so that the customer or the colleague is reached another way.

Pure: (ticket facts, what failed, rules) -> (story, letters owed). Nobody is told twice round: a notice of this kind that
does not arrive itself is on record only.
"""

from msgspec import Struct

from mailbot.lifecycle import dealers
from mailbot.lifecycle.decide import MACHINE, Rules
from mailbot.lifecycle.letters import Decision, Entry, Owed, to_member
from mailbot.lifecycle.ticket import Ticket
from mailbot.settings import Member


class Undelivered(Struct, frozen=True):
    """A letter of ours that did not arrive: template name, address, status (RFC 3463), what their server said."""

    letter: str
    address: str
    status: str | None
    reason: str


def undelivered(ticket: Ticket, failed: Undelivered, rules: Rules) -> Decision:
    """A letter did not arrive: it is on record, and whoever cares for the ticket reaches the customer another way.

    What did not reach a dealer goes to whoever follows the returns.
    A notice that did not reach its reader goes to the head, or to the managers; a notice of that kind itself to nobody."""
    entry = Entry(
        "undelivered",
        MACHINE,
        {"letter": failed.letter, "address": failed.address, "status": failed.status, "reason": failed.reason[:300]},
    )
    theirs = dealers.of(ticket, failed.address)[-1:] if failed.letter in dealers.LETTERS else ()
    people = rules.people.owners(ticket, theirs[0].owner) if theirs else _told_of(ticket, failed, rules)
    facts = {"failed": failed, "dealer": theirs[0] if theirs else None}
    return Decision(ticket, (entry,), tuple(Owed("staff/undeliverable", to_member(m, rules.people.language), facts) for m in people))


def _told_of(ticket: Ticket, failed: Undelivered, rules: Rules) -> tuple[Member, ...]:
    if failed.letter.startswith("complainant/"):
        return rules.people.caretakers(ticket)
    if failed.letter == "staff/undeliverable":
        return ()
    reader = rules.people.member(failed.address)
    above = rules.people.heads(reader.department if reader else ticket.department), rules.people.managers
    others = (tuple(m for m in people if failed.address not in m.addresses) for people in above)
    return next((people for people in others if people), ())
