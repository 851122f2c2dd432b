"""Taking in and following up: review of what was registered, the customer's rating by phone (S4.3, S4.10, S3g.3). Pure."""

from mailbot.lifecycle import survey
from mailbot.lifecycle.decide import tell_dissatisfied
from mailbot.lifecycle.milestones import reopen
from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.ticket import Status
from mailbot.lifecycle.work import Handler, Work


def _reviewed(work: Work, order: GivenOrder) -> None:
    work.reach("reviewed")
    work.note("reviewed")
    work.did(order)


def _rated(work: Work, order: GivenOrder) -> None:
    """What the customer said on the phone counts as an answer to the survey; a dissatisfied one's case opens again."""
    asked = survey.of(work.ticket, work.rules.procedure)
    ballot = survey.told(order.text, asked)
    if ballot is None or "rated" in work.ticket.milestones:
        work.refuse(order, "bad-score" if ballot is None else "rated-already")
        return
    score = survey.overall(ballot)
    work.ballot, work.to_customer = ballot, None
    work.note("rated", score=score, remark=ballot.remark[:300], by_phone=True)
    work.reach("surveyed")
    work.reach("rated")
    work.did(order, score=score)
    if survey.is_dissatisfied(ballot, asked) and work.ticket.kind == "complaint":
        work.ticket = reopen(work.ticket, work.now, work.by, work.rules.procedure)
        work.note("reopened", round=work.ticket.round)
        work.letters += tell_dissatisfied(work.ticket, ballot, work.rules)


HANDLERS: dict[str, Handler] = {"reviewed": _reviewed, "rated": _rated}
FITS: dict[str, frozenset[Status]] = {
    "reviewed": frozenset({"new", "open", "waiting", "resolved"}),
    "rated": frozenset({"resolved", "closed"}),
}
