"""Which of our letters a member's letter answers.

By the Message-ID that the mail program names; from one that names none, such as QQ Mail, by the subject it repeats.
Reads the outbox in the caller's transaction; an answer to nothing that is known is "".
"""

from mailbot.case import Case
from mailbot.intake.parse import parse
from mailbot.lifecycle.ticket import Ticket
from mailbot.settings import Member
from mailbot.store import outgoing


def answered(case: Case, ticket: Ticket, member: Member) -> str:
    """The template of the letter answered, such as `staff/task`; "" where that is not known."""
    message = case.message
    ids = message.in_reply_to[:1] or message.references[-1:]
    if ids:
        return next((row.letter for row in outgoing.find(case.tx, ids)), "")
    subject = message.subject.strip()
    sent = outgoing.to_person(case.tx, ticket.id, f"staff:{member.key}") if subject else ()
    return next((row.letter for row in sent if subject.endswith(parse(row.data).subject.strip() or "\n")), "")
