"""What the made-up mailbox promises, Dovecot keeps: each thing is done to both, and both are asked every question mailbot asks.

Any order of arrivals, settling, sessions that break, other clients that flag, mark, file or delete letters, and folders
that are numbered anew; on a Dovecot with MOVE and on one where letters are copied and expunged.
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.errors import MailbotError, ServerRefused, Transient
from mailbot.intake.answers import Facts
from mailbot.intake.fetch import Mailroom
from mailbot.intake.imap import Refusal
from mailbot.settings import Mailbox
from tests.edges.conftest import box_at
from tests.servers import dovecot, needs
from tests.simulate.mailbox import Room, Server
from tests.simulate.outside import USERS, Real
from tests.simulate.weather import Ordered

FEW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
OURS, THEIRS = "mailbot-ours", "mailbot-theirs"
QUOTA = """
mail_plugins = $mail_plugins quota
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=20K
}
"""


class Both:
    """The same mailbox at both servers, and a session with each. Their UIDs may differ, the order of the letters does not."""

    def __init__(self, mail: dovecot.Dovecot) -> None:
        shutil.rmtree(mail.home / "complaints", ignore_errors=True)
        self.mail, self.made_up, self.weather = mail, Server(), Ordered()
        self.box: Mailbox = box_at(mail, password=USERS["complaints"])
        self.serial = 0
        self.rooms: tuple[Any, Any] = (None, None)
        self.arrives()
        self.again()

    def again(self) -> None:
        """New sessions."""
        self.close()
        self.rooms = Mailroom(self.box), Room(self.box, self.made_up, self.weather, lambda: None)
        for room in self.rooms:
            room.connect()

    def arrives(self, size: int = 0) -> None:
        self.serial += 1
        raw = f"Subject: {self.serial}\r\n\r\n{'x' * (self.serial + size)}\r\n".encode()
        at = AT + timedelta(minutes=self.serial)
        self.mail.deliver("complaints", raw, at.timestamp())
        self.made_up.deliver(raw, at)

    def settle_first(self) -> None:
        self.settle(slice(1))

    def settle_all(self) -> None:
        self.settle(slice(None))

    def settle_gone(self) -> None:
        for room in self.rooms:
            assert room.settle([9_000], OURS) == frozenset()

    def settle(self, which: slice) -> None:
        flags = [room.settle(room.uids()[which], OURS) - {r"\recent"} for room in self.rooms]
        assert flags[0] == flags[1]

    def read_by_somebody(self) -> None:
        self.elsewhere(lambda letters, first: letters[first].flags.add(r"\seen"), "+FLAGS", r"(\Seen)")

    def marked_by_another_mailbot(self) -> None:
        def mark(letters: dict[int, Any], first: int) -> None:
            letters[first].flags.add(THEIRS)
            self.made_up.inbox.keywords.add(THEIRS)

        self.elsewhere(mark, "+FLAGS", f"({THEIRS})")

    def taken_away(self) -> None:
        self.elsewhere(lambda letters, first: letters.pop(first), "+FLAGS", r"(\Deleted)")

    def filed_by_somebody(self) -> None:
        done = self.made_up.folders["Processed"]
        self.elsewhere(lambda letters, first: done.add(letters.pop(first)), "Processed")

    def session_breaks(self) -> None:
        """The server ends the sessions; what is asked next fails, and so does what is asked without a new one."""
        self.mail.doveadm("kick", "complaints")
        self.weather.order("imap-cut")
        for room in self.rooms:
            for _ in range(2):
                with pytest.raises(Transient):
                    room.uids()
        self.again()

    def numbered_anew(self) -> None:
        before = [room.uidvalidity for room in self.rooms]
        self.close()
        Real.renumber(Renumbered(self.mail), 0)
        self.made_up.renumber()
        self.again()
        assert all(room.uidvalidity != old for room, old in zip(self.rooms, before, strict=True))

    def elsewhere(self, at_the_fake: Callable[[dict[int, Any], int], object], *words: str) -> None:
        """Another client does something to the oldest letter: STORE, and EXPUNGE if it is deleted by that; or COPY, and both."""
        uids = sorted(self.made_up.inbox.letters)
        if not uids:
            return
        at_the_fake(self.made_up.inbox.letters, uids[0])
        room = Mailroom(self.box)
        room.connect()
        client = room._signed_in.client
        oldest = str(room.uids()[0])
        if len(words) == 1:
            client.uid("COPY", oldest, *words)
            words = "+FLAGS", r"(\Deleted)"
        client.uid("STORE", oldest, *words)
        if "Deleted" in words[1]:
            client.expunge()
        room.close()

    def compare(self) -> None:
        """Every question mailbot asks has the same answer."""
        found = [self.answers(room) for room in self.rooms]
        assert found[0] == found[1]
        done = sorted(held.raw for held in self.made_up.folders["Processed"].letters.values())
        assert sorted(self.mail.inbox("complaints", "Processed")) == done

    @staticmethod
    def answers(room: Any) -> list[object]:
        uids = room.uids()
        facts = room.facts([*uids, 9_999])  # one that is not there is left out by both
        told = [(told.size, told.internal_date, told.flags - {r"\recent"}) for told in map(facts.__getitem__, uids)]
        got = [(raw.internal_date, raw.data) for raw in room.fetch([*uids, 9_999])]
        header = room.fetch_headers(uids[0]).data if uids else None
        named = [marks(facts) <= room.flags()]
        processed = [
            [facts.size for facts in room.facts(room.examine("Processed", "KEYWORD", mark, "SINCE", day)).values()]
            for mark in (OURS, THEIRS)
            for day in ("14-Nov-2026", "20-Nov-2026")
        ]
        named.append(marks(room.facts(room.examine("Processed"))) <= room.flags())
        room.reopen()
        return [len(facts), told, got, header, named, [sorted(sizes) for sizes in processed], room.uids() == uids]

    def close(self) -> None:
        for room in self.rooms:
            if room:
                room.close()


def marks(facts: dict[int, Facts]) -> set[str]:
    """Those that stand on letters; a folder's flags name them, and may name others that once stood on one."""
    return {flag for told in facts.values() for flag in told.flags if flag.startswith("mailbot-")}


