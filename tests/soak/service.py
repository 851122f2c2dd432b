"""`mailbot run` as a process of its own, begun and ended from outside, and what it needs of the machine meanwhile."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from msgspec import Struct

YOUNG = 90.0  # seconds after its start in which a process still grows: model, templates, caches
LONG_ENOUGH = 120.0  # seconds of grown-up life from which on growth can be told


class Sample(Struct, frozen=True):
    """One look at the process: seconds since the soak and since its own start, memory, open descriptors, threads."""

    at: float
    age: float
    rss_mb: float
    descriptors: int
    threads: int


class Running:
    """The service; `begin` starts it, also after it was ended."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self.log = config.with_name("service.log")
        self._process: subprocess.Popen[bytes] | None = None
        self._since = 0.0
        self._began = time.monotonic()
        self.samples: list[Sample] = []
        self.starts = 0
        self.ended_by_itself: list[int] = []

    def begin(self) -> None:
        command = [sys.executable, "-m", "mailbot", "--config", str(self._config), "run"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._since = time.monotonic()
        self.starts += 1

    def end(self, number: signal.Signals) -> None:
        """End it by a signal, and wait until it has ended."""
        assert self._process
        self._process.send_signal(number)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise RuntimeError(f"the service did not end within 30 s after {number.name}") from None

    def reconcile(self) -> tuple[bool, str]:
        """Whether the service's own balance closes (exit status 0), and what it says of it."""
        command = [sys.executable, "-m", "mailbot", "--config", str(self._config), "reconcile"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return done.returncode == 0, (done.stdout + done.stderr).strip()

    def signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    def look(self) -> None:
        """Take a sample; a service that ended by itself is started again, and that is on record."""
        assert self._process
        status = self._process.poll()
        if status is not None:
            self.ended_by_itself.append(status)
            self.begin()
            return
        try:
            self.samples.append(self._sample(self._process.pid))
        except OSError:
            return  # it was ended just now

    def _sample(self, pid: int) -> Sample:
        told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if ":" in line)
        now = time.monotonic()
        rss, threads = int(told["VmRSS"].split()[0]) / 1024, int(told["Threads"])
        return Sample(now - self._began, now - self._since, rss, sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()), threads)


def slope(samples: list[Sample], what: str) -> float | None:
    """How much `what` grows in an hour of a process's life (least squares over its age, its first seconds left out); None
    where no process lived long enough to tell."""
    points = [(s.age, getattr(s, what)) for s in samples if s.age > YOUNG]
    if not points or max(age for age, _ in points) - YOUNG < LONG_ENOUGH:
        return None
    mean_x, mean_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return 3600 * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
