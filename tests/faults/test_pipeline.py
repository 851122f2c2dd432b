"""The pipeline under a database that comes and goes, a ticket that breaks, letters that do not arrive, and a backlog."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from mailbot.errors import StoreBroken, StoreBusy, Transient
from mailbot.lifecycle import escalate
from mailbot.reports import digest
from mailbot.store import addresses, alarms, outgoing, tickets
from mailbot.store.engine import Store
from models.base import core
from models.tables import Event, TicketRow
from tests.faults.desk import Side, company, letter
from tests.pure.people import ALICE, BOB, CAROL, CHEN, at

NOW = at(16, 10)
LEAKS = "杯子上周才买,昨天倒热水的时候发现杯底一直在漏水。"


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Side]:
    with company(database_url, tmp_path) as side:
        yield side


class Hiccups:
    """A store whose next transactions fail, before their beginning or after their end."""

    def __init__(self, store: Store, failures: dict[int, type[Exception]], *, after: bool = False) -> None:
        self._store = store
        self._failures = failures
        self._after = after
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        self._count += 1
        failure = self._failures.get(self._count)
        if failure and not self._after:
            raise failure("the database is away")
        with self._store.transaction() as tx:
            yield tx
        if failure:
            raise failure("the answer to the commit was lost")


def failing(desk: Side, failures: dict[int, type[Exception]], *, after: bool = False) -> None:
    desk.pipeline.store = Hiccups(desk.store, failures, after=after)  # type: ignore[assignment]


class Interrupted:
    """A process that ends here."""

    def __call__(self, *_: object) -> None:
        raise KeyboardInterrupt


def attempts(desk: Side) -> list[int]:
    with desk.store.reading() as connection:
        return list(connection.exec_driver_sql("SELECT attempts FROM received_letter ORDER BY id").scalars())


@pytest.mark.parametrize(
    "away", [{2, 3}, {2, 3, 4}, {2}, {1}], ids=["also for putting back", "for longer", "in mid-letter", "at the claim"]
)
@pytest.mark.parametrize("after", [False, True], ids=["nothing written", "answer lost"])
def test_f31_a_database_that_is_away_costs_no_letter_an_attempt(desk: Side, away: set[int], after: bool) -> None:  # noqa: FBT001 - a case
    for number in range(3):
        desk.keep(letter(f"{LEAKS} {number}", f"a{number}@customer.example"), NOW)
    for _ in range(5):
        failing(desk, dict.fromkeys(away, StoreBusy), after=after)
        with suppress(StoreBusy):
            desk.pipeline.work(NOW)
    desk.pipeline.store = desk.store
    while desk.pipeline.work(NOW):
        pass
    assert sorted(desk.fates()) == ["new-ticket"] * 3
    assert max(attempts(desk)) <= 1


class Short:
    """A machine that can open no file."""

    def __init__(self, desk: Side) -> None:
        self.words = desk.pipeline.desk.renderer.words

    def render(self, *_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")


def test_f53_a_machine_without_descriptors_blames_no_letter_and_no_ticket(desk: Side) -> None:
    (number,) = opened(desk, 1)
    desk.keep(letter(LEAKS), NOW)
    whole, desk.pipeline.desk.renderer = desk.pipeline.desk.renderer, Short(desk)  # type: ignore[assignment]
    for _ in range(4):
        with pytest.raises(Transient):
            desk.pipeline.work(NOW)
        with pytest.raises(Transient):
            desk.pipeline.clocks(at(17, 11))
    desk.pipeline.desk.renderer = whole
    desk.pipeline.work(NOW)
    desk.pipeline.clocks(at(17, 11))
    assert (desk.fates(), desk.alarms(), desk.story(number).count("escalated")) == (["new-ticket"] * 2, {}, 1)


def test_f33_a_broken_database_is_no_letters_fault_and_rises(desk: Side) -> None:
    desk.keep(letter(LEAKS), NOW)
    failing(desk, {2: StoreBroken})
    with pytest.raises(StoreBroken):
        desk.pipeline.work(NOW)


def opened(desk: Side, count: int) -> list[str]:
    """Tickets of as many customers; gives their numbers."""
    for number in range(count):
        desk.keep(letter(f"{LEAKS} {number}", f"a{number}@customer.example"), NOW)
    while desk.pipeline.work(NOW):
        pass
    desk.send_all(NOW)
    return [ticket["number"] for ticket in desk.tickets()]


def test_one_ticket_that_breaks_does_not_stop_the_clocks_of_others(desk: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = opened(desk, 2)

    def breaks(ticket: Any, *rest: Any) -> Any:
        if ticket.number == first:
            raise ValueError("an odd procedure")
        return whole(ticket, *rest)

    whole = escalate.escalate
    with monkeypatch.context() as patched:
        patched.setattr(escalate, "escalate", breaks)
        desk.pipeline.clocks(at(17, 11))
    assert (desk.story(first).count("escalated"), desk.story(second).count("escalated")) == (0, 1)
    assert first in desk.alarms()[f"ticket {first}: clocks"]
    desk.pipeline.clocks(at(17, 11))
    assert desk.story(first).count("escalated") == 0, "it is not tried at every look"
    desk.pipeline.clocks(at(17, 11, 16))
    assert (desk.story(first).count("escalated"), desk.alarms()) == (1, {})


def owed_to(desk: Side, reader: str, since: int) -> list[str]:
    return [row.letter for row in desk.outbox()[since:] if row.recipient == reader]


def test_after_an_outage_whoever_has_many_urgings_gets_one_list(desk: Side) -> None:
    numbers = opened(desk, 7)
    desk.pipeline.clocks(at(17, 8, 35))
    before = len(desk.outbox())
    desk.pipeline.clocks(at(17, 11))
    for reader in (BOB, CHEN):
        assert owed_to(desk, reader, before) == ["manager/digest"]
        assert all(number in desk.to(reader)[-1].text for number in numbers)
    assert not [row for row in desk.outbox() if row.held]
    assert all("escalated" in desk.story(number) for number in numbers)
    desk.pipeline.clocks(at(17, 11, 1))
    assert len(desk.outbox()) == before + 2, "and nothing again"


def test_after_an_outage_the_days_digest_is_that_list(desk: Side) -> None:
    opened(desk, 7)
    before = len(desk.outbox())
    desk.pipeline.clocks(at(20, 9, 30))
    assert [owed_to(desk, reader, before) for reader in (CAROL, CHEN)] == [["manager/digest"]] * 2
    assert not [row for row in desk.outbox() if row.held]


def test_a_crash_before_the_list_leaves_the_urgings_for_the_next_look(desk: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(desk, 7)
    desk.pipeline.clocks(at(17, 8, 35))
    before = len(desk.outbox())
    with monkeypatch.context() as patched:
        patched.setattr(digest, "facts", Interrupted())
        with pytest.raises(KeyboardInterrupt):
            desk.pipeline.clocks(at(17, 11))
    assert {row.held is not None for row in desk.outbox()[before:]} == {True}
    desk.pipeline.clocks(at(17, 11, 1))
    assert owed_to(desk, BOB, before) == ["manager/digest"]


def test_few_urgings_go_out_one_by_one(desk: Side) -> None:
    opened(desk, 3)
    desk.pipeline.clocks(at(17, 8, 35))
    before = len(desk.outbox())
    desk.pipeline.clocks(at(17, 11))
    assert owed_to(desk, CHEN, before) == ["staff/urging-notice"] * 3


def test_f25_a_notice_that_is_refused_reaches_the_head_and_the_alarm(desk: Side) -> None:
    opened(desk, 1)
    (notice,) = [row for row in desk.outbox() if row.recipient == BOB]
    with desk.store.transaction() as tx:
        desk.pipeline.not_delivered(tx, notice, "5.1.1", "550 5.1.1 no such user", NOW)
    assert BOB in desk.to(CHEN)[-1].text
    assert f"out-{notice.id}" in desk.alarms()[f"letters to {BOB}"]
    again = outgoing.Addressed(notice.id, notice.ticket_id, "staff/undeliverable", CAROL, automatic=True)
    with desk.store.transaction() as tx:
        desk.pipeline.not_delivered(tx, again, "5.1.1", "550 5.1.1 no such user", NOW)
    assert len(desk.to(CHEN)) == 1, "of a notice about a notice nobody is told by letter again"
    assert f"letters to {CAROL}" in desk.alarms()


def test_f25_a_letter_without_ticket_that_is_refused_is_on_alarm_until_one_arrives(desk: Side) -> None:
    desk.take(letter("#接受", BOB), NOW)
    (refusal,) = desk.outbox()
    with desk.store.transaction() as tx:
        outgoing.finish(tx, refusal.id, "failed", "550 no", NOW)
        desk.pipeline.not_delivered(tx, refusal, None, "550 no", NOW)
    assert BOB in desk.alarms()[f"letters to {BOB}"]
    desk.pipeline.clocks(NOW)
    assert f"letters to {BOB}" in desk.alarms()
    desk.take(letter(LEAKS), NOW)
    desk.send_all(NOW + timedelta(minutes=1))
    desk.pipeline.clocks(NOW + timedelta(minutes=2))
    assert desk.alarms() == {}


def bounce(to: str, *, returned: str = "", status: str = "5.1.1") -> bytes:
    """A delivery report to an address, perhaps naming the letter it returns."""
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nnot delivered\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ALICE.address}\r\nAction: failed\r\nStatus: {status}\r\n"
        + (f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{returned}>\r\n" if returned else "")
        + "\r\n--b--\r\n"
    )
    head = (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <{abs(hash((to, returned, status)))}@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    )
    return (head + body).encode()


def acknowledged(desk: Side) -> Any:
    desk.take(letter(LEAKS), NOW)
    desk.send_all(NOW)
    return next(row for row in desk.outbox() if row.recipient == ALICE.address)


@pytest.mark.parametrize("by", ["return path", "Message-ID"])
def test_f28_a_bounce_is_tied_to_its_letter_and_its_address_is_dead(desk: Side, by: str) -> None:
    ours = acknowledged(desk)
    path = desk.pipeline.identity.return_path("complaints@company.example", ours.id)
    desk.take(bounce(path) if by == "return path" else bounce("complaints@company.example", returned=ours.message_id), NOW)
    with desk.store.reading() as connection:
        assert addresses.dead(connection, ALICE.address)
    assert (desk.fates()[-1], desk.story()[-1]) == ("bounce", "undelivered")
    assert ALICE.address in desk.to(BOB)[-1].text
    assert next(row for row in desk.outbox() if row.id == ours.id).bounced_at
    desk.take(letter("我的邮箱又好了,请继续处理。", subject="换个问题"), NOW + timedelta(hours=1))
    with desk.store.reading() as connection:
        assert addresses.dead(connection, ALICE.address) is None, "who writes can be written to"


@pytest.mark.parametrize("status", ["4.2.2", "5.2.2"])
def test_f28_a_full_mailbox_is_told_and_not_dead(desk: Side, status: str) -> None:
    ours = acknowledged(desk)
    desk.take(bounce("complaints@company.example", returned=ours.message_id, status=status), NOW)
    with desk.store.reading() as connection:
        assert addresses.dead(connection, ALICE.address) is None


@pytest.mark.parametrize("path", ["complaints+b{id}-aaaaaaaaaaaaaaaaaaaaaaaaaa@company.example", "complaints@company.example"])
def test_f44_a_forged_bounce_is_counted_and_changes_nothing(desk: Side, path: str) -> None:
    ours = acknowledged(desk)
    before = desk.story(), len(desk.outbox())
    desk.take(bounce(path.format(id=ours.id), returned="made-up@company.example"), NOW)
    assert desk.fates()[-1] == "bounce"
    assert (desk.story(), len(desk.outbox())) == before
    with desk.store.reading() as connection:
        assert addresses.dead(connection, ALICE.address) is None


def test_f45_a_bounce_of_a_bounce_owes_nothing(desk: Side) -> None:
    desk.take(bounce("complaints@company.example", returned="their-own@mx.example"), NOW)
    assert (desk.fates(), desk.outbox()) == (["bounce"], [])


def test_f30_the_copy_of_a_letter_that_is_in_doubt_ends_the_doubt(desk: Side) -> None:
    desk.take(letter(LEAKS), NOW)
    with desk.store.transaction() as tx:
        claimed = outgoing.claim(tx, NOW)
        ours = next(c for c in claimed if c.recipient == ALICE.address)
        outgoing.in_doubt(tx, ours.id, NOW)
    changed = re.sub(rb"(?im)^Message-ID:.*\r\n", b"Message-ID: <another@relay.example>\r\n", ours.data)
    desk.take(changed, NOW)
    assert (desk.fates()[-1], next(row for row in desk.outbox() if row.id == ours.id).fate) == ("noted", "sent")


def test_f55_old_letters_get_no_acknowledgement_and_the_managers_one_summary(desk: Side) -> None:
    for number in range(3):
        desk.keep(letter(f"{LEAKS} {number}", f"a{number}@customer.example"), NOW + timedelta(minutes=number))
    desk.keep(letter(LEAKS, "new@customer.example"), NOW + timedelta(days=3))
    while desk.pipeline.work(NOW + timedelta(days=3)):
        pass
    outside = [row.recipient for row in desk.outbox() if row.person.startswith("customer:")]
    assert (desk.fates(), outside) == (["new-ticket"] * 4, ["new@customer.example"])
    told = desk.alarms()["backlog"]
    assert all(ticket["number"] in told for ticket in desk.tickets()[:3])
    assert desk.tickets()[3]["number"] not in told
    assert len(desk.to(BOB)) == 4, "staff hears of each"


def test_f55_the_summary_is_over_once_it_was_told(desk: Side) -> None:
    desk.take(letter(LEAKS), NOW, NOW + timedelta(days=3))
    with desk.store.transaction() as tx:
        alarms.told(tx, ["backlog"], NOW + timedelta(days=3))
    desk.pipeline.clocks(NOW + timedelta(days=3))
    desk.pipeline.work(NOW + timedelta(days=3))
    assert "backlog" not in desk.alarms()


def test_f55_the_oldest_letters_are_read_first(desk: Side) -> None:
    for hour in (12, 9, 11):
        desk.keep(letter(f"{LEAKS} {hour}", f"h{hour}@customer.example"), at(16, hour))
    while desk.pipeline.work(at(16, 13)):
        pass
    assert [ticket["participants"][0] for ticket in desk.tickets()] == [f"h{hour}@customer.example" for hour in (9, 11, 12)]


@pytest.mark.parametrize("name", ["postmaster", "abuse"])
def test_what_a_machine_writes_to_postmaster_or_abuse_reaches_a_person(desk: Side, name: str) -> None:
    report = letter(
        "Report of abuse from your network.", "reports@isp.example", Auto_Submitted="auto-generated", To=f"{name}@company.example"
    )
    desk.take(report, NOW)
    assert "reports@isp.example" in desk.alarms()[name]
    assert [row for row in desk.outbox() if row.person.startswith("customer:")] == []


def test_a_postmaster_who_writes_as_a_person_gets_no_automatic_answer(desk: Side) -> None:
    desk.take(letter("您的服务器昨天拒收了我们的邮件,请检查。", "postmaster@isp.example"), NOW)
    assert (desk.fates(), desk.to("postmaster@isp.example")) == (["new-ticket"], [])


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "thanks"},
        {"by": "mallory@elsewhere.example"},
        {"data": {"subject": "ok"}},
        {"at": NOW + timedelta(minutes=1)},
        {"seal": "0" * 64},
        {"seal": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_story_that_was_altered_is_found_out(desk: Side, change: dict[str, Any]) -> None:
    first, second = opened(desk, 2)
    assert desk.altered() == []
    events = core(Event)
    with desk.store.transaction() as tx:
        that = tickets.load(tx, second)
        assert that
        middle = tx.execute(events.select().where(events.c.ticket_id == that.id).order_by(events.c.id)).all()[1]
        tx.execute(update(events).where(events.c.id == middle.id).values(**change))
    assert desk.altered() == [second]
    assert first != second


def test_a_line_taken_out_of_a_story_is_found_out_and_old_stories_have_no_seal(desk: Side) -> None:
    first, second = opened(desk, 2)
    events, table = core(Event), core(TicketRow)
    with desk.store.transaction() as tx:
        ids = {row.number: row.id for row in tx.execute(table.select())}
        tx.execute(update(events).where(events.c.ticket_id == ids[first]).values(seal=None))
        (line, *_) = tx.execute(events.select().where(events.c.ticket_id == ids[second]).order_by(events.c.id)).all()
        tx.execute(events.delete().where(events.c.id == line.id))
    assert desk.altered() == [second]
