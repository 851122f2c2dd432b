"""JSON lines that people and programs hand in: UTF-8, one object a line.

Takes lines of bytes and the name of their source; gives each object with its place ("FILE:3"), and leaves empty lines out.
Raises RejectedInput naming the place of what is no object. A line ends at its line feed alone: strings may hold every
other separator Unicode knows.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mailbot.errors import RejectedInput


def objects(lines: Iterable[bytes], source: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects in their order, each after its place."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            where = f"{source}:{number}"
            yield where, _object(line, where)


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise RejectedInput(f"{where}: not UTF-8; save the file in that encoding") from None
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits, brackets by the thousand
        raise RejectedInput(f"{where}: not JSON ({error}); one object a line") from None
    if not isinstance(found, dict):
        raise RejectedInput(f"{where}: not an object; one object with subject and text a line")
    return found