class Renumbered:
    """As much of `Real` as it takes to give a mailbox another UIDVALIDITY."""

    validity = Real.validity

    def __init__(self, mail: dovecot.Dovecot) -> None:
        self._mail = mail


ACTS = (
    Both.arrives, Both.settle_first, Both.settle_all, Both.settle_gone, Both.again, Both.session_breaks, Both.numbered_anew,
    Both.read_by_somebody, Both.marked_by_another_mailbot, Both.taken_away, Both.filed_by_somebody,
)  # fmt: skip


def do(mail: dovecot.Dovecot, acts: list[Callable[[Both], None]]) -> None:
    both = Both(mail)
    try:
        for act in acts:
            act(both)
            both.compare()
    finally:
        both.close()


def test_every_act_alone_and_twice_has_the_same_end_at_both(mail: dovecot.Dovecot) -> None:
    do(mail, [act for act in ACTS for _ in range(2)])


@settings(max_examples=12, **FEW)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=12))
def test_dovecot_keeps_what_the_made_up_mailbox_promises(mail: dovecot.Dovecot, acts: list[Callable[[Both], None]]) -> None:
    do(mail, acts)


@settings(max_examples=8, **FEW)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=3, max_size=12))
def test_copy_and_expunge_end_as_a_move_does(mail_without_move: dovecot.Dovecot, acts: list[Callable[[Both], None]]) -> None:
    do(mail_without_move, acts)


@needs("dovecot")
def test_a_refused_move_leaves_the_letter_where_it_is_at_both() -> None:
    with dovecot.running(USERS, capability=f"{dovecot.BARE} UIDPLUS", extra=QUOTA) as server:
        both = Both(server)
        both.arrives(size=15_000)
        both.weather.order("imap-refuses-move")
        codes = []
        for room in both.rooms:
            with pytest.raises(Refusal) as refused:
                room.settle(room.uids(), OURS)
            codes.append(refused.value.code)
            assert len(room.uids()) == 2
        assert codes == ["OVERQUOTA", "OVERQUOTA"]
        both.compare()
        both.close()


def test_a_folder_that_has_gone_is_the_same_error_at_both(mail: dovecot.Dovecot) -> None:
    both = Both(mail)
    both.close()
    both.made_up.broken = ServerRefused("the folder is gone; make it again")
    ends: list[type[MailbotError]] = []
    for room in (Mailroom(box_at(mail, password=USERS["complaints"], folder="Gone")), both.rooms[1]):
        with pytest.raises(ServerRefused) as refused:
            room.connect()
        ends.append(refused.type)
    assert all(issubclass(end, ServerRefused) for end in ends)
