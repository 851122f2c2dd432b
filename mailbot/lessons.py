"""The classifier's lesson, in a process of its own beside the service: it reports by letter, a failure goes to the log."""

import asyncio
import sys
from pathlib import Path

from mailbot import maillog


class Lessons:
    """At most one lesson at a time; `end` stops it, and it is due again the next day."""

    def __init__(self, config: Path) -> None:
        self._command = (sys.executable, "-m", "mailbot", "--config", str(config), "train", "--scheduled")
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start a lesson."""
        self._task = asyncio.create_task(self._learn())

    def end(self) -> set[asyncio.Task[None]]:
        """Stop a lesson that runs; gives what has to be waited for."""
        if self._process and self._process.returncode is None:
            self._process.terminate()
        return {self._task} if self._task else set()

    async def _learn(self) -> None:
        try:
            process = await asyncio.create_subprocess_exec(*self._command, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
        except OSError as error:
            maillog.crashed("lesson", error)
            return
        self._process = process
        _, said = await process.communicate()
        maillog.lesson(process.returncode or 0, said.decode("utf-8", "replace").strip())
