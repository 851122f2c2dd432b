"""mailbot killed at each system call that changes anything, of one whole run against a real Dovecot and a real Postfix.

strace kills the process as it enters its Nth such call, the code unchanged. It counts by thread, so the run has
one: what asyncio gives to threads is done at once. The next start finds what a dead process left behind; then everything
is drained and held to V1-V8.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from mailbot.intake.reader import Reader
from mailbot.once import run_once
from mailbot.store import schema
from mailbot.store.engine import open_store
from tests.crash import company
from tests.crash.databases import Database
from tests.crash.invariants import Arrived, Put
from tests.crash.scene import START
from tests.crash.store_points import Tally, patiently
from tests.servers import dovecot, postfix

CALLS = "write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync,ftruncate,openat,rename,unlink,mkdir"
PEOPLE = ("alice", "bob", "chen")
USERS = {name: f"{name}-password" for name in ("complaints", *PEOPLE)}


class Call(Struct, frozen=True):
    """A system call by name, and the how manyth of that name it is: so strace counts."""

    name: str
    number: int


class Scene(Struct, frozen=True):
    """Servers, a database, and how both looked when one ticket was open."""

    mail: dovecot.Dovecot
    relay: postfix.Postfix
    database: Database
    kit: company.Kit
    home: Path
    put: Sequence[Put]
    before: Sequence[Arrived]

    def set_out(self) -> None:
        """Everything as it was, and the letters under test in the inbox."""
        self.database.put_back()
        live = self.mail.home / "complaints"
        shutil.rmtree(live)
        subprocess.run(["cp", "-a", str(self.home / "complaints"), str(live)], check=True)
        for user in PEOPLE:
            self.mail.empty(user)
        for n, letter in enumerate(self.put[1:]):
            self.mail.deliver("complaints", letter.raw, START.timestamp() + n)

    def run(self) -> None:
        """What `mailbot run --once` does, at each moment until nothing waits."""
        with Reader() as reader:
            pipeline = self.kit.pipeline(open_store(self.database.url), reader)
            for after in company.ROUNDS:
                problems: list[str] = []
                run_once(pipeline, START + after, problems)
                if problems:
                    raise RuntimeError("; ".join(problems))
                if company.at_rest(pipeline.store):
                    break
            pipeline.store.close()

    def broken(self) -> tuple[list[str], int]:
        """The promises that are broken now, and how many letters were in doubt."""
        self.relay.drain()
        there = self.mail.inbox("complaints") + self.mail.inbox("complaints", "Processed")
        store = open_store(self.database.url)
        try:
            return company.check(store, self.put, [*self.before, *arrived(self.mail)], there)
        finally:
            store.close()


@contextmanager
def scene(database: Database, home: Path) -> Iterator[Scene]:
    """One ticket is open; a complaint, its copy, an answer of a member of staff and a follow-up wait."""
    with dovecot.running(USERS) as mail, postfix.running(mail) as relay:
        kit = company.make_kit(database.url, home, company.reach(mail, relay, USERS["complaints"]))
        store = open_store(database.url)
        schema.upgrade(store)
        store.close()
        first = company.first()
        mail.deliver("complaints", first.raw, START.timestamp() - 60)
        begun = Scene(mail, relay, database, kit, home, [first], [])
        begun.run()
        relay.drain()
        before = arrived(mail)
        notice = next(copy.raw for copy in before if copy.recipient == company.BOB)
        database.keep()
        subprocess.run(["cp", "-a", str(mail.home / "complaints"), str(home / "complaints")], check=True)
        yield Scene(mail, relay, database, kit, home, [first, *company.every_kind(notice)], before)


def arrived(mail: dovecot.Dovecot) -> list[Arrived]:
    """What people have received."""
    domain = {"alice": "customer.example"}
    return [Arrived(f"{user}@{domain.get(user, 'company.example')}", raw) for user in PEOPLE for raw in mail.inbox(user)]


def calls(of: Scene) -> list[Call]:
    """The calls of a whole run, in order."""
    of.set_out()
    record = of.home / "calls"
    with _traced(of.run, ["-o", str(record), "-e", f"trace={CALLS}"]) as child:
        _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError(f"the run without a kill ended with status {status}")
    names = [line.split("(")[0] for line in record.read_text("utf-8", "replace").splitlines() if "(" in line]
    return [Call(name, names[: place + 1].count(name)) for place, name in enumerate(names)]


def case(of: Scene, at: Call) -> Tally:
    """Killed at this call; started again; drained; checked."""
    of.set_out()
    inject = f"inject={at.name}:signal=KILL:when={at.number}"
    with _traced(of.run, ["-o", "/dev/null", "-e", f"trace={at.name}", "-e", inject]) as child:
        _, status = os.waitpid(child, 0)
    tally = Tally(cases=1, kills=int(os.WIFSIGNALED(status)))
    again = _forked(lambda: patiently(of.run))
    _, status = os.waitpid(again, 0)
    broken, tally.doubts = of.broken()
    if status:
        broken.append(f"the start after the kill ended with status {status}")
    tally.faults = [f"call {at.name} {at.number}: {sentence}" for sentence in broken]
    return tally


@contextmanager
def _traced(does: Callable[[], None], options: Sequence[str]) -> Iterator[int]:
    """A process that does this under strace, from its first call on."""
    child = _forked(does, stopped=True)
    os.waitpid(child, os.WUNTRACED)
    tracer = subprocess.Popen(["strace", "-qq", "-p", str(child), *options], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    give_up_at = time.monotonic() + 20
    while not _is_traced(child):
        if time.monotonic() > give_up_at or tracer.poll() is not None:
            os.kill(child, signal.SIGKILL)
            raise RuntimeError("strace can't hold on to a process of ours; this needs root or ptrace rights")
        time.sleep(0.001)
    os.kill(child, signal.SIGCONT)
    yield child
    with suppress(ProcessLookupError):
        tracer.wait(20)


def _is_traced(pid: int) -> bool:
    return "TracerPid:\t0\n" not in Path(f"/proc/{pid}/status").read_text("ascii", "replace")


def _forked(does: Callable[[], None], *, stopped: bool = False) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        asyncio.BaseEventLoop.run_in_executor = _at_once  # type: ignore[method-assign, assignment]
        if stopped:
            os.kill(os.getpid(), signal.SIGSTOP)
        does()
        status = 0
    except BaseException:  # noqa: BLE001 - a forked process tells what broke and goes
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _at_once(loop: asyncio.AbstractEventLoop, _executor: Any, does: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":
    future = loop.create_future()
    try:
        future.set_result(does(*args))
    except Exception as error:  # noqa: BLE001 - it is raised again where the result is awaited
        future.set_exception(error)
    return future
