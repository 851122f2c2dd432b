"""Backups, and a record that was put back from one (F34): nothing is lost by it, and nothing is sent twice without being asked."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbot.errors import MailbotError, RejectedInput, StoreUnusable
from mailbot.pipeline import open_pipeline
from mailbot.settings_file import build
from mailbot.store import backup, dump, instance, outgoing, schema
from mailbot.store.engine import Store, open_store
from tests.servers import disk, dovecot, needs, postfix
from tests.stories.conftest import mail, relay  # noqa: F401 - fixtures
from tests.stories.test_service import mailbot, toml
from tests.stories.world import PEOPLE, World, monday, settings

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
CUP = "The cup I bought leaks, the bottom is cracked and my bag got wet. I want my money back."
LATE = "The parcel I ordered three weeks ago has still not arrived and nobody answers the telephone."


def queue(store: Store, *names: str, automatic: bool = True) -> None:
    letters = [outgoing.Letter(None, "customer/acknowledgement", f"{n}@x.example", n, f"{n}@here", automatic, b"bytes") for n in names]
    with store.transaction() as tx:
        outgoing.enqueue(tx, letters, NOW)


def owed(store: Store) -> list[str]:
    with store.reading() as connection:
        return [letter.recipient.partition("@")[0] for letter in backup.unsure(connection)]


def save(store: Store, file: Path) -> backup.Contents:
    return backup.save(store, file) if store.engine.dialect.name == "sqlite" else dump.save(store, file)


def check(store: Store, file: Path) -> backup.Contents:
    return backup.check(file) if store.engine.dialect.name == "sqlite" else dump.check(file)


def put_back(store: Store, file: Path, *, force: bool = False) -> Path | None:
    if store.engine.dialect.name != "sqlite":
        return dump.put_back(store, file, NOW, force=force)
    database = Path(store.engine.url.database or "")
    store.close()
    return backup.put_back(file, database, NOW, force=force)


# the backup


def test_f34_a_backup_has_what_the_record_has_and_says_so(store: Store, tmp_path: Path) -> None:
    queue(store, "alice", "liu")
    saved = save(store, tmp_path / "copy")
    assert saved.rows == {"received_letter": 0, "event": 0, "outgoing_letter": 2}
    assert check(store, tmp_path / "copy").rows == saved.rows
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("copy")) == ["copy"]


def test_f34_a_backup_is_made_while_the_service_writes(store: Store, tmp_path: Path) -> None:
    stop = threading.Event()

    def serve() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            queue(store, f"a{number}", f"b{number}")

    with store.sole_service():
        writer = threading.Thread(target=serve)
        writer.start()
        try:
            saved = [save(store, tmp_path / f"copy{n}") for n in range(3)]
        finally:
            stop.set()
            writer.join()
    assert [s.rows["outgoing_letter"] % 2 for s in saved] == [0, 0, 0]  # never half a transaction


def test_f34_an_existing_file_is_never_replaced(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"last week's")
    with pytest.raises(RejectedInput, match="there already"):
        save(store, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"last week's"


def test_f34_a_damaged_backup_is_refused_and_the_record_stays(store: Store, tmp_path: Path) -> None:
    queue(store, *(f"a{n}" for n in range(300)))
    save(store, tmp_path / "copy")
    whole = (tmp_path / "copy").read_bytes()
    for name, damaged in (("cut", whole[: len(whole) // 2]), ("nothing", b""), ("other", b"no backup at all" * 999)):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(MailbotError, match=name if store.engine.dialect.name == "sqlite" else "pg_restore failed"):
            put_back(store, tmp_path / name, force=True)
    assert len(owed(store)) == 300


def test_f34_a_backup_that_does_not_fit_on_the_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/x.db")) as store, disk.small(1) as narrow:
        schema.upgrade(store)
        ballast = disk.fill(narrow)
        with pytest.raises(StoreUnusable, match="is full"):
            backup.save(store, narrow / "copy")
        assert list(narrow.iterdir()) == [ballast]


def test_f34_a_missing_tool_is_named_with_the_cure(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if store.engine.dialect.name == "sqlite":
        save(store, tmp_path / "copy")
        return
    with pytest.raises(StoreUnusable, match="pg_dump is not installed; install PostgreSQL's client programs"):
        save(store, tmp_path / "copy")


# the way back


def test_f34_a_restored_record_is_held_and_has_a_later_epoch(store: Store, tmp_path: Path, database_url: str) -> None:
    with store.sole_service():
        queue(store, "alice")
    save(store, tmp_path / "copy")
    with store.sole_service():
        last = store.epoch or 0
    put_back(store, tmp_path / "copy")
    with closing(open_store(database_url)) as again:
        assert owed(again) == ["alice"]
        with again.reading() as connection:
            assert instance.held_since(connection) == NOW
            assert connection.execute(text("SELECT epoch FROM instance")).scalar_one() > last


def test_f34_whoever_held_the_former_record_writes_no_more(store: Store, tmp_path: Path, database_url: str) -> None:
    save(store, tmp_path / "copy")
    with store.sole_service():
        pass
    with closing(open_store(database_url)) as other:
        put_back(other, tmp_path / "copy")
    if store.engine.dialect.name != "sqlite":  # on SQLite its file has another name now, and its writes go there
        with pytest.raises(StoreUnusable, match="a backup was put in its place"):
            queue(store, "late")
    else:
        with suppress(MailbotError):
            queue(store, "late")
    with closing(open_store(database_url)) as again:
        assert owed(again) == []


def test_f34_a_record_that_has_more_is_replaced_by_force_only_and_kept(store: Store, tmp_path: Path, database_url: str) -> None:
    save(store, tmp_path / "copy")
    queue(store, "alice")
    with pytest.raises(RejectedInput, match="1 outgoing letters that the backup lacks; --force"):
        put_back(store, tmp_path / "copy")
    assert owed(store) == ["alice"]
    aside = put_back(store, tmp_path / "copy", force=True)
    with closing(open_store(database_url)) as again:
        assert owed(again) == []
    if aside:
        with closing(open_store(f"sqlite:///{aside}")) as former:
            assert owed(former) == ["alice"]


def test_f34_nothing_is_restored_under_a_running_service(store: Store, tmp_path: Path, database_url: str) -> None:
    save(store, tmp_path / "copy")
    with closing(open_store(database_url)) as other, store.sole_service(), pytest.raises(StoreUnusable, match="another running mailbot"):
        put_back(other, tmp_path / "copy", force=True)
    assert owed(store) == []


def test_f34_a_damaged_record_is_replaced_and_kept(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/x.db", tmp_path / "x.db"
    with closing(open_store(url)) as store:
        schema.upgrade(store)
        queue(store, "alice")
        backup.save(store, tmp_path / "copy")
    file.write_bytes(b"\xa5" * 8192)
    aside = backup.put_back(tmp_path / "copy", file, NOW, force=False)
    assert aside
    assert aside.read_bytes() == b"\xa5" * 8192
    with closing(open_store(url)) as store:
        assert owed(store) == ["alice"]


def test_f34_the_log_of_the_former_record_never_meets_the_restored_one(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/x.db", tmp_path / "x.db"
    with closing(open_store(url)) as store:
        schema.upgrade(store)
        queue(store, "alice")
        backup.save(store, tmp_path / "copy")
        queue(store, "liu")
        # Somebody still reads, so the log stays: `mailbot tickets | less`.
        with store.reading() as connection:
            connection.execute(text("SELECT count(*) FROM outgoing_letter"))
            aside = backup.put_back(tmp_path / "copy", file, NOW, force=True)
            assert not (tmp_path / "x.db-wal").exists()
        with closing(open_store(url)) as again:
            queue(again, "wang")
            store.close()
            assert owed(again) == ["alice", "wang"]
    with closing(open_store(url)) as again, closing(open_store(f"sqlite:///{aside}")) as former:
        assert (owed(again), owed(former)) == (["alice", "wang"], ["alice", "liu"])


@needs("strace")
def test_f34_a_restore_that_is_killed_leaves_the_former_record_or_the_held_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    with closing(open_store(url)) as store:
        schema.upgrade(store)
        queue(store, "alice")
        backup.save(store, tmp_path / "copy")
        queue(store, "liu")
    script = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime; from mailbot.store import backup\n"
        "backup.put_back(Path(sys.argv[1]), Path(sys.argv[2]), datetime(2026, 11, 16, tzinfo=UTC), force=True)"
    )
    seen = set()
    for call in ("link,linkat", "rename,renameat,renameat2"):
        for moment in (1, 2):
            command = ["strace", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={moment}"]
            subprocess.run([*command, sys.executable, "-c", script, str(tmp_path / "copy"), str(tmp_path / "x.db")], check=False)
            with closing(open_store(url)) as store, store.reading() as connection:
                held = instance.held_since(connection) is not None
            with closing(open_store(url)) as store:
                state = (held, *owed(store))
            assert state in {(False, "alice", "liu"), (True, "alice")}
            seen.add(state)
    assert seen == {(False, "alice", "liu"), (True, "alice")}


def test_f34_automatic_letters_that_may_have_gone_out_are_left_out_on_demand(store: Store) -> None:
    queue(store, "alice")
    queue(store, "bob", automatic=False)
    with store.transaction() as tx:
        assert backup.skip_automatic(tx, NOW) == 1
    assert owed(store) == ["bob"]
    with store.reading() as connection:
        assert list(connection.execute(text("SELECT fate FROM outgoing_letter ORDER BY id")).scalars()) == ["in-doubt", "queued"]


# the whole way, with real servers


@contextmanager
def company(raw: dict[str, object], post: dovecot.Dovecot, way_out: postfix.Postfix, seen: dict[str, int]) -> Iterator[World]:
    pipeline = open_pipeline(build(raw))
    world = World(post, way_out, pipeline)
    world._seen = seen
    try:
        yield world
    finally:
        pipeline.close()


def test_f34_a_restored_record_reads_mail_again_and_sends_nothing_until_it_is_confirmed(
    mail: dovecot.Dovecot,  # noqa: F811 - a fixture
    relay: postfix.Postfix,  # noqa: F811 - a fixture
    database_url: str,
    tmp_path: Path,
) -> None:
    for user in PEOPLE:
        mail.empty(user)
    raw = settings(mail, relay, database_url, tmp_path)
    raw["mailbox"][0]["done_folder"] = ""  # letters stay where they are
    config, copy, seen = tmp_path / "mailbot.toml", tmp_path / "copy", dict[str, int]()
    config.write_text(toml(raw), "utf-8")
    with company(raw, mail, relay, seen) as world:
        world.write("alice@customer.example", "leaking cup", CUP)
        world.turn(monday(9))
        assert len(world.new("alice")) == 1
        made = mailbot(config, "backup", str(copy))
        world.write("liu@customer.example", "late parcel", LATE)
        world.turn(monday(10))
        assert len(world.new("liu")) == 1
    refused = mailbot(config, "restore", str(copy))
    restored = mailbot(config, "restore", "--force", str(copy))
    with company(raw, mail, relay, seen) as world:
        world.turn(monday(11))
        assert len(world.tickets()) == 2
        assert (world.new("alice"), world.new("liu"), world.fates()) == ([], [], ["new-ticket", "new-ticket"])
        assert any("restore --confirm" in problem for problem in world.problems)
        confirmed = mailbot(config, "restore", "--confirm", "--skip-automatic")
        world.turn(monday(12))
        assert (world.new("alice"), world.new("liu"), len(world.tickets())) == ([], [], 2)
    assert [done.returncode for done in (made, refused, restored, confirmed)] == [0, 1, 0, 0], (made, refused, restored, confirmed)
    assert "the backup lacks" in refused.stderr
    assert "liu@customer.example" in confirmed.stdout
    assert mailbot(config, "restore", "--confirm").returncode == 1
