"""Which fate a letter gets, and what follows from it, in one transaction.

    copy? -> bounce, loop, bulk? -> thread -> staff's orders | customer's letter | automatic answer

Every letter ends in exactly one fate (`store.letters.FATES`); that of what machines send is in `machines`. What is said
here of loops and doubles is reliability §2: F19-F23, F45-F48, F55.
"""

from datetime import timedelta

from msgspec.structs import replace

from mailbot import meetings
from mailbot.answered import answered
from mailbot.case import Case, Outcome
from mailbot.clerk import Clerk
from mailbot.intake import doubles
from mailbot.intake.message import InboundMessage, Kind
from mailbot.intake.parse import parse
from mailbot.intake.screen import HOPS, OWN_MARK
from mailbot.intake.thread import Author, Threaded, bears_mark, clues, thread
from mailbot.lifecycle import carry_out, decide, duties, manual, orders, polls, recall
from mailbot.lifecycle.classify import Classifier
from mailbot.lifecycle.decide import MACHINE, Written
from mailbot.lifecycle.letters import Entry, Owed, to_customer
from mailbot.lifecycle.manual import Sheet
from mailbot.lifecycle.orders import Problem
from mailbot.lifecycle.ticket import Ticket
from mailbot.lifecycle.work import Given
from mailbot.machines import Machines
from mailbot.settings import Member
from mailbot.store import addresses, copies, customers, letters, restraints, tickets
from mailbot.store.finder import Finder

DOUBLE = timedelta(hours=48)  # the same words of the same author within this time are one complaint, sent twice (F21)


