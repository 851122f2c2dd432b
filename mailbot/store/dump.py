"""Backup and restore of a PostgreSQL record by its own tools: pg_dump, pg_restore, psql.

The counts are taken in the very snapshot that is dumped, and the finished file is read to its end and counted again.
Restoring is one transaction, with the hold in it: nobody ever sees a restored record that sends (F34). Raises
StoreUnusable when a tool is missing or fails.
"""

import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import URL, inspect, text

from mailbot.errors import StoreBroken, StoreUnusable
from mailbot.store import lease
from mailbot.store.backup import COUNTED, PART, Contents, contents, publish, refuse_existing, refuse_newer, refuse_schema, with_stories
from mailbot.store.engine import Store
from mailbot.store.trouble import translated
from models.tables import EVERY


def save(store: Store, file: Path) -> Contents:
    """Dump the record into `file`, which must not be there yet; the service may run meanwhile."""
    refuse_existing(file)
    part = file.with_name(file.name + PART)
    with translated(store.place), store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        found = with_stories(contents(connection), connection)
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={part}")
        _run(store.engine.url, "pg_dump", *options, "--dbname", _address(store.engine.url))
    try:
        if check(part).rows != found.rows:
            raise StoreBroken(f"{part} does not hold what the database holds ({found}); look at the disk, then back up again")
        publish(part, file)
    finally:
        part.unlink(missing_ok=True)
    return found


def check(file: Path) -> Contents:
    """Read a dump to its end. Raises StoreUnusable when it is damaged or of another mailbot."""
    with tempfile.TemporaryFile() as script:
        _run(None, "pg_restore", "--data-only", "--file=-", str(file), output=script)
        script.seek(0)
        rows, schema, table = dict.fromkeys(COUNTED, 0), "", ""
        for line in script:
            if line == b"\\.\n":
                table = ""
            elif table in rows:
                rows[table] += 1
            elif table == "alembic_version":
                schema = line.decode().strip()
            elif line.startswith(b"COPY "):
                table = line.split()[1].decode().rpartition(".")[2]
    refuse_schema(file, schema)
    return Contents(schema, rows)


def put_back(store: Store, file: Path, now: datetime, *, force: bool) -> None:
    """Put a dump in the place of the record, held. Fails as `backup.put_back`; what was there is gone, so dump it before."""
    with lease.held(store.engine, store.place):
        saved = check(file)
        epoch = _refuse(store, saved, force=force)
        tables = ", ".join(f'"{name}"' for name in (*EVERY.tables, "alembic_version"))
        moment = now.astimezone(UTC).isoformat()
        held = f"RESET search_path; UPDATE instance SET held_since = '{moment}', epoch = greatest(epoch, {epoch}) + 1"  # noqa: S608 - no text from outside
        with tempfile.NamedTemporaryFile(suffix=".sql") as script:
            _run(None, "pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file), output=script)
            script.flush()
            steps = ("--command", f"DROP TABLE IF EXISTS {tables} CASCADE", "--file", script.name, "--command", held)
            options = ("--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", *steps)
            _run(store.engine.url, "psql", *options, "--dbname", _address(store.engine.url))
    store.engine.dispose()


def _refuse(store: Store, saved: Contents, *, force: bool) -> int:
    """The present record's epoch, unless it has more than the dump."""
    with store.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return 0
        refuse_newer(contents(connection), saved, store.place, force=force)
        return int(connection.execute(text("SELECT coalesce(max(epoch), 0) FROM instance")).scalar_one())


def _address(url: URL) -> str:
    """The database for PostgreSQL's tools, without the password: that goes by their environment."""
    return url.set(drivername="postgresql", password=None).render_as_string()


def _run(url: URL | None, tool: str, *options: str, output: "IO[bytes] | None" = None) -> None:
    program = shutil.which(tool)
    if program is None:
        raise StoreUnusable(f"{tool} is not installed; install PostgreSQL's client programs (Debian: postgresql-client)")
    password = {"PGPASSWORD": str(url.password)} if url is not None and url.password else {}
    done = subprocess.run(  # noqa: S603 - options are ours, the file name is one argument
        [program, *options],
        env={**os.environ, **password},
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise StoreUnusable(f"{tool} failed: {said[0] if said else f'exit status {done.returncode}'}; nothing was changed")
