"""`python -m tests.bench [--letters N] [--runs N]`: prints letters/s, CPU ms a letter, peak RSS, the ratio to the floor,
and whether tickets and threads came out right (exit status 1 when not).

The way out is a closed port, so what is measured ends where letters are owed: fetch, ticket and acknowledgement enqueued.
Each timing includes the process's start; floor and service take turns on fresh copies of the same letters.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from msgspec import Struct

from tests.bench.letters import Made, make
from tests.servers import dovecot
from tests.servers.process import free_port

USER, PASSWORD = "complaints", "bench-password"


class Run(Struct, frozen=True):
    """One timed process."""

    seconds: float
    cpu: float
    rss_mb: float


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    made = make(asked.letters)
    size = sum(len(m.raw) for m in made) / len(made)
    print(f"{len(made)} letters, {size / 1024:.0f} KB mean; {asked.runs} runs in turn")
    floors, services, wrong = [], [], []
    for _ in range(asked.runs):
        with tempfile.TemporaryDirectory() as folder:
            floors.append(floor(Path(folder), made))
            services.append(service(Path(folder), made, wrong))
    report("floor", floors, len(made))
    report("mailbot run --once", services, len(made))
    wall = statistics.median(f.seconds for f in floors) / statistics.median(s.seconds for s in services)
    cpu = statistics.median(f.cpu for f in floors) / statistics.median(s.cpu for s in services)
    print(f"ratio to the floor: {wall:.2f} (wall), {cpu:.2f} (cpu)")
    print("tickets and threads: " + ("right" if not wrong else f"WRONG: {wrong[:5]}"))
    return 1 if wrong else 0


def report(name: str, runs: list[Run], letters: int) -> None:
    """The median of the runs, and their spread."""
    rates = sorted(letters / run.seconds for run in runs)
    cpu = statistics.median(run.cpu for run in runs) * 1000 / letters
    rss = max(run.rss_mb for run in runs)
    speed = f"{statistics.median(rates):7.0f} letters/s ({rates[0]:.0f}-{rates[-1]:.0f})"
    print(f"{name:<20} {speed}  {cpu:6.2f} CPU ms/letter  {rss:5.0f} MB peak RSS")


def floor(folder: Path, made: list[Made]) -> Run:
    """The floor on a fresh mailbox."""
    with dovecot.running({USER: PASSWORD}) as server:
        _fill(server, made)
        arguments = [server.host, str(server.tls_port), server.ca_file, USER, PASSWORD, str(folder / "floor.db")]
        return timed([sys.executable, "-m", "tests.bench.floor", *arguments], 0)


def service(folder: Path, made: list[Made], wrong: list[str]) -> Run:
    """One pass of the service on a fresh mailbox, and whether it did the right things."""
    with dovecot.running({USER: PASSWORD}) as server:
        _fill(server, made)
        config = folder / "mailbot.toml"
        config.write_text(_settings(server, folder), "utf-8")
        command = [sys.executable, "-m", "mailbot", "--config", str(config)]
        subprocess.run([*command, "db", "upgrade"], check=True, stdout=subprocess.DEVNULL)
        run = timed([*command, "run", "--once", "--log-level", "ERROR"], 1)
        wrong += _mistakes(command, made)
        return run


def timed(command: list[str], expected: int) -> Run:
    """Run a process to its end; wall time, CPU time and peak memory are its own."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    said = process.stderr.read().decode() if process.stderr else ""
    if os.waitstatus_to_exitcode(status) != expected:
        raise SystemExit(f"{command[-3:]} ended with {os.waitstatus_to_exitcode(status)}: {said[-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _mistakes(command: list[str], made: list[Made]) -> list[str]:
    """Where the record differs from what the letters are."""
    lines = subprocess.run([*command, "letters", "--json"], check=True, capture_output=True, text=True).stdout.splitlines()
    received = {row["message_id"]: row for row in map(json.loads, lines) if row["direction"] == "in"}
    found: list[str] = []
    opened = {n: received[f"bench-{n}@customer.example"]["ticket"] for n, m in enumerate(made) if m.opens == n}
    if len(set(opened.values())) != len(opened):
        found.append("two complaints share a ticket")
    for n, letter in enumerate(made):
        row = received.get(f"bench-{n}@customer.example" if letter.opens is not None else f"robot-{n}@customer.example")
        if row is None:
            found.append(f"letter {n} is missing")
        elif letter.opens is None and row["ticket"]:
            found.append(f"automatic letter {n} opened {row['ticket']}")
        elif letter.opens is not None and row["ticket"] != opened[letter.opens]:
            found.append(f"letter {n} went to {row['ticket']}, not {opened[letter.opens]}")
    acknowledged = Counter(r["letter"] for r in map(json.loads, lines) if r["direction"] == "out")["complainant/acknowledgement"]
    if acknowledged != len(opened):
        found.append(f"{acknowledged} acknowledgements for {len(opened)} tickets")
    return found


def _fill(server: dovecot.Dovecot, made: list[Made]) -> None:
    for place, letter in enumerate(made):
        server.deliver(USER, letter.raw, at=time.time() - 3600 + place / 1000)


def _settings(server: dovecot.Dovecot, folder: Path) -> str:
    return f"""
[database]
url = "sqlite:///{folder}/mailbot.db"
[[mailbox]]
host = "{server.host}"
port = {server.tls_port}
security = "tls"
user = "{USER}"
password = "{PASSWORD}"
ca_file = "{server.ca_file}"
[smtp]
host = "127.0.0.1"
port = {free_port()}
security = "none"
address = "complaints@company.example"
[company]
name = "示例公司"
[[staff]]
name = "Bob"
addresses = ["bob@company.example"]
department = "quality-dept"
"""


if __name__ == "__main__":
    sys.exit(main())
