"""What a colleague's calendar program answers to the invitation to a special meeting (S4.4, RFC 5546 §3.2.3).

Kept with the case of the meeting, which the UID names. Who answers is only what the letter claims, and nothing hangs on it.
"""

from mailbot.case import Case, Outcome
from mailbot.intake import invitation
from mailbot.lifecycle import meeting
from mailbot.lifecycle.letters import Entry
from mailbot.store import tickets


def answered(case: Case) -> Outcome | None:
    """The fate of a letter that accepts or declines a meeting of ours; None for any other."""
    uid, answer = invitation.answer_in(case.message) or ("", "")
    number = meeting.case_of(uid)
    ticket = tickets.load(case.tx, number) if number else None
    if ticket is None or ticket.id is None:
        return None
    data = {"answer": answer, "remark": case.message.fresh.strip()[:300]}
    tickets.log(case.tx, ticket.id, [Entry("meeting-answer", case.author, data)], case.now)
    return Outcome("noted", f"{answer}: the special meeting", ticket)
