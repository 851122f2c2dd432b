"""Maildirs as the servers see them: a letter put straight into one, and what lies in one.

A letter is written under tmp, flushed and renamed to new, as maildir(5) asks, so a server never sees half of one.
"""

import os
import pwd
import time
from itertools import count
from pathlib import Path

_serial = count(1)


def deliver(home: Path, raw: bytes, owner: pwd.struct_passwd, at: float | None = None) -> None:
    """Put `raw` into the inbox of the user whose home this is; `at` (Unix time) becomes its INTERNALDATE."""
    box = make(home / "Maildir", owner)
    name = f"{next(_serial):06d}.P{os.getpid()}.test"
    draft = box / "tmp" / name
    draft.write_bytes(raw)
    _own(draft, owner)
    if at is not None:
        os.utime(draft, (at, at))
    draft.rename(box / "new" / name)


def date(home: Path, at: float) -> None:
    """Give every new letter this time of arrival."""
    for path in (home / "Maildir" / "new").iterdir():
        os.utime(path, (at, at))


def letters(home: Path, folder: str = "") -> list[bytes]:
    """Every letter of a folder (empty: the inbox), in the order they came in, deleted ones left out."""
    box = home / "Maildir" / f".{folder}" if folder else home / "Maildir"
    paths = [p for sub in ("new", "cur") if (box / sub).is_dir() for p in (box / sub).iterdir()]
    alive = [p for p in paths if "T" not in p.name.partition(":2,")[2]]
    return [p.read_bytes() for p in sorted(alive, key=lambda p: (p.stat().st_mtime_ns, p.name))]


def arrived(home: Path, count: int = 1, within: float = 10.0) -> list[bytes]:
    """The inbox as soon as it holds `count` letters; what there is when the time is up."""
    give_up_at = time.monotonic() + within
    while len(found := letters(home)) < count and time.monotonic() < give_up_at:
        time.sleep(0.02)
    return found


def empty(home: Path) -> None:
    """Take away every letter, in every folder."""
    for path in [*home.glob("Maildir/*/*"), *home.glob("Maildir/.*/*/*")]:
        if path.parent.name in ("new", "cur"):
            path.unlink(missing_ok=True)


def make(box: Path, owner: pwd.struct_passwd) -> Path:
    """The Maildir `box`, made if missing."""
    for path in (box.parent, box, box / "tmp", box / "new", box / "cur"):
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            _own(path, owner)
    return box


def _own(path: Path, owner: pwd.struct_passwd) -> None:
    if os.geteuid() == 0:
        os.chown(path, owner.pw_uid, owner.pw_gid)
