"""Letters owed become rows of the outbox, in the transaction that changed the ticket.

Each is rendered and composed here, once: its bytes and its Message-ID never change again. A template that breaks must
not cost a ticket: the letter then goes out in a plain built-in form, and the log says so. Whatever `restraint` is
against is not written, or waits in the outbox; the ticket's story says so.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlalchemy import Connection

from mailbot import maillog
from mailbot.errors import RejectedInput, WrongSettings
from mailbot.identity import Identity
from mailbot.intake.message import Address, Attachment, InboundMessage
from mailbot.intake.reader import Reader
from mailbot.intake.screen import Own
from mailbot.lifecycle.decide import Rules, Written, as_written, passed_on
from mailbot.lifecycle.letters import Entry, Owed
from mailbot.lifecycle.ticket import Ticket
from mailbot.outbox import meeting, restraint, view, view_decisions
from mailbot.outbox.compose import Envelope, Outgoing, compose
from mailbot.outbox.render import Rendered, Renderer
from mailbot.outbox.restraint import Layers, Past, Restraint, Sent
from mailbot.outbox.scene import Scene
from mailbot.settings import Settings
from mailbot.store import alarms, letters, outgoing, records, restraints, tickets

TASK = "staff/task"
SHOWING = frozenset({TASK, "staff/alert"})  # with the customer's own letter in it where the fact "written" says so
FROM_CUSTOMER = frozenset({"staff/new-complaint", "staff/follow-up", "staff/dealer-wrote"})
CARRIED_BYTES = 15 * 1024 * 1024  # most providers refuse letters above 20 MB, and base64 adds a third


class Desk:
    """Writes letters: settings, rules, words and templates in one place."""

    def __init__(self, settings: Settings, rules: Rules, renderer: Renderer, reader: Reader, layers: Layers | None = None) -> None:
        self.layers = layers or Layers()
        self.settings = settings
        self.rules = rules
        self.renderer = renderer
        self.reader = reader
        self.zone: ZoneInfo = settings.company.zone

    def enqueue(
        self,
        tx: Connection,
        ticket: Ticket | None,
        owed: Sequence[Owed],
        now: datetime,
        identity: Identity,
        message: InboundMessage | None = None,
    ) -> None:
        """Write the letters owed; `message` is the letter that caused them, its attachments travel along."""
        notices = [o for o in owed if o.letter == "staff/new-complaint"]
        history = self._history(tx, ticket) if notices else []
        notices += [o for o in owed if o.letter in SHOWING and "written" in o.facts]
        unshown = [o for o in notices if o.facts.get("written") is None]
        opened = (_opening_now(notices, message) or self.opening(tx, ticket)) if unshown else None
        past = self._past_of(tx, ticket, now) if any(letter.automatic for letter in owed) else Past(now)
        rows, waiting = [], {}
        for letter in owed:
            against = self._against(tx, letter, past)
            if against:
                self._withheld(tx, ticket, letter, against, now)
                if not against.waits:
                    continue
            again = opened is not None and letter in unshown
            shown = replace(letter, facts={**letter.facts, "written": opened[1]}) if opened and again else letter
            scene = Scene(shown, ticket, self.settings, self.rules, self.renderer.words, identity, now, history)
            try:
                row = self._row(scene, self._written(scene, opened[0] if opened and again else self._source(tx, letter, ticket, message)))
            except RejectedInput as error:
                # An address no letter can go to must not cost the ticket; the desk has its notice, the story says why.
                self._say(tx, ticket, Entry("not-written", "mailbot", {"letter": letter.letter, "reason": str(error)}), now)
                continue
            rows.append(row)
            if reason := against.reason if against else letter.waits:
                waiting[row.message_id] = reason
        outgoing.enqueue(tx, rows, now)
        for message_id, reason in waiting.items():
            restraints.hold(tx, message_id, reason)

    def _source(self, tx: Connection, owed: Owed, ticket: Ticket | None, message: InboundMessage | None) -> InboundMessage | None:
        """The letter whose attachments travel along: what waited for approval carries those of its author, not of the approver."""
        if "written_as" not in owed.facts or ticket is None or ticket.id is None:
            return message
        data = letters.written(tx, ticket.id, owed.facts["written_as"] or "")
        return self.reader.read(data, Own(self.settings.own_addresses, "")).message if data else None

    def against(self, tx: Connection, owed: Owed, ticket: Ticket | None, now: datetime) -> Restraint | None:
        """Why `owed` would not go out, were it enqueued now."""
        return self._against(tx, owed, self._past_of(tx, ticket, now))

    def _past_of(self, tx: Connection, ticket: Ticket | None, now: datetime) -> Past:
        if ticket is None or ticket.id is None:
            return Past(now)
        moments = [ticket.by_customer_at, ticket.by_staff_at, *(reached.at for reached in ticket.milestones.values())]
        sent = tuple(Sent(*row) for row in restraints.of_ticket(tx, ticket.id))
        return Past(now, ticket.id, max((m for m in moments if m), default=None), sent)

    def _against(self, tx: Connection, owed: Owed, past: Past) -> Restraint | None:
        if owed.automatic is None:
            return None
        if restraint.is_outside(owed) or (restraint.is_answer(owed) and past.ticket_id is None):
            out, came = restraints.last_hour(tx, past.now, restraint.ALLOWANCE)
            lately = tuple(Sent(*row) for row in restraints.to_address(tx, owed.to.address, past.now - restraint.WEEK))
            past = replace(past, to_address=lately, out=out, came=came)
        return restraint.restraint(owed, past, self.layers)

    def _withheld(self, tx: Connection, ticket: Ticket | None, letter: Owed, against: Restraint, now: datetime) -> None:
        facts = {"letter": letter.letter, "address": letter.to.address, "reason": against.reason}
        self._say(tx, ticket, Entry("waits" if against.waits else "withheld", "mailbot", facts), now)
        if against.layer == "ticket_rate" and ticket:
            told = f"{ticket.tag}: more than {restraint.TO_ONE_READER} automatic letters to one reader within an hour"
            alarms.sound(tx, f"loop {ticket.number}", f"{told}; they wait, letters of people go on: see who answers whom by itself", now)
        if against.layer == "global_rate":
            told = "automatic letters to customers are held back: within an hour more were owed than the letters that came in explain"
            alarms.sound(tx, "loop", f"{told}; letters of people and to staff go on: look for robots in `mailbot letters`", now)

    @staticmethod
    def _say(tx: Connection, ticket: Ticket | None, entry: Entry, now: datetime) -> None:
        maillog.not_written(entry.data["letter"], entry.data["reason"])
        if ticket and ticket.id is not None:
            tickets.log(tx, ticket.id, [entry], now)

    def _row(self, scene: Scene, letter: Outgoing) -> outgoing.Letter:
        owed = scene.owed
        ticket_id = scene.ticket.id if scene.ticket else None
        return outgoing.Letter(
            ticket_id, owed.letter, letter.recipient, owed.to.person, letter.message_id, owed.automatic is not None, letter.data
        )

    def _written(self, scene: Scene, message: InboundMessage | None) -> Outgoing:
        try:
            rendered = self.renderer.render(scene.owed.letter, scene.owed.to.language, view.context(scene))
        except WrongSettings as error:
            maillog.template_failed(scene.owed.letter, str(error))
            rendered = _plain(scene)
        attachments = _attachments(scene.owed, message) if message else ()
        return compose(rendered, self._envelope(scene), scene.now, attachments, self._invitation(scene))

    def _invitation(self, scene: Scene) -> str:
        """The meeting of an alert as calendars take it (S4.4); empty where there is none."""
        called = scene.owed.facts.get("meeting")
        if called is None or scene.ticket is None:
            return ""
        about = {"number": scene.ticket.number, "subject": scene.ticket.subject[:200]}
        inviter = self.settings.company.name, self.settings.smtp.address
        words = meeting.Words(scene.t("alert.meeting", **about), view_decisions.place(scene), scene.t("alert.come"), inviter)
        return meeting.request(called, words, self.zone, scene.now)

    def _envelope(self, scene: Scene) -> Envelope:
        owed, ticket, smtp = scene.owed, scene.ticket, self.settings.smtp
        serial = secrets.token_hex(6)
        topic = owed.letter.replace("/", ".")
        reply_to = smtp.address
        if ticket and smtp.plus_addressing:
            reply_to = scene.identity.reply_address(smtp.address, ticket.number, owed.to.person)
        answers = (owed.answers,) if owed.answers else ()
        message_id = (
            scene.identity.message_id(ticket.number, owed.to.person, serial) if ticket else scene.identity.plain_message_id(topic, serial)
        )
        return Envelope(
            from_name=self.settings.company.name,
            from_address=smtp.address,
            to=Address(owed.to.name, owed.to.address),
            reply_to=reply_to,
            message_id=message_id,
            mark=scene.identity.letter_mark(message_id),
            in_reply_to=owed.answers,
            references=(scene.identity.anchor(ticket.number), *answers) if ticket else answers,
            automatic=owed.automatic,
            bulk=owed.letter == "manager/digest",
            instance=scene.identity.instance,
            language=owed.to.language,
        )

    def opening(self, tx: Connection, ticket: Ticket | None) -> tuple[InboundMessage, Written] | None:
        """The letter that opened a ticket: a desk that gets it from another one reads the customer's own words."""
        found = letters.opening(tx, ticket.id) if ticket and ticket.id else None
        if found is None:
            return None
        message = self.reader.read(found[0], Own(self.settings.own_addresses, "")).message
        member = self.settings.member(message.sender.address) if message.sender else None
        message = (passed_on(message, self.rules.people) if member else None) or message
        return message, as_written(message, found[1], answerable=True, claimed=None, forwarded_by=member)

    @staticmethod
    def _history(tx: Connection, ticket: Ticket | None) -> list[Ticket]:
        if ticket is None or not ticket.requester.address:
            return []
        earlier = records.history(tx, ticket.requester.address, ticket.id)
        return [found for row in earlier if (found := tickets.load_by_id(tx, row.id))]


