"""A small disk of its own (tmpfs), to be filled, mounted read-only and thrown away. Needs root, as mounting does."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import process
from tests.servers.needs import LEFT_OUT


@contextmanager
def small(megabytes: int) -> Iterator[Path]:
    """An empty disk of this size until the block ends."""
    if os.geteuid() != 0:
        (pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip)(f"{LEFT_OUT}a small disk is mounted by root only")
    with process.directory("disk") as path:
        _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "mailbot-test", str(path))
        try:
            yield path
        finally:
            _run("umount", "--lazy", str(path))


def make_read_only(path: Path) -> None:
    """From now on nothing can be written there; files must not be open for writing."""
    _run("mount", "-o", "remount,ro", str(path))


def fill(path: Path) -> Path:
    """Take all the room that is left; removing the file given gives it back."""
    ballast = path / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65536)):
                pass
        except OSError:
            pass
    return ballast


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
