"""What the servers of this package share: a directory they may enter, a free port, start, readiness and end.

A server gets a directory under /tmp of its own, because its unprivileged children can't enter pytest's (mode 0700),
and because the name of a Unix socket may have 107 bytes only. It is told to end when the test process dies.
"""

import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

START_AFTER = 20.0
STOP_AFTER = 10.0
UNPRIVILEGED = "nobody"


@contextmanager
def directory(name: str) -> Iterator[Path]:
    """A directory every user may enter, removed at the end."""
    path = Path(tempfile.mkdtemp(prefix=f"mailbot-{name}-", dir="/tmp"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def owner() -> pwd.struct_passwd:
    """Whom mail and database files belong to: this user, or an unprivileged one where this user is root."""
    return pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def free_port() -> int:
    """A port nobody listens on, below the range the kernel hands out for outgoing connections."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def running(
    command: Sequence[str], log: Path, ready: Callable[[], bool], user: pwd.struct_passwd | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in the foreground, detached from this terminal, until the block ends.

    Raises RuntimeError with the end of `log` when it ends or does not become ready in time."""
    identity: Mapping[str, object] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user and os.geteuid() == 0 else {}
    with log.open("ab") as output:
        server = subprocess.Popen(  # type: ignore[call-overload]
            [*_die_with_us(), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=log.parent,
            **identity,
        )
    try:
        _await(server, ready, command[0], log)
        yield server
    finally:
        _end(server)


def listening(*ports: int) -> bool:
    """Whether each of these loopback ports accepts a connection."""
    for port in ports:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
    return True


def _die_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _await(server: "subprocess.Popen[bytes]", ready: Callable[[], bool], name: str, log: Path) -> None:
    give_up_at = time.monotonic() + START_AFTER
    while not ready():
        if server.poll() is not None or time.monotonic() > give_up_at:
            said = log.read_text("utf-8", "replace")[-2000:]
            raise RuntimeError(f"{name} did not start (exit status {server.poll()}):\n{said}")
        time.sleep(0.02)


def _end(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(STOP_AFTER)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, 9)
        server.wait()