def open_desk(settings: Settings, rules: Rules) -> Desk:
    """Words and templates loaded, the company's own in place of the shipped ones. Raises WrongSettings."""
    folder = settings.path(settings.company.templates) if settings.company.templates else None
    if folder is not None and not folder.is_dir():
        raise WrongSettings(f"company.templates: {folder} is not a folder; create it, or leave the key out")
    return Desk(settings, rules, Renderer(folder, settings.company.zone), Reader(settings.limits))


def _opening_now(notices: Sequence[Owed], message: InboundMessage | None) -> tuple[InboundMessage, Written] | None:
    """The letter that opens the ticket at this moment, as the first desk's notice shows it; it is not yet on record as the ticket's."""
    written = next((o.facts["written"] for o in notices if o.facts.get("written")), None)
    return (message, written) if message and written else None


def _attachments(owed: Owed, message: InboundMessage) -> tuple[Attachment, ...]:
    """Staff sees every file a customer sent once, pasted pictures too; a customer gets what staff attached, and in a recall
    what they pasted. Nobody gets logos."""
    if owed.letter in FROM_CUSTOMER or (owed.letter == TASK and "written" in owed.facts):
        chosen = tuple({part.sha256: part for part in message.attachments if not part.repeated}.values())
    elif owed.facts.get("attach"):
        pasted = owed.facts.get("pasted", False)
        chosen = tuple(part for part in message.attachments if not part.repeated and (pasted or not part.inline))
    else:
        return ()
    total, kept = 0, []
    for part in chosen:
        total += part.size
        if total <= CARRIED_BYTES:
            kept.append(part)
    return tuple(kept)


def _plain(scene: Scene) -> Rendered:
    """The built-in form of any letter: the number and the words a person wrote, nothing else."""
    number = scene.ticket.tag if scene.ticket else ""
    marker = scene.identity.marker(scene.ticket.number, scene.owed.to.person) if scene.ticket else ""
    written = scene.owed.facts.get("written")
    body = str(scene.owed.facts.get("body") or (written.text if written else "") or scene.owed.letter)
    return Rendered(f"{number} {scene.settings.company.name}".strip(), f"{body}\n\n{scene.settings.company.name}\n{marker}\n", "")
