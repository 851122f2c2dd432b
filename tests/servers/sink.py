"""smtp-sink of the postfix package: a server that refuses, or goes away, at the command it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers import process
from tests.servers.needs import program


@contextmanager
def running(*options: str) -> Iterator[int]:
    """The port of a sink until the block ends; `options` as in its manual: ("-r", "rcpt") answers RCPT with 4xx."""
    port = process.free_port()
    with process.directory("sink") as path:
        command = [program("smtp-sink") or "smtp-sink", "-u", process.UNPRIVILEGED, *options, f"127.0.0.1:{port}", "64"]
        with process.running(command, path / "log", lambda: process.listening(port)):
            yield port