class Fates:
    """Takes letters to their fate."""

    def __init__(self, clerk: Clerk, classify: Classifier) -> None:
        self._clerk = clerk
        self._machines = Machines(clerk)
        self._classify = classify
        self._settings = clerk.settings
        self._rules = clerk.rules
        self._desk = clerk.desk

    def of(self, case: Case) -> Outcome:
        """The letter's fate; the ticket, its story and the letters owed are written in the case's transaction."""
        case.step.name = "decide"
        copy = letters.earlier_copy(case.tx, case.letter, case.key)
        if copy is not None:
            return self._copied(case, copy)
        kind = self._kind(case)
        if kind == "bounce":
            return self._machines.bounce(case)
        if kind in ("loop", "bulk"):
            return self._machines.set_aside(case, "loop" if kind == "loop" else "bulk")
        if not case.author:
            return Outcome("quarantined", "screen: the letter names no author, so there is nobody to answer")
        addresses.revive(case.tx, case.author)  # who writes can be written to
        return self._threaded(case, kind)

    def _kind(self, case: Case) -> Kind:
        layers, screening = self._desk.layers, case.screening
        return screening.kind if layers.screening or screening.sign in (OWN_MARK, HOPS) else "person"

    def _copied(self, case: Case, copy: int) -> Outcome:
        """The same letter once more; by which further address it came is noted with its ticket (F23)."""
        ticket_id, account = copies.came_to(case.tx, copy)
        further = set(case.came_by or (case.letter.account,)) - {account, self._settings.smtp.address.lower()}
        if ticket_id and further:
            noted = {address for data in copies.noted(case.tx, ticket_id, "also-sent-to") for address in data["addresses"]}
            if new := sorted(further - noted):
                tickets.log(case.tx, ticket_id, [Entry("also-sent-to", case.author, {"addresses": new})], case.now)
        return Outcome("duplicate", f"the same letter as in-{copy}")

    def _threaded(self, case: Case, kind: Kind) -> Outcome:
        case.step.name = "thread"
        member = self._settings.member(case.author)
        author = Author(case.author, member.key if member else None, tuple(m.key for m in self._settings.staff))
        found = thread(case.message, author, self._clerk.identity, Finder(case.tx))
        case.step.name = "decide"
        invited = meetings.answered(case) if member else None
        if invited:
            return invited
        if kind == "auto-reply":
            return self._machines.note_automatic(case, found)
        if self._desk.layers.marker and self._is_our_own(case):
            return Outcome("loop", "the text is a letter of ours, word for word")
        return self._from_staff(case, member, found) if member else self._from_customer(case, found)

    def _is_our_own(self, case: Case) -> bool:
        """Whether one of our letters came back with nothing of it left but the text (F48)."""
        if not bears_mark(case.message):
            return False
        said = doubles.squeezed(case.message.text)
        for number, token in clues(case.message).tokens:
            ticket = tickets.load(case.tx, number)
            ours = restraints.texts(case.tx, ticket.id, f"{number}.{token}") if ticket and ticket.id else []
            if any(doubles.squeezed(parse(data).text) == said for data in ours):
                return True
        return False

    def _from_customer(self, case: Case, found: Threaded) -> Outcome:
        said = None if found.ticket else copies.said_before(case.tx, doubles.words_of(case.key), case.letter.received_at - DOUBLE)
        ticket = tickets.load_by_id(case.tx, said.ticket_id) if said else None
        if said and ticket:
            return self._said_twice(case, ticket, said.letter_id)
        if found.ticket is None:
            return self._open(case, found)
        return (self._to_poll if found.ticket.kind == "poll" else self._further)(case, found, found.ticket)

    def _further(self, case: Case, found: Threaded, ticket: Ticket) -> Outcome:
        written = self._written(case, found, answerable=case.screening.answerable)
        decision = decide.follow_up(ticket, written, found.standing, case.now, self._rules)
        ticket = self._clerk.save(case.tx, ticket, decision, case.now, case.message)
        return Outcome("appended", f"{found.sign}; {found.standing}", ticket)

    def _to_poll(self, case: Case, found: Threaded, poll: Ticket) -> Outcome:
        """A vote is the poll's affair; anything else is a complaint of its own, to which later letters belong too (S2.5)."""
        written = self._written(case, found, answerable=case.screening.answerable)
        if polls.vote(poll, written, self._rules) or decide.is_thanks(written.text):
            return self._further(case, found, poll)
        led = tickets.load(case.tx, poll.facts.led_to) if poll.facts.led_to else None
        if led and led.requester.address == case.author:
            return self._further(case, Threaded(led, "participant", found.sign), led)
        outcome = self._open(case, found, f"in answer to the poll {poll.number}")
        if outcome.ticket and found.standing == "participant":
            self._clerk.save(case.tx, poll, polls.led_to(poll, outcome.ticket.number, written, self._rules), case.now)
        return outcome

    def _said_twice(self, case: Case, ticket: Ticket, first: int) -> Outcome:
        """The same words again under another Message-ID: with the first ticket, for staff to see once (F21)."""
        assert ticket.id is not None
        entry = Entry("possible-duplicate", case.author, {"of": f"in-{first}", "subject": case.message.subject[:300]})
        written = self._written(case, Threaded(ticket, "participant", ""), answerable=case.screening.answerable)
        decision = decide.said_twice(ticket, written, self._rules)
        told = copies.noted(case.tx, ticket.id, "possible-duplicate")
        decision = replace(decision, entries=(entry,), letters=() if told else decision.letters)
        ticket = self._clerk.save(case.tx, ticket, decision, case.now, case.message)
        return Outcome("appended", f"the same words as in-{first}: a possible duplicate", ticket)

    def _from_staff(self, case: Case, member: Member, found: Threaded) -> Outcome:
        today = case.now.astimezone(self._settings.company.zone).date()
        passed_on = None if found.ticket else decide.passed_on(case.message, self._rules.people)
        said = case.message.forwarded[0].cover if passed_on else case.message.fresh
        choices = found.ticket.choices if found.ticket else ()
        reply = orders.parse_reply(said, orders.OrderContext(self._settings.staff, self._rules.procedure, today, member, choices))
        if found.ticket and found.standing == "staff":
            named = {order.name for order in reply.orders}
            dealers = customers.dealers(case.tx) if named & recall.ASKING else ()
            named_cases = tickets.called(case.tx, duties.found_on(found.ticket, reply))
            answers = answered(case, found.ticket, member)
            given = Given(member, reply, case.message, case.letter.received_at, dealers, named_cases, answers)
            decision = carry_out.carry_out(found.ticket, given, case.now, self._rules)
            ticket = self._clerk.save(case.tx, found.ticket, decision, case.now, case.message)
            wrong = [
                f"{line}: {why}"
                for e in decision.entries
                if e.kind == "order-refused"
                for line, why in zip(e.data["lines"], e.data["reasons"], strict=True)
            ]
            return Outcome("refused", "; ".join(wrong), ticket) if wrong else Outcome("order", found.sign, ticket)
        sheet = None if found.ticket or found.claimed else manual.read(said)
        if sheet:
            return self._register(case, member, found, sheet, passed_on)
        if found.ticket or found.claimed or reply.orders or reply.problems:
            # Orders need the reply token: a From line alone proves nothing (design: who may do what).
            return self._refuse(case, member, (Problem(line="", reason="no-token"),), "without a valid reply token for a ticket")
        if passed_on is None:
            return self._open(case, found, "registered by a member of staff")
        forwarded = replace(case, message=passed_on)
        return self._open(forwarded, found, f"forwarded by {member.key}", member)

    def _refuse(self, case: Case, member: Member, problems: tuple[Problem, ...], why: str) -> Outcome:
        refusal = carry_out.not_done(member, case.message, problems, self._rules)
        self._desk.enqueue(case.tx, None, (refusal,), case.now, self._clerk.identity)
        return Outcome("refused", f"from a member of staff, but {why}")

    def _register(self, case: Case, member: Member, found: Threaded, sheet: Sheet, passed_on: InboundMessage | None) -> Outcome:
        """What a member took by phone, in a shop or elsewhere: the ticket is the customer's (S4.2)."""
        message = manual.as_customers(sheet, passed_on or case.message, forwarded=passed_on is not None)
        problems = manual.problems(sheet, message.fresh, self._rules.people)
        if problems:
            return self._refuse(case, member, problems, "the registration is incomplete: " + "; ".join(p.reason for p in problems))
        return self._open(replace(case, message=message), found, f"registered by {member.key}", sheet=sheet, by=member)

    def _open(
        self,
        case: Case,
        found: Threaded,
        reason: str = "",
        forwarded_by: Member | None = None,
        sheet: Sheet | None = None,
        by: Member | None = None,
    ) -> Outcome:
        """A new ticket, perhaps for a letter that a colleague passed on or for what `by` wrote down in a `sheet`."""
        case.step.name = "classify"
        verdict = self._classify(case.message.subject, case.message.fresh)
        case.step.name = "decide"
        silent = self._silent(case, known=found.ticket is not None)
        written = self._written(case, found, answerable=silent is None, forwarded_by=forwarded_by)
        number = tickets.next_number(case.tx, case.now.astimezone(self._settings.company.zone).year)
        decision = decide.open_ticket(number, written, verdict, case.now, self._rules)
        if sheet and by:
            decision = manual.registered(decision, sheet, by, case.message, self._rules.people)
        decision = replace(decision, ticket=self._known(case, decision.ticket))
        if silent:
            decision = replace(decision, entries=(*decision.entries, silent))
        return Outcome("new-ticket", reason or found.sign, self._clerk.save(case.tx, None, decision, case.now, case.message))

    @staticmethod
    def _known(case: Case, ticket: Ticket) -> Ticket:
        """The ticket with the customer on file, and how often they and others complained before."""
        name, facts = ticket.requester.name, ticket.facts
        customer = customers.recognise(case.tx, case.author) if case.author else customers.called(case.tx, name, facts.phone)
        before = customers.repeats(case.tx, customer, case.author, case.now)
        return ticket.of(customer, before, customers.same_batch(case.tx, facts.batch, case.now))

    def _silent(self, case: Case, *, known: bool) -> Entry | None:
        """Why the letter gets no acknowledgement, for the story; None when it gets one."""
        if not case.screening.answerable and self._desk.layers.screening:
            return _withheld(case, case.screening.sign)
        if self._desk.layers.echo and not known and bears_mark(case.message):
            # Who quotes us is known by the token; this is the mark of another mailbot, or of ours without its ticket (F47).
            return _withheld(case, "the text bears the mark of a ticket system")
        if case.now - case.letter.received_at > timedelta(hours=self._settings.company.backlog_hours):
            return Entry("backlog", MACHINE, {"address": case.author, "received_at": case.letter.received_at.isoformat()})
        if case.message.sender is None or not case.author:
            return None
        owed = Owed("complainant/acknowledgement", to_customer(case.message.sender, ""), {}, "auto-replied")
        against = self._desk.against(case.tx, owed, None, case.now)
        return _withheld(case, against.reason) if against else None

    @staticmethod
    def _written(case: Case, found: Threaded, *, answerable: bool, forwarded_by: Member | None = None) -> Written:
        return decide.as_written(
            case.message, case.letter.received_at, answerable=answerable, claimed=found.claimed, forwarded_by=forwarded_by
        )


def _withheld(case: Case, reason: str) -> Entry:
    return Entry("withheld", MACHINE, {"letter": "complainant/acknowledgement", "address": case.author, "reason": reason})
