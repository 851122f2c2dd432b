"""A database to write years into, here or in a process under strace."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import text

from mailbot.store import schema
from mailbot.store.engine import Store, open_store

WRITE = text("INSERT INTO counter VALUES (:year, 1)")
# Writes years until the database refuses, and ends as `mailbot run` does.
WRITER = """
import os, sys
from sqlalchemy import text
from mailbot.errors import MailbotError
from mailbot.store.engine import open_store
store = open_store(sys.argv[1])
try:
    for year in range(1000, 1040):
        os.write(2, b"begin %d\\n" % year)
        with store.transaction() as tx:
            tx.execute(text("INSERT INTO counter VALUES (:year, 1)"), {"year": year})
        os.write(2, b"kept %d\\n" % year)
except MailbotError as error:
    print(type(error).__name__, error)
    sys.stdout.flush()
    os._exit(1)
"""


def write(store: Store, *years: int) -> None:
    with store.transaction() as tx:
        for year in years:
            tx.execute(WRITE, {"year": year})


def years(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute(text("SELECT year FROM counter ORDER BY year")).scalars())


@contextmanager
def opened(url: str) -> Iterator[Store]:
    with closing(open_store(url)) as store:
        schema.upgrade(store)
        yield store


def traced(url: str, *strace: str) -> subprocess.CompletedProcess[str]:
    """The writer under strace."""
    command = ["strace", "-qq", *strace, sys.executable, "-c", WRITER, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def kept(said: str) -> list[int]:
    return [int(year) for year in re.findall(r"^kept (\d+)$", said, re.MULTILINE)]
