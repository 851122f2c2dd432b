"""A reading process that has the faults a real one might have: it takes the body of a letter as what to do to itself."""

import os
import signal
import time

from mailbot.intake import child, parse
from mailbot.intake.message import InboundMessage
from mailbot.limits import DEFAULT, Limits

_parse = parse.parse


def _obeying(raw: bytes, limits: Limits = DEFAULT) -> InboundMessage:
    order = raw.partition(b"\n\n")[2].strip()
    if order == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif order == b"work for ever":
        while True:
            pass
    elif order == b"hang":
        time.sleep(3_600)
    elif order == b"leave":
        os._exit(7)
    return _parse(raw, limits)


def main() -> None:
    """The real process with another parser."""
    child.parse = _obeying
    child.main()


if __name__ == "__main__":
    main()
