"""The service as a process: under signals, without descriptors, with a refused login, taken over by another."""

import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.servers import dovecot, postfix
from tests.stories.test_service import config, post
from tests.stories.world import wait_for

__all__ = ["config"]
PASSWORD = "geheim-Kanarie-4711"


class Process:
    """The service in a process of its own, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def says(self, words: str, seconds: float = 90) -> str:
        """Wait for a line that holds `words`."""
        wait_for(lambda: any(words in line for line in self.lines) or self.process.poll() is not None, f"{words!r} in the log", seconds)
        found = [line for line in self.lines if words in line]
        assert found, self.lines
        return found[0]

    def ends(self, seconds: float) -> int:
        """Wait for its end; gives the exit status."""
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    def _read(self) -> None:
        assert self.process.stderr
        self.lines += iter(self.process.stderr.readline, "")  # type: ignore[arg-type]


@contextmanager
def serving(config: Path) -> Iterator[Process]:
    process = subprocess.Popen([sys.executable, "-m", "mailbot", "--config", str(config), "run"], stderr=subprocess.PIPE, text=True)
    service = Process(process)
    try:
        yield service
    finally:
        process.kill()
        service.ends(10)
        assert process.stderr
        process.stderr.close()
        print("".join(service.lines))  # pytest shows it where a test fails


def test_f53_sighup_ends_nothing_and_says_that_nothing_is_read_anew(config: Path, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    with serving(config) as service:
        service.says("mailbot serves")
        service.process.send_signal(signal.SIGHUP)
        service.says("SIGHUP")
        post(relay, 1)
        wait_for(lambda: len(mail.inbox("alice")) == 1, "an acknowledgement", 90)
        service.process.send_signal(signal.SIGTERM)
        assert service.ends(10) == 0


def test_f54_without_descriptors_the_service_pauses_and_goes_on(config: Path, mail: dovecot.Dovecot, relay: postfix.Postfix) -> None:
    with serving(config) as service:
        service.says("mailbot serves")
        post(relay, 1)
        wait_for(lambda: len(mail.inbox("alice")) == 1, "an acknowledgement", 90)
        held = len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))
        before = resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, (held, held))
        post(relay, 2)
        mail.doveadm("kick", "complaints")
        service.says("trying again")
        resource.prlimit(service.process.pid, resource.RLIMIT_NOFILE, before)
        wait_for(lambda: len(mail.inbox("alice")) == 2, "the second acknowledgement", 120)
        assert service.process.poll() is None


def test_f37_a_service_that_was_taken_over_ends_with_status_1(config: Path) -> None:
    with serving(config) as service:
        service.says("mailbot serves")
        with closing(sqlite3.connect(config.parent / "mailbot.db", timeout=30)) as other, other:
            other.execute("UPDATE instance SET epoch = epoch + 1")
        assert service.ends(60) == 1
        assert "another mailbot took it over" in service.lines[-1]


def test_f49_a_refused_login_is_not_hammered(config: Path) -> None:
    config.write_text(config.read_text("utf-8").replace('"complaints-password"', f'"{PASSWORD}"'), "utf-8")
    with serving(config) as service:
        line = service.says("trying again in")
        seconds = int(line.rpartition("trying again in ")[2].split()[0])
        assert 200 <= seconds <= 300
        service.process.send_signal(signal.SIGTERM)
        assert service.ends(10) == 0
        assert PASSWORD not in "".join(service.lines)
