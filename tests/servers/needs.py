"""Which of the real servers this machine can run, and what happens to tests that need another.

`needs("dovecot")` marks a test, `require("dovecot")` does the same inside a fixture. A test whose server is missing is
skipped with a sentence that names the Debian package; where the variable CI is "true" it fails instead.
"""

import os
import shutil
from pathlib import Path

import pytest

LEFT_OUT = "left out: "
PACKAGES = {"dovecot": "dovecot-imapd", "postfix": "postfix", "postgres": "postgresql", "strace": "strace"}
SBIN = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def program(name: str) -> str | None:
    """Full path of a server's program, also where sbin is not on PATH; None where it is missing."""
    if name in ("postgres", "initdb", "pg_isready"):
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
        if found:
            return str(found[-1])
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *SBIN]))


def missing() -> list[tuple[str, str]]:
    """(server, Debian package) for each server that can't be run here."""
    return [(name, package) for name, package in PACKAGES.items() if not _usable(name)]


def needs(*names: str) -> pytest.MarkDecorator:
    """Mark a test that needs these servers."""
    return pytest.mark.needs(*names)


def require(*names: str) -> None:
    """Leave the test out, or fail it in CI, unless every server named can run here."""
    unknown = set(names) - set(PACKAGES)
    if unknown:
        raise LookupError(f"no such server: {', '.join(sorted(unknown))}; there are {', '.join(PACKAGES)}")
    lacking = [(name, package) for name, package in missing() if name in names]
    if not lacking:
        return
    cures = "; ".join(f"{name} is missing: {_cure(name, package)}" for name, package in lacking)
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{cures} (CI leaves no test out)", pytrace=False)
    pytest.skip(LEFT_OUT + cures)


def _usable(name: str) -> bool:
    return program(name) is not None and (name != "postfix" or os.geteuid() == 0)


def _cure(name: str, package: str) -> str:
    if program(name) is not None:
        return "its master process must be started by root"
    return f"apt-get install {package}"


def _version(path: Path) -> int:
    version = path.parent.parent.name
    return int(version) if version.isdigit() else 0
