"""A Dovecot and a Postfix that can be taken away and brought back on the same ports, with the same letters."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers import dovecot, postfix, process
from tests.servers.needs import program

GONE_WITHIN = 20.0


class Machines:
    """Both servers; `without_…` takes one away for so many seconds."""

    def __init__(self, mail: dovecot.Dovecot, relay: postfix.Postfix, stack: ExitStack) -> None:
        self.mail = mail
        self.relay = relay
        self._stack = stack

    def without_dovecot(self, seconds: float) -> None:
        """Stop Dovecot; start it again."""
        folder = self.mail.log.parent
        command = [program("dovecot") or "dovecot", "-F", "-c", str(folder / "dovecot.conf")]
        ports = self.mail.port, self.mail.tls_port, self.mail.auth_port
        self._again(folder / "run" / "master.pid", seconds, command, self.mail.log, lambda: process.listening(*ports))

    def without_postfix(self, seconds: float) -> None:
        """Stop Postfix; start it again. What it took over lies in its queue meanwhile."""
        folder = self.relay.log.parent
        command = [postfix._master(), "-s", "-c", str(folder / "etc")]
        ports = self.relay.port, self.relay.tls_port, self.relay.open_port
        self._again(folder / "spool" / "pid" / "master.pid", seconds, command, self.relay.log, lambda: process.listening(*ports))

    def _again(self, pid_file: Path, seconds: float, command: Sequence[str], log: Path, ready: Callable[[], bool]) -> None:
        pid = int(pid_file.read_text("ascii").split()[0])
        os.kill(pid, signal.SIGTERM)
        give_up_at = time.monotonic() + GONE_WITHIN
        while _lives(pid) and time.monotonic() < give_up_at:
            time.sleep(0.1)
        time.sleep(seconds)
        self._stack.enter_context(process.running(command, log, ready))


@contextmanager
def machines(users: Mapping[str, str]) -> Iterator[Machines]:
    """Both servers until the block ends."""
    with dovecot.running(users) as mail, postfix.running(mail) as relay, ExitStack() as stack:
        yield Machines(mail, relay, stack)


def _lives(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
